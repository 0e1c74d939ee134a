/* lenet5 train: trains a model from pictures, with checkpoints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/wilson.h"
#include "begin.h"
#include "committee.h"
#include "outputs.h"
#include "paths.h"
#include "ranks/ranks.h"
#include "sweep.h"
#include "system/file.h"
#include "train/share.h"
#include "json/values.h"

#define MAX_OUT (PATH_SIZE - 128) /* bytes: the names of checkpoints beside it are longer */

static const char *loss_at(size_t index)
{
    static const char *const names[] = {"mse", "map", NULL}; /* by lenet5_criterion */
    return names[index];
}

/* Options that do not fit the recipe. */
static int check_recipe(const job *j)
{
    const cli_arguments *a = j->arguments;
    const char *recipe = argument_text(a, "recipe");
    const bool strings = is_strings_recipe(recipe);
    if (recipe && strcmp(recipe, "1998") == 0 && (j->batch > 1 || j->negatives > 0))
        return report_usage_error(a->command,
                                  "recipe 1998 trains on digits alone, one at a time; --batch and --negatives "
                                  "are for the others");
    if (argument_text(a, "from") && argument_text(a, "resume") && !is_sweep(j))
        return report_usage_error(a->command, "--from begins a training and --resume continues one; leave one out");
    if (argument_text(a, "from") && !default_start(recipe))
        return report_usage_error(a->command, "--from is for recipes hands, amounts and strings; the others begin with "
                                              "random weights");
    if (strings && j->criterion_given && j->criterion == LENET5_MSE)
        return report_usage_error(a->command, "recipe strings needs the probabilities of eq. 9; leave --loss mse out");
    if (is_sweep(j) && (argument_text(a, "seed") || argument_text(a, "committee") || argument_text(a, "watch")))
        return report_usage_error(a->command,
                                  "--seeds trains single networks; leave --seed, --committee and --watch out");
    if (is_sweep(j) && argument_text(a, "resume") && argument_text(a, "resume")[0])
        return report_usage_error(a->command, "--resume of a sweep names no file: each seed has its own");
    if (strings && j->committee > 1)
        return report_usage_error(a->command, "recipe strings trains one network; leave --committee out");
    return EXIT_DONE;
}

#define MAX_SEEDS 10000 /* of a sweep; each takes 8 KB of memory, and 0.25 MB on the disk */

/* Parses --seeds A-B, or --seed. Returns false after reporting an error. */
static bool read_seeds(job *j)
{
    char first[32], last[32], end;
    const char *seeds = argument_text(j->arguments, "seeds");
    if (!seeds) {
        const bool valid = argument_whole(&j->seed, j->arguments, "seed", 1, 0, UINT64_MAX);
        j->last_seed = j->seed;
        return valid;
    }
    if (sscanf(seeds, "%31[0-9]-%31[0-9]%c", first, last, &end) == 2 && parse_whole(&j->seed, first, 0, UINT64_MAX) &&
        parse_whole(&j->last_seed, last, j->seed, UINT64_MAX) && j->last_seed - j->seed < MAX_SEEDS)
        return true;
    report_usage_error(j->arguments->command, "--seeds is FIRST-LAST, such as 1-16, of at most %d seeds, not \"%s\"",
                       MAX_SEEDS, seeds);
    return false;
}

static int read_options(job *j)
{
    const cli_arguments *a = j->arguments;
    size_t loss, unused;
    j->json = argument_flag(a, "json") && ranks_lead();
    j->quiet = argument_flag(a, "quiet") || !ranks_lead();
    j->log = ranks_lead() ? argument_text(a, "log") : NULL;
    j->out = argument_text(a, "out") ? argument_text(a, "out") : DEFAULT_MODEL;
    if (strlen(j->out) > MAX_OUT)
        return report_usage_error(a->command, "--out is longer than %d bytes", MAX_OUT);
    if (argument_text(a, "resume") && argument_flag(a, "restart"))
        return report_usage_error(
            a->command, "--resume and --restart exclude each other: one continues a training, the other discards it");
    if (!argument_index(&unused, a, "recipe", 0) || !argument_index(&loss, a, "loss", LENET5_MSE))
        return EXIT_USAGE;
    j->criterion_given = argument_text(a, "loss") != NULL;
    j->criterion = (lenet5_criterion)loss;
    if (!read_seeds(j) || !argument_whole(&j->epochs, a, "epochs", 0, 1, LENET5_MAX_EPOCHS) ||
        !argument_whole(&j->batch, a, "batch", 0, 1, LENET5_MAX_BATCH) || !argument_threads(&j->threads, a) ||
        !argument_whole(&j->committee, a, "committee", 1, 1, LENET5_MAX_COMMITTEE) ||
        !argument_real(&j->negatives, a, "negatives", 0, 0, 1) ||
        !argument_whole(&j->validation, a, "validation", 0, 0, 10000000))
        return EXIT_USAGE;
    return check_recipe(j);
}

