/* Completion for zsh: a function for each command, which hands its options to _arguments. */
#include "manual/pages.h"

#include <string.h>

#include "options.h"

/* Text within single quotes; brackets and colons are _arguments' own. */
static void write_description(FILE *script, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", script);
        else if (strchr("[]:\\", *text))
            fputc('\\', script);
        fputc(*text, script);
    }
}

static void write_action(FILE *script, value_kind kind, name_list *name_at)
{
    switch (kind) {
    case VALUE_FILE:
    case VALUE_PATH:
    case VALUE_NEW_FILE: fputs("_files", script); break;
    case VALUE_FILES: fputs("_sequence _files", script); break;
    case VALUE_FOLDER: fputs("_files -/", script); break;
    default:
        fputs(name_at ? "(" : " ", script);
        for (size_t i = 0; name_at && name_at(i); i++)
            fprintf(script, "%s%s", i ? " " : "", name_at(i));
        fputs(name_at ? ")" : "", script);
    }
}

static void write_option(FILE *script, const option *o)
{
    const bool is_optional = o->argument && o->argument[0] == '[';
    fprintf(script, " \\\n        '--%s%s[", o->name, o->argument ? "=" : "");
    write_description(script, o->help);
    fputc(']', script);
    if (o->argument) {
        fputs(is_optional ? "::" : ":", script);
        write_description(script, o->argument);
        fputc(':', script);
        write_action(script, o->kind, o->name_at);
    }
    fputc('\'', script);
}

static void write_command(FILE *script, const cli_command *command)
{
    fprintf(script, "_lenet5_%s() {\n    _arguments -S", command->name);
    for (const option *o = command->options; o->name; o++)
        write_option(script, o);
    fputs(" \\\n        '--help[print a summary]'", script);
    if (command->operand != VALUE_NONE) {
        fputs(command->max_operands > 1 ? " \\\n        '*:operand:" : " \\\n        '1:operand:", script);
        write_action(script, command->operand, command->operand_at);
        fputc('\'', script);
    }
    fputs("\n}\n\n", script);
}

void write_zsh_completion(FILE *script)
{
    fputs("#compdef lenet5\n# zsh completion for lenet5, generated from the commands' tables\n\n", script);
    for (size_t i = 0; commands[i]; i++)
        write_command(script, commands[i]);
    fputs("_lenet5() {\n    local -a commands=(", script);
    for (size_t i = 0; commands[i]; i++) {
        fprintf(script, "\n        '%s:", commands[i]->name);
        write_description(script, commands[i]->summary);
        fputc('\'', script);
    }
    fputs("\n    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe command commands\n"
          "    elif (( $+functions[_lenet5_$words[2]] )); then\n"
          "        local command=$words[2]\n"
          "        shift words\n"
          "        (( CURRENT-- ))\n"
          "        _lenet5_$command\n"
          "    fi\n"
          "}\n\n"
          "_lenet5 \"$@\"\n",
          script);
}
