/*
 * safetensors files in memory: named tensors and a map of strings as metadata. Models and checkpoints are such files.
 *
 *     8 bytes   the size of the header, little-endian
 *     header    JSON: {"__metadata__": {"key": "value", ...}, "name": {"dtype": "F32", "shape": [...],
 *               "data_offsets": [begin, end]}, ...}, padded with blanks
 *     data      the tensors' numbers, little-endian, without holes
 */
#ifndef LENET5_MODEL_SAFETENSORS_H
#define LENET5_MODEL_SAFETENSORS_H

#include "header.h"
#include "lenet5/base.h"

#define SAFETENSORS_MAX_FILE ((size_t)1 << 28) /* bytes: a committee of 64 networks has 15 MB */

typedef enum tensor_type { TENSOR_F32, TENSOR_F64, TENSOR_U32, TENSOR_U64 } tensor_type;

/* A tensor to write or to read. Its numbers are in row-major order and in the machine's byte order. */
typedef struct tensor {
    const char *name;
    tensor_type type;
    size_t dimensions, shape[4];
    void *numbers;
    double max; /* the greatest absolute value allowed for a real number; 0: any finite value */
} tensor;

/* What is wrong with a number that lenet5_number_fits refuses, and the key of the SHA-256 of the data. */
#define TENSOR_UNFIT "is not finite, or too large to be a weight"
#define TENSOR_SUM_KEY "sha256"

size_t lenet5_tensor_type_size(tensor_type type);
const char *lenet5_tensor_type_name(tensor_type type);

/* The numbers of a tensor, and the bytes that they have. */
size_t lenet5_tensor_count(const tensor *t);
size_t lenet5_tensor_bytes(const tensor *t);

/* Whether a number of a tensor is in its range; integers always are. */
bool lenet5_number_fits(const uint8_t *number, const tensor *t);

/* A file in memory whose header has been checked. */
typedef struct safetensors {
    const char *path;
    const uint8_t *bytes;
    size_t size;
    uint8_t *owned; /* the bytes if they were read from a file, else NULL */
    size_t data;    /* the offset of the numbers */
    tensor_header header;
} safetensors;

/* Reads a file in memory, which must outlive it; name is for error messages. */
lenet5_status lenet5_safetensors_parse(safetensors *file, const void *bytes, size_t size, const char *name,
                                       lenet5_error *error);

/* The same for a file whose name and bytes are set. */
lenet5_status lenet5_safetensors_check(safetensors *file, lenet5_error *error);

void lenet5_safetensors_free(safetensors *file);

/* Copies the numbers of the tensor called wanted->name, which must have wanted's type and shape, to wanted->numbers. */
lenet5_status lenet5_safetensors_get(const tensor *wanted, const safetensors *file, lenet5_error *error);

/* The number of tensors in the file. */
size_t lenet5_safetensors_count(const safetensors *file);

/* Entries of the metadata. A missing entry or one out of range is an error. */
lenet5_status lenet5_safetensors_text(char *text, size_t size, const safetensors *file, const char *key,
                                      lenet5_error *error);
lenet5_status lenet5_safetensors_whole(uint64_t *number, const safetensors *file, const char *key, uint64_t max,
                                       lenet5_error *error);
lenet5_status lenet5_safetensors_real(double *number, const safetensors *file, const char *key, double min, double max,
                                      lenet5_error *error);

/* The value of an entry; NULL: there is none. */
const char *lenet5_safetensors_value(const safetensors *file, const char *key);

#endif
