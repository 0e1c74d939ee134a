/* lenet5/base.h: version, status codes and errors. Part of liblenet5. The conventions stand in lenet5.h. */
#ifndef LENET5_BASE_H
#define LENET5_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LENET5_API __attribute__((visibility("default")))
#define LENET5_DEPRECATED(hint) __attribute__((deprecated(hint)))
#else
#define LENET5_API
#define LENET5_DEPRECATED(hint)
#endif

/* ---- Version ----------------------------------------------------------------------------------------------------- */

#define LENET5_VERSION_MAJOR 0
#define LENET5_VERSION_MINOR 2
#define LENET5_VERSION_PATCH 0

/* The version as a number for comparisons: 0.2.0 is 200, 1.2.3 is 10203. */
#define LENET5_VERSION_NUMBER (LENET5_VERSION_MAJOR * 10000 + LENET5_VERSION_MINOR * 100 + LENET5_VERSION_PATCH)

/* The version as a string: "0.2.0". */
#define LENET5_VERSION LENET5_VERSION_STRING(LENET5_VERSION_MAJOR, LENET5_VERSION_MINOR, LENET5_VERSION_PATCH)
#define LENET5_VERSION_STRING(major, minor, patch) LENET5_VERSION_JOIN(major, minor, patch)
#define LENET5_VERSION_JOIN(major, minor, patch) #major "." #minor "." #patch

/* Return the version of the library at run time, as the macros are that at compile time. Thread-safe. */
LENET5_API const char *lenet5_version(void);
LENET5_API unsigned lenet5_version_number(void);

/* ---- Limits ------------------------------------------------------------------------------------------------------ */

/* The most threads that a function can be asked to use. */
#define LENET5_MAX_THREADS 256

/* The most digits of a string that is drawn or read. */
#define LENET5_MAX_STRING 32

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

/* The result of a function that can fail. A program should treat a value that is not listed as a failure. */
typedef enum lenet5_status {
    LENET5_OK = 0,
    LENET5_E_ARGUMENT = -1, /* a value is outside its documented range */
    LENET5_E_MEMORY = -2,   /* out of memory */
    LENET5_E_OPEN = -3,     /* a file cannot be opened */
    LENET5_E_READ = -4,     /* a file cannot be read, or its compression is damaged */
    LENET5_E_WRITE = -5,    /* a file cannot be written; it is whole as before, or absent */
    LENET5_E_DIVERGED = -6, /* the training diverged: the loss is not finite, or grows */
    LENET5_E_TIME = -7,     /* the caller's time limit is reached */
    LENET5_E_STOPPED = -8,  /* the caller asked to stop */
    LENET5_E_FORKED = -9,   /* the worker threads exist only in the parent process */
    LENET5_E_RANKS = -10,   /* another process of the training cannot be reached, or has other data */

    LENET5_E_DATA_MISSING = -20,   /* the folder has no such data set */
    LENET5_E_IDX_MAGIC = -21,      /* the file does not begin as an IDX file does */
    LENET5_E_IDX_TYPE = -22,       /* the numbers are of another type than bytes */
    LENET5_E_IDX_DIMENSIONS = -23, /* another number of dimensions, or sizes out of range */
    LENET5_E_IDX_TRUNCATED = -24,  /* the file ends before its header says */
    LENET5_E_IDX_TRAILING = -25,   /* the file goes on where its header says that it ends */
    LENET5_E_IDX_LABEL = -26,      /* a label is not 0 to 9 */
    LENET5_E_IDX_COUNT = -27,      /* pictures and labels differ in number */
    LENET5_E_DATA_TEXT = -28,      /* a line of a text file is not a label and 16x16 values */

    LENET5_E_MODEL_TRUNCATED = -40,   /* the file ends before its header says */
    LENET5_E_MODEL_HEADER_SIZE = -41, /* the header's size is impossible */
    LENET5_E_MODEL_JSON = -42,        /* the header is not strict JSON, or not of the safetensors form */
    LENET5_E_MODEL_DTYPE = -43,       /* a tensor has another type than needed */
    LENET5_E_MODEL_SHAPE = -44,       /* a tensor has another shape than LeNet-5's */
    LENET5_E_MODEL_OFFSETS = -45,     /* tensors overlap, leave holes or have impossible offsets */
    LENET5_E_MODEL_MISSING = -46,     /* a tensor or an entry of the metadata is missing */
    LENET5_E_MODEL_UNKNOWN = -47,     /* a tensor that LeNet-5 does not have */
    LENET5_E_MODEL_NUMBER = -48,      /* a number is not finite, or a weight is beyond LENET5_MAX_WEIGHT */
    LENET5_E_MODEL_CHECKSUM = -49,    /* the numbers differ from those that were written */
    LENET5_E_MODEL_METADATA = -50,    /* an entry of the metadata has an impossible value */
    LENET5_E_CHECKPOINT = -51,        /* the checkpoint belongs to other data or to another recipe */
    LENET5_E_MODEL_FORMAT = -52,      /* the file is in a format of another program, which the message names */

    LENET5_E_PICTURE_FORMAT = -60, /* not a picture of a format that is read */
    LENET5_E_PICTURE_SIZE = -61,   /* the picture is too large or too small */
    LENET5_E_PICTURE_EMPTY = -62   /* the picture has no ink */
} lenet5_status;

/* The offset of an error that is not about a byte of a file. */
#define LENET5_NO_OFFSET UINT64_MAX

/* Describes a failure. Untouched by calls that succeed. Frozen. */
typedef struct lenet5_error {
    lenet5_status status;
    uint64_t offset;   /* of the file's byte that is at fault, or LENET5_NO_OFFSET */
    char message[640]; /* one line for a person: the file, the place, the remedy; UTF-8, ended by 0 */
} lenet5_error;

/* Returns a short description of a status, "an unknown status" for any other value. Thread-safe. */
LENET5_API const char *lenet5_strerror(lenet5_status status);

#ifdef __cplusplus
}
#endif

#endif
