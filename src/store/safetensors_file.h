/* safetensors files on disk. */
#ifndef LENET5_STORE_SAFETENSORS_FILE_H
#define LENET5_STORE_SAFETENSORS_FILE_H

#include <jansson.h>

#include "model/safetensors.h"

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

/* Reads a file into memory and checks it. path must outlive the file. */
lenet5_status lenet5_safetensors_read(safetensors *file, const char *path, lenet5_error *error);

#endif
