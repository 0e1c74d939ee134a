/* What models and checkpoints have in common on disk: the provenance in the metadata. */
#ifndef LENET5_STORE_MODEL_FILE_H
#define LENET5_STORE_MODEL_FILE_H

#include <jansson.h>

#include "model/model.h"

/* A number as a string for the metadata; NULL without memory. */
json_t *lenet5_real_string(double value);

/* LENET5_E_MODEL_METADATA for a provenance that lenet5_provenance_get would refuse; path is for the message. */
lenet5_status lenet5_provenance_check(const lenet5_provenance *p, const char *path, lenet5_error *error);

/* A new metadata object for a provenance that lenet5_provenance_check accepts; NULL without memory. */
json_t *lenet5_provenance_to_json(const lenet5_provenance *provenance, const char *format);

#endif
