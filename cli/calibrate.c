/* lenet5 calibrate: fits probabilities and rejection thresholds to held-out pictures. */
#include <stdio.h>
#include <stdlib.h>

#include "outputs.h"
#include "train/unfinished.h"

static void print_result(const lenet5_committee *models, const lenet5_loss *before, double error_before,
                         double error_now)
{
    const lenet5_provenance *p = &models->provenance;
    printf("scale %.6g (was %.6g), j %.6g (was %.6g)\n", p->loss.scale, before->scale, p->loss.rubbish,
           before->rubbish);
    printf("expected calibration error %.2f %% (was %.2f %%)\n", 100 * error_now, 100 * error_before);
    printf("\nerror among the accepted   least probability accepted\n");
    for (size_t i = 0; i < LENET5_RISKS; i++)
        printf("%22.2f %%   %.9f\n", 100 * lenet5_risks[i], p->thresholds[i]);
}

static int print_result_json(const lenet5_committee *models, double error_before, double error_now)
{
    const lenet5_provenance *p = &models->provenance;
    json_t *thresholds = json_array();
    for (size_t i = 0; i < LENET5_RISKS; i++)
        add_item(&thresholds,
                 json_pack("{s:f, s:f}", "error_pct", 100 * lenet5_risks[i], "least_probability", p->thresholds[i]));
    return print_json(json_pack("{s:f, s:f, s:f, s:f, s:o}", "scale", p->loss.scale, "rubbish", p->loss.rubbish,
                                "calibration_error_before_pct", 100 * error_before, "calibration_error_pct",
                                100 * error_now, "thresholds", thresholds));
}

static int calibrate(const cli_arguments *arguments, const char *out, lenet5_committee *models,
                     const lenet5_dataset *set, unsigned threads)
{
    lenet5_error error;
    lenet5_evaluation e;
    const lenet5_loss before = models->provenance.loss;
    if (lenet5_committee_evaluate(&e, models, set, NULL, threads, &error) != LENET5_OK)
        return report_library_error(&error);
    const double error_before = lenet5_calibration_error(&e, set, &before);
    lenet5_status status = lenet5_calibrate(models, set, threads, &error);
    const double error_now = lenet5_calibration_error(&e, set, &models->provenance.loss);
    lenet5_evaluation_free(&e);
    if (status != LENET5_OK)
        return report_library_error(&error);
    if (keep_replaced(out, false) != EXIT_DONE)
        return EXIT_FAILED;
    if (lenet5_committee_save(out, models, &error) != LENET5_OK)
        return report_library_error(&error);
    if (argument_flag(arguments, "json"))
        return print_result_json(models, error_before, error_now);
    print_result(models, &before, error_before, error_now);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    lenet5_error error;
    uint64_t validation;
    unsigned threads;
    if (!argument_whole(&validation, arguments, "validation", 10000, 1, 10000000) ||
        !argument_threads(&threads, arguments))
        return EXIT_USAGE;
    lenet5_committee models;
    named_set data = {0};
    const char *out = argument_text(arguments, "out") ? argument_text(arguments, "out") : arguments->operands[0];
    int code = argument_text(arguments, "out") ? check_output(arguments, "out", NULL) : refuse_checkpoint(out);
    if (code == EXIT_DONE)
        code = keep_apart_from_data(arguments, "out");
    if (code != EXIT_DONE)
        return code;
    code = load_models(&models, (const char *const *)arguments->operands, 1, NULL);
    if (code == EXIT_DONE)
        code = check_room(out, models.count * sizeof(lenet5_network));
    if (code == EXIT_DONE && load_set(&data, arguments, LENET5_TRAIN, &error) != LENET5_OK)
        code = report_library_error(&error);
    else if (code == EXIT_DONE && validation > data.set.count)
        code = report_error("--validation %llu: there are only %zu pictures", (unsigned long long)validation,
                            data.set.count);
    if (code == EXIT_DONE && models.provenance.validation_pictures < validation)
        fputs("lenet5: warning: the model was trained on these pictures; its probabilities will be too high\n", stderr);
    if (code == EXIT_DONE) {
        const lenet5_dataset held_out =
            lenet5_dataset_slice(&data.set, data.set.count - (size_t)validation, (size_t)validation);
        code = calibrate(arguments, out, &models, &held_out, threads);
    }
    lenet5_dataset_free(&data.set);
    lenet5_committee_free(&models);
    return code;
}

static const option options[] = {
    OPTION_DATA,
    {"validation", "N", VALUE_WHOLE, NULL, "calibrate on the last N training pictures; default 10000"},
    {"out", "FILE", VALUE_NEW_FILE, NULL, "the calibrated model; default: replaces MODEL, which is kept as MODEL~"},
    OPTION_THREADS(THREADS_DEFAULT),
    OPTION_JSON("one JSON object (docs/json.md)"),
    {0},
};

const cli_command calibrate_command = {
    .name = "calibrate",
    .summary = "fit a model's probabilities and rejection thresholds to held-out pictures",
    .usage = "MODEL [options]",
    .description = "Fits how penalties become probabilities, on pictures that the model was not trained on\n"
                   "(lenet5 train --validation N): the scale of all penalties, and j, the penalty of the rubbish\n"
                   "class of eq. 9. Then finds the thresholds for six error rates among the accepted answers,\n"
                   "from 2 % to 0.05 %, which lenet5 classify --max-error uses. The weights do not change.\n\n"
                   "For a model of a recipe with drawn digits (hands, amounts, strings), the thresholds hold for\n"
                   "these too, distorted as in the training: they stand for people whose hands the set does not\n"
                   "have.\n\n"
                   "The checkpoint of an unfinished training needs another --out.",
    .examples = "lenet5 train --validation 10000 --out m.safetensors\n"
                "lenet5 calibrate m.safetensors\n"
                "lenet5 classify --model m.safetensors --max-error 0.1% seven.png",
    .options = options,
    .operand = VALUE_FILE,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
