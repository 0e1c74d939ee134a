/* Locks that keep two processes from training the same model at the same time. */
#ifndef LENET5_CLI_CLAIM_H
#define LENET5_CLI_CLAIM_H

#include "common.h"

/*
 * Locks a name until the lock is closed or the process ends. The lock is an open file; -1 on file systems without
 * locks, which counts as success. Fails with an error message if another process holds it. Creates no file.
 */
int claim_name(int *lock, const char *path);

/* Fails with an error message if another process has locked the name. */
int refuse_claimed(const char *path);

#endif
