#define _GNU_SOURCE /* syscall, O_TMPFILE */
#include "outputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "data/dataset.h"
#include "paths.h"
#include "train/unfinished.h"

#define MUST_BE_NEW 1u /* RENAME_NOREPLACE of <linux/fs.h> */

/* ---- The name of an output --------------------------------------------------------------------------------------- */

/* Writes ".svg .png" as ".svg or .png". */
static void put_endings(char *text, size_t size, const char *endings)
{
    const size_t first = strcspn(endings, " ");
    snprintf(text, size, endings[first] ? "%.*s or %s" : "%.*s%s", (int)first, endings,
             endings[first] ? endings + first + 1 : "");
}

/* Opens a new file beside path that disappears with the process, where the file system has such files; else it has the
 * name temporary. */
static int open_temporary(char temporary[TEMPORARY_SIZE], const char *path)
{
    char folder[PATH_SIZE];
    folder_part(folder, sizeof folder, path);
    temporary[0] = '\0';
    const int file = open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (file >= 0)
        return file;
    name_temporary(temporary, path, "");
    return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* Creates a file of that size beside path, and removes it. False, with errno, if that fails. */
static bool can_create(const char *path, size_t bytes)
{
    char temporary[TEMPORARY_SIZE];
    const int file = open_temporary(temporary, path);
    if (file < 0)
        return false;
    const int reason = posix_fallocate(file, 0, (off_t)bytes);
    close(file);
    if (temporary[0])
        unlink(temporary);
    errno = reason;
    return reason == 0;
}

/* A link counts as what it leads to. Devices and pipes are written to directly. */
int check_room(const char *path, size_t bytes)
{
    struct stat about;
    char *whole = realpath(path, NULL);
    const bool there = whole && stat(whole, &about) == 0;
    const bool created = there ? S_ISREG(about.st_mode) : lstat(path, &about) != 0;
    const bool possible = !created || can_create(there ? whole : path, bytes);
    const int reason = errno;
    free(whole);
    return possible ? EXIT_DONE : report_error("%s: cannot be written: %s", path, strerror(reason));
}

int check_place(const cli_arguments *arguments, const char *output, size_t bytes)
{
    char folder[PATH_SIZE];
    struct stat about;
    const char *path = argument_text(arguments, output);
    if (!path)
        return EXIT_DONE;
    if (strcmp(path, "-") == 0)
        return report_usage_error(arguments->command,
                                  "--%s -: cannot write to standard output; name a file (./- for one named -)", output);
    folder_part(folder, sizeof folder, path);
    if (stat(folder, &about) != 0)
        return report_error("%s: cannot be written: %s: %s", path, folder, strerror(errno));
    if (is_folder(path))
        return report_error("%s: cannot be written: it is a folder; name a file in --%s", path, output);
    return check_room(path, bytes);
}

#define SMALL_FILE 4096 /* bytes that any output has room for */

int check_output(const cli_arguments *arguments, const char *output, const char *endings)
{
    char listed[32];
    const char *path = argument_text(arguments, output);
    if (!path)
        return EXIT_DONE;
    if (endings && !has_ending(path, endings)) {
        put_endings(listed, sizeof listed, endings);
        return report_usage_error(arguments->command, "--%s %s: the name has to end in %s", output, path, listed);
    }
    const int code = check_place(arguments, output, SMALL_FILE);
    return code == EXIT_DONE ? refuse_checkpoint(path) : code;
}

/* ---- Inputs and other outputs ------------------------------------------------------------------------------------ */

static bool is_regular_file(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

/* Whether both are new names, and the same name in the same folder. */
static bool is_same_name(const char *path, const char *other)
{
    char one[PATH_SIZE], two[PATH_SIZE];
    if (strcmp(file_part(path), file_part(other)) != 0 || is_taken(path))
        return false;
    folder_part(one, sizeof one, path);
    folder_part(two, sizeof two, other);
    return is_same_path(one, two);
}

int keep_apart(const cli_arguments *arguments, const char *output, const char *other)
{
    const char *path = argument_text(arguments, output);
    if (!path || !other)
        return EXIT_DONE;
    if (!(is_same_path(path, other) && is_regular_file(path)) && !is_same_name(path, other))
        return EXIT_DONE;
    return report_error("%s: is the same file as %s, which the command also reads or writes; choose another --%s", path,
                        other, output);
}

int keep_apart_from_list(const cli_arguments *arguments, const char *output, const char *names)
{
    char *list = strdup(names ? names : "");
    if (!list)
        return report_out_of_memory();
    int code = EXIT_DONE;
    for (char *rest = list, *name; code == EXIT_DONE && (name = strtok_r(rest, ",", &rest));)
        code = keep_apart(arguments, output, name);
    free(list);
    return code;
}

static int keep_apart_from_sets(const cli_arguments *arguments, const char *output, const char *folder, DIR *entries)
{
    char path[PATH_SIZE + 512];
    int code = EXIT_DONE;
    for (const struct dirent *entry; code == EXIT_DONE && (entry = readdir(entries));) {
        if (!lenet5_is_data_name(entry->d_name))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        code = keep_apart(arguments, output, path);
    }
    return code;
}

int keep_apart_from_data(const cli_arguments *arguments, const char *output)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 32];
    const char *subfolder;
    int code = EXIT_DONE;
    if (!data_folder(folder, arguments))
        return EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && (subfolder = lenet5_data_subfolder(i)); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, subfolder);
        DIR *entries = opendir(path);
        if (!entries)
            continue;
        code = keep_apart_from_sets(arguments, output, path, entries);
        closedir(entries);
    }
    return code;
}