/* ---- Beginning --------------------------------------------------------------------------------------------------- */

static int discard_members(void *argument)
{
    const job *j = argument;
    return resumed(j) || !ranks_lead() ? EXIT_DONE : unfinished_discard(&j->place);
}

/* Every rank prints the epochs of the members that it trains. */
static int run_committee(job *j)
{
    const int code = ranks_in_turn(discard_members, j);
    if (code != EXIT_DONE)
        return code;
    const committee_plan plan = {.options = options_of(j),
                                 .count = (size_t)j->committee,
                                 .set = &j->training_part,
                                 .held_out = &j->held_out,
                                 .held_out_name = j->held_out_name,
                                 .place = &j->place,
                                 .started = resumed(j) ? &j->started : NULL,
                                 .resuming_command = j->resuming_command,
                                 .quiet = argument_flag(j->arguments, "quiet"),
                                 .json = argument_flag(j->arguments, "json")};
    return train_committee(&plan);
}

static int begin_training(void *argument)
{
    lenet5_error error;
    job *j = argument;
    const lenet5_training_options options = options_of(j);
    const char *checkpoint = resumed(j) ? j->from : NULL;
    if (start_training(&j->training, &j->strings, checkpoint, &options, &j->training_part, &j->held_out, &error) !=
        LENET5_OK)
        return report_library_error(&error);
    return EXIT_DONE;
}

static int share_training(job *j)
{
    lenet5_error error;
    const lenet5_status status = lenet5_training_share(j->training, ranks_of_command(), &error);
    return status == LENET5_OK ? EXIT_DONE : ranks_report(&error);
}

