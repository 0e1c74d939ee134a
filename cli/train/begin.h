/* Preparation of lenet5 train: a new training, or one that is resumed, whose options are compared with the given
 * ones. */
#ifndef LENET5_CLI_TRAIN_BEGIN_H
#define LENET5_CLI_TRAIN_BEGIN_H

#include "global/strings.h"
#include "progress.h"
#include "unfinished.h"
#include "watch.h"

/* The state of the command. */
typedef struct job {
    const cli_arguments *arguments;
    bool json, quiet;
    bool output_failed; /* a line of JSON found no memory, which does not stop the training */
    bool titled;        /* the header of the table of epochs has been printed */
    const char *out, *log;
    lenet5_error log_error; /* of the last attempt to write the log */
    char recipe[32];
    unfinished place;
    int locks[2];         /* on the model and on its checkpoint; -1: none */
    char from[PATH_SIZE]; /* the checkpoint that is resumed, or the first of a committee's; "": the training is new */
    lenet5_checkpoint started;           /* its content; of a committee, with the first member's seed */
    char resuming_command[COMMAND_SIZE]; /* that an interrupted training prints */
    uint64_t seed, epochs, batch, validation, committee;
    uint64_t last_seed; /* of a sweep; else that seed */
    unsigned threads;   /* 0: the number of processors */
    lenet5_criterion criterion;
    bool criterion_given;
    double negatives;

    named_set train, test;
    lenet5_dataset training_part, held_out;
    const char *held_out_name;
    lenet5_committee teacher; /* of no networks: none */
    lenet5_committee start;   /* recipe strings: the network that it starts from */
    lenet5_training *training;
    string_source *strings; /* recipe strings: NULL in the others */
    progress progress;
    watch *watch; /* NULL: no page is served */
} job;

/*
 * After the options are parsed: finds what to resume, claims the names, loads the data and the teacher, and writes the
 * command that would continue. Returns an exit code; a failure has been reported.
 */
int prepare(job *j);

/* Whether an earlier training is continued. Call after prepare. */
bool resumed(const job *j);

/* Whether networks of several seeds are trained. */
bool is_sweep(const job *j);

/* For a sweep: reports an error and fails if the training that path is of has another seed than that, or another value
 * of an option that is given. */
int check_given_options(const job *j, const char *path, const lenet5_checkpoint *found, uint64_t seed);

/* The model that a recipe continues from unless --from names one; NULL for a recipe that begins with random weights. */
const lenet5_model *default_start(const char *recipe);

/* Whether that is the name of recipe strings; NULL is not. */
bool is_strings_recipe(const char *name);

/* Whether the training, new or resumed, is of recipe strings. Call after prepare. */
bool trains_strings(const job *j);

/* name_list: the recipes, those of the library and strings. */
const char *training_recipe_at(size_t index);

/*
 * Begins a training of any recipe, or continues that of a checkpoint; NULL: there is none. *strings becomes the source of
 * recipe strings, NULL in the others. Free the training, then the source.
 */
lenet5_status start_training(lenet5_training **training, string_source **strings, const char *checkpoint,
                             const lenet5_training_options *options, const lenet5_dataset *set,
                             const lenet5_dataset *held_out, lenet5_error *error);

/* The options of the library. They point into the job. */
lenet5_training_options options_of(job *j);

#endif
