#include "manual/notes.h"

#include <string.h>

const note environment_notes[] = {
    {"LENET5_DATA", "The folder of MNIST, where --data is not given.", NULL, "data"},
    {"LENET5_ISA",
     "The instruction set that the network runs on: baseline, avx2, avx512 or neon, as far as the processor has it. "
     "Without it, the program takes the fastest one.",
     NULL, NULL},
    {"XDG_DATA_HOME",
     "The folder of data, where neither --data nor LENET5_DATA is given: MNIST is in lenet5/mnist below it. The "
     "default is ~/.local/share.",
     NULL, "data"},
    {"https_proxy", "The proxy of downloads, as libcurl takes it.", "fetch", NULL},
    {0},
};

const note file_notes[] = {
    {"~/.local/share/lenet5/mnist", "The default folder of MNIST, to which lenet5 fetch mnist writes.", NULL, "data"},
    {"~/.local/share/lenet5/SET", "The default folder of another set of lenet5 fetch.", "fetch", NULL},
    {"lenet5.safetensors", "The default name of the model that lenet5 train writes.", "train", NULL},
    {"NAME.checkpoint.safetensors", "The checkpoint of an unfinished training of NAME.safetensors.", "train calibrate",
     NULL},
    {"NAME.members", "The folder of the checkpoints of an unfinished committee.", "train", NULL},
    {"NAME~", "The model that NAME replaced.", "train calibrate", NULL},
    {"NAME.part", "An unfinished download, which the next one continues.", "fetch", NULL},
    {"NAME.lenet5-N.tmp",
     "What a killed program may leave of a file that it was writing. The next write of NAME removes it.",
     "train calibrate synth plot read merge", NULL},
    {0},
};

const note exit_notes[] = {
    {"0", "The command is done.", NULL, NULL},
    {"1", "It failed; a message on standard error names the file, the place and the remedy.", NULL, NULL},
    {"2", "Wrong usage.", NULL, NULL},
    {"3", "Done, but something was rejected as unreadable.", "classify read", NULL},
    {"130, 143", "Ended by Ctrl-C (SIGINT) or SIGTERM, as a shell reports it.",
     "train test classify read merge calibrate inspect synth fetch plot bench", NULL},
    {0},
};

const char overview_summary[] = "read handwritten digits with LeNet-5, the network of 1998";

const char overview_description[] =
    "lenet5 reads handwritten digits in photos, scans and forms with LeNet-5, the convolutional network of 1998. It "
    "also trains, tests and explains the network, and serves it over HTTP. Trained networks are built in.\n"
    "\n"
    "Results go to standard output, everything else to standard error. Most commands print one JSON object a line with "
    "--json. Use lenet5 help COMMAND for a summary of a command.";

const char overview_examples[] = "lenet5 read photo.jpg                       # the numbers in a photo\n"
                                 "lenet5 read --format date --json form.pdf   # dates in a scan, as JSON\n"
                                 "lenet5 serve                                # a page to draw on\n"
                                 "lenet5 fetch mnist && lenet5 train          # a network of one's own\n";

const char overview_references[] = "lenet5-read.1 lenet5-serve.1 lenet5-train.1 lenet5.3 lenet5-template.5";

/* ---- Which notes and references a command has -------------------------------------------------------------------- */

static bool has_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

bool note_applies(const note *n, const cli_command *command)
{
    if (!command || (!n->commands && !n->option))
        return true;
    return (n->commands && has_word(n->commands, command->name)) ||
           (n->option && find_option(command, n->option, strlen(n->option)));
}

typedef struct references {
    const char *command, *pages;
} references;

static const references all_references[] = {
    {"train", "lenet5.1 lenet5-calibrate.1 lenet5-fetch.1 lenet5-plot.1 lenet5-test.1"},
    {"test", "lenet5.1 lenet5-calibrate.1 lenet5-train.1"},
    {"classify", "lenet5.1 lenet5-calibrate.1 lenet5-read.1"},
    {"read", "lenet5.1 lenet5-classify.1 lenet5-merge.1 lenet5-serve.1 pdftoppm.1 lenet5-template.5"},
    {"merge", "lenet5.1 lenet5-read.1"},
    {"serve", "lenet5.1 lenet5-classify.1 lenet5-read.1"},
    {"calibrate", "lenet5.1 lenet5-classify.1 lenet5-test.1 lenet5-train.1"},
    {"inspect", "lenet5.1 lenet5-train.1"},
    {"synth", "lenet5.1 lenet5-read.1 lenet5-train.1"},
    {"fetch", "lenet5.1 lenet5-train.1"},
    {"plot", "lenet5.1 lenet5-train.1"},
};

const char *references_of(const cli_command *command)
{
    for (size_t i = 0; i < sizeof all_references / sizeof *all_references; i++)
        if (strcmp(all_references[i].command, command->name) == 0)
            return all_references[i].pages;
    return "lenet5.1";
}
