/* A committee in training: networks of the same recipe that differ in their seed alone. */
#ifndef LENET5_CLI_COMMITTEE_H
#define LENET5_CLI_COMMITTEE_H

#include "common.h"

typedef struct committee_plan {
    lenet5_training_options options; /* its seed is the first member's, its threads say how many train at once */
    size_t count;
    const lenet5_dataset *set, *held_out;
    const char *held_out_name;
    const char *out; /* NAME.safetensors; the members' own files are NAME.SEED.safetensors and their checkpoints */
    bool quiet, json;
} committee_plan;

/*
 * Trains the members side by side and writes them to one file. What an interrupted run left behind is used: finished
 * members are kept, and others go on from their checkpoints. Returns an exit code.
 */
int train_committee(const committee_plan *plan);

/* Writes NAME.PART.safetensors to path, where model is NAME.safetensors. */
void name_beside(char path[PATH_SIZE], const char *model, const char *part);

#endif
