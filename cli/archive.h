/*
 * TAR streams with libarchive: the interface of the module lenet5_archive, which lenet5 read --tar loads (extras.h).
 * The module uses no function of the program.
 */
#ifndef LENET5_CLI_ARCHIVE_H
#define LENET5_CLI_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct archive_stream {
    void *archive; /* libarchive's */
    /* Returns the number of further bytes of the stream, which stay valid until the next call; 0 at the end; -1 after a
     * failure. */
    ssize_t (*fill)(void *context, const void **bytes);
    /* Skips at most that many bytes of the stream, and returns how many. */
    size_t (*skip)(void *context, size_t bytes);
    void *context;
    const char *name; /* of the current entry; valid until the next one */
    char reason[256]; /* of a failure */
} archive_stream;

typedef enum archive_step { STEP_ENTRY, STEP_END, STEP_FAILED } archive_step;

typedef struct archive_module {
    /* fill, skip and context are set. Returns false after a failure; close the stream in any case. */
    bool (*open)(archive_stream *s);
    /* Moves to the next regular file. */
    archive_step (*next)(archive_stream *s);
    /* Reads bytes of the current file: as many, or fewer at its end. Returns -1 after a failure. */
    ssize_t (*read)(archive_stream *s, void *bytes, size_t size);
    void (*close)(archive_stream *s);
} archive_module;

#endif
