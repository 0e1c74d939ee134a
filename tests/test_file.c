/*
 * Atomic writing of files, with the mode of the replaced file and without files left behind. The linker redirects the
 * library's open, flock, linkat and rename here, to simulate a file system without unnamed files, locks for writers
 * alone, as on NFS, a system without /proc, and a process that is killed.
 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "support.h"
#include "system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int __real_open(const char *name, int flags, ...);
int __real_flock(int file, int operation);
int __real_linkat(int from, const char *name, int to, const char *link, int flags);
int __real_rename(const char *from, const char *to);
int __wrap_open(const char *name, int flags, ...);
int __wrap_flock(int file, int operation);
int __wrap_linkat(int from, const char *name, int to, const char *link, int flags);
int __wrap_rename(const char *from, const char *to);

static struct {
    bool no_unnamed;       /* the file system has no O_TMPFILE */
    bool locks_writers;    /* files opened for reading cannot be locked, as on NFS */
    bool no_proc;          /* a file cannot be named by its descriptor */
    bool killed;           /* the process is killed before rename() */
    size_t unnamed, named; /* files opened for writing */
} machine;

int __wrap_open(const char *name, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    const bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    if (unnamed && machine.no_unnamed)
        return errno = EOPNOTSUPP, -1;
    machine.unnamed += unnamed;
    machine.named += (flags & O_CREAT) != 0;
    return __real_open(name, flags, mode);
}

