/* What lenet5 train trains: a new training, or one that is resumed and compared with the options that are given again.
 */
#ifndef LENET5_CLI_TRAIN_BEGIN_H
#define LENET5_CLI_TRAIN_BEGIN_H

#include "progress.h"
#include "unfinished.h"
#include "watch.h"

/* What one training works with. */
typedef struct job {
    const cli_arguments *arguments;
    bool json, quiet;
    bool untold; /* a line found no memory, which does not end the training */
    bool titled; /* the columns of the passes have been named */
    const char *out, *log;
    lenet5_error log_error; /* of the last writing of the log; LENET5_OK: it is written */
    char recipe[32];
    unfinished place;
    int locks[2];         /* on the model and on its checkpoint; -1: none */
    char from[PATH_SIZE]; /* the checkpoint that is resumed, or the first of a committee's; "": the training is new */
    lenet5_checkpoint started;           /* what it says; in a committee with the first member's seed */
    char resuming_command[COMMAND_SIZE]; /* that an interrupted training prints */
    uint64_t seed, epochs, batch, validation, committee;
    unsigned threads; /* 0: the number of processors */
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

/*
 * From the options in the job, finds what is there to resume, loads the data and the teacher, and works out the command
 * to go on with. Returns an exit code; a failure has been reported.
 */
int prepare(job *j);

/* Whether it is an earlier training that goes on, once prepared. */
bool resumed(const job *j);

/* How the library is to train. What they point to is the job's. */
lenet5_training_options options_of(job *j);

/* Whether both are there and the same, by whatever names. */
bool same_file(const char *a, const char *b);

#endif
