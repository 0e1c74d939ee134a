/*
 * The lock is on a range of bytes of the folder that the name is in: the range need not exist, leaves nothing behind,
 * and ends with the process. The file itself cannot be locked, since every save replaces it. The range begins at a
 * hash of the name, and its length is the process number. A folder can be locked for reading only, which excludes no
 * other lock but is visible to others: each process looks for other locks before and after it locks.
 */

#define _GNU_SOURCE /* F_OFD_SETLK */
#include "claim.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "paths.h"

#define RANGE_BITS 23 /* a process number has at most 22 bits */
#define HASH_BITS (63 - RANGE_BITS)

/* Returns the name with all links resolved; of a new name, those of its folder; NULL: there is no folder. Free it. */
static char *resolve(const char *path)
{
    char folder[PATH_SIZE], *whole = realpath(path, NULL);
    if (whole)
        return whole;
    folder_part(folder, sizeof folder, path);
    char *parent = realpath(folder, NULL);
    const size_t size = parent ? strlen(parent) + strlen(path) + 2 : 0;
    whole = parent ? malloc(size) : NULL;
    if (whole)
        snprintf(whole, size, "%s/%s", parent, file_part(path));
    free(parent);
    return whole;
}

/* Opens the folder and sets the range. Returns a descriptor, or -1. */
static int open_claim(struct flock *claim, char **resolved, const char *path)
{
    char folder[PATH_SIZE];
    *resolved = resolve(path);
    if (!*resolved || strlen(*resolved) >= sizeof folder - 1)
        return -1;
    folder_part(folder, sizeof folder, *resolved);
    const char *last = file_part(*resolved);
    const uint64_t hash = lenet5_hash((const uint8_t *)last, strlen(last)) >> (64 - HASH_BITS);
    *claim = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = (off_t)(hash << RANGE_BITS)};
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Reports an error and fails if another process has a lock with the same start. */
static int check_others(int folder, const struct flock *claim, const char *path)
{
    struct flock other = *claim;
    other.l_type = F_WRLCK;
    other.l_len = 1;
    if (fcntl(folder, F_OFD_GETLK, &other) != 0 || other.l_type == F_UNLCK)
        return EXIT_DONE;
    return report_error("%s: is being trained by another lenet5 (process %lld); wait for it, or choose another --out",
                        path, (long long)other.l_len);
}

int claim_name(int *lock, const char *path)
{
    struct flock claim;
    char *resolved;
    *lock = open_claim(&claim, &resolved, path);
    free(resolved);
    if (*lock < 0)
        return EXIT_DONE;
    int code = check_others(*lock, &claim, path);
    if (code != EXIT_DONE)
        return code;
    claim.l_len = getpid();
    if (fcntl(*lock, F_OFD_SETLK, &claim) == 0)
        code = check_others(*lock, &claim, path);
    return code;
}

int refuse_claimed(const char *path)
{
    struct flock claim;
    char *resolved;
    const int folder = open_claim(&claim, &resolved, path);
    free(resolved);
    if (folder < 0)
        return EXIT_DONE;
    const int code = check_others(folder, &claim, path);
    close(folder);
    return code;
}
