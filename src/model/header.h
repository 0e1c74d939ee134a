/*
 * The header of a safetensors file, read without a JSON library, so that a model can be read where there is none:
 *
 *     {"__metadata__": {"key": "value", ...}, "name": {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, ...}
 *
 * Members of a tensor with other names are skipped. Text is untrusted: reading yields a header or a problem.
 */
#ifndef LENET5_MODEL_HEADER_H
#define LENET5_MODEL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#define HEADER_DIMENSIONS 5
#define HEADER_NO_NUMBER ((size_t)-1) /* in place of a value that is no integer, negative, or too large */

typedef struct header_tensor {
    const char *name, *type;         /* type: NULL: there is none */
    size_t dimensions;               /* HEADER_NO_NUMBER: no shape; may exceed HEADER_DIMENSIONS */
    size_t shape[HEADER_DIMENSIONS]; /* the first ones */
    size_t offset_count, begin, end; /* data_offsets; two if they are sound */
} header_tensor;

typedef struct header_entry {
    const char *key, *value; /* value: NULL: not a string */
} header_entry;

typedef struct tensor_header {
    char *text; /* a copy, which holds the strings */
    header_tensor *tensors;
    size_t tensor_count;
    bool has_metadata;
    header_entry *entries; /* of the metadata */
    size_t entry_count;
} tensor_header;

typedef struct header_problem {
    size_t position;  /* in the text */
    const char *what; /* NULL: memory has run out */
} header_problem;

/* Reads a header of size bytes. On failure nothing has to be freed. */
bool lenet5_header_read(tensor_header *h, const char *text, size_t size, header_problem *problem);

void lenet5_header_free(tensor_header *h);

/* NULL: there is none of that name. */
const header_tensor *lenet5_header_tensor(const tensor_header *h, const char *name);
const header_entry *lenet5_header_entry(const tensor_header *h, const char *key);

#endif
