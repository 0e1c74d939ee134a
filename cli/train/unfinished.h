/*
 * What an unfinished training leaves beside its model NAME.safetensors: NAME.checkpoint.safetensors, or the folder
 * NAME.members of a committee, in which member K of N has the checkpoint K-of-N.checkpoint.safetensors. Nothing else is
 * ever taken for a part of a training, overwritten or removed.
 */
#ifndef LENET5_CLI_UNFINISHED_H
#define LENET5_CLI_UNFINISHED_H

#include "common.h"

typedef struct unfinished {
    const char *out; /* the model's name */
    char checkpoint[PATH_SIZE], members[PATH_SIZE];
    char retired[PATH_SIZE]; /* what the folder is called while it is removed */
    bool single;             /* the checkpoint is there */
    size_t count, first;     /* how many members the committee has, and the first one that is there; 0: none is */
} unfinished;

/* Names the files of a model's training, none of which need be there. out stays the caller's. */
void unfinished_name(unfinished *u, const char *out);

/*
 * Finds which of them are there, and removes what an unfinished_retire that was killed left. Returns an exit code; a
 * failure has been reported.
 */
int unfinished_look(unfinished *u);

/* Writes the name of member number, from 1, of count. */
void unfinished_member(char path[PATH_SIZE], const unfinished *u, size_t number, size_t count);

/* For a new training: reports an error and fails if it would overwrite an unfinished one (unless restart is true) or a file
 * that is not a checkpoint. */
int unfinished_refuse(const unfinished *u, bool restart);

/* Whether a training saves its checkpoint after a step; saved: when it last did, in seconds_now. */
bool checkpoint_due(bool pass_done, double saved);
/* Says why a checkpoint cannot be read, and the remedy. */
int report_bad_checkpoint(const lenet5_error *error, const char *remedy);

/* Reports an error and fails if the file of that name is a checkpoint, which a model would overwrite. */
int refuse_checkpoint(const char *out);

/* Removes what unfinished_look has found, and reports an error and fails if it cannot. Returns an exit code. */
int unfinished_discard(const unfinished *u);

/*
 * Removes the members of a committee whose model has been written. The folder is renamed first: a program that is
 * killed on the way does not leave half of the members.
 */
void unfinished_retire(const unfinished *u);

/* Whether two checkpoints are of trainings with the same options. */
bool same_options(const lenet5_checkpoint *a, const lenet5_checkpoint *b);

/* Fails with a complaint about the first option in which the checkpoint at path is not as wanted; remedy ends it. */
int check_options(const char *path, const lenet5_checkpoint *found, const lenet5_checkpoint *wanted,
                  const char *remedy);

#endif
