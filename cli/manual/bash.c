/* Completion for bash: the tables as cases, and below them the part that is the same for every command. */
#include "manual/pages.h"
#include "options.h"

/* How bash completes a kind of value. */
static const char *bash_kind(value_kind kind)
{
    switch (kind) {
    case VALUE_FILE:
    case VALUE_PATH:
    case VALUE_NEW_FILE: return "file";
    case VALUE_FILES: return "files";
    case VALUE_FOLDER: return "folder";
    default: return "none";
    }
}

/* "names luhn mod10", or a kind. */
static void write_value(FILE *script, value_kind kind, name_list *name_at)
{
    if (!name_at) {
        fputs(bash_kind(kind), script);
        return;
    }
    fputs("names", script);
    for (size_t i = 0; name_at(i); i++)
        fprintf(script, " %s", name_at(i));
}

static void write_options(FILE *script, const cli_command *command)
{
    fprintf(script, "    %s) echo '", command->name);
    for (const option *o = command->options; o->name; o++)
        fprintf(script, "--%s ", o->name);
    fputs("--help' ;;\n", script);
}

static void write_values(FILE *script, const cli_command *command)
{
    fprintf(script, "    '%s ') echo '", command->name);
    write_value(script, command->operand, command->operand_at);
    fputs("' ;;\n", script);
    for (const option *o = command->options; o->name; o++)
        if (o->argument) {
            fprintf(script, "    '%s --%s') echo '", command->name, o->name);
            write_value(script, o->kind, o->name_at);
            fputs("' ;;\n", script);
        }
}

static const char completion[] =
    "# Completes the value of a kind, \"file\" or \"names luhn mod10\", that begins with a text.\n"
    "_lenet5_complete_value()\n"
    "{\n"
    "    local kind=$1 begun=$2 before= i\n"
    "    case $kind in\n"
    "    names\\ *) mapfile -t COMPREPLY < <(compgen -W \"${kind#names }\" -- \"$begun\") ;;\n"
    "    folder) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$begun\") ;;\n"
    "    file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$begun\") ;;\n"
    "    files)\n"
    "        case $begun in *,*) before=${begun%,*},; compopt -o nospace ;; *) compopt -o filenames ;; esac\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"${begun##*,}\")\n"
    "        for i in \"${!COMPREPLY[@]}\"; do COMPREPLY[i]=$before${COMPREPLY[i]}; done ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_lenet5()\n"
    "{\n"
    "    local begun=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} value=\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$(_lenet5_commands) --help --version\" -- \"$begun\")\n"
    "        return\n"
    "    fi\n"
    "    # bash takes --format=zip5 for three words.\n"
    "    if [ \"$begun\" = = ]; then\n"
    "        begun=\n"
    "    elif [ \"$previous\" = = ]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    case $previous in --*) value=$(_lenet5_value \"$command $previous\") ;; esac\n"
    "    if [ -n \"$value\" ]; then\n"
    "        _lenet5_complete_value \"$value\" \"$begun\"\n"
    "    elif [ \"${begun#-}\" != \"$begun\" ]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$(_lenet5_options \"$command\")\" -- \"$begun\")\n"
    "    else\n"
    "        _lenet5_complete_value \"$(_lenet5_value \"$command \")\" \"$begun\"\n"
    "    fi\n"
    "}\n"
    "complete -F _lenet5 lenet5\n";

void write_bash_completion(FILE *script)
{
    fputs("# bash completion for lenet5, generated from the commands' tables\n\n_lenet5_commands()\n{\n    echo '",
          script);
    for (size_t i = 0; commands[i]; i++)
        fprintf(script, "%s%s", i ? " " : "", commands[i]->name);
    fputs("'\n}\n\n_lenet5_options()\n{\n    case $1 in\n", script);
    for (size_t i = 0; commands[i]; i++)
        write_options(script, commands[i]);
    fputs("    esac\n}\n\n# What follows \"command --option\", or is an operand of \"command \".\n"
          "_lenet5_value()\n{\n    case $1 in\n",
          script);
    for (size_t i = 0; commands[i]; i++)
        write_values(script, commands[i]);
    fprintf(script, "    esac\n}\n\n%s", completion);
}