int __wrap_flock(int file, int operation)
{
    if (machine.locks_writers && (fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY)
        return errno = EBADF, -1;
    return __real_flock(file, operation);
}

int __wrap_linkat(int from, const char *name, int to, const char *link, int flags)
{
    if (machine.no_proc)
        return errno = ENOENT, -1;
    return __real_linkat(from, name, to, link, flags);
}

int __wrap_rename(const char *from, const char *to)
{
    if (machine.killed)
        _Exit(0);
    return __real_rename(from, to);
}

static lenet5_status put(const char *file, const char *text)
{
    const file_piece pieces[] = {{text, strlen(text)}, {"!", 1}};
    return lenet5_file_write(file, pieces, 2, NULL);
}

static void assert_holds(const char *file, const char *text)
{
    const buffer bytes = read_bytes(file);
    assert_int_equal(bytes.size, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.size);
    free(bytes.data);
}

static mode_t mode_of(const char *file)
{
    struct stat status;
    assert_int_equal(stat(file, &status), 0);
    return status.st_mode & 07777;
}

/* Runs a test on each kind of system. */
static void on_all_systems(void **state, void (*test)(void **state))
{
    for (int kind = 0; kind < 4; kind++) {
        memset(&machine, 0, sizeof machine);
        machine.no_unnamed = kind == 1 || kind == 3;
        machine.locks_writers = kind == 3;
        machine.no_proc = kind == 2;
        test(state);
        assert_true(kind == 0 ? machine.unnamed > 0 : machine.named > 0);
    }
    memset(&machine, 0, sizeof machine);
}

/* ---- Files and their rights -------------------------------------------------------------------------------------- */

static void write_and_replace(void **state)
{
    const path file = path_in(*state, "file");
    const mode_t mask = umask(027);
    assert_int_equal(put(file.text, "one"), LENET5_OK);
    assert_holds(file.text, "one!");
    assert_int_equal(mode_of(file.text), 0640);
    static const mode_t modes[] = {0600, 0644, 0666, 0400, 0755};
    for (size_t i = 0; i < LENGTH(modes); i++) {
        assert_int_equal(chmod(file.text, modes[i]), 0);
        assert_int_equal(put(file.text, "another"), LENET5_OK);
        assert_int_equal(mode_of(file.text), modes[i]);
    }
    assert_holds(file.text, "another!");
    umask(mask);
    assert_int_equal(count_entries(*state), 1);
    assert_int_equal(lenet5_file_remove(file.text, NULL), LENET5_OK);
    assert_int_equal(lenet5_file_remove(file.text, NULL), LENET5_OK);
    assert_int_equal(count_entries(*state), 0);
}

static void a_file_keeps_its_mode(void **state)
{
    on_all_systems(state, write_and_replace);
}

static void write_through_a_link(void **state)
{
    const path file = path_in(*state, "file"), link = path_in(*state, "link");
    struct stat status;
    write_bytes(file.text, "old", 3);
    assert_int_equal(symlink("file", link.text), 0);
    assert_int_equal(put(link.text, "new"), LENET5_OK);
    assert_holds(file.text, "new!");
    assert_true(lstat(link.text, &status) == 0 && S_ISLNK(status.st_mode));
    assert_int_equal(unlink(link.text), 0);
    assert_int_equal(unlink(file.text), 0);
}

static void a_link_is_followed(void **state)
{
    on_all_systems(state, write_through_a_link);
}

/* Links to files that do not exist, one of them from another folder. */
static void write_through_dangling_links(void **state)
{
    const path file = path_in(*state, "file"), link = path_in(*state, "link"), folder = path_in(*state, "folder");
    const path far = path_in(*state, "folder/far");
    struct stat status;
    assert_int_equal(mkdir(folder.text, 0700), 0);
    assert_int_equal(symlink("file", link.text), 0);
    assert_int_equal(symlink("../link", far.text), 0);
    assert_int_equal(put(far.text, "new"), LENET5_OK);
    assert_true(lstat(file.text, &status) == 0 && S_ISREG(status.st_mode));
    assert_holds(file.text, "new!");
    assert_int_equal(unlink(file.text), 0);
    assert_int_equal(unlink(link.text), 0);
    assert_int_equal(symlink(file.text, link.text), 0); /* as an absolute path */
    assert_int_equal(put(link.text, "newer"), LENET5_OK);
    assert_holds(file.text, "newer!");
    assert_true(lstat(link.text, &status) == 0 && S_ISLNK(status.st_mode));
    assert_int_equal(unlink(far.text), 0);
    assert_int_equal(rmdir(folder.text), 0);
    assert_int_equal(unlink(link.text), 0);
    assert_int_equal(unlink(file.text), 0);
}

static void a_dangling_link_is_followed(void **state)
{
    on_all_systems(state, write_through_dangling_links);
}

static void a_cycle_of_links_is_an_error(void **state)
{
    const path link = path_in(*state, "link");
    const file_piece piece = {"x", 1};
    lenet5_error error;
    struct stat status;
    assert_int_equal(symlink("link", link.text), 0);
    assert_failure(lenet5_file_write(link.text, &piece, 1, &error), LENET5_E_WRITE, &error, link.text);
    assert_true(lstat(link.text, &status) == 0 && S_ISLNK(status.st_mode));
}

/* A name of maximal length: the name of a slot must be shortened. */
static void write_long_name(void **state)
{
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    const path file = path_in(*state, name);
    assert_int_equal(put(file.text, "one"), LENET5_OK);
    assert_int_equal(put(file.text, "two"), LENET5_OK);
    assert_holds(file.text, "two!");
    assert_int_equal(count_entries(*state), 1);
    assert_int_equal(unlink(file.text), 0);
}

static void a_long_name_can_be_written(void **state)
{
    on_all_systems(state, write_long_name);
}

static void a_file_that_cannot_be_written_is_an_error(void **state)
{
    const path file = path_in(*state, "no/file");
    const file_piece piece = {"x", 1};
    lenet5_error error;
    fill(&error, sizeof error);
    assert_failure(lenet5_file_write(file.text, &piece, 1, &error), LENET5_E_WRITE, &error, file.text);
    assert_failure(lenet5_file_write("/dev/full", &piece, 1, &error), LENET5_E_WRITE, &error, "/dev/full");
    assert_int_equal(lenet5_file_write("", &piece, 1, NULL), LENET5_E_WRITE);
    assert_int_equal(lenet5_file_write("/", &piece, 1, NULL), LENET5_E_WRITE);
    assert_failure(lenet5_file_remove(*state, &error), LENET5_E_WRITE, &error, *state);
    assert_int_equal(count_entries(*state), 0);
}

/* ---- Killed writers ---------------------------------------------------------------------------------------------- */

static void put_and_be_killed(const char *file)
{
    const pid_t child = fork();
    if (child == 0) {
        machine.killed = true;
        put(file, "killed");
        _Exit(1);
    }
    int code;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    machine.unnamed += !machine.no_unnamed && !machine.no_proc; /* the child counted in its own memory */
    machine.named += machine.no_unnamed || machine.no_proc;
}

/* Kills a writer while its file has the name of a slot. */
static void kill_and_write_again(void **state)
{
    const path file = path_in(*state, "file");
    write_bytes(file.text, "old", 3);
    for (int i = 0; i < 3; i++) {
        put_and_be_killed(file.text);
        assert_holds(file.text, "old");
        assert_int_equal(count_entries(*state), 2); /* never more: each writer removes the file of the last one */
    }
    assert_int_equal(put(file.text, "new"), LENET5_OK);
    assert_holds(file.text, "new!");
    assert_int_equal(count_entries(*state), 1);
    put_and_be_killed(file.text);
    assert_int_equal(lenet5_file_remove(file.text, NULL), LENET5_OK);
    assert_int_equal(count_entries(*state), 0);
}

static void the_next_write_removes_files_of_killed_writers(void **state)
{
    on_all_systems(state, kill_and_write_again);
}

/* Another process is between linkat() and rename(): its file is locked. */
static void write_beside_another(void **state)
{
    const path file = path_in(*state, "file"), slot = path_in(*state, "file.lenet5-0.tmp");
    write_bytes(file.text, "old", 3);
    write_bytes(slot.text, "theirs", 6);
    const int theirs = __real_open(slot.text, O_WRONLY);
    assert_int_equal(flock(theirs, LOCK_EX), 0);
    assert_int_equal(put(file.text, "new"), LENET5_OK);
    assert_holds(file.text, "new!");
    assert_holds(slot.text, "theirs");
    assert_int_equal(close(theirs), 0);
    assert_int_equal(put(file.text, "newer"), LENET5_OK);
    assert_int_equal(count_entries(*state), 1);
    assert_int_equal(unlink(file.text), 0);
}

static void a_file_that_another_process_writes_is_kept(void **state)
{
    on_all_systems(state, write_beside_another);
}

/* Files with names that are only similar are not slots. */
static void files_with_similar_names_are_kept(void **state)
{
    static const char *const names[] = {"file.tmp", "file.lenet5-8.tmp", "file.lenet5-0.tmp.txt", "other.lenet5-0.tmp"};
    const path file = path_in(*state, "file");
    for (size_t i = 0; i < LENGTH(names); i++)
        write_bytes(path_in(*state, names[i]).text, "mine", 4);
    assert_int_equal(put(file.text, "one"), LENET5_OK);
    assert_int_equal(put(file.text, "two"), LENET5_OK);
    assert_int_equal(count_entries(*state), LENGTH(names) + 1);
}

/* ---- Piece by piece ---------------------------------------------------------------------------------------------- */

/* Writes pieces that are smaller, and larger, than what is written at once. */
static lenet5_status append_pieces(file_writer *w, size_t pieces)
{
    static char piece[100000];
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < pieces && status == LENET5_OK; i++) {
        memset(piece, (int)('a' + i % 26), sizeof piece);
        status = lenet5_file_append(w, piece, i % 3 == 0 ? sizeof piece : 1 + i, NULL);
    }
    return status;
}

