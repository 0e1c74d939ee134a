/* The list of all commands, and the two that are about commands: help and version. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common.h"

extern const cli_command train_command, test_command, classify_command, read_command, inspect_command, synth_command,
    fetch_command, plot_command, bench_command, calibrate_command, merge_command, export_command, import_command;
#ifdef LENET5_SERVE
extern const cli_command serve_command;
#endif
static const cli_command help_command, version_command;

const cli_command *const commands[] = {&read_command,
                                       &merge_command,
                                       &classify_command,
#ifdef LENET5_SERVE
                                       &serve_command,
#endif
                                       &train_command,
                                       &test_command,
                                       &calibrate_command,
                                       &inspect_command,
                                       &export_command,
                                       &import_command,
                                       &synth_command,
                                       &fetch_command,
                                       &plot_command,
                                       &bench_command,
                                       &help_command,
                                       &version_command,
                                       NULL};

const cli_command *find_command(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char *command_at(size_t index)
{
    assert(index < sizeof commands / sizeof commands[0]);
    return commands[index] ? commands[index]->name : NULL;
}

static const option no_options[] = {{0}};

static int help(const cli_arguments *arguments)
{
    if (arguments->count == 0) {
        print_overview();
        return EXIT_DONE;
    }
    const cli_command *command = find_command(arguments->operands[0]);
    if (!command)
        return report_unknown_name(NULL, "command", arguments->operands[0], command_at);
    print_help(command);
    return EXIT_DONE;
}

static int version(const cli_arguments *arguments)
{
    (void)arguments;
    printf("lenet5 %s (%s)\n", lenet5_version(), lenet5_isa());
    return EXIT_DONE;
}

static const cli_command help_command = {
    .name = "help",
    .summary = "describe the program or one of its commands",
    .usage = "[COMMAND]",
    .description = "Without COMMAND, lists the commands and the exit codes. With COMMAND, prints its usage and\n"
                   "options, as lenet5 COMMAND --help does.",
    .options = no_options,
    .operand = VALUE_NAME,
    .operand_at = command_at,
    .max_operands = 1,
    .run = help,
};

static const cli_command version_command = {
    .name = "version",
    .summary = "print the version and the instruction set in use",
    .usage = "",
    .description = "Prints the version of the program and, in parentheses, the instruction set that the network\n"
                   "is computed with: the best one that the processor has, unless the environment variable\n"
                   "LENET5_ISA names another. Also: lenet5 --version, lenet5 -V.",
    .options = no_options,
    .run = version,
};
