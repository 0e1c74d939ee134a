/* The files of a TAR stream, one after the other. */
#ifndef LENET5_CLI_READ_TAR_H
#define LENET5_CLI_READ_TAR_H

#include <stddef.h>
#include <stdint.h>

typedef struct tar_reader tar_reader;

/* Opens an archive, "-" for standard input. The path must outlive it. Returns an exit code, as tar_next and tar_read
 * do. Close it unless that fails. */
int tar_open(tar_reader **t, const char *path);

/* Moves to the next regular file. Its name is valid until the call after; NULL: there is none left. */
int tar_next(const char **name, tar_reader *t);

/* Reads the current file, of which nothing is read yet. bytes are NULL, and size is the limit, if it has
 * MAX_PICTURE_FILE bytes or more. Free the bytes. */
int tar_read(uint8_t **bytes, size_t *size, tar_reader *t);

/* The share of the archive that has been read, 0 to 1; 0 if its size is unknown. */
double tar_share(const tar_reader *t);

void tar_close(tar_reader *t);

#endif
