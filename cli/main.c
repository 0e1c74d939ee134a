/* lenet5: the program. Each command is a file or a folder of its own; commands.c lists them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* The library reads LENET5_ISA when it is loaded, and ignores a name that this processor does not have. */
static bool check_isa(void)
{
    const char *wanted = getenv("LENET5_ISA");
    if (!wanted || !wanted[0] || strcmp(wanted, lenet5_isa()) == 0)
        return true;
    char names[NAMES_SIZE];
    report_error("LENET5_ISA is \"%s\", which this processor does not have; it has: %s", wanted,
                 list_names(names, lenet5_isa_at));
    return false;
}

/* Returns whether everything printed has been written. */
static bool flush_output(void)
{
    flush_stream(stdout);
    if (output_errno != 0)
        report_error("standard output: cannot be written: %s", strerror(output_errno));
    else if (ferror(stdout))
        report_error("standard output: cannot be written");
    return output_errno == 0 && !ferror(stdout);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_overview();
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    const cli_command *command = find_command(name);
    if (!command)
        return report_unknown_name(NULL, "command", name, command_at);
    if (asks_for_help(argc - 2, argv + 2)) {
        print_help(command);
        return EXIT_DONE;
    }
    cli_arguments arguments;
    if (!parse_arguments(&arguments, command, argc - 2, argv + 2) || !check_isa())
        return EXIT_USAGE;
    return command->run(&arguments);
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    signal(SIGXFSZ, SIG_IGN); /* a file that reaches a limit of its size is an error as any other */
    const int code = run(argc, argv);
    if (!flush_output())
        return EXIT_FAILED;
    if (interrupted && code != EXIT_DONE)
        end_by_signal(interrupted);
    return code;
}
