/*
 * The files of an unfinished training beside its model NAME.safetensors: NAME.checkpoint.safetensors, or for a
 * committee the folder NAME.members, where member K of N has K-of-N.checkpoint.safetensors. No other file is taken
 * for part of a training, overwritten or removed.
 */
#ifndef LENET5_CLI_UNFINISHED_H
#define LENET5_CLI_UNFINISHED_H

#include "common.h"

typedef struct unfinished {
    const char *out; /* the model's name */
    char checkpoint[PATH_SIZE], members[PATH_SIZE];
    char retired[PATH_SIZE]; /* name of the folder while it is being removed */
    bool single;             /* the checkpoint exists */
    size_t count, first;     /* of the members: their number, and the first that exists; 0: none does */
} unfinished;

/* Sets the names of a model's training, whether or not the files exist. Keeps out, which must stay valid. */
void unfinished_name(unfinished *u, const char *out);

/*
 * Finds which of them exist, and completes an unfinished_retire that was killed. Returns an exit code; a failure has
 * been reported.
 */
int unfinished_look(unfinished *u);

/* Writes the name of a member, number 1 to count. */
void unfinished_member(char path[PATH_SIZE], const unfinished *u, size_t number, size_t count);

/* Writes the names of the model of a seed, and of its checkpoint: NAME-SEED.safetensors and
 * NAME-SEED.checkpoint.safetensors for NAME.safetensors. */
void unfinished_seed(char model[PATH_SIZE], char checkpoint[PATH_SIZE], const char *out, uint64_t seed);

/* For a new training: reports an error and fails if it would overwrite an unfinished one, unless restart is true, or a
 * file that is no checkpoint. */
int unfinished_refuse(const unfinished *u, bool restart);

/* Whether to save a checkpoint after a step. now: the epoch is done, or the training stops; saved: the time of the last
 * save, by lenet5_clock. */
bool checkpoint_due(bool now, double saved);

/* Reports why a checkpoint cannot be read, and the remedy. */
int report_bad_checkpoint(const lenet5_error *error, const char *remedy);

/* Reports an error and fails if the file of that name is a checkpoint, which a model would replace. */
int refuse_checkpoint(const char *out);

/* Removes what unfinished_look has found, and reports an error and fails if it cannot. Returns an exit code. */
int unfinished_discard(const unfinished *u);

/*
 * Removes the members of a committee after its model is written. The folder is renamed first, so that a process that is
 * killed meanwhile does not leave half of the members.
 */
void unfinished_retire(const unfinished *u);

/* Whether two checkpoints are of trainings with the same options. */
bool same_options(const lenet5_checkpoint *a, const lenet5_checkpoint *b);

/* Reports an error and fails if an option of the checkpoint at path is not as wanted; remedy ends the message. */
int check_options(const char *path, const lenet5_checkpoint *found, const lenet5_checkpoint *wanted,
                  const char *remedy);

#endif
