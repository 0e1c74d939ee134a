/* The help: an overview of the commands, and the page of one of them, from its table. */
#include "options.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMNS 80 /* of a terminal */
#define MIN_COLUMN 20   /* width of an option with its value, at least */

/* Prints words from a column on; where one does not fit, it begins a new line, indented. Returns the last column. */
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

static void print_options(const cli_command *command)
{
    static const option help = FLAG("help", "print this text");
    int column = MIN_COLUMN;
    for (const option *o = command->options; o->name; o++)
        column = width_of(o) > column ? width_of(o) : column;
    printf("\noptions:\n");
    for (const option *o = command->options; o->name; o++)
        print_option(o, column);
    print_option(&help, column);
}

static void print_examples(const char *examples)
{
    printf("\nexamples:\n");
    for (int length; *examples; examples += length + (examples[length] == '\n')) {
        length = (int)strcspn(examples, "\n");
        printf("  %.*s\n", length, examples);
    }
}

void print_help(const cli_command *command)
{
    const int begun = printf("lenet5 %s:", command->name);
    print_words(command->summary, (int)strlen(command->summary), begun, 2);
    printf("\n\nusage: lenet5 %s%s%s\n\n", command->name, command->usage[0] ? " " : "", command->usage);
    print_description(command->description);
    print_options(command);
    if (command->examples)
        print_examples(command->examples);
}

const char exit_codes[] = "exit codes: 0 done, 1 failed, 2 wrong usage, 3 done, but something was rejected\n"
                          "as unreadable. Ctrl-C and SIGTERM end a command by that signal, which a shell\n"
                          "reports as 130 or 143.";

void print_overview(void)
{
    puts("lenet5: reads handwritten digits with LeNet-5, the network of 1998\n\nusage: lenet5 COMMAND [options]\n");
    for (size_t i = 0; commands[i]; i++) {
        const int indent = printf("  %-10s ", commands[i]->name);
        print_words(commands[i]->summary, (int)strlen(commands[i]->summary), indent, indent);
        putchar('\n');
    }
    puts("\nlenet5 help COMMAND describes one of them.\n");
    puts(exit_codes);
}
