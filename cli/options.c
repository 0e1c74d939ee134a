#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "json/values.h"

const cli_command *find_command(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int complain_usage(const cli_command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vcomplain(format, arguments);
    va_end(arguments);
    if (command)
        fprintf(stderr, "lenet5 help %s says what it takes\n", command->name);
    else
        fputs("lenet5 help lists the commands\n", stderr);
    return EXIT_USAGE;
}

/* ---- The nearest name ----------------------------------------------------------------------------------------- */

#define LONGEST_NAME 40

static size_t least_of(size_t a, size_t b, size_t c)
{
    const size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance: how many letters have to be put in, taken out or changed. */
static size_t distance(const char *from, const char *to)
{
    size_t row[LONGEST_NAME + 1];
    const size_t length = strlen(to);
    if (length > LONGEST_NAME)
        return length;
    for (size_t i = 0; i <= length; i++)
        row[i] = i;
    for (size_t i = 0; from[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < length; k++) {
            const size_t changed = diagonal + (from[i] != to[k]);
            diagonal = row[k + 1];
            row[k + 1] = least_of(changed, row[k] + 1, row[k + 1] + 1);
        }
    }
    return row[length];
}

int complain_unknown(const cli_command *command, const char *what, const char *name, const char *const *names)
{
    const char *nearest = NULL;
    size_t least = 4; /* anything further away is no slip of the finger */
    for (size_t i = 0; names[i]; i++) {
        const size_t away = distance(name, names[i]);
        if (away < least && away < strlen(names[i])) {
            least = away;
            nearest = names[i];
        }
    }
    const char *dashes = strcmp(what, "option") == 0 ? "--" : "";
    if (nearest)
        return complain_usage(command, "there is no %s %s%s; did you mean %s%s?", what, dashes, name, dashes, nearest);
    return complain_usage(command, "there is no %s %s%s", what, dashes, name);
}

/* ---- Parsing -------------------------------------------------------------------------------------------------- */

static int complain_unknown_option(const cli_command *command, const char *name)
{
    const char *names[MAX_OPTIONS + 1] = {0};
    for (size_t i = 0; command->options[i].name; i++)
        names[i] = command->options[i].name;
    return complain_unknown(command, "option", name, names);
}

static const option *find_option(const cli_command *command, const char *name, size_t length)
{
    for (const option *o = command->options; o->name; o++)
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
    return NULL;
}

/* An option that names a file or folder is given a name. */
static bool is_nameless(const option *o, const char *value)
{
    return value[0] == '\0' && o->argument && o->argument[0] != '[' &&
           (strstr(o->argument, "FILE") || strstr(o->argument, "DIR") || strstr(o->argument, "OUT"));
}

/* One option; returns how many words it took, 0 after a complaint. */
static int parse_option(cli_arguments *parsed, int argc, char **argv)
{
    const cli_command *command = parsed->command;
    const char *name = argv[0] + 2;
    const size_t length = strcspn(name, "=");
    const option *o = find_option(command, name, length);
    const bool joined = name[length] == '=';
    if (!o) {
        argv[0][2 + length] = '\0';
        return complain_unknown_option(command, name), 0;
    }
    if (!o->argument && joined)
        return complain_usage(command, "--%s takes no value", o->name), 0;
    const bool optional = o->argument && o->argument[0] == '[';
    const bool given = o->argument && !joined && argc > 1 && !(optional && argv[1][0] == '-');
    if (o->argument && !joined && !given && !optional)
        return complain_usage(command, "--%s needs %s behind it", o->name, o->argument), 0;
    const char *value = joined ? name + length + 1 : given ? argv[1] : "";
    if (is_nameless(o, value))
        return complain_usage(command, "--%s: the file name is empty", o->name), 0;
    parsed->values[o - command->options] = value;
    return given ? 2 : 1;
}

/* What the usage names first is what is missing: PICTURE... stands for a PICTURE, and small letters for themselves. */
static bool complain_missing(const cli_command *command)
{
    const int length = (int)strcspn(command->usage, ". ");
    const bool literal = command->usage[0] >= 'a';
    complain_usage(command, literal ? "%s needs \"%.*s\"" : "%s needs a %.*s", command->name, length, command->usage);
    return false;
}

static bool check_count(const cli_arguments *parsed)
{
    const cli_command *command = parsed->command;
    if (parsed->count < command->least)
        return complain_missing(command);
    if (parsed->count > command->most)
        return complain_usage(command, "%s takes no argument \"%s\"", command->name, parsed->others[command->most]),
               false;
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->others[i][0] == '\0')
            return complain_usage(command, "argument %zu of %s is empty; it names a file", i + 1, command->name), false;
    return true;
}

bool parse_arguments(cli_arguments *parsed, const cli_command *command, int argc, char **argv)
{
    *parsed = (cli_arguments){.command = command, .others = argv};
    bool options_end = false;
    for (int i = 0; i < argc;) {
        if (!options_end && strcmp(argv[i], "--") == 0) {
            options_end = true;
            i++;
        } else if (!options_end && strncmp(argv[i], "--", 2) == 0) {
            const int taken = parse_option(parsed, argc - i, argv + i);
            if (taken == 0)
                return false;
            i += taken;
        } else if (!options_end && argv[i][0] == '-' && argv[i][1] != '\0') {
            return complain_usage(command, "there is no option %s; options begin with two dashes", argv[i]), false;
        } else {
            argv[parsed->count++] = argv[i++];
        }
    }
    return check_count(parsed);
}

const char *argument_text(const cli_arguments *arguments, const char *name)
{
    const option *o = find_option(arguments->command, name, strlen(name));
    return o ? arguments->values[o - arguments->command->options] : NULL;
}

bool argument_flag(const cli_arguments *arguments, const char *name)
{
    return argument_text(arguments, name) != NULL;
}

bool argument_whole(uint64_t *value, const cli_arguments *arguments, const char *name, uint64_t fallback,
                    uint64_t least, uint64_t most)
{
    const char *text = argument_text(arguments, name);
    *value = fallback;
    if (!text)
        return true;
    if (parse_whole(value, text, least, most))
        return true;
    complain_usage(arguments->command, "--%s is a whole number from %llu to %llu, not \"%s\"", name,
                   (unsigned long long)least, (unsigned long long)most, text);
    return false;
}

bool argument_real(double *value, const cli_arguments *arguments, const char *name, double fallback, double least,
                   double most)
{
    const char *text = argument_text(arguments, name);
    *value = fallback;
    if (!text)
        return true;
    if (parse_number(value, text, least, most))
        return true;
    complain_usage(arguments->command, "--%s is a number from %g to %g, not \"%s\"", name, least, most, text);
    return false;
}

bool argument_percent(double *share, const cli_arguments *arguments, const char *name, double fallback)
{
    const char *text = argument_text(arguments, name);
    *share = fallback;
    if (!text || parse_share(share, text))
        return true;
    complain_usage(arguments->command, "--%s is %s, not \"%s\"", name, SHARE_SYNTAX, text);
    return false;
}

/* ---- Help ----------------------------------------------------------------------------------------------------- */

#define HELP_COLUMNS 80 /* of a terminal */
#define MIN_COLUMN 20   /* letters of an option and what follows it, beside which the help stands */

/* Prints words from a column on, and goes on in a new line, indented, where one does not fit. Returns the last column.
 */
static int print_words(const char *text, int length, int column, int indent)
{
    for (int size; length > 0; text += size + 1, length -= size + 1) {
        size = (int)strcspn(text, " \n");
        size = size < length ? size : length;
        const bool fits = column + 1 + size <= HELP_COLUMNS;
        if (column > indent && !fits)
            printf("\n%*s", indent, "");
        printf("%s%.*s", column > indent && fits ? " " : "", size, text);
        column = (column > indent && fits ? column + 1 : indent) + size;
    }
    return column;
}

/* Paragraphs are filled; lines that begin with a blank are those of a table. */
static void print_description(const char *text)
{
    int column = 0;
    while (*text) {
        const int length = (int)strcspn(text, "\n");
        const bool words = length > 0 && text[0] != ' ';
        if (!words)
            printf("%s%.*s\n", column > 0 ? "\n" : "", length, text);
        column = words ? print_words(text, length, column, 0) : 0;
        text += length + (text[length] == '\n');
    }
    if (column > 0)
        putchar('\n');
}

static int width_of(const option *o)
{
    return (int)(strlen(o->name) + (o->argument ? 1 + strlen(o->argument) : 0));
}

static void print_option(const option *o, int column)
{
    const int indent = (int)strlen("  --") + column + 1;
    printf("  --%s%s%-*s ", o->name, o->argument ? " " : "", column - (int)strlen(o->name) - (o->argument != NULL),
           o->argument ? o->argument : "");
    print_words(o->help, (int)strlen(o->help), indent, indent);
    putchar('\n');
}

void print_help(const cli_command *command)
{
    static const option help = {"help", NULL, "this text"};
    const int begun = printf("lenet5 %s:", command->name);
    print_words(command->summary, (int)strlen(command->summary), begun, 2);
    printf("\n\nusage: lenet5 %s%s%s\n\n", command->name, command->usage[0] ? " " : "", command->usage);
    print_description(command->description);
    printf("\noptions:\n");
    int column = MIN_COLUMN;
    for (const option *o = command->options; o->name; o++)
        column = width_of(o) > column ? width_of(o) : column;
    for (const option *o = command->options; o->name; o++)
        print_option(o, column);
    print_option(&help, column);
}

void print_overview(void)
{
    puts("lenet5: reads handwritten digits with the network LeNet-5 of 1998\n\nusage: lenet5 COMMAND [options]\n");
    for (size_t i = 0; commands[i]; i++) {
        const int indent = printf("  %-10s ", commands[i]->name);
        print_words(commands[i]->summary, (int)strlen(commands[i]->summary), indent, indent);
        putchar('\n');
    }
    puts("\nlenet5 help COMMAND explains one of them.\n\n"
         "exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but something was rejected\n"
         "as unreadable; ended by Ctrl-C or SIGTERM: by that signal, which a shell sees as 130 or 143");
}
