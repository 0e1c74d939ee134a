/*
 * safetensors files: named tensors of numbers, and a map of strings about them. Models and checkpoints are such files.
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

/* A tensor to be written, or one that was found: its numbers are in the order and the bytes of this machine. */
typedef struct tensor {
    const char *name;
    tensor_type type;
    size_t dimensions, shape[4];
    void *numbers;
    double most; /* the greatest absolute value of a real number; 0: any that is finite */
} tensor;

size_t lenet5_tensor_type_size(tensor_type type);

/*
 * Writes count tensors with a metadata object of strings, to which "sha256" of the data is added. Numbers that
 * lenet5_safetensors_get would refuse are refused with the same status, before anything is written.
 */
lenet5_status lenet5_safetensors_write(const char *path, const tensor *tensors, size_t count, json_t *metadata,
                                       lenet5_error *error);

/*
 * As json_dumps, which leaves out a key, and says nothing, where its memory cannot grow: this measures first. The
 * caller frees the text; NULL if there is no memory.
 */
char *lenet5_json_text(const json_t *value, size_t flags);

/* A file that has been read and whose header has been checked. */
typedef struct safetensors {
    const char *path;
    const uint8_t *bytes;
    size_t size;
    uint8_t *owned;   /* the bytes, if they were read from a file; else NULL */
    size_t data;      /* where the numbers begin */
    json_t *header;   /* all of it */
    json_t *metadata; /* its "__metadata__", an object of strings */
} safetensors;

/* path must outlive the file. */
lenet5_status lenet5_safetensors_read(safetensors *file, const char *path, lenet5_error *error);

/* The same from memory, which must outlive the file as well; name stands for it in errors. */
lenet5_status lenet5_safetensors_parse(safetensors *file, const void *bytes, size_t size, const char *name,
                                       lenet5_error *error);

void lenet5_safetensors_free(safetensors *file);

/* Copies the numbers of the tensor called wanted->name, which must have wanted's type and shape, to wanted->numbers. */
lenet5_status lenet5_safetensors_get(const tensor *wanted, const safetensors *file, lenet5_error *error);

/* How many tensors the file holds. */
size_t lenet5_safetensors_count(const safetensors *file);

/* Entries of the metadata. Missing ones and impossible values are errors. */
lenet5_status lenet5_safetensors_text(char *text, size_t size, const safetensors *file, const char *key,
                                      lenet5_error *error);
lenet5_status lenet5_safetensors_whole(uint64_t *number, const safetensors *file, const char *key, uint64_t most,
                                       lenet5_error *error);
lenet5_status lenet5_safetensors_real(double *number, const safetensors *file, const char *key, double least,
                                      double most, lenet5_error *error);

#endif
