/* A committee in training: networks of the same recipe that differ in their seed alone. */
#ifndef LENET5_CLI_COMMITTEE_H
#define LENET5_CLI_COMMITTEE_H

#include "unfinished.h"

typedef struct committee_plan {
    lenet5_training_options options; /* its seed is the first member's, its threads say how many train at once */
    size_t count;
    const lenet5_dataset *set, *held_out;
    const char *held_out_name;
    const unfinished *place;          /* where the members' checkpoints are */
    const lenet5_checkpoint *started; /* what the checkpoints must agree with, but for the seed; NULL: a new training */
    const char *resuming_command;     /* that continues after an interruption */
    bool quiet, json;
} committee_plan;

/*
 * Trains the members side by side and writes them to one file. In a training that is resumed, members that have a
 * checkpoint continue from it.
 * Returns an exit code.
 */
int train_committee(const committee_plan *plan);

#endif
