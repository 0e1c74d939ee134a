/*
 * Atomic replacement of a file: readers see the old file or the new one; a killed process leaves nothing behind.
 *
 * The bytes go to an unnamed file (O_TMPFILE), which the kernel removes with its process. Once they are synced, the
 * file gets its name. linkat() cannot replace an existing name, so until rename() the file has the name of a slot,
 * NAME.lenet5-0.tmp to NAME.lenet5-7.tmp. On file systems without O_TMPFILE the file has a slot's name from the start;
 * so has a file that is written piece by piece, because its bytes cannot be written again if naming it fails.
 * A writer holds a lock on its file. A slot without a lock was left by a killed process; the next write of the same
 * name removes it.
 */
#define _GNU_SOURCE /* O_TMPFILE, AT_EMPTY_PATH */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "file.h"

#define MAX_LINKS 40        /* symbolic links followed in a path: Linux's own limit */
#define SLOTS 8             /* simultaneous writers of one name */
#define SLOT_NAME_PART 200  /* bytes of the file's name in a slot's name; file systems allow 255 in all */
#define SLOT_NAME_ROOM 32   /* bytes for the suffix */
#define NEW_MODE 0666       /* minus the umask */
#define REPLACING_MODE 0600 /* until keep_rights gives it the mode of the file that it replaces */

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

static bool write_pieces(int file, const file_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!write_all(file, pieces[i].data, pieces[i].size))
            return false;
    return true;
}

/* ---- The target and its slots ------------------------------------------------------------------------------------ */

typedef struct target {
    char *path;      /* with symbolic links resolved, so that the file is replaced and not the link */
    char *folder;    /* its directory */
    char *slot;      /* buffer for the name of a slot */
    bool there;      /* a file of that name exists */
    struct stat old; /* its status, if it exists */
} target;

static void target_free(target *t)
{
    free(t->path);
    free(t->folder);
    free(t->slot);
    *t = (target){0};
}

/* The target of the symbolic link at path, relative to path's folder. Frees path; NULL without memory. */
static char *next_path(char *path, const char *link)
{
    const char *slash = link[0] == '/' ? NULL : strrchr(path, '/');
    const size_t folder = slash ? (size_t)(slash + 1 - path) : 0, size = folder + strlen(link) + 1;
    char *next = malloc(size);
    if (next)
        snprintf(next, size, "%.*s%s", (int)folder, path, link);
    free(path);
    return next;
}

/* Resolves symbolic links in the last part of path, even if the last target does not exist. NULL without memory. */
static char *follow_links(const char *path)
{
    char *at = strdup(path), link[PATH_MAX];
    ssize_t length;
    for (int i = 0; at && i < MAX_LINKS && (length = readlink(at, link, sizeof link - 1)) >= 0; i++) {
        link[length] = '\0';
        at = next_path(at, link);
    }
    return at;
}

static bool target_init(target *t, const char *path)
{
    *t = (target){.path = follow_links(path)};
    if (!t->path)
        return false;
    const char *slash = strrchr(t->path, '/');
    t->folder = slash ? strndup(t->path, slash > t->path ? (size_t)(slash - t->path) : 1) : strdup(".");
    t->slot = malloc(strlen(t->path) + SLOT_NAME_ROOM);
    if (!t->folder || !t->slot) {
        target_free(t);
        return false;
    }
    t->there = stat(t->path, &t->old) == 0;
    return true;
}

static const char *name_slot(target *t, int number)
{
    const char *slash = strrchr(t->path, '/');
    const char *name = slash ? slash + 1 : t->path;
    snprintf(t->slot, strlen(t->path) + SLOT_NAME_ROOM, "%.*s%.*s.lenet5-%d.tmp", (int)(name - t->path), t->path,
             SLOT_NAME_PART, name, number);
    return t->slot;
}