/* ---- Files that are replaced ------------------------------------------------------------------------------------- */

/* Gives the file the name backup too, which another file may have. File systems without hard links rename it. */
static bool back_up(const char *path, const char *backup)
{
    char temporary[TEMPORARY_SIZE];
    name_temporary(temporary, path, "");
    if (link(path, temporary) != 0)
        return rename(path, backup) == 0;
    const bool done = rename(temporary, backup) == 0;
    const int reason = errno;
    unlink(temporary); /* which rename leaves where both are the same file already */
    errno = reason;
    return done;
}

int keep_replaced(const char *path, bool quiet)
{
    struct stat about;
    char backup[PATH_SIZE + 2], *whole = realpath(path, NULL);
    if (!whole || stat(whole, &about) != 0 || !S_ISREG(about.st_mode)) {
        free(whole);
        return EXIT_DONE;
    }
    snprintf(backup, sizeof backup, "%s~", whole);
    int code = EXIT_DONE;
    if (!back_up(whole, backup))
        code = report_error("%s: the old file cannot be kept as %s: %s", path, backup, strerror(errno));
    else if (!quiet)
        print_line(stderr, "%s is replaced; the old file is kept as %s~", path, path);
    free(whole);
    return code;
}

/* ---- Files with generated names ---------------------------------------------------------------------------------- */

bool is_taken(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 || errno != ENOENT;
}

int refuse_taken(const char *path, bool force)
{
    struct stat about;
    if (lstat(path, &about) != 0)
        return EXIT_DONE; /* any other error is found when it is written */
    if (!force)
        return report_error("%s exists; choose another folder, or pass --force to replace it", path);
    if (!S_ISREG(about.st_mode))
        return report_error(
            "%s is a link or not a regular file, and is not replaced; remove it or choose another folder", path);
    return EXIT_DONE;
}

void name_temporary(char temporary[TEMPORARY_SIZE], const char *path, const char *ending)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (uint64_t)getpid();
    snprintf(temporary, TEMPORARY_SIZE, "%.*s.lenet5-%016llx.tmp%s", (int)(file_part(path) - path), path,
             (unsigned long long)number, ending);
}

/* For file systems without RENAME_NOREPLACE. */
static bool link_and_unlink(const char *temporary, const char *path)
{
    return link(temporary, path) == 0 && unlink(temporary) == 0;
}

bool rename_new(const char *from, const char *to)
{
    /* musl has no renameat2. */
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, MUST_BE_NEW) == 0 ||
           ((errno == EINVAL || errno == ENOSYS) && link_and_unlink(from, to));
}

int publish_new(const char *temporary, const char *path)
{
    if (rename_new(temporary, path))
        return EXIT_DONE;
    const int reason = errno;
    unlink(temporary);
    if (reason == EEXIST)
        return report_error("%s exists; remove it or choose another name", path);
    return report_error("%s: cannot be written: %s", path, strerror(reason));
}
