/*
 * safetensors files: named tensors and a map of strings as metadata. Models and checkpoints are such files.
 *
 *     8 bytes   the size of the header, little-endian
 *     header    JSON: {"__metadata__": {"key": "value", ...}, "name": {"dtype": "F32", "shape": [...],
 *               "data_offsets": [begin, end]}, ...}, padded with blanks
 *     data      the tensors' numbers, little-endian, without holes
 */
#ifndef LENET5_MODEL_SAFETENSORS_H
#define LENET5_MODEL_SAFETENSORS_H

#include <jansson.h>

#include "lenet5/base.h"

typedef enum tensor_type { TENSOR_F32, TENSOR_F64, TENSOR_U32, TENSOR_U64 } tensor_type;

/* A tensor to write or to read. Its numbers are in row-major order and in the machine's byte order. */
typedef struct tensor {
    const char *name;
    tensor_type type;
    size_t dimensions, shape[4];
    void *numbers;
    double max; /* the greatest absolute value allowed for a real number; 0: any finite value */
} tensor;

size_t lenet5_tensor_type_size(tensor_type type);

/*
 * Writes count tensors with a metadata object of strings, to which the "sha256" of the data is added. Fails, before
 * anything is written, for numbers that lenet5_safetensors_get would refuse, with the same status.
 */
lenet5_status lenet5_safetensors_write(const char *path, const tensor *tensors, size_t count, json_t *metadata,
                                       lenet5_error *error);

/*
 * As json_dumps, which silently omits a key when its buffer cannot grow: this function measures the text first. The
 * caller frees the text; NULL without memory.
 */
char *lenet5_json_text(const json_t *value, size_t flags);

/* A file in memory whose header has been checked. */
typedef struct safetensors {
    const char *path;
    const uint8_t *bytes;
    size_t size;
    uint8_t *owned;   /* the bytes if they were read from a file, else NULL */
    size_t data;      /* the offset of the numbers */
    json_t *header;   /* the whole header */
    json_t *metadata; /* its "__metadata__", an object of strings */
} safetensors;

/* path must outlive the file. */
lenet5_status lenet5_safetensors_read(safetensors *file, const char *path, lenet5_error *error);

/* The same from memory, which must outlive the file; name is for error messages. */
lenet5_status lenet5_safetensors_parse(safetensors *file, const void *bytes, size_t size, const char *name,
                                       lenet5_error *error);

void lenet5_safetensors_free(safetensors *file);

/* Copies the numbers of the tensor called wanted->name, which must have wanted's type and shape, to wanted->numbers. */
lenet5_status lenet5_safetensors_get(const tensor *wanted, const safetensors *file, lenet5_error *error);

/* The number of tensors in the file. */
size_t lenet5_safetensors_count(const safetensors *file);

/* Whether the metadata have an entry. */
bool lenet5_safetensors_has(const safetensors *file, const char *key);

/* Entries of the metadata. A missing entry or one out of range is an error. */
lenet5_status lenet5_safetensors_text(char *text, size_t size, const safetensors *file, const char *key,
                                      lenet5_error *error);
lenet5_status lenet5_safetensors_whole(uint64_t *number, const safetensors *file, const char *key, uint64_t max,
                                       lenet5_error *error);
lenet5_status lenet5_safetensors_real(double *number, const safetensors *file, const char *key, double min, double max,
                                      lenet5_error *error);

#endif
