#include "begin.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "claim.h"
#include "outputs.h"
#include "paths.h"
#include "ranks/ranks.h"

/* Options for a single network only. */
static const char *const single_options[] = {"log", "watch"};

bool resumed(const job *j)
{
    return j->from[0] != '\0';
}

/* ---- Data -------------------------------------------------------------------------------------------------------- */

/* Loads both parts of the set, or draws synthetic digits. A resumed training needs the data that it was started
 * with. */
static int load_data(job *j)
{
    lenet5_error error;
    lenet5_status status = LENET5_E_DATA_MISSING;
    if (!resumed(j) || strcmp(j->started.provenance.data_name, SYNTHETIC_NAME) != 0) {
        status = load_set(&j->train, j->arguments, LENET5_TRAIN, &error);
        if (status == LENET5_OK)
            status = load_set(&j->test, j->arguments, LENET5_TEST, &error);
        if (status == LENET5_E_DATA_MISSING && (data_is_named(j->arguments) || resumed(j)))
            return report_library_error(&error);
        if (status == LENET5_E_DATA_MISSING)
            announce_synthetic_digits();
    }
    if (status == LENET5_E_DATA_MISSING) {
        lenet5_dataset_free(&j->train.set);
        status = synthetic_set(&j->train, LENET5_TRAIN, &error);
        if (status == LENET5_OK)
            status = synthetic_set(&j->test, LENET5_TEST, &error);
    }
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

static int load_teacher(job *j)
{
    const char *path = argument_text(j->arguments, "teacher");
    return path ? load_models(&j->teacher, &path, 1, NULL) : EXIT_DONE;
}

/* Splits the last pictures off the training set for --validation; without it, the test set is the held-out set. */
static int divide_data(job *j)
{
    const lenet5_dataset *all = &j->train.set;
    if (j->validation >= all->count)
        return report_usage_error(j->arguments->command, "--validation %llu leaves nothing of %zu pictures to train on",
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

/* The recipes of the library, then strings. */
static const lenet5_recipe_description *recipe_number(size_t index)
{
    const lenet5_recipe_description *recipe = lenet5_recipe_at(index);
    if (recipe)
        return recipe;
    return index > 0 && lenet5_recipe_at(index - 1) ? lenet5_strings_recipe() : NULL;
}

const char *training_recipe_at(size_t index)
{
    const lenet5_recipe_description *recipe = recipe_number(index);
    return recipe ? recipe->name : NULL;
}

static unsigned epochs_of(const char *recipe)
{
    size_t i = 0;
    while (strcmp(recipe_number(i)->name, recipe) != 0)
        i++;
    return recipe_number(i)->epochs;
}

bool is_strings_recipe(const char *name)
{
    return name && strcmp(name, lenet5_strings_recipe()->name) == 0;
}

bool trains_strings(const job *j)
{
    return is_strings_recipe(resumed(j) ? j->started.provenance.recipe : argument_text(j->arguments, "recipe"));
}

const lenet5_model *default_start(const char *recipe)
{
    if (recipe && strcmp(recipe, "hands") == 0)
        return lenet5_builtin();
    return recipe && (strcmp(recipe, "amounts") == 0 || is_strings_recipe(recipe)) ? lenet5_builtin_strings() : NULL;
}

/* Loads the network that a new training starts from, if its recipe continues from one. */
static int load_start(job *j)
{
    const char *path = argument_text(j->arguments, "from");
    const lenet5_model *builtin = default_start(argument_text(j->arguments, "recipe"));
    if (!builtin || resumed(j))
        return EXIT_DONE;
    const int code = load_models(&j->start, &path, path ? 1 : 0, builtin);
    if (code == EXIT_DONE && j->start.count > 1)
        return report_error("%s: is a committee of %zu networks; a training starts from one", path, j->start.count);
    return code;
}

static int load_all(job *j)
{
    int code = load_data(j);
    if (code == EXIT_DONE)
        code = divide_data(j);
    if (code == EXIT_DONE)
        code = load_teacher(j);
    return code == EXIT_DONE ? load_start(j) : code;
}

/* ---- Beginning --------------------------------------------------------------------------------------------------- */

static const char *recipe_of(const job *j)
{
    const char *recipe = argument_text(j->arguments, "recipe");
    return recipe ? recipe : "fast";
}

static lenet5_training_options new_options(job *j)
{
    snprintf(j->recipe, sizeof j->recipe, "%s", recipe_of(j));
    return (lenet5_training_options){.size = sizeof(lenet5_training_options),
                                     .recipe = j->recipe,
                                     .seed = j->seed,
                                     .epochs = j->epochs ? (unsigned)j->epochs : epochs_of(j->recipe),
                                     .batch = (size_t)j->batch,
                                     .criterion = j->criterion_given ? &j->criterion : NULL,
                                     .negatives = argument_text(j->arguments, "negatives") ? &j->negatives : NULL,
                                     .without_drawn = argument_flag(j->arguments, "without-drawn")};
}

static lenet5_training_options started_options(job *j)
{
    const lenet5_checkpoint *c = &j->started;
    snprintf(j->recipe, sizeof j->recipe, "%s", c->provenance.recipe);
    return (lenet5_training_options){.size = sizeof(lenet5_training_options),
                                     .recipe = j->recipe,
                                     .seed = c->provenance.seed,
                                     .epochs = c->epochs_total,
                                     .batch = c->batch,
                                     .undistorted = c->undistorted,
                                     .without_drawn = c->without_drawn,
                                     .criterion = &c->provenance.loss.criterion,
                                     .negatives = &c->negatives};
}

lenet5_training_options options_of(job *j)
{
    lenet5_training_options options = resumed(j) ? started_options(j) : new_options(j);
    options.threads = j->threads;
    options.teacher = j->teacher.count ? &j->teacher : NULL;
    options.start = j->start.count ? &j->start.networks[0] : NULL;
    options.data_name = j->train.name;
    options.data_sha256 = j->train.set.sha256;
    options.held_out_name = j->held_out_name;
    options.validation_pictures = (size_t)j->validation;
    return options;
}

lenet5_status start_training(lenet5_training **training, string_source **strings, const char *checkpoint,
                             const lenet5_training_options *options, const lenet5_dataset *set,
                             const lenet5_dataset *held_out, lenet5_error *error)
{
    *strings = NULL;
    if (is_strings_recipe(options->recipe))
        return checkpoint ? lenet5_strings_continue(training, strings, checkpoint, options, set, held_out, error)
                          : lenet5_strings_begin(training, strings, options, set, held_out, error);
    return checkpoint ? lenet5_training_resume(training, checkpoint, options, set, held_out, error)
                      : lenet5_training_new(training, options, set, held_out, error);
}

/* The options of a training that is found, but for those that are given, and for the data and the teacher. */
static lenet5_checkpoint with_given_options(const job *j, const lenet5_checkpoint *found)
{
    const cli_arguments *a = j->arguments;
    lenet5_checkpoint wanted = *found;
    lenet5_provenance *p = &wanted.provenance;
    if (argument_text(a, "recipe"))
        snprintf(p->recipe, sizeof p->recipe, "%s", argument_text(a, "recipe"));
    if (j->criterion_given)
        p->loss.criterion = j->criterion;
    if (argument_text(a, "seed"))
        p->seed = j->seed;
    if (j->epochs)
        wanted.epochs_total = (unsigned)j->epochs;
    if (j->batch)
        wanted.batch = (size_t)j->batch;
    if (argument_text(a, "negatives"))
        wanted.negatives = j->negatives;
    if (argument_flag(a, "without-drawn"))
        wanted.without_drawn = true;
    p->validation_pictures = (size_t)j->validation;
    memcpy(p->data_sha256, j->train.set.sha256, sizeof p->data_sha256);
    p->teacher_sha256[0] = '\0';
    if (j->teacher.count)
        lenet5_committee_sha256(p->teacher_sha256, &j->teacher);
    return wanted;
}

static const char remedy_other[] = "continue with what it was started with, or discard this training with --restart";

/* Options that are repeated, the data and the teacher must be those that the training was started with. */
static int check_started(const job *j)
{
    const lenet5_checkpoint wanted = with_given_options(j, &j->started);
    return check_options(j->from, &j->started, &wanted, remedy_other);
}

bool is_sweep(const job *j)
{
    return argument_text(j->arguments, "seeds") != NULL;
}

int check_given_options(const job *j, const char *path, const lenet5_checkpoint *found, uint64_t seed)
{
    lenet5_checkpoint wanted = with_given_options(j, found);
    wanted.provenance.seed = seed;
    snprintf(wanted.provenance.recipe, sizeof wanted.provenance.recipe, "%s", recipe_of(j));
    return check_options(path, found, &wanted, remedy_other);
}

/* The checkpoint of any member has the options of the committee. */
static int find_committee(job *j)
{
    const unfinished *u = &j->place;
    if (argument_text(j->arguments, "committee") && j->committee != u->count)
        return report_error("%s: was started with --committee %zu, not %llu; leave the option out, or discard this "
                            "training with --restart",
                            u->members, u->count, (unsigned long long)j->committee);
    j->committee = u->count;
    unfinished_member(j->from, u, u->first, u->count);
    return EXIT_DONE;
}

static int find_single(job *j, const char *path)
{
    const unfinished *u = &j->place;
    if (j->committee > 1)
        return report_error("%s: is the checkpoint of a single network, not of a committee; leave --committee out",
                            path);
    if (u->single && !is_same_path(path, u->checkpoint))
        return report_error("%s: is another unfinished training of %s; choose another --out", u->checkpoint, j->out);
    if (u->count > 0)
        return report_error("%s: is an unfinished committee of %s; choose another --out", u->members, j->out);
    snprintf(j->from, sizeof j->from, "%s", path);
    return EXIT_DONE;
}

/* Finds the checkpoint to continue from: the one that --resume names, or that of --out. */
static int find_started(job *j, const char *named)
{
    const unfinished *u = &j->place;
    if (named[0] && is_folder(named) && !is_same_path(named, u->members))
        return report_error("%s: is not the folder of %s, which is %s; give the --out that it belongs to", named,
                            j->out, u->members);
    if (named[0] && !is_folder(named))
        return find_single(j, named);
    if (u->single && u->count > 0)
        return report_error("%s and %s: two unfinished trainings of %s; move one of them away", u->checkpoint,
                            u->members, j->out);
    if (u->count > 0)
        return find_committee(j);
    if (u->single)
        return find_single(j, u->checkpoint);
    return report_error("%s: there is nothing to resume: neither %s nor members of a committee in %s", j->out,
                        u->checkpoint, u->members);
}

static int read_started(job *j, const char *named)
{
    lenet5_error error;
    const int code = find_started(j, named);
    if (code != EXIT_DONE)
        return code;
    if (lenet5_checkpoint_load(&j->started, j->from, &error) != LENET5_OK)
        return report_library_error(&error);
    if (j->committee > 1)
        j->started.provenance.seed -= j->place.first - 1;
    if (!argument_text(j->arguments, "validation"))
        j->validation = j->started.provenance.validation_pictures;
    return EXIT_DONE;
}

static int check_committee_options(const job *j)
{
    for (size_t i = 0; j->committee > 1 && i < sizeof single_options / sizeof single_options[0]; i++)
        if (argument_text(j->arguments, single_options[i]))
            return report_usage_error(j->arguments->command, "--%s is for a single network, not for a committee",
                                      single_options[i]);
    return EXIT_DONE;
}

static void add_option(char command[COMMAND_SIZE], const char *name, const char *value)
{
    char word[64];
    snprintf(word, sizeof word, "--%s", name);
    add_word(command, word);
    if (value[0])
        add_word(command, value);
}

/* The whole command: what the checkpoint does not hold is repeated; of a sweep, every option. */
static void write_resuming_command(job *j)
{
    static const char *const repeated[] = {"teacher", "log", "threads", "watch", "quiet", "json"};
    static const char *const of_sweep[] = {"seeds",     "recipe",        "loss",       "epochs", "batch",
                                           "negatives", "without-drawn", "validation", "from"};
    char folder[PATH_SIZE];
    begin_command(j->resuming_command, "train");
    add_option(j->resuming_command, "resume",
               is_sweep(j)        ? ""
               : j->committee > 1 ? j->place.members
                                  : j->place.checkpoint);
    add_option(j->resuming_command, "out", j->out);
    for (size_t i = 0; is_sweep(j) && i < sizeof of_sweep / sizeof of_sweep[0]; i++)
        if (argument_text(j->arguments, of_sweep[i]))
            add_option(j->resuming_command, of_sweep[i], argument_text(j->arguments, of_sweep[i]));
    if (data_is_named(j->arguments) && data_folder(folder, j->arguments))
        add_option(j->resuming_command, "data", folder);
    for (size_t i = 0; i < sizeof repeated / sizeof repeated[0]; i++)
        if (argument_text(j->arguments, repeated[i]))
            add_option(j->resuming_command, repeated[i], argument_text(j->arguments, repeated[i]));
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

/* Checks that the output of that option replaces nothing that the training reads. */
static int check_file(const cli_arguments *a, const char *name)
{
    int code = keep_apart(a, name, argument_text(a, "teacher"));
    if (code == EXIT_DONE)
        code = keep_apart(a, name, argument_text(a, "from"));
    return code == EXIT_DONE ? keep_apart_from_data(a, name) : code;
}

#define ROOM_OF_NETWORK ((size_t)1 << 20) /* bytes: a model has 0.25 MB, a checkpoint 0.6 MB */

/* The model may replace the checkpoint that it is resumed from; prepare checks for others. */
static int check_files(const job *j)
{
    const cli_arguments *a = j->arguments;
    int code = check_place(a, "out", (size_t)j->committee * ROOM_OF_NETWORK);
    if (code == EXIT_DONE)
        code = check_file(a, "out");
    if (code == EXIT_DONE)
        code = check_output(a, "log", NULL);
    if (code == EXIT_DONE)
        code = check_file(a, "log");
    if (code == EXIT_DONE)
        code = keep_apart(a, "log", j->out);
    return code == EXIT_DONE ? keep_apart(a, "log", j->place.checkpoint) : code;
}

/* A model of the default name is replaced only by a training of the same options that is resumed. */
static int refuse_default(const job *j)
{
    lenet5_error error;
    lenet5_committee model = {0};
    lenet5_checkpoint made = j->started;
    const char *path = j->out;
    if (argument_text(j->arguments, "out") || access(path, F_OK) != 0 || (resumed(j) && is_same_path(j->from, path)))
        return EXIT_DONE;
    bool same = resumed(j) && lenet5_committee_load(&model, &path, 1, &error) == LENET5_OK;
    if (same) {
        made.provenance = model.provenance;
        made.epochs_total = model.provenance.epochs;
        same = same_options(&made, &j->started);
    }
    lenet5_committee_free(&model);
    return same ? EXIT_DONE : report_error("%s exists; name it with --out to replace it, or choose another name", path);
}

/* Keeps other processes from training the same model, or from resuming the same checkpoint, until this one ends. The
 * rank that writes the files does it for all. Sweeps claim each seed when it begins, and may share --out. */
static int claim(job *j)
{
    const char *resume = argument_text(j->arguments, "resume");
    if (!ranks_lead() || is_sweep(j))
        return EXIT_DONE;
    int code = resume && resume[0] ? refuse_claimed(resume) : EXIT_DONE;
    if (code == EXIT_DONE)
        code = claim_name(&j->locks[0], j->out);
    return code == EXIT_DONE ? claim_name(&j->locks[1], j->place.checkpoint) : code;
}

/* Finds what to resume, and what must not be replaced. A sweep has files of other names (sweep.c). */
static int look(job *j)
{
    const char *resume = argument_text(j->arguments, "resume");
    int code = unfinished_look(&j->place);
    if (code == EXIT_DONE)
        code = resume ? read_started(j, resume) : unfinished_refuse(&j->place, argument_flag(j->arguments, "restart"));
    if (code == EXIT_DONE)
        code = refuse_default(j);
    if (code == EXIT_DONE && !(resumed(j) && is_same_path(j->from, j->out)))
        code = refuse_checkpoint(j->out);
    return code == EXIT_DONE ? check_committee_options(j) : code;
}

int prepare(job *j)
{
    unfinished_name(&j->place, j->out);
    int code = check_files(j);
    if (code == EXIT_DONE)
        code = claim(j);
    if (code == EXIT_DONE && !is_sweep(j))
        code = look(j);
    if (code == EXIT_DONE)
        code = load_all(j);
    if (code == EXIT_DONE && resumed(j))
        code = check_started(j);
    write_resuming_command(j);
    return code;
}
