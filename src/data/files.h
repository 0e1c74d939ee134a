/* The files of data sets: plain or gzipped, and read by their format. */
#ifndef LENET5_DATA_FILES_H
#define LENET5_DATA_FILES_H

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/error.h"
#include "lenet5/data.h"

/* Opens a file, plain or gzipped. LENET5_E_OPEN or LENET5_E_MEMORY. */
static inline lenet5_status lenet5_gz_open(gzFile *stream, const char *path, lenet5_error *error)
{
    errno = 0;
    *stream = gzopen(path, "rb");
    if (*stream)
        return LENET5_OK;
    return lenet5_fail(error, errno ? LENET5_E_OPEN : LENET5_E_MEMORY, LENET5_NO_OFFSET, "%s: cannot be opened: %s",
                       path, errno ? strerror(errno) : "out of memory");
}

/* Returns why a file cannot be read or is damaged, NULL if neither. */
static inline const char *lenet5_gz_fault(gzFile stream)
{
    int code;
    const char *reason = gzerror(stream, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return NULL;
    return code == Z_ERRNO ? strerror(errno) : reason;
}

/* The functions below fill members of a set, which the caller frees, also after a failure. They leave it unsealed. */

/* Reads the pictures of an IDX file that was just opened. */
lenet5_status lenet5_idx_pictures(lenet5_dataset *set, gzFile stream, const char *path, lenet5_error *error);

/* Reads the labels of as many pictures as the set has, each below classes. */
lenet5_status lenet5_idx_labels(lenet5_dataset *set, const char *path, unsigned classes, lenet5_error *error);

/* Whether the file that was just opened begins as the text of USPS does. Its position stays. */
bool lenet5_is_usps(gzFile stream);

/* Reads the pictures and labels of a text file of USPS that was just opened. */
lenet5_status lenet5_usps_read(lenet5_dataset *set, gzFile stream, const char *path, lenet5_error *error);

#endif
