/* lenet5 import: a model of the weights that another program has written. */
#include <stdio.h>
#include <stdlib.h>

#include "exchange/exchange.h"
#include "outputs.h"

#define MAX_FILE ((size_t)1 << 28) /* bytes: a committee of 64 networks has 15 MB */

static void report_imported(const lenet5_committee *models, const char *out)
{
    char command[COMMAND_SIZE];
    if (models->provenance.thresholds[0] > 0)
        return;
    begin_command(command, "calibrate");
    add_word(command, out);
    print_line(stderr, "the probabilities are not calibrated; with held-out pictures: %s", command);
}

static int save(const char *out, const lenet5_committee *models)
{
    lenet5_error error;
    if (keep_replaced(out, false) != EXIT_DONE)
        return EXIT_FAILED;
    if (lenet5_committee_save(out, models, &error) != LENET5_OK)
        return report_library_error(&error);
    print_line(stdout, "%s", out);
    report_imported(models, out);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    lenet5_error error;
    lenet5_committee models = {0};
    char *bytes;
    size_t size;
    const char *out = argument_text(arguments, "out");
    const char *path = arguments->operands[0];
    if (!out)
        return report_usage_error(arguments->command, "--out FILE is required: the model to write");
    int code = check_output(arguments, "out", NULL);
    if (code == EXIT_DONE)
        code = keep_apart(arguments, "out", path);
    if (code != EXIT_DONE)
        return code;
    code = load_text(&bytes, &size, path, MAX_FILE);
    if (code == EXIT_DONE && import_networks(&models, bytes, size, path, &error) != LENET5_OK)
        code = report_library_error(&error);
    free(bytes);
    if (code == EXIT_DONE)
        code = save(out, &models);
    lenet5_committee_free(&models);
    return code;
}

static const option options[] = {
    {"out", "FILE", VALUE_NEW_FILE, NULL, "the model to write; required"},
    {0},
};

const cli_command import_command = {
    .name = "import",
    .summary = "make a model of weights that another program has written",
    .usage = "FILE --out MODEL",
    .description = "FILE is a safetensors file with the twelve tensors of LeNet-5, from PyTorch or another program,\n"
                   "or an ONNX model that lenet5 export has written; that gives the very model again. Numbers are\n"
                   "F32, F16 or BF16; no metadata are needed. The tensors, with their shapes:\n\n"
                   "  c1.weight [6,5,5]       c1.bias [6]    also conv1; [6,1,5,5]\n"
                   "  s2.coefficient [6]      s2.bias [6]    also s2.weight, pool1\n"
                   "  c3.weight [60,5,5]      c3.bias [16]   also conv2; [16,6,5,5]\n"
                   "  s4.coefficient [16]     s4.bias [16]   also s4.weight, pool2\n"
                   "  c5.weight [120,16,5,5]  c5.bias [120]  also conv3; [120,400]\n"
                   "  f6.weight [84,120]      f6.bias [84]   also fc\n\n"
                   "Names may be in any case and follow those of modules: model.C1.weight. The 60 kernels of C3 are\n"
                   "in the order of Table I of the paper, map by map; in the form [16,6,5,5], those that the table\n"
                   "does not have are 0. The fixed codes of the output layer are left out.\n\n"
                   "A model without metadata of this program has no thresholds, and its probabilities are rough:\n"
                   "lenet5 calibrate fits both.",
    .examples = "lenet5 import weights.safetensors --out m.safetensors\n"
                "lenet5 calibrate m.safetensors",
    .options = options,
    .operand = VALUE_FILE,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
