/* The bytes of a file or of standard input, read once from begin to end. */
#ifndef LENET5_CLI_READ_STREAM_H
#define LENET5_CLI_READ_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct stream {
    int file;
    const char *name;  /* for messages */
    uint64_t position; /* in bytes */
    uint64_t size;     /* in bytes; 0: unknown */
} stream;

/* Opens a file, "-" for standard input. The path must outlive the stream. Returns an exit code. */
int stream_open(stream *s, const char *path);

/* Reads at most that many bytes. Returns their number, 0 at the end; -1 after reporting an error, and if the program is
 * interrupted, which is reported once for all files. */
ssize_t stream_read(stream *s, void *bytes, size_t size);

/* Skips at most that many bytes, and returns how many: those of a regular file. */
size_t stream_skip(stream *s, size_t bytes);

/* The share that has been read, less some bytes that are not used yet, 0 to 1; 0 if the size is unknown. */
double stream_share(const stream *s, uint64_t unused);

void stream_close(const stream *s);

#endif