/* Saves the first checkpoint. A different one that --resume names is not changed. */
static int save_first(job *j)
{
    lenet5_error error;
    if (resumed(j) && is_same_path(j->from, j->place.checkpoint))
        return EXIT_DONE;
    if (!resumed(j) && unfinished_discard(&j->place) != EXIT_DONE)
        return EXIT_FAILED;
    const lenet5_status status = lenet5_training_save(j->place.checkpoint, j->training, &error);
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

/* ---- Reports ----------------------------------------------------------------------------------------------------- */

static json_t *epoch_json(const job *j, const lenet5_epoch *p)
{
    char key[64];
    double low, high;
    lenet5_wilson(&low, &high, p->held_out_errors, p->held_out_pictures);
    json_t *object = json_pack("{s:i, s:f, s:f}", "pass", (int)p->epoch, "loss", p->loss, "train_error_pct",
                               percent(p->training_errors, p->training_pictures));
    snprintf(key, sizeof key, "%s_error_pct", j->held_out_name);
    add_member(&object, key, json_real(percent(p->held_out_errors, p->held_out_pictures)));
    snprintf(key, sizeof key, "%s_interval_pct", j->held_out_name);
    add_member(&object, key, json_pack("[f,f]", 100 * low, 100 * high));
    add_member(&object, "seconds", json_real(p->seconds));
    add_member(&object, "pictures_per_s", json_real((double)p->training_pictures / p->seconds));
    add_member(&object, "rates", json_pack("[f,f]", p->min_rate, p->max_rate));
    return object;
}

static void print_epoch(job *j, const lenet5_epoch *p)
{
    double low, high;
    lenet5_wilson(&low, &high, p->held_out_errors, p->held_out_pictures);
    if (!j->titled)
        printf("epoch   loss   training error  %10s error (95 %% interval)  learning rates       seconds\n",
               j->held_out_name);
    j->titled = true;
    printf("%5u %7.4f       %6.2f %%          %6.2f %% (%.2f to %.2f)      %.1e ... %.1e  %6.1f\n", p->epoch, p->loss,
           percent(p->training_errors, p->training_pictures), percent(p->held_out_errors, p->held_out_pictures),
           100 * low, 100 * high, p->min_rate, p->max_rate, p->seconds);
    fflush(stdout);
}

static void add_strings_json(const job *j, json_t **object, const string_epoch *s)
{
    char key[64];
    double low, high;
    lenet5_wilson(&low, &high, s->held_out.errors, s->held_out.count);
    add_member(object, "strings", json_integer((json_int_t)s->count));
    add_member(object, "strings_skipped", json_integer((json_int_t)s->skipped));
    add_member(object, "string_loss", json_real(s->loss));
    snprintf(key, sizeof key, "%s_strings", j->held_out_name);
    add_member(object, key, json_integer((json_int_t)s->held_out.count));
    snprintf(key, sizeof key, "%s_string_error_pct", j->held_out_name);
    add_member(object, key, json_real(percent(s->held_out.errors, s->held_out.count)));
    snprintf(key, sizeof key, "%s_string_interval_pct", j->held_out_name);
    add_member(object, key, json_pack("[f,f]", 100 * low, 100 * high));
}

/* Prints the error of whole strings. */
static void print_string_error(const job *j, const held_out_strings *read)
{
    double low, high;
    lenet5_wilson(&low, &high, read->errors, read->count);
    printf("%s error of %zu whole strings %.2f %% (%.2f to %.2f)\n", j->held_out_name, read->count,
           percent(read->errors, read->count), 100 * low, 100 * high);
    fflush(stdout);
}

static void print_strings(const job *j, const string_epoch *s)
{
    printf("      loss %.4f of %zu strings, %zu skipped; ", s->loss, s->count, s->skipped);
    print_string_error(j, &s->held_out);
}

/* Prints the error of the network that a new training starts from, which all ranks measure. */
static int report_start(const job *j)
{
    lenet5_error error;
    held_out_strings read = {0, 0};
    bool done = false;
    const rank_group *ranks = ranks_of_command();
    if (!j->strings || resumed(j) || argument_flag(j->arguments, "quiet") || argument_flag(j->arguments, "json"))
        return EXIT_DONE;
    while (!done && !ranks->stops)
        if (lenet5_strings_evaluate(&read, &done, j->training, &error) != LENET5_OK)
            return report_library_error(&error);
    if (ranks->stops || !ranks_lead())
        return EXIT_DONE;
    printf("before: ");
    print_string_error(j, &read);
    return EXIT_DONE;
}

static void report_epoch(job *j, const lenet5_epoch *p)
{
    json_t *object = epoch_json(j, p);
    string_epoch strings = {0};
    if (j->strings) {
        strings = lenet5_strings_epoch(j->training, p->epoch - 1);
        add_strings_json(j, &object, &strings);
    }
    watch_epoch(j->watch, object);
    if (j->json)
        j->output_failed |= print_json(json_incref(object)) != EXIT_DONE;
    else if (!j->quiet)
        print_epoch(j, p);
    if (j->strings && !j->json && !j->quiet)
        print_strings(j, &strings);
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
    for (unsigned i = 0; i < lenet5_training_epochs_done(j->training); i++) {
        const lenet5_epoch *p = lenet5_training_epoch(j->training, i);
        double low, high;
        lenet5_wilson(&low, &high, p->held_out_errors, p->held_out_pictures);
        fprintf(stream, "%u,%.6f,%.4f,%.4f,%.4f,%.4f,%.4e,%.4e,%.2f,%s\n", p->epoch, p->loss,
                percent(p->training_errors, p->training_pictures), percent(p->held_out_errors, p->held_out_pictures),
                100 * low, 100 * high, p->min_rate, p->max_rate, p->seconds, j->recipe);
    }
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

/* Writes all finished epochs to the log, if there is one. */
static lenet5_status write_log(job *j)
{
    if (!j->log)
        return LENET5_OK;
    char *text = log_text(j);
    const file_piece piece = {text, text ? strlen(text) : 0};
    j->log_error.status =
        text ? lenet5_file_write(j->log, &piece, 1, &j->log_error) : lenet5_fail_memory(&j->log_error);
    free(text);
    return j->log_error.status;
}

/* A failure does not stop the training: it is reported once, and the next epoch tries again. */
static void update_log(job *j)
{
    const bool failed_before = j->log_error.status != LENET5_OK;
    if (write_log(j) != LENET5_OK && !failed_before)
        report_error("%s; the training continues without it", j->log_error.message);
}

/* The finished share of the training. */
static double share_done(const job *j)
{
    const double seen = (double)lenet5_training_pictures_seen(j->training);
    return (lenet5_training_epochs_done(j->training) + seen / (double)lenet5_training_epoch_length(j->training)) /
           lenet5_training_epochs_total(j->training);
}

static void show_progress(job *j)
{
    char label[128];
    const unsigned epochs = lenet5_training_epochs_total(j->training);
    const size_t length = lenet5_training_epoch_length(j->training);
    const double done = share_done(j);
    const double rate = (done - j->progress.from) * epochs * (double)length / (lenet5_clock() - j->progress.started);
    snprintf(label, sizeof label, "epoch %u of %u, %3.0f %%, loss %.4f, %.0f pictures/s",
             lenet5_training_epochs_done(j->training) + 1, epochs,
             percent(lenet5_training_pictures_seen(j->training), length), lenet5_training_loss(j->training), rate);
    progress_show(&j->progress, done, label);
    watch_progress(j->watch, rate, rate > 0 ? (1 - done) * epochs * (double)length / rate : 0);
}

/* ---- The loop ---------------------------------------------------------------------------------------------------- */

static lenet5_status step(job *j, double *saved, lenet5_error *error)
{
    const unsigned before = lenet5_training_epochs_done(j->training);
    lenet5_status status = lenet5_training_step(j->training, error);
    if (status != LENET5_OK)
        return status;
    const bool epoch_done = lenet5_training_epochs_done(j->training) > before;
    if (ranks_lead() && checkpoint_due(epoch_done || ranks_of_command()->stops, *saved)) {
        status = lenet5_training_save(j->place.checkpoint, j->training, error);
        *saved = lenet5_clock();
    }
    if (epoch_done) {
        progress_clear(&j->progress);
        report_epoch(j, lenet5_training_epoch(j->training, before));
        update_log(j);
    }
    return status;
}

static int finish(job *j)
{
    lenet5_error error;
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return report_out_of_memory();
    lenet5_training_model(model, j->training);
    int code = resumed(j) && is_same_path(j->from, j->out) ? EXIT_DONE : keep_replaced(j->out, j->quiet);
    if (code == EXIT_DONE && lenet5_model_save(j->out, model, &error) != LENET5_OK)
        code = report_library_error(&error);
    free(model);
    if (code != EXIT_DONE)
        return code;
    if (lenet5_file_remove(j->place.checkpoint, &error) != LENET5_OK)
        return report_library_error(&error);
    if (!j->quiet)
        report_written("model", j->out);
    return EXIT_DONE;
}

static int begin_watch(job *j)
{
    const watched what = {j->training, &j->held_out, j->held_out_name, j->recipe, j->threads};
    const char *place = argument_text(j->arguments, "watch");
    return place ? watch_begin(&j->watch, &what, place, j->quiet) : EXIT_DONE;
}

/* Trains until the end or an interrupt. */
static int run_steps(job *j)
{
    lenet5_error error;
    const rank_group *ranks = ranks_of_command();
    double saved = lenet5_clock();
    progress_begin(&j->progress, j->quiet, share_done(j));
    while (!lenet5_training_finished(j->training) && !ranks->stops) {
        if (step(j, &saved, &error) != LENET5_OK) {
            progress_clear(&j->progress);
            return report_library_error(&error);
        }
        show_progress(j);
    }
    progress_clear(&j->progress);
    return EXIT_DONE;
}

/* Prepares the outputs. */
static int begin_files(job *j)
{
    int code = begin_watch(j);
    if (code == EXIT_DONE && write_log(j) != LENET5_OK) /* an error now, before anything is trained */
        return report_library_error(&j->log_error);
    return code == EXIT_DONE ? save_first(j) : code;
}

/* Writes the model, or how to continue. */
static int end_files(job *j)
{
    int code = EXIT_FAILED;
    if (lenet5_training_finished(j->training)) {
        update_log(j);
        code = finish(j);
    } else {
        print_line(stderr, "interrupted; to continue: %s", j->resuming_command);
    }
    return j->log_error.status == LENET5_OK ? code : report_library_error(&j->log_error);
}

/* All ranks train; the first one has the files. */
static int run_training(job *j)
{
    int code = ranks_in_turn(begin_training, j);
    if (code == EXIT_DONE)
        code = share_training(j);
    if (code == EXIT_DONE)
        code = ranks_agree(ranks_lead() ? begin_files(j) : EXIT_DONE);
    if (code == EXIT_DONE)
        code = report_start(j);
    if (code == EXIT_DONE)
        code = run_steps(j);
    return code == EXIT_DONE ? ranks_agree(ranks_lead() ? end_files(j) : EXIT_DONE) : code;
}

/* Checks that the ranks have the same files and compute alike. */
static int compare_ranks(const job *j)
{
    lenet5_error error;
    rank_group *all = ranks_of_command();
    char names[2][32] = {""}, digest[65] = "";
    snprintf(names[0], sizeof names[0], "%s", lenet5_isa());
    snprintf(names[1], sizeof names[1], "%s", lenet5_version());
    if (j->teacher.count > 0)
        lenet5_committee_sha256(digest, &j->teacher);
    const char same_files[] = "give all hosts the same files";
    const struct {
        const void *bytes;
        size_t size;
        const char *what, *remedy;
    } compared[] = {{names[0], sizeof names[0], "instructions", "set LENET5_ISA to a set that all processors have"},
                    {names[1], sizeof names[1], "versions of the program", "start the same program on all hosts"},
                    {j->train.set.sha256, sizeof j->train.set.sha256, "training pictures", same_files},
                    {j->test.set.sha256, sizeof j->test.set.sha256, "test pictures", same_files},
                    {digest, sizeof digest, "teachers", same_files}};
    for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++)
        if (lenet5_rank_compare(all, compared[i].bytes, compared[i].size, compared[i].what, compared[i].remedy,
                                &error) != LENET5_OK)
            return ranks_report(&error);
    return EXIT_DONE;
}

/*
 * Prints how to continue if one of several ranks dies: launchers then end the others, some without a signal that a
 * process could answer. Others send one while a rank waits for the dead one; the first rank answers it.
 */
static void announce_ranks(const job *j)
{
    char message[INTERRUPT_MESSAGE_SIZE] = "";
    const unsigned count = ranks_of_command()->count;
    if (count == 1)
        return;
    if (ranks_lead()) {
        snprintf(message, sizeof message, "lenet5: interrupted; to continue: %s", j->resuming_command);
        if (!j->quiet)
            print_line(stderr, "%u ranks; if one of them fails, continue with any number: %s", count,
                       j->resuming_command);
    }
    set_interrupt_message(message);
}

static int read_and_prepare(void *argument)
{
    job *j = argument;
    const int code = read_options(j);
    return code == EXIT_DONE ? prepare(j) : code;
}

static int run(const cli_arguments *arguments)
{
    job *j = calloc(1, sizeof *j);
    if (!j)
        return report_out_of_memory();
    j->arguments = arguments;
    j->locks[0] = j->locks[1] = -1;
    watch_interrupts();
    int code = ranks_begin(argument_text(arguments, "committee") || argument_text(arguments, "seeds"));
    if (code == EXIT_DONE)
        code = ranks_in_turn(read_and_prepare, j);
    if (code == EXIT_DONE)
        code = compare_ranks(j);
    if (code == EXIT_DONE) {
        announce_ranks(j);
        code = is_sweep(j) ? train_sweep(j) : j->committee > 1 ? run_committee(j) : run_training(j);
    }
    if (code == EXIT_DONE && j->output_failed)
        code = EXIT_FAILED;
    watch_end(j->watch, code == EXIT_DONE);
    lenet5_training_free(j->training);
    lenet5_strings_free(j->strings);
    lenet5_committee_free(&j->start);
    lenet5_dataset_free(&j->train.set);
    lenet5_dataset_free(&j->test.set);
    lenet5_committee_free(&j->teacher);
    for (size_t i = 0; i < sizeof j->locks / sizeof j->locks[0]; i++)
        if (j->locks[i] >= 0)
            close(j->locks[i]);
    free(j);
    ranks_end(code);
    return code;
}

static const option options[] = {
    {"recipe", "NAME", VALUE_NAME, training_recipe_at,
     "1998 (the paper's), fast (default), best, read, hands, amounts or strings"},
    {"loss", "mse|map", VALUE_NAME, loss_at, "eq. 8 or eq. 9 of the paper; default: the recipe's, map"},
    OPTION_DATA,
    {"out", "FILE", VALUE_NEW_FILE, NULL,
     "the model to write; default " DEFAULT_MODEL ", which must not exist. An existing FILE is kept as FILE~"},
    {"log", "FILE.csv", VALUE_NEW_FILE, NULL, "write a row for each epoch, for lenet5 plot"},
    {"epochs", "N", VALUE_WHOLE, NULL, "runs through the training set; default: the recipe's"},
    {"batch", "N", VALUE_WHOLE, NULL, "pictures for each update, 1 to 1024; default: the recipe's, 1 for 1998"},
    {"negatives", "SHARE", VALUE_NUMBER, NULL,
     "training pictures that are no digits, as a share of the digits, 0 to 1; default: the recipe's"},
    FLAG("without-drawn",
         "leave out the drawn digits and ligatures that recipes hands, amounts and strings add: for a set that "
         "is not of digits"),
    {"seed", "N", VALUE_WHOLE, NULL, "seed of all random numbers; default 1"},
    {"seeds", "FIRST-LAST", VALUE_TEXT, NULL,
     "train a network for each of these seeds, NAME-SEED.safetensors; --log then has a row for each, and the mean"},
    OPTION_THREADS(THREADS_DEFAULT ". The model does not depend on it"),
    {"validation", "N", VALUE_WHOLE, NULL, "hold out the last N training pictures instead of using the test set"},
    {"committee", "N", VALUE_WHOLE, NULL, "train N networks, of seeds S, S + 1 ..., that answer together"},
    {"teacher", "FILE", VALUE_FILE, NULL, "a model or committee whose probabilities the network also learns"},
    {"from", "MODEL", VALUE_FILE, NULL,
     "recipes hands, amounts and strings: the model to begin with; default: the built-in one"},
    {"resume", "[FILE]", VALUE_FILE, NULL, "continue from a checkpoint, with the same result; default: that of --out"},
    FLAG("restart", "discard an unfinished training of --out and start again"),
#ifdef LENET5_SERVE
    {"watch", "[ADDR:PORT]", VALUE_TEXT, NULL,
     "serve a page that shows the training; default 127.0.0.1:8080/watch.html"},
#endif
    FLAG("quiet", "print errors only"),
    OPTION_JSON("one JSON object for each epoch (docs/json.md)"),
    {0},
};

#ifdef LENET5_MPI
#define MPI_DESCRIPTION                                                                                 \
    "\n\nUnder mpirun the ranks train a network together, or the networks of --committee and --seeds\n" \
    "one by one; the files are those that one process writes."
#else
#define MPI_DESCRIPTION ""
#endif

const cli_command train_command = {
    .name = "train",
    .summary = "train a network on MNIST, or on synthetic digits where MNIST is not installed",
    .usage = "[options]",
    .description = "Trains a network, in most recipes from random weights, and writes it as a safetensors file.\n"
                   "After each epoch it prints the mean loss, the error on the training pictures, each measured\n"
                   "before the update it leads to, and the error on the test set or on the pictures of\n"
                   "--validation.\n\n"
                   "Recipes hands, amounts and strings continue from a trained network, which --from names: hands\n"
                   "from one of recipe best, the others from one of recipe read.\n\n"
                   "Recipe strings draws strings of digits, cuts them as lenet5 read does and trains the network\n"
                   "on what is read, beside the pictures of recipe amounts. It prints the error of whole strings\n"
                   "too: at the start and after each epoch, and of held-out digits.\n\n"
                   "Ctrl-C stops it after the current step and prints the command that continues. Until the model\n"
                   "is written, its state is saved beside it: NAME.checkpoint.safetensors, or for a committee,\n"
                   "whose members train in parallel on one thread each, files in the folder NAME.members.\n\n"
                   "If --out has an unfinished training, pass --resume to continue it or --restart to discard it;\n"
                   "without either the command fails. --resume takes the options from the checkpoint; options\n"
                   "that are repeated must agree with it. A checkpoint named by --resume FILE is only read,\n"
                   "unless it is that of --out. While a training runs, another one of the same --out fails.\n\n"
                   "--seeds trains a network for each of several seeds and prints the mean of their errors. With\n"
                   "--resume, models that are finished are kept." MPI_DESCRIPTION,
    .examples = "lenet5 train --out m.safetensors --log log.csv\n"
                "lenet5 train --recipe 1998 --epochs 20 --seed 7 --out paper.safetensors\n"
                "lenet5 train --resume --out m.safetensors   # after an interruption\n"
                "lenet5 train --seeds 1-16 --log seeds.csv   # the mean error of 16 networks",
    .options = options,
    .run = run,
};
