/*
 * Commands and their options. One table describes a command: its arguments are parsed by it, and its help, its man page
 * and the shells' completions are generated from it. The tables hold constant data only: linking commands.c and walking
 * commands[] gives all of them, without running anything.
 */
#ifndef LENET5_CLI_OPTIONS_H
#define LENET5_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNREADABLE = 3 };

/* The kind of a value: of an option's, or of the operands (arguments that are no options) of a command. */
typedef enum value_kind {
    VALUE_NONE,     /* the option is a flag; the command has no operands */
    VALUE_FILE,     /* an existing file; "-" is standard input where the help says so */
    VALUE_FILES,    /* existing files, separated by commas */
    VALUE_PATH,     /* an existing file or folder */
    VALUE_NEW_FILE, /* a file to write */
    VALUE_FOLDER,   /* a folder */
    VALUE_NAME,     /* one of the names that name_at lists, and nothing else */
    VALUE_WHOLE,    /* a whole number */
    VALUE_NUMBER,   /* a number, possibly with a fraction */
    VALUE_SHARE,    /* a share: 0.5% or 0.005 */
    VALUE_TEXT,     /* anything else; the names that name_at lists, if any, are common values */
} value_kind;

/* The name of that index in a list; NULL behind the last one. Not to be called with a larger index. */
typedef const char *name_list(size_t index);

typedef struct option {
    const char *name;     /* without the two dashes */
    const char *argument; /* placeholder of the value, "FILE", or "[FILE]" if it may be left out; NULL: a flag */
    value_kind kind;
    name_list *name_at; /* of VALUE_NAME and VALUE_TEXT; otherwise NULL */
    const char *help;   /* a phrase, with unit and default */
} option;

/* A row of an option table: a flag. */
#define FLAG(name, help)                   \
    {                                      \
        name, NULL, VALUE_NONE, NULL, help \
    }

typedef struct cli_arguments cli_arguments;

typedef struct cli_command {
    const char *name;
    const char *summary;     /* a line */
    const char *usage;       /* follows the name: "[MODEL] [options]" */
    const char *description; /* paragraphs, filled to 80 columns; lines that begin with a blank stay as they are */
    const char *examples;    /* shell commands, one a line, each with a comment behind " # "; NULL: none */
    const option *options;   /* ended by a row without a name; every command has --help too */
    value_kind operand;      /* of each operand */
    name_list *operand_at;   /* of VALUE_NAME; otherwise NULL */
    size_t min_operands, max_operands;
    int (*run)(const cli_arguments *arguments); /* returns an exit code */
} cli_command;

#define MAX_OPTIONS 32 /* of a command; asserted where arguments are parsed */
#define MAX_NAMES 24   /* of a name_list; asserted where they are listed */

struct cli_arguments {
    const cli_command *command;
    const char *values[MAX_OPTIONS]; /* by the index of the option; "": given without a value; NULL: not given */
    char **operands;                 /* (count) */
    size_t count;
};

/* All commands, ended by NULL (commands.c). */
extern const cli_command *const commands[];

const cli_command *find_command(const char *name);

/* The option of a command whose name is that many letters; NULL: there is none. */
const option *find_option(const cli_command *command, const char *name, size_t length);

/* A name_list: the names of all commands. */
const char *command_at(size_t index);

/* The exit codes in words, as the overview prints them. */
extern const char exit_codes[];

/* ---- Parsing: these functions return false after reporting an error ---------------------------------------------- */

/* Parses argv[0 .. argc-1], the arguments behind the command's name, and reorders them. */
bool parse_arguments(cli_arguments *parsed, const cli_command *command, int argc, char **argv);

/* The value of an option as a number from min to max; fallback if it is not given. */
bool argument_whole(uint64_t *value, const cli_arguments *arguments, const char *name, uint64_t fallback, uint64_t min,
                    uint64_t max);
bool argument_real(double *value, const cli_arguments *arguments, const char *name, double fallback, double min,
                   double max);

/* The index of a VALUE_NAME option's value among its names; fallback if it is not given. */
bool argument_index(size_t *index, const cli_arguments *arguments, const char *name, size_t fallback);

/* A share as parse_share of json/values.h takes it; fallback if it is not given. */
bool argument_percent(double *share, const cli_arguments *arguments, const char *name, double fallback);

/* The value of an option as it is; NULL if it is not given. */
const char *argument_text(const cli_arguments *arguments, const char *name);

/* Whether an option is given. */
bool argument_flag(const cli_arguments *arguments, const char *name);

/* ---- Errors and help --------------------------------------------------------------------------------------------- */

/* Reports an error and where help is; returns EXIT_USAGE. command may be NULL. */
int report_usage_error(const cli_command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The index of a name in a list, or that of the list's end. */
size_t index_of_name(name_list *name_at, const char *name);

/* Writes the names of a list to text, separated by commas; returns text. */
#define NAMES_SIZE 256
const char *list_names(char text[NAMES_SIZE], name_list *name_at);

/* Reports a name that is not in the list, with a suggestion if one is spelled almost the same, and all valid names.
 * what: the kind of name, "check". Returns EXIT_USAGE. */
int report_unknown_name(const cli_command *command, const char *what, const char *name, name_list *name_at);

void print_help(const cli_command *command);
void print_overview(void);

#endif
