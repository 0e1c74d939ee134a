/* Writing a file so that it is never seen half written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

#define TEMPORARY_NAMES 100

static lenet5_status fail_writing(lenet5_error *error, const char *path)
{
    return lenet5_fail(error, LENET5_E_WRITE, LENET5_NO_OFFSET, "%s: cannot be written: %s", path, strerror(errno));
}

static bool write_all(int file, const void *data, size_t size)
{
    const char *next = data;
    while (size > 0) {
        const ssize_t written = write(file, next, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        next += written;
        size -= (size_t)written;
    }
    return true;
}

static bool write_pieces(int file, const lenet5_bytes *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!write_all(file, pieces[i].data, pieces[i].size))
            return false;
    return true;
}

/* Opens a new file beside path; its name goes to temporary. */
static int open_temporary(char *temporary, const char *path, size_t size)
{
    for (int i = 0; i < TEMPORARY_NAMES; i++) {
        snprintf(temporary, size, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        const int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

/* Makes the renaming itself outlast a power failure; where a folder cannot be synced, nothing is lost but that. */
static void sync_folder_of(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    const int folder = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

/* A new regular file in place of path; temporary has room for size characters and is used up. */
static bool replace(const char *path, char *temporary, size_t size, const lenet5_bytes *pieces, size_t count)
{
    const int file = open_temporary(temporary, path, size);
    if (file < 0)
        return false;
    bool done = write_pieces(file, pieces, count) && fsync(file) == 0;
    done = close(file) == 0 && done;
    done = done && rename(temporary, path) == 0;
    if (!done) {
        const int reason = errno;
        unlink(temporary);
        errno = reason;
        return false;
    }
    sync_folder_of(temporary);
    return true;
}

/* Into something that is there and is no regular file: a terminal, a pipe. */
static bool write_into(const char *path, const lenet5_bytes *pieces, size_t count)
{
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const bool done = write_pieces(file, pieces, count);
    return close(file) == 0 && done;
}

lenet5_status lenet5_file_write(const char *path, const lenet5_bytes *pieces, size_t count, lenet5_error *error)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return write_into(path, pieces, count) ? LENET5_OK : fail_writing(error, path);

    char *target = realpath(path, NULL); /* so that a link is followed and not replaced */
    const size_t size = strlen(target ? target : path) + 64;
    char *temporary = malloc(size);
    lenet5_status result = LENET5_OK;
    if (!temporary)
        result = lenet5_fail_memory(error);
    else if (!replace(target ? target : path, temporary, size, pieces, count))
        result = fail_writing(error, path);
    free(temporary);
    free(target);
    return result;
}
