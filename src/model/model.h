/* What models and checkpoints share: the twelve tensors of the network and the provenance in the metadata. */
#ifndef LENET5_MODEL_MODEL_H
#define LENET5_MODEL_MODEL_H

#include "lenet5/model.h"
#include "safetensors.h"

#define MODEL_FORMAT "lenet5 model"
#define CHECKPOINT_FORMAT "lenet5 checkpoint"

/* Describes the twelve tensors of a network, whose numbers stay where they are. */
void lenet5_network_tensors(tensor tensors[LENET5_TENSORS], lenet5_network *network);

/* A number as metadata have it, a string; NULL if there is no memory. */
json_t *lenet5_real_string(double value);

/* LENET5_E_MODEL_METADATA for a provenance that could not be read back from the file path. */
lenet5_status lenet5_provenance_check(const lenet5_provenance *p, const char *path, lenet5_error *error);

/* A new metadata object that says all of a provenance that fits; NULL if there is no memory. */
json_t *lenet5_provenance_to_json(const lenet5_provenance *provenance, const char *format);

/* Reads the network and the provenance of an open file, model or checkpoint. */
lenet5_status lenet5_model_get(lenet5_model *model, const safetensors *file, lenet5_error *error);

lenet5_status lenet5_provenance_get(lenet5_provenance *p, const safetensors *file, lenet5_error *error);

/* How many networks a model file holds: 1, or a committee. Fails if it is no model, or holds anything else. */
lenet5_status lenet5_model_networks(uint64_t *count, const safetensors *file, lenet5_error *error);

#endif
