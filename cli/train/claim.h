/* Which process trains a model: no two do at the same time. */
#ifndef LENET5_CLI_CLAIM_H
#define LENET5_CLI_CLAIM_H

#include "common.h"

/*
 * Claims a name for this process until the lock is closed or the process ends. A lock is an open file; -1 where the
 * file system has none. Reports an error and fails if another process has claimed the name. Nothing is written.
 */
int claim_name(int *lock, const char *path);

/* Reports an error and fails if another process has claimed the name. */
int refuse_claimed(const char *path);

#endif
