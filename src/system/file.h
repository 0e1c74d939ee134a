/* Writing files that are never seen half written. */
#ifndef LENET5_SYSTEM_FILE_H
#define LENET5_SYSTEM_FILE_H

#include "lenet5/base.h"

/* A part of what a file holds. */
typedef struct file_piece {
    const void *data;
    size_t size;
} file_piece;

/*
 * Writes count pieces of memory, one after the other, as the file path: whatever happens, either the old file or the
 * new one is there, whole and synced. A file that is replaced keeps its mode, and its owner where the process may set
 * it; a new one has 0666 less the umask. A process that is killed leaves nothing behind, or at most a file
 * NAME.lenet5-N.tmp (N is a digit), which the next writing of the same path removes. A path that is a pipe or a device
 * is written to as it is.
 */
lenet5_status lenet5_file_write(const char *path, const file_piece *pieces, size_t count, lenet5_error *error);

/*
 * A file that is written piece by piece, by the same rules: until it is complete, it has the name NAME.lenet5-N.tmp.
 * The path must outlive the writer. Finish or abandon it. LENET5_E_WRITE.
 */
typedef struct file_writer file_writer;
lenet5_status lenet5_file_begin(file_writer **writer, const char *path, lenet5_error *error);
lenet5_status lenet5_file_append(file_writer *writer, const void *data, size_t size, lenet5_error *error);

/* Syncs the file, gives it its name, and frees the writer. After a failure the old file is there as before. */
lenet5_status lenet5_file_finish(file_writer *writer, lenet5_error *error);

/* Removes what is written so far, and frees the writer; NULL: nothing. */
void lenet5_file_abandon(file_writer *writer);

/* Removes a file that lenet5_file_write has written, and what a writing that was killed left. None there: LENET5_OK. */
lenet5_status lenet5_file_remove(const char *path, lenet5_error *error);

#endif
