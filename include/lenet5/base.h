/* lenet5/base.h: version, status codes and errors. Part of liblenet5; lenet5.h has the conventions. */
#ifndef LENET5_BASE_H
#define LENET5_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) || !defined(__GNUC__)
#define LENET5_API
#else
#define LENET5_API __attribute__((visibility("default")))
#endif

/* ---- Version ----------------------------------------------------------------------------------------------------- */

#define LENET5_VERSION_MAJOR 0
#define LENET5_VERSION_MINOR 2
#define LENET5_VERSION_PATCH 0

/* For comparisons: 0.2.0 is 200. */
#define LENET5_VERSION_NUMBER (LENET5_VERSION_MAJOR * 10000 + LENET5_VERSION_MINOR * 100 + LENET5_VERSION_PATCH)

/* "MAJOR.MINOR.PATCH" */
#define LENET5_VERSION_TEXT_OF(major, minor, patch) #major "." #minor "." #patch
#define LENET5_VERSION_TEXT(major, minor, patch) LENET5_VERSION_TEXT_OF(major, minor, patch)
#define LENET5_VERSION LENET5_VERSION_TEXT(LENET5_VERSION_MAJOR, LENET5_VERSION_MINOR, LENET5_VERSION_PATCH)

/* The version of the library at run time, as LENET5_VERSION is that at compile time. */
LENET5_API const char *lenet5_version(void);

/* The most threads that a function may be given. */
#define LENET5_MAX_THREADS 256

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

typedef enum lenet5_status {
    LENET5_OK = 0,
    LENET5_E_ARGUMENT = -1, /* a value outside its documented range */
    LENET5_E_MEMORY = -2,   /* out of memory */
    LENET5_E_OPEN = -3,     /* a file that cannot be opened */
    LENET5_E_READ = -4,     /* a file that cannot be read, or whose compression is damaged */
    LENET5_E_WRITE = -5,    /* a file that cannot be written; none is left half written */
    LENET5_E_DIVERGED = -6, /* the training has diverged: the loss is not finite, or grows */
    LENET5_E_TIME = -7,     /* the time limit that the caller has set is reached */
    LENET5_E_STOPPED = -8,  /* the caller has asked for an end */
    LENET5_E_FORKED = -9,   /* threads that a fork has left behind in the parent process */

    LENET5_E_DATA_MISSING = -20,   /* no such set in that folder */
    LENET5_E_IDX_MAGIC = -21,      /* does not begin as an IDX file does */
    LENET5_E_IDX_TYPE = -22,       /* its numbers are not of the type that is needed */
    LENET5_E_IDX_DIMENSIONS = -23, /* not as many dimensions as needed, or sizes out of range */
    LENET5_E_IDX_TRUNCATED = -24,  /* ends before its header says */
    LENET5_E_IDX_TRAILING = -25,   /* goes on after its header says that it ends */
    LENET5_E_IDX_LABEL = -26,      /* a label that is not 0 to 9 */
    LENET5_E_IDX_COUNT = -27,      /* pictures and labels differ in number */

    LENET5_E_MODEL_TRUNCATED = -40,   /* ends before its header says */
    LENET5_E_MODEL_HEADER_SIZE = -41, /* a header of impossible size */
    LENET5_E_MODEL_JSON = -42,        /* a header that is not strict JSON, or not of the safetensors form */
    LENET5_E_MODEL_DTYPE = -43,       /* a tensor of another type than needed */
    LENET5_E_MODEL_SHAPE = -44,       /* a tensor of another shape than LeNet-5's */
    LENET5_E_MODEL_OFFSETS = -45,     /* tensors that overlap, leave holes or have impossible offsets */
    LENET5_E_MODEL_MISSING = -46,     /* a tensor or an entry of the metadata is missing */
    LENET5_E_MODEL_UNKNOWN = -47,     /* a tensor that LeNet-5 does not have */
    LENET5_E_MODEL_NUMBER = -48,      /* a number that is not finite, or a weight beyond LENET5_MAX_WEIGHT */
    LENET5_E_MODEL_CHECKSUM = -49,    /* the numbers are not those that were written */
    LENET5_E_MODEL_METADATA = -50,    /* an entry of the metadata with an impossible value */
    LENET5_E_CHECKPOINT = -51,        /* a checkpoint that belongs to other data or to another recipe */

    LENET5_E_PICTURE_FORMAT = -60, /* not a picture of a format that is read */
    LENET5_E_PICTURE_SIZE = -61,   /* a picture too large or too small */
    LENET5_E_PICTURE_EMPTY = -62   /* a picture without ink */
} lenet5_status;

#define LENET5_NO_OFFSET UINT64_MAX

typedef struct lenet5_error {
    lenet5_status status;
    uint64_t offset;   /* the byte of the file at which it went wrong, or LENET5_NO_OFFSET */
    char message[640]; /* one line for a person: the file, the place, the remedy */
} lenet5_error;

/* What a status means, in a few words; a constant string for any value. */
LENET5_API const char *lenet5_strerror(lenet5_status status);

#ifdef __cplusplus
}
#endif

#endif
