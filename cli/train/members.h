/*
 * Trainings that differ only in their seed: the members of a committee, or the seeds of a sweep. Each has one thread,
 * and several run at the same time. Under MPI the ranks take them from one counter.
 */
#ifndef LENET5_CLI_MEMBERS_H
#define LENET5_CLI_MEMBERS_H

#include <stdatomic.h>

#include "common.h"

typedef struct member {
    uint64_t seed;
    char checkpoint[PATH_SIZE];
    bool begun;         /* the checkpoint exists and is continued */
    bool finished;      /* there is nothing to train */
    atomic_uint epochs; /* done */
} member;

typedef struct members_plan {
    lenet5_training_options options; /* of all but the seed; threads: members in parallel */
    const lenet5_dataset *set, *held_out;
    const char *held_out_name;
    const char *resuming_command; /* that continues after an interrupt */
    bool quiet, json;
    member *members; /* (count) */
    size_t count;

    /* Takes the model of a member that has been trained; may be called by several threads. */
    lenet5_status (*take)(size_t index, const lenet5_model *model, void *context, lenet5_error *error);
    void *context;
} members_plan;

/*
 * Checks that a member's checkpoint, if there is one, is of a training with the wanted options, so that it can be
 * continued, and sets `begun` and `epochs`. wanted: of any seed.
 */
int member_look(member *m, const lenet5_checkpoint *wanted);

/*
 * Trains the members that are not finished; this rank its part of them. After an interrupt, reports how to continue and
 * returns EXIT_FAILED on all ranks.
 * *output_failed: a line of JSON was lost for want of memory, which stops no training.
 */
int train_members(const members_plan *plan, bool *output_failed);

#endif
