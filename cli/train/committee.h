/* Training of a committee: networks of the same recipe that differ only in their seed. */
#ifndef LENET5_CLI_COMMITTEE_H
#define LENET5_CLI_COMMITTEE_H

#include "unfinished.h"

typedef struct committee_plan {
    lenet5_training_options options; /* seed: of the first member; threads: members in parallel */
    size_t count;
    const lenet5_dataset *set, *held_out;
    const char *held_out_name;
    const unfinished *place;          /* the members' checkpoints */
    const lenet5_checkpoint *started; /* what checkpoints must agree with, except for the seed; NULL: a new training */
    const char *resuming_command;     /* that continues after an interruption */
    bool quiet, json;
} committee_plan;

/*
 * Trains the members in parallel and writes them to one file. Members of a resumed training that have a checkpoint
 * continue from it. Returns an exit code.
 */
int train_committee(const committee_plan *plan);

#endif