static void assert_pieces(const char *file, size_t pieces)
{
    const buffer bytes = read_bytes(file);
    size_t at = 0;
    for (size_t i = 0; i < pieces; i++) {
        const size_t size = i % 3 == 0 ? 100000 : 1 + i;
        assert_true(at + size <= bytes.size);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(bytes.data[at + k], 'a' + i % 26);
        at += size;
    }
    assert_int_equal(at, bytes.size);
    free(bytes.data);
}

static void write_by_pieces(void **state)
{
    const path file = path_in(*state, "file"), link = path_in(*state, "link");
    file_writer *w;
    assert_int_equal(symlink("file", link.text), 0);
    assert_int_equal(lenet5_file_begin(&w, link.text, NULL), LENET5_OK);
    assert_int_equal(append_pieces(w, 20), LENET5_OK);
    assert_int_equal(count_entries(*state), 2); /* the link, and the file under another name */
    assert_int_equal(lenet5_file_finish(w, NULL), LENET5_OK);
    assert_int_equal(count_entries(*state), 2);
    assert_pieces(file.text, 20);
    assert_int_equal(chmod(file.text, 0640), 0);
    assert_int_equal(lenet5_file_begin(&w, file.text, NULL), LENET5_OK);
    assert_int_equal(append_pieces(w, 3), LENET5_OK);
    assert_pieces(file.text, 20);
    assert_int_equal(lenet5_file_finish(w, NULL), LENET5_OK);
    assert_pieces(file.text, 3);
    assert_int_equal(mode_of(file.text), 0640);
    assert_int_equal(unlink(file.text), 0);
    assert_int_equal(unlink(link.text), 0);
    machine.unnamed++; /* such a file has a name from the start on every system */
}

