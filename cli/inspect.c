/* lenet5 inspect: the network beside the paper, and the provenance of a model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "json/answers.h"

/* The numbers that the paper gives for each layer (section II.B). */
static const struct {
    size_t parameters, connections;
} paper[LENET5_LAYERS] = {{156, 122304},  {12, 5880},     {1516, 151600}, {32, 2000},
                          {48120, 48120}, {10164, 10164}, {0, 840}};

typedef struct sums {
    size_t parameters, connections;
} sums;

static sums sum_layers(void)
{
    sums s = {0};
    for (size_t i = 0; i < LENET5_LAYERS; i++) {
        s.parameters += lenet5_layers[i].parameters;
        s.connections += lenet5_layers[i].connections;
    }
    return s;
}

static void print_layers(void)
{
    printf("layer   output     parameters  (paper)  connections  (paper)  kind\n");
    for (size_t i = 0; i < LENET5_LAYERS; i++) {
        const lenet5_layer *l = &lenet5_layers[i];
        printf("%-7s %-10s %10zu  %7zu  %11zu  %7zu  %s\n", l->name, l->output, l->parameters, paper[i].parameters,
               l->connections, paper[i].connections, l->kind);
    }
    const sums s = sum_layers();
    printf("sum                %10zu    60000  %11zu   340908\n", s.parameters, s.connections);
}

static void print_table(void)
{
    printf("\nC3, which maps of S2 (rows) each of its maps (columns) sees:\n\n      ");
    for (size_t map = 0; map < 16; map++)
        printf("%3zu", map);
    for (size_t input = 0; input < 6; input++) {
        printf("\n  S2 %zu", input);
        for (size_t map = 0; map < 16; map++)
            printf("  %c", lenet5_c3_table[input][map] ? 'X' : '.');
    }
    printf("\n");
}

static void print_codes(void)
{
    printf("\nThe codes of the ten digits, 7x12, with which the output layer compares F6:\n");
    for (size_t half = 0; half < LENET5_CLASSES; half += 5) {
        printf("\n");
        for (size_t row = 0; row < 12; row++) {
            for (size_t digit = half; digit < half + 5; digit++) {
                printf("   ");
                for (size_t column = 0; column < 7; column++)
                    printf("%s", lenet5_codes[digit][row][column] > 0 ? "##" : " .");
            }
            printf("\n");
        }
    }
}

static void print_provenance(const char *path, const lenet5_provenance *p)
{
    puts("");
    print_line(stdout, "%s: recipe %s, loss %s (j %g, scale %g), seed %llu, %u epochs through %zu pictures of %s", path,
               p->recipe, p->loss.criterion == LENET5_MAP ? "map" : "mse", p->loss.rubbish, p->loss.scale,
               (unsigned long long)p->seed, p->epochs, p->training_pictures, p->data_name);
    print_line(stdout, "data SHA-256 %s", p->data_sha256);
    if (p->teacher_sha256[0])
        print_line(stdout, "taught by networks whose SHA-256 is %s", p->teacher_sha256);
    if (p->held_out_pictures > 0)
        print_line(stdout, "%zu errors in %zu %s pictures: %.2f %%", p->held_out_errors, p->held_out_pictures,
                   p->held_out_name, percent(p->held_out_errors, p->held_out_pictures));
}

/* Checks every tensor of the network on a synthetic digit. */
static int verify(lenet5_verification *v, const lenet5_model *model)
{
    lenet5_error error;
    lenet5_dataset digit;
    lenet5_status status = lenet5_dataset_synthesise(&digit, 1, 1998, &error);
    if (status == LENET5_OK) {
        status = lenet5_verify(v, &model->network, &model->provenance.loss, digit.pixels, (digit.labels[0] + 1u) % 10,
                               40, &error);
        lenet5_dataset_free(&digit);
    }
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

static void print_verification(const lenet5_verification *v)
{
    printf("\nfinite differences in double precision; greatest relative error, at most %g:\n\n"
           "tensor           gradient  second derivative  numbers tried\n",
           v->tolerance);
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        printf("%-16s  %.1e            %.1e  %13zu\n", lenet5_tensors[i].name, v->gradient_error[i],
               v->curvature_error[i], v->checked[i]);
    printf("%s\n", v->passed ? "passed" : "FAILED");
}

static json_t *verification_json(const lenet5_verification *v)
{
    json_t *tensors = json_array();
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        add_item(&tensors, json_pack("{s:s, s:f, s:f, s:I}", "name", lenet5_tensors[i].name, "gradient_error",
                                     v->gradient_error[i], "curvature_error", v->curvature_error[i], "tried",
                                     (json_int_t)v->checked[i]));
    return json_pack("{s:b, s:f, s:o}", "passed", (int)v->passed, "tolerance", v->tolerance, "tensors", tensors);
}

static int print_all_json(const lenet5_model *model, const lenet5_verification *v)
{
    json_t *object = network_json();
    if (model)
        add_member(&object, "metadata", provenance_json(&model->provenance));
    if (v)
        add_member(&object, "verification", verification_json(v));
    return print_json(object);
}

static void print_all(const char *path, const lenet5_model *model, const lenet5_verification *v)
{
    print_layers();
    print_table();
    print_codes();
    if (model)
        print_provenance(path, &model->provenance);
    if (v)
        print_verification(v);
}

static int run(const cli_arguments *arguments)
{
    lenet5_error error;
    const char *path = arguments->count ? arguments->operands[0] : NULL;
    const bool wants_check = argument_flag(arguments, "verify");
    if (wants_check && !path)
        return report_usage_error(arguments->command, "--verify needs a MODEL");
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return report_out_of_memory();
    lenet5_verification v;
    int code = EXIT_DONE;
    if (path && lenet5_model_load(model, path, &error) != LENET5_OK)
        code = report_library_error(&error);
    if (code == EXIT_DONE && wants_check)
        code = verify(&v, model);
    if (code == EXIT_DONE && argument_flag(arguments, "json"))
        code = print_all_json(path ? model : NULL, wants_check ? &v : NULL);
    else if (code == EXIT_DONE)
        print_all(path, path ? model : NULL, wants_check ? &v : NULL);
    if (code == EXIT_DONE && wants_check && !v.passed)
        code = EXIT_FAILED;
    free(model);
    return code;
}

static const option options[] = {
    FLAG("verify", "check the model's derivatives against finite differences; exit code 1 if they differ"),
    OPTION_JSON("one JSON object (docs/json.md)"),
    {0},
};

const cli_command inspect_command = {
    .name = "inspect",
    .summary = "show the network layer by layer, and the provenance of a model",
    .usage = "[MODEL] [options]",
    .description = "Prints the parameters and connections of each layer beside the paper's, the connection table\n"
                   "of C3 and the ten codes of the output layer. With MODEL, also its recipe, training data and\n"
                   "errors.",
    .examples = "lenet5 inspect\n"
                "lenet5 inspect lenet5.safetensors --verify",
    .options = options,
    .operand = VALUE_FILE,
    .max_operands = 1,
    .run = run,
};