/* Whether name still belongs to the open file. */
static bool has_name(int file, const char *name)
{
    struct stat opened, named;
    return fstat(file, &opened) == 0 && lstat(name, &named) == 0 && S_ISREG(opened.st_mode) &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Opens a file for locking; NFS locks only files that are open for writing. */
static int open_to_lock(const char *name)
{
    const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const int file = open(name, O_WRONLY | flags);
    return file < 0 && errno == EACCES ? open(name, O_RDONLY | flags) : file;
}

/* Removes the slots of killed writers. Between open and lock a slot's name may have passed to another file, so it is
 * checked under the lock. On file systems without locks every slot counts as left behind. */
static void clear_slots(target *t)
{
    for (int i = 0; i < SLOTS; i++) {
        const int file = open_to_lock(name_slot(t, i));
        if (file < 0)
            continue;
        const bool left =
            flock(file, LOCK_EX | LOCK_NB) == 0 || errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS;
        if (left && has_name(file, t->slot))
            unlink(t->slot);
        close(file);
    }
}

/* ---- Replacing --------------------------------------------------------------------------------------------------- */

/* Makes the new name durable. Some file systems cannot sync a directory; the file itself is safe there too. */
static void sync_folder(const target *t)
{
    const int folder = open(t->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

/* Copies owner, group and mode of the replaced file, as far as this process may set them. */
static void keep_rights(int file, const struct stat *old)
{
    mode_t mode = old->st_mode & 07777;
    if (fchown(file, old->st_uid, old->st_gid) != 0 && fchown(file, (uid_t)-1, old->st_gid) != 0)
        mode &= ~(mode_t)070; /* the old group's rights do not pass to another group */
    fchmod(file, mode);
}

/* Completes a file before it gets its name. */
static bool seal(int file, const target *t)
{
    if (t->there)
        keep_rights(file, &t->old);
    return fsync(file) == 0;
}

/* Renames the slot to the target. */
static bool move_slot(const target *t)
{
    if (rename(t->slot, t->path) == 0)
        return true;
    const int reason = errno;
    unlink(t->slot);
    errno = reason;
    return false;
}

/* Names an unnamed file. Without /proc, this needs CAP_DAC_READ_SEARCH. */
static bool give_name(int file, const char *name)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    return linkat(AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 ||
           (errno != EEXIST && linkat(file, "", AT_FDCWD, name, AT_EMPTY_PATH) == 0);
}

static bool name_target(int file, target *t)
{
    if (!t->there && give_name(file, t->path))
        return true;
    for (int i = 0; i < SLOTS; i++)
        if (give_name(file, name_slot(t, i)))
            return move_slot(t);
        else if (errno != EEXIST)
            return false;
    return false;
}

/* Replaces the target by an unnamed file that gets its name once it is complete. */
static bool replace_unnamed(target *t, const file_piece *pieces, size_t count)
{
#ifdef O_TMPFILE
    const int file = open(t->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, t->there ? REPLACING_MODE : NEW_MODE);
    if (file < 0)
        return false;
    flock(file, LOCK_EX);
    const bool done = write_pieces(file, pieces, count) && seal(file, t) && name_target(file, t);
    close(file);
    return done;
#else
    (void)t, (void)pieces, (void)count;
    return false;
#endif
}

/* Creates and locks a file in a free slot. If another writer removes it before it is locked, the next slot is tried. */
static int open_slot(target *t)
{
    for (int i = 0; i < SLOTS; i++) {
        const int file =
            open(name_slot(t, i), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, t->there ? REPLACING_MODE : NEW_MODE);
        if (file < 0 && errno != EEXIST)
            return -1;
        if (file >= 0 && (flock(file, LOCK_EX) != 0 || has_name(file, t->slot)))
            return file;
        if (file >= 0)
            close(file);
    }
    return -1;
}

/* Removes a slot and closes its file, without changing errno. */
static void drop_slot(int file, const target *t)
{
    const int reason = errno;
    unlink(t->slot);
    close(file);
    errno = reason;
}

/* Renames a slot whose file is written to the target, or drops it. */
static bool publish_slot(int file, const target *t, bool written)
{
    if (!written || !seal(file, t)) {
        drop_slot(file, t);
        return false;
    }
    const bool done = move_slot(t);
    close(file);
    return done;
}

static bool replace_by_slot(target *t, const file_piece *pieces, size_t count)
{
    const int file = open_slot(t);
    return file >= 0 && publish_slot(file, t, write_pieces(file, pieces, count));
}

static bool replace(target *t, const file_piece *pieces, size_t count)
{
    clear_slots(t);
    if (!replace_unnamed(t, pieces, count) && !replace_by_slot(t, pieces, count))
        return false;
    sync_folder(t);
    return true;
}

/* Writes to an existing file that is not regular: a terminal or a pipe. */
static bool write_into(const char *path, const file_piece *pieces, size_t count)
{
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const bool done = write_pieces(file, pieces, count);
    return close(file) == 0 && done;
}

lenet5_status lenet5_file_write(const char *path, const file_piece *pieces, size_t count, lenet5_error *error)
{
    struct stat status;
    const bool there = stat(path, &status) == 0;
    if (!there && errno == ELOOP)
        return fail_writing(error, path);
    if (there && !S_ISREG(status.st_mode))
        return write_into(path, pieces, count) ? LENET5_OK : fail_writing(error, path);

    target t;
    if (!target_init(&t, path))
        return lenet5_fail_memory(error);
    const lenet5_status result = replace(&t, pieces, count) ? LENET5_OK : fail_writing(error, path);
    target_free(&t);
    return result;
}

lenet5_status lenet5_file_remove(const char *path, lenet5_error *error)
{
    target t;
    if (!target_init(&t, path))
        return lenet5_fail_memory(error);
    clear_slots(&t);
    target_free(&t);
    if (unlink(path) == 0 || errno == ENOENT)
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_WRITE, LENET5_NO_OFFSET, "%s: cannot be removed: %s", path, strerror(errno));
}

/* ---- Piece by piece ---------------------------------------------------------------------------------------------- */

#define BUFFER_SIZE 65536 /* bytes that are written at once */

struct file_writer {
    const char *path; /* the caller's, for messages */
    target t;
    int file;
    bool direct; /* it is no regular file, and written to as it is */
    size_t used; /* bytes of the buffer */
    char buffer[BUFFER_SIZE];
};

static bool flush(file_writer *w)
{
    const bool done = write_all(w->file, w->buffer, w->used);
    w->used = 0;
    return done;
}

static void writer_free(file_writer *w)
{
    target_free(&w->t);
    free(w);
}

static lenet5_status open_writer(file_writer *w, lenet5_error *error)
{
    struct stat status;
    const bool there = stat(w->path, &status) == 0;
    if (!there && errno == ELOOP)
        return fail_writing(error, w->path);
    if (!target_init(&w->t, w->path))
        return lenet5_fail_memory(error);
    w->direct = there && !S_ISREG(status.st_mode);
    if (!w->direct)
        clear_slots(&w->t);
    w->file = w->direct ? open(w->path, O_WRONLY | O_CLOEXEC) : open_slot(&w->t);
    return w->file >= 0 ? LENET5_OK : fail_writing(error, w->path);
}

lenet5_status lenet5_file_begin(file_writer **writer, const char *path, lenet5_error *error)
{
    file_writer *w = calloc(1, sizeof *w);
    if (!w)
        return lenet5_fail_memory(error);
    w->path = path;
    const lenet5_status status = open_writer(w, error);
    if (status == LENET5_OK)
        *writer = w;
    else
        writer_free(w);
    return status;
}

lenet5_status lenet5_file_append(file_writer *w, const void *data, size_t size, lenet5_error *error)
{
    if (size > sizeof w->buffer - w->used && !flush(w))
        return fail_writing(error, w->path);
    if (size >= sizeof w->buffer)
        return write_all(w->file, data, size) ? LENET5_OK : fail_writing(error, w->path);
    memcpy(w->buffer + w->used, data, size);
    w->used += size;
    return LENET5_OK;
}

lenet5_status lenet5_file_finish(file_writer *w, lenet5_error *error)
{
    bool done = flush(w);
    if (w->direct)
        done = close(w->file) == 0 && done;
    else if ((done = publish_slot(w->file, &w->t, done)))
        sync_folder(&w->t);
    const lenet5_status status = done ? LENET5_OK : fail_writing(error, w->path);
    writer_free(w);
    return status;
}

void lenet5_file_abandon(file_writer *w)
{
    if (!w)
        return;
    if (w->direct)
        close(w->file);
    else
        drop_slot(w->file, &w->t);
    writer_free(w);
}