static void a_file_is_written_by_pieces(void **state)
{
    on_all_systems(state, write_by_pieces);
}

static void an_abandoned_file_leaves_the_old_one(void **state)
{
    const path file = path_in(*state, "file");
    file_writer *w;
    lenet5_file_abandon(NULL);
    assert_int_equal(put(file.text, "old"), LENET5_OK);
    assert_int_equal(lenet5_file_begin(&w, file.text, NULL), LENET5_OK);
    assert_int_equal(append_pieces(w, 4), LENET5_OK);
    lenet5_file_abandon(w);
    assert_holds(file.text, "old!");
    assert_int_equal(count_entries(*state), 1);
}

/* The next writer removes the file of one that is killed, and leaves that of one that still writes. */
static void a_killed_writer_by_pieces_leaves_the_old_file(void **state)
{
    const path file = path_in(*state, "file");
    file_writer *w, *other;
    assert_int_equal(put(file.text, "old"), LENET5_OK);
    const pid_t child = fork();
    if (child == 0)
        _Exit(lenet5_file_begin(&w, file.text, NULL) == LENET5_OK ? (int)append_pieces(w, 4) : 1);
    int code;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    assert_holds(file.text, "old!");
    assert_int_equal(count_entries(*state), 2);
    assert_int_equal(lenet5_file_begin(&w, file.text, NULL), LENET5_OK);
    assert_int_equal(count_entries(*state), 2);
    assert_int_equal(lenet5_file_begin(&other, file.text, NULL), LENET5_OK);
    assert_int_equal(count_entries(*state), 3);
    assert_int_equal(append_pieces(w, 4), LENET5_OK);
    assert_int_equal(lenet5_file_finish(w, NULL), LENET5_OK);
    lenet5_file_abandon(other);
    assert_pieces(file.text, 4);
    assert_int_equal(count_entries(*state), 1);
}

static void a_full_disk_is_an_error_by_pieces(void **state)
{
    const path file = path_in(*state, "no/file");
    file_writer *w;
    lenet5_error error;
    fill(&error, sizeof error);
    assert_failure(lenet5_file_begin(&w, file.text, &error), LENET5_E_WRITE, &error, file.text);
    assert_int_equal(lenet5_file_begin(&w, "/dev/full", NULL), LENET5_OK);
    assert_int_equal(lenet5_file_append(w, "x", 1, NULL), LENET5_OK);
    assert_failure(lenet5_file_finish(w, &error), LENET5_E_WRITE, &error, "/dev/full");
    assert_int_equal(lenet5_file_begin(&w, "/dev/full", NULL), LENET5_OK);
    assert_int_equal(append_pieces(w, 4), LENET5_E_WRITE);
    lenet5_file_abandon(w);
    struct stat status;
    assert_true(stat("/dev/full", &status) == 0 && S_ISCHR(status.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(a_file_keeps_its_mode),
        TEST_IN_FOLDER(a_link_is_followed),
        TEST_IN_FOLDER(a_dangling_link_is_followed),
        TEST_IN_FOLDER(a_cycle_of_links_is_an_error),
        TEST_IN_FOLDER(a_long_name_can_be_written),
        TEST_IN_FOLDER(a_file_that_cannot_be_written_is_an_error),
        TEST_IN_FOLDER(the_next_write_removes_files_of_killed_writers),
        TEST_IN_FOLDER(a_file_that_another_process_writes_is_kept),
        TEST_IN_FOLDER(files_with_similar_names_are_kept),
        TEST_IN_FOLDER(a_file_is_written_by_pieces),
        TEST_IN_FOLDER(an_abandoned_file_leaves_the_old_one),
        TEST_IN_FOLDER(a_killed_writer_by_pieces_leaves_the_old_file),
        TEST_IN_FOLDER(a_full_disk_is_an_error_by_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
