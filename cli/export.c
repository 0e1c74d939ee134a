/* lenet5 export: a model as a file for other programs. */
#include <stdlib.h>

#include "exchange/exchange.h"
#include "outputs.h"

/* A name_list: the formats. */
static const char *format_at(size_t index)
{
    static const char *const formats[] = {"onnx", NULL};
    return formats[index];
}

static int export(const cli_arguments *arguments, const char *out, const lenet5_committee *models)
{
    lenet5_error error;
    onnx_options options = {.penalties = argument_flag(arguments, "penalties"),
                            .maps = argument_flag(arguments, "maps"),
                            .int8 = argument_flag(arguments, "int8")};
    const int code = choose_digit_threshold(&options.threshold, arguments, &models->provenance);
    if (code != EXIT_DONE)
        return code;
    if (onnx_write(out, models, &options, &error) != LENET5_OK)
        return report_library_error(&error);
    print_line(stdout, "%s", out);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    const char *out = argument_text(arguments, "out");
    if (index_of_name(format_at, arguments->operands[0]) > 0)
        return report_unknown_name(arguments->command, "format", arguments->operands[0], format_at);
    if (!out)
        return report_usage_error(arguments->command, "--out FILE is required; its name ends in .onnx");
    int code = check_output(arguments, "out", ".onnx");
    if (code == EXIT_DONE)
        code = keep_apart_from_list(arguments, "out", argument_text(arguments, "model"));
    if (code != EXIT_DONE)
        return code;
    lenet5_committee models = {0};
    code = load_named_models(&models, argument_text(arguments, "model"), lenet5_builtin());
    if (code == EXIT_DONE)
        code = export(arguments, out, &models);
    lenet5_committee_free(&models);
    return code;
}

static const option options[] = {
    {"out", "FILE", VALUE_NEW_FILE, NULL, "the file to write, .onnx; required"},
    OPTION_MODEL("the built-in one for single digits"),
    OPTION_DIGIT_THRESHOLD,
    OPTION_DIGIT_MAX_ERROR,
    FLAG("int8", "weights and states in 8 bits (QDQ): a smaller file, and few other answers"),
    FLAG("penalties", "no output but penalty, for what computes probabilities and decisions itself"),
    FLAG("maps", "outputs for the states of all layers too: c1, s2, c3, s4, c5, f6"),
    {0},
};

const cli_command export_command = {
    .name = "export",
    .summary = "write a model as a file for other programs",
    .usage = "onnx --out FILE [options]",
    .description = "Writes an ONNX model (opset 17) for ONNX Runtime and others. Its input is pictures, uint8\n"
                   "[n,28,28], 0 paper to 255 ink, normalised as in MNIST. Its outputs are those of POST /v2 of\n"
                   "lenet5 serve: digit, probability, posterior, penalty and accepted, by the calibration of the\n"
                   "model and the threshold. Several models become one that answers by the mean of their penalties.\n\n"
                   "lenet5 import makes a model of the file again, but not of one with --int8.",
    .examples = "lenet5 export onnx --out lenet5.onnx\n"
                "lenet5 export onnx --model a.safetensors --max-error 0.1% --int8 --out a.onnx",
    .options = options,
    .operand = VALUE_NAME,
    .operand_at = format_at,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
