/* lenet5 train: from pictures to a model file, with checkpoints on the way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "committee.h"
#include "common.h"
#include "progress.h"
#include "watch.h"

#define CHECKPOINT_SECONDS 15.0

/* What one training works with. */
typedef struct job {
    const cli_arguments *arguments;
    bool json, quiet;
    bool untold; /* a line found no memory, which does not end the training */
    bool titled; /* the columns of the passes have been named */
    const char *out, *log;
    char recipe[32];
    char checkpoint[PATH_SIZE];
    uint64_t seed, passes, batch, threads, validation, committee;
    lenet5_criterion criterion;
    bool criterion_given;
    double negatives;

    named_set train, test;
    lenet5_dataset training_part, held_out;
    const char *held_out_name;
    lenet5_committee teacher; /* of no networks: none */
    lenet5_training *training;
    progress progress;
    watch *watch; /* NULL: nobody watches */
} job;

static bool is_recipe(const char *name)
{
    for (const lenet5_recipe_description *r = lenet5_recipes; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return true;
    return false;
}

static int complain_recipe(const cli_arguments *arguments, const char *name)
{
    const char *names[8] = {0};
    for (size_t i = 0; i < 7 && lenet5_recipes[i].name; i++)
        names[i] = lenet5_recipes[i].name;
    return complain_unknown(arguments->command, "recipe", name, names);
}

static int read_options(job *j)
{
    const cli_arguments *a = j->arguments;
    const char *loss = argument_text(a, "loss");
    const char *recipe = argument_text(a, "recipe");
    j->json = argument_flag(a, "json");
    j->quiet = argument_flag(a, "quiet");
    j->log = argument_text(a, "log");
    j->out = argument_text(a, "out") ? argument_text(a, "out") : DEFAULT_MODEL;
    name_beside(j->checkpoint, j->out, "checkpoint"); /* NAME.checkpoint.safetensors */
    if (recipe && !is_recipe(recipe))
        return complain_recipe(a, recipe);
    if (loss && strcmp(loss, "mse") != 0 && strcmp(loss, "map") != 0)
        return complain_usage(a->command, "--loss is mse (eq. 8) or map (eq. 9), not \"%s\"", loss);
    j->criterion_given = loss != NULL;
    j->criterion = loss && strcmp(loss, "map") == 0 ? LENET5_MAP : LENET5_MSE;
    if (!argument_whole(&j->seed, a, "seed", 1, 0, UINT64_MAX) ||
        !argument_whole(&j->passes, a, "epochs", 0, 1, LENET5_MAX_PASSES) ||
        !argument_whole(&j->batch, a, "batch", 0, 1, LENET5_MAX_BATCH) ||
        !argument_whole(&j->threads, a, "threads", 0, 1, LENET5_MAX_THREADS) ||
        !argument_whole(&j->committee, a, "committee", 1, 1, LENET5_MAX_COMMITTEE) ||
        !argument_real(&j->negatives, a, "negatives", 0, 0, 1) ||
        !argument_whole(&j->validation, a, "validation", 0, 0, 10000000))
        return EXIT_USAGE;
    static const char *const fixed[] = {"recipe", "loss",       "seed",      "epochs",
                                        "batch",  "validation", "committee", "negatives"};
    static const char *const of_one[] = {"log", "watch"};
    for (size_t i = 0; argument_text(a, "resume") && i < sizeof fixed / sizeof fixed[0]; i++)
        if (argument_text(a, fixed[i]))
            return complain_usage(a->command, "--%s cannot be changed when a training is resumed", fixed[i]);
    for (size_t i = 0; j->committee > 1 && i < sizeof of_one / sizeof of_one[0]; i++)
        if (argument_text(a, of_one[i]))
            return complain_usage(a->command, "--%s is for a single network, not for a committee", of_one[i]);
    if (recipe && strcmp(recipe, "1998") == 0 && (j->batch > 1 || j->negatives > 0))
        return complain_usage(a->command, "recipe 1998 trains on digits alone, one at a time; --batch and --negatives "
                                          "are for the others");
    return EXIT_DONE;
}

/* MNIST or another set where it is found, else synthetic digits, which is said. */
static int load_data(job *j, bool synthetic)
{
    lenet5_error error;
    lenet5_status status = LENET5_E_DATA_MISSING;
    if (!synthetic) {
        status = load_set(&j->train, j->arguments, LENET5_TRAIN, &error);
        if (status == LENET5_OK)
            status = load_set(&j->test, j->arguments, LENET5_TEST, &error);
        if (status == LENET5_E_DATA_MISSING && argument_text(j->arguments, "data"))
            return complain_error(&error);
        if (status == LENET5_E_DATA_MISSING)
            fprintf(stderr, "MNIST is not here (lenet5 fetch mnist brings it): training on %d synthetic digits\n",
                    SYNTHETIC_TRAINING);
    }
    if (status == LENET5_E_DATA_MISSING) {
        lenet5_dataset_free(&j->train.set);
        status = synthetic_set(&j->train, LENET5_TRAIN, &error);
        if (status == LENET5_OK)
            status = synthetic_set(&j->test, LENET5_TEST, &error);
    }
    return status == LENET5_OK ? EXIT_DONE : complain_error(&error);
}

static int load_teacher(job *j)
{
    const char *path = argument_text(j->arguments, "teacher");
    return path ? load_models(&j->teacher, &path, 1, NULL) : EXIT_DONE;
}

/* The last pictures of the training set are the validation set, if one is wanted; else the test set is looked at. */
static int divide_data(job *j)
{
    const lenet5_dataset *all = &j->train.set;
    if (j->validation >= all->count)
        return complain_usage(j->arguments->command, "--validation %llu leaves nothing of %zu pictures to train on",
                              (unsigned long long)j->validation, all->count);
    const size_t kept = all->count - (size_t)j->validation;
    j->training_part = lenet5_dataset_slice(all, 0, kept);
    if (j->validation > 0) {
        j->held_out = lenet5_dataset_slice(all, kept, (size_t)j->validation);
        j->held_out_name = "validation";
    } else {
        j->held_out = j->test.set;
        j->held_out_name = "test";
    }
    return EXIT_DONE;
}

static unsigned passes_of(const char *recipe)
{
    const lenet5_recipe_description *r = lenet5_recipes;
    while (strcmp(r->name, recipe) != 0)
        r++;
    return r->passes;
}

static int prepare_new(job *j, lenet5_training_options *options)
{
    int code = load_data(j, false);
    if (code == EXIT_DONE)
        code = divide_data(j);
    if (code == EXIT_DONE)
        code = load_teacher(j);
    const char *recipe = argument_text(j->arguments, "recipe");
    snprintf(j->recipe, sizeof j->recipe, "%s", recipe ? recipe : "fast");
    *options = (lenet5_training_options){.recipe = j->recipe,
                                         .seed = j->seed,
                                         .passes = j->passes ? (unsigned)j->passes : passes_of(j->recipe),
                                         .batch = (size_t)j->batch,
                                         .threads = (unsigned)j->threads,
                                         .criterion = j->criterion_given ? &j->criterion : NULL,
                                         .negatives = argument_text(j->arguments, "negatives") ? &j->negatives : NULL,
                                         .teacher = j->teacher.count ? &j->teacher : NULL,
                                         .data_name = j->train.name,
                                         .data_sha256 = j->train.set.sha256,
                                         .held_out_name = j->held_out_name,
                                         .validation_pictures = (size_t)j->validation};
    return code;
}

static int begin_new(job *j)
{
    lenet5_error error;
    lenet5_training_options options;
    const int code = prepare_new(j, &options);
    if (code != EXIT_DONE)
        return code;
    lenet5_status status = lenet5_training_new(&j->training, &options, &j->training_part, &j->held_out, &error);
    if (status == LENET5_OK)
        status = lenet5_training_save(j->checkpoint, j->training, &error);
    return status == LENET5_OK ? EXIT_DONE : complain_error(&error);
}

static int run_committee(job *j)
{
    committee_plan plan = {.count = (size_t)j->committee,
                           .set = &j->training_part,
                           .held_out = &j->held_out,
                           .out = j->out,
                           .quiet = j->quiet,
                           .json = j->json};
    const int code = prepare_new(j, &plan.options);
    plan.held_out_name = j->held_out_name;
    return code == EXIT_DONE ? train_committee(&plan) : code;
}

static int begin_again(job *j, const char *path)
{
    lenet5_error error;
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return complain_memory();
    lenet5_status status = lenet5_model_load(model, path, &error);
    const lenet5_provenance saved = status == LENET5_OK ? model->provenance : (lenet5_provenance){0};
    free(model);
    if (status != LENET5_OK)
        return complain_error(&error);
    snprintf(j->checkpoint, sizeof j->checkpoint, "%s", path);
    snprintf(j->recipe, sizeof j->recipe, "%s", saved.recipe);
    j->validation = saved.validation_pictures;
    int code = load_data(j, strcmp(saved.data_name, SYNTHETIC_NAME) == 0);
    if (code == EXIT_DONE)
        code = divide_data(j);
    if (code == EXIT_DONE)
        code = load_teacher(j);
    if (code != EXIT_DONE)
        return code;
    const lenet5_training_options options = {.threads = (unsigned)j->threads,
                                             .teacher = j->teacher.count ? &j->teacher : NULL,
                                             .data_sha256 = j->train.set.sha256};
    status = lenet5_training_resume(&j->training, path, &options, &j->training_part, &j->held_out, &error);
    return status == LENET5_OK ? EXIT_DONE : complain_error(&error);
}

/* ---- What is told of it --------------------------------------------------------------------------------------------
 */

static json_t *pass_json(const job *j, const lenet5_pass *p)
{
    char key[64];
    double low, high;
    lenet5_wilson(&low, &high, p->held_out_errors, p->held_out_pictures);
    json_t *object = json_pack("{s:i, s:f, s:f}", "pass", (int)p->pass, "loss", p->loss, "train_error_pct",
                               percent(p->training_errors, p->training_pictures));
    snprintf(key, sizeof key, "%s_error_pct", j->held_out_name);
    add_member(&object, key, json_real(percent(p->held_out_errors, p->held_out_pictures)));
    snprintf(key, sizeof key, "%s_interval_pct", j->held_out_name);
    add_member(&object, key, json_pack("[f,f]", 100 * low, 100 * high));
    add_member(&object, "seconds", json_real(p->seconds));
    add_member(&object, "pictures_per_s", json_real((double)p->training_pictures / p->seconds));
    add_member(&object, "rates", json_pack("[f,f]", p->least_rate, p->greatest_rate));
    return object;
}

static void print_pass(job *j, const lenet5_pass *p)
{
    double low, high;
    lenet5_wilson(&low, &high, p->held_out_errors, p->held_out_pictures);
    if (!j->titled)
        printf("pass    loss   training error  %10s error (95 %% interval)  learning rates       seconds\n",
               j->held_out_name);
    j->titled = true;
    printf("%4u %7.4f        %6.2f %%          %6.2f %% (%.2f to %.2f)      %.1e ... %.1e  %6.1f\n", p->pass, p->loss,
           percent(p->training_errors, p->training_pictures), percent(p->held_out_errors, p->held_out_pictures),
           100 * low, 100 * high, p->least_rate, p->greatest_rate, p->seconds);
    fflush(stdout);
}

static void tell_pass(job *j, const lenet5_pass *p)
{
    json_t *object = pass_json(j, p);
    watch_pass(j->watch, object);
    if (j->json)
        j->untold |= print_json(json_incref(object)) != EXIT_DONE;
    else if (!j->quiet)
        print_pass(j, p);
    json_decref(object);
}

static char *log_text(const job *j)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    fprintf(stream,
            "pass,loss,train_error_pct,%s_error_pct,%s_low_pct,%s_high_pct,least_rate,greatest_rate,seconds,recipe\n",
            j->held_out_name, j->held_out_name, j->held_out_name);
    for (unsigned i = 0; i < lenet5_training_passes(j->training); i++) {
        const lenet5_pass *p = lenet5_training_pass(j->training, i);
        double low, high;
        lenet5_wilson(&low, &high, p->held_out_errors, p->held_out_pictures);
        fprintf(stream, "%u,%.6f,%.4f,%.4f,%.4f,%.4f,%.4e,%.4e,%.2f,%s\n", p->pass, p->loss,
                percent(p->training_errors, p->training_pictures), percent(p->held_out_errors, p->held_out_pictures),
                100 * low, 100 * high, p->least_rate, p->greatest_rate, p->seconds, j->recipe);
    }
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static lenet5_status write_log(const job *j, lenet5_error *error)
{
    if (!j->log)
        return LENET5_OK;
    char *text = log_text(j);
    if (!text)
        return fail_memory(error);
    const lenet5_bytes piece = {text, strlen(text)};
    const lenet5_status status = lenet5_file_write(j->log, &piece, 1, error);
    free(text);
    return status;
}

/* The share of the training that is done. */
static double share_done(const job *j)
{
    const double seen = (double)lenet5_training_pictures_seen(j->training);
    return (lenet5_training_passes(j->training) + seen / (double)lenet5_training_pass_length(j->training)) /
           lenet5_training_passes_in_all(j->training);
}

static void show_progress(job *j)
{
    char label[128];
    const unsigned passes = lenet5_training_passes_in_all(j->training);
    const size_t length = lenet5_training_pass_length(j->training);
    const double done = share_done(j);
    const double rate = (done - j->progress.from) * passes * (double)length / (seconds_now() - j->progress.started);
    snprintf(label, sizeof label, "pass %u of %u, %3.0f %%, loss %.4f, %.0f pictures/s",
             lenet5_training_passes(j->training) + 1, passes,
             percent(lenet5_training_pictures_seen(j->training), length), lenet5_training_loss(j->training), rate);
    progress_show(&j->progress, done, label);
    watch_progress(j->watch, rate, rate > 0 ? (1 - done) * passes * (double)length / rate : 0);
}

/* ---- The loop ------------------------------------------------------------------------------------------------------
 */

static lenet5_status step(job *j, double *saved, lenet5_error *error)
{
    const unsigned before = lenet5_training_passes(j->training);
    lenet5_status status = lenet5_training_step(j->training, error);
    if (status != LENET5_OK)
        return status;
    const bool pass_done = lenet5_training_passes(j->training) > before;
    if (pass_done) {
        progress_clear(&j->progress);
        tell_pass(j, lenet5_training_pass(j->training, before));
        status = write_log(j, error);
    }
    if (status == LENET5_OK && (pass_done || interrupted || seconds_now() - *saved > CHECKPOINT_SECONDS)) {
        status = lenet5_training_save(j->checkpoint, j->training, error);
        *saved = seconds_now();
    }
    return status;
}

static int finish(job *j)
{
    lenet5_error error;
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return complain_memory();
    lenet5_training_model(model, j->training);
    const lenet5_status status = lenet5_model_save(j->out, model, &error);
    free(model);
    if (status != LENET5_OK)
        return complain_error(&error);
    unlink(j->checkpoint);
    if (!j->quiet)
        fprintf(stderr, "the model is %s; lenet5 test %s examines it\n", j->out, j->out);
    return EXIT_DONE;
}

static int begin_watch(job *j)
{
    const watched what = {j->training, &j->held_out, j->held_out_name, j->recipe, (unsigned)j->threads};
    const char *place = argument_text(j->arguments, "watch");
    return place ? watch_begin(&j->watch, &what, place, j->quiet) : EXIT_DONE;
}

static int run_training(job *j)
{
    lenet5_error error;
    double saved = seconds_now();
    const int code = begin_watch(j);
    if (code != EXIT_DONE)
        return code;
    progress_begin(&j->progress, j->quiet, share_done(j));
    while (!lenet5_training_finished(j->training) && !interrupted) {
        if (step(j, &saved, &error) != LENET5_OK) {
            progress_clear(&j->progress);
            return complain_error(&error);
        }
        show_progress(j);
    }
    progress_clear(&j->progress);
    if (lenet5_training_finished(j->training))
        return finish(j);
    const char *teacher = argument_text(j->arguments, "teacher");
    fprintf(stderr, "interrupted; to go on: lenet5 train --resume %s --out %s%s%s%s%s\n", j->checkpoint, j->out,
            teacher ? " --teacher " : "", teacher ? teacher : "", j->log ? " --log " : "", j->log ? j->log : "");
    return EXIT_FAILED;
}

static int run(const cli_arguments *arguments)
{
    job *j = calloc(1, sizeof *j);
    if (!j)
        return complain_memory();
    j->arguments = arguments;
    const char *resume = argument_text(arguments, "resume");
    int code = read_options(j);
    watch_interrupts();
    const bool single = j->committee <= 1;
    if (code == EXIT_DONE && single)
        code = resume ? begin_again(j, resume) : begin_new(j);
    if (code == EXIT_DONE)
        code = single ? run_training(j) : run_committee(j);
    if (code == EXIT_DONE && j->untold)
        code = EXIT_FAILED;
    watch_end(j->watch, code == EXIT_DONE);
    lenet5_training_free(j->training);
    lenet5_dataset_free(&j->train.set);
    lenet5_dataset_free(&j->test.set);
    lenet5_committee_free(&j->teacher);
    free(j);
    return code;
}

static const option options[] = {
    {"recipe", "NAME", "1998 (the paper's), fast (the default), best or read"},
    {"loss", "mse|map", "eq. 8 or eq. 9 of the paper; default: the recipe's, map"},
    {"data", "DIR", "the folder of MNIST; default: $LENET5_DATA, else the XDG folder"},
    {"epochs", "N", "passes through the training set; default: the recipe's"},
    {"batch", "N", "pictures between two updates; default: the recipe's, 1 in 1998"},
    {"negatives", "SHARE", "pictures that are no digits, times the digits; default: the recipe's"},
    {"seed", "N", "of all that is random; default 1"},
    {"threads", "N", "default: one for each processor; the model doesn't depend on it"},
    {"validation", "N", "hold out the last N training pictures, and leave the test set"},
    {"committee", "N", "train N networks, of seeds S, S + 1 ..., that answer together"},
    {"teacher", "FILE", "a model or committee whose answers the network learns as well"},
    {"out", "FILE", "the model; default " DEFAULT_MODEL},
    {"log", "FILE.csv", "a row for each pass; lenet5 plot draws it"},
    {"resume", "FILE", "go on from a checkpoint, to the same bits"},
#ifdef LENET5_SERVE
    {"watch", "[ADDR:PORT]", "a page that shows it, default 127.0.0.1:8080/watch.html"},
#endif
    {"quiet", NULL, "say nothing but errors"},
    {"json", NULL, "an object a line for each pass, as docs/json.md says"},
    {0},
};

const cli_command train_command = {
    .name = "train",
    .summary = "train a network on MNIST, or on synthetic digits where MNIST is not there",
    .usage = "[options]",
    .description = "Trains a network from random weights and writes it as a safetensors file. After\n"
                   "each pass it prints the mean loss, the error on the training pictures (each seen\n"
                   "before the update it led to), and the error on the test set, or on the validation\n"
                   "pictures where --validation asks for them.\n\n"
                   "Ctrl-C ends it after the step under way and says how to go on. A checkpoint is kept\n"
                   "beside the model, NAME.checkpoint.safetensors, until the model is written. The members\n"
                   "of a committee train side by side, each on one thread; after Ctrl-C the same command\n"
                   "goes on.",
    .options = options,
    .run = run,
};
