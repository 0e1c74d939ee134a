/*
 * Commands and their options. Each command is described by one table, from which its arguments are parsed and its help
 * is written.
 */
#ifndef LENET5_CLI_OPTIONS_H
#define LENET5_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNREADABLE = 3 };

typedef struct option {
    const char *name;     /* without the two dashes */
    const char *argument; /* what follows it: "FILE", or "[FILE]" if it may be left out; NULL for a flag */
    const char *help;
} option;

typedef struct cli_arguments cli_arguments;

typedef struct cli_command {
    const char *name;
    const char *summary;     /* a line */
    const char *usage;       /* what stands behind the name: "[MODEL] [options]" */
    const char *description; /* paragraphs of at most 80 columns */
    const option *options;   /* ended by one without a name; --help is understood besides */
    size_t least, most;      /* how many arguments that are not options */
    int (*run)(const cli_arguments *arguments);
} cli_command;

#define MAX_OPTIONS 24

struct cli_arguments {
    const cli_command *command;
    const char *values[MAX_OPTIONS]; /* by the number of the option; one that is given without a value has "" */
    char **others;                   /* those that are not options */
    size_t count;
};

/* All commands, ended by NULL. */
extern const cli_command *const commands[];

const cli_command *find_command(const char *name);

/* Parses argv[0 .. argc-1], all behind the command's name, whose order it changes. False if a complaint has been made.
 */
bool parse_arguments(cli_arguments *parsed, const cli_command *command, int argc, char **argv);

const char *argument_text(const cli_arguments *arguments, const char *name); /* NULL if it is not given */
bool argument_flag(const cli_arguments *arguments, const char *name);

/* A whole number from least to most, or fallback if it is not given. False if a complaint has been made. */
bool argument_whole(uint64_t *value, const cli_arguments *arguments, const char *name, uint64_t fallback,
                    uint64_t least, uint64_t most);
bool argument_real(double *value, const cli_arguments *arguments, const char *name, double fallback, double least,
                   double most);

/* A share as parse_share (json/values.h) takes it. fallback if it is not given. */
bool argument_percent(double *share, const cli_arguments *arguments, const char *name, double fallback);

/* Says on stderr what is wrong and where help is; returns EXIT_USAGE. */
int complain_usage(const cli_command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Complains about a name that does not exist, and suggests the nearest of names (ended by NULL). */
int complain_unknown(const cli_command *command, const char *what, const char *name, const char *const *names);

void print_help(const cli_command *command);
void print_overview(void);

#endif
