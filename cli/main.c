/* lenet5: the command line. Each command is a file of its own. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

extern const cli_command train_command, test_command, classify_command, read_command, inspect_command, synth_command,
    fetch_command, plot_command, bench_command, calibrate_command;
#ifdef LENET5_SERVE
extern const cli_command serve_command;
#endif
static const cli_command help_command, version_command;

const cli_command *const commands[] = {&train_command,     &test_command,    &classify_command,
                                       &read_command,
#ifdef LENET5_SERVE
                                       &serve_command,
#endif
                                       &calibrate_command, &inspect_command, &synth_command,
                                       &fetch_command,     &plot_command,    &bench_command,
                                       &help_command,      &version_command, NULL};

static const option no_options[] = {{0}};

static int complain_command(const char *name)
{
    const char *names[16] = {0};
    for (size_t i = 0; commands[i]; i++)
        names[i] = commands[i]->name;
    return complain_unknown(NULL, "command", name, names);
}

static int help(const cli_arguments *arguments)
{
    if (arguments->count == 0) {
        print_overview();
        return EXIT_DONE;
    }
    const cli_command *command = find_command(arguments->others[0]);
    if (!command)
        return complain_command(arguments->others[0]);
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
    .summary = "explain the program or one of its commands",
    .usage = "[COMMAND]",
    .description = "Prints the list of commands, or what one of them does and takes.",
    .options = no_options,
    .most = 1,
    .run = help,
};

static const cli_command version_command = {
    .name = "version",
    .summary = "print the version and the instruction set in use",
    .usage = "",
    .description = "Prints the version of the program and, in parentheses, the instruction set that its passes\n"
                   "use: the best one that the processor has, or the one that the environment variable\n"
                   "LENET5_ISA names.",
    .options = no_options,
    .run = version,
};

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* LENET5_ISA is heeded when the library is loaded; one that names nothing is passed over there, and refused here. */
static bool check_isa(void)
{
    const char *wish = getenv("LENET5_ISA");
    if (!wish || !wish[0] || strcmp(wish, lenet5_isa()) == 0)
        return true;
    char names[128] = "";
    for (size_t i = 0; lenet5_isa_at(i); i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", lenet5_isa_at(i));
    complain("LENET5_ISA is \"%s\", which this processor does not have; it has: %s", wish, names);
    return false;
}

/* Whether all that was printed has been written. */
static bool flush_output(void)
{
    flush_stream(stdout);
    if (output_errno != 0)
        complain("standard output: cannot be written: %s", strerror(output_errno));
    else if (ferror(stdout))
        complain("standard output: cannot be written");
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
    if (strcmp(name, "--version") == 0)
        name = "version";
    const cli_command *command = find_command(name);
    if (!command)
        return complain_command(name);
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
