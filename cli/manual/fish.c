/* Completion for fish: a line for each command and each option. */
#include "manual/pages.h"

#include <string.h>

#include "options.h"

static void write_quoted(FILE *script, const char *text)
{
    fputc('\'', script);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', script);
        fputc(*text, script);
    }
    fputc('\'', script);
}

/* -r: a value is needed; -F: files are completed, -f: they are not; -a: these words. */
static void write_value(FILE *script, value_kind kind, name_list *name_at)
{
    const bool is_file = kind == VALUE_FILE || kind == VALUE_FILES || kind == VALUE_PATH || kind == VALUE_NEW_FILE;
    if (kind == VALUE_FOLDER) {
        fputs(" -f -a '(__fish_complete_directories)'", script);
        return;
    }
    fputs(is_file ? " -F" : " -f", script);
    if (!name_at)
        return;
    fputs(" -a '", script);
    for (size_t i = 0; name_at(i); i++)
        fprintf(script, "%s%s", i ? " " : "", name_at(i));
    fputc('\'', script);
}

static void write_option(FILE *script, const char *command, const option *o)
{
    fprintf(script, "complete -c lenet5 -n '__lenet5_command_is %s' -l %s", command, o->name);
    if (o->argument) {
        fputs(o->argument[0] == '[' ? "" : " -r", script);
        write_value(script, o->kind, o->name_at);
    }
    fputs(" -d ", script);
    write_quoted(script, o->help);
    fputc('\n', script);
}

static void write_command(FILE *script, const cli_command *command)
{
    static const option help = FLAG("help", "print a summary");
    fprintf(script, "complete -c lenet5 -n __fish_use_subcommand -a %s -d ", command->name);
    write_quoted(script, command->summary);
    fputc('\n', script);
    if (command->operand != VALUE_NONE) {
        fprintf(script, "complete -c lenet5 -n '__lenet5_command_is %s'", command->name);
        write_value(script, command->operand, command->operand_at);
        fputc('\n', script);
    }
    for (const option *o = command->options; o->name; o++)
        write_option(script, command->name, o);
    write_option(script, command->name, &help);
}

void write_fish_completion(FILE *script)
{
    fputs("# fish completion for lenet5, generated from the commands' tables\n\n"
          "function __lenet5_command_is\n"
          "    set -l words (commandline -opc)\n"
          "    test \"$words[2]\" = $argv[1]\n"
          "end\n\n"
          "complete -c lenet5 -f\n",
          script);
    for (size_t i = 0; commands[i]; i++)
        write_command(script, commands[i]);
}
