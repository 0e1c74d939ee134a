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

/* Looks for what is there, and removes what a killed unfinished_retire left. out stays the caller's. Returns an exit
 * code, with a complaint. */
int unfinished_look(unfinished *u, const char *out);

/* Writes the name of member number, from 1, of count. */
void unfinished_member(char path[PATH_SIZE], const unfinished *u, size_t number, size_t count);

/* For a training that begins anew: fails with a complaint if it would overwrite an unfinished one, unless restart is
 * true, or a file that is no checkpoint. */
int unfinished_refuse(const unfinished *u, bool restart);

/* Fails with a complaint if the file of that name is a checkpoint, which a model would overwrite. */
int refuse_checkpoint(const char *out);

/* Removes what unfinished_look has found. */
void unfinished_discard(const unfinished *u);

/* Removes the members of a committee whose model has been written: all at once, even if it is killed within it. */
void unfinished_retire(const unfinished *u);

/* Fails with a complaint about the first of all options in which the checkpoint of that path is not as wanted. */
int check_options(const char *path, const lenet5_checkpoint *found, const lenet5_checkpoint *wanted,
                  const char *remedy);

#endif
