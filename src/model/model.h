/* The common part of models and checkpoints: the twelve tensors of a network, and the provenance in the metadata. */
#ifndef LENET5_MODEL_MODEL_H
#define LENET5_MODEL_MODEL_H

#include "lenet5/model.h"
#include "safetensors.h"

#define MODEL_FORMAT "lenet5 model"
#define CHECKPOINT_FORMAT "lenet5 checkpoint"

/* Describes the twelve tensors of a network; they point into it. */
void lenet5_network_tensors(tensor tensors[LENET5_TENSORS], lenet5_network *network);

/* A number as a string for the metadata; NULL without memory. */
json_t *lenet5_real_string(double value);

/* LENET5_E_MODEL_METADATA for a provenance that lenet5_provenance_get would refuse; path is for the message. */
lenet5_status lenet5_provenance_check(const lenet5_provenance *p, const char *path, lenet5_error *error);

/* A new metadata object for a provenance that lenet5_provenance_check accepts; NULL without memory. */
json_t *lenet5_provenance_to_json(const lenet5_provenance *provenance, const char *format);

/* Reads the network and the provenance of an open file, model or checkpoint. */
lenet5_status lenet5_model_get(lenet5_model *model, const safetensors *file, lenet5_error *error);

lenet5_status lenet5_provenance_get(lenet5_provenance *p, const safetensors *file, lenet5_error *error);

/* The number of networks in a model file: 1, or those of a committee. Fails for a file that holds anything else. */
lenet5_status lenet5_model_networks(uint64_t *count, const safetensors *file, lenet5_error *error);

#endif
