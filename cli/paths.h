/* The parts of a path, and what it leads to. */
#ifndef LENET5_CLI_PATHS_H
#define LENET5_CLI_PATHS_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Returns the part of a path behind its last slash. */
static inline const char *file_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Writes the folder that a path is in, slash included; "." for a path without a slash. Cut off at size bytes. */
static inline void folder_part(char *folder, size_t size, const char *path)
{
    const int length = (int)(file_part(path) - path);
    snprintf(folder, size, "%.*s", length ? length : 1, length ? path : ".");
}

/* Whether a path ends in one of the endings, which are separated by blanks: ".svg .png". */
static inline bool has_ending(const char *path, const char *endings)
{
    const size_t length = strlen(path);
    for (const char *at = endings; *at;) {
        const size_t size = strcspn(at, " ");
        if (length >= size && strncmp(path + length - size, at, size) == 0)
            return true;
        at += size + strspn(at + size, " ");
    }
    return false;
}

/* Whether a path is a folder, or a link to one. */
static inline bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Whether a path exists and is no regular file: reading a pipe or a device could wait for ever or not end. */
static inline bool is_special(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

/* Whether both paths exist and are the same file or folder, be it by links. */
static inline bool is_same_path(const char *a, const char *b)
{
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

#endif
