/* The common part of models and checkpoints: the twelve tensors of a network, and the provenance in the metadata. */
#ifndef LENET5_MODEL_MODEL_H
#define LENET5_MODEL_MODEL_H

#include "lenet5/model.h"
#include "safetensors.h"

#define MODEL_FORMAT "lenet5 model"
#define CHECKPOINT_FORMAT "lenet5 checkpoint"
#define TEACHER_KEY "teacher_sha256" /* of the metadata; in models that were trained with a teacher */

/* Describes the twelve tensors of a network; they point into it. */
void lenet5_network_tensors(tensor tensors[LENET5_TENSORS], lenet5_network *network);

/* Reads the network and the provenance of an open file, model or checkpoint. */
lenet5_status lenet5_model_get(lenet5_model *model, const safetensors *file, lenet5_error *error);

/* Reads the model, which has to be a single network, and frees the file. */
lenet5_status lenet5_model_take(lenet5_model *model, safetensors *file, lenet5_error *error);

lenet5_status lenet5_provenance_get(lenet5_provenance *p, const safetensors *file, lenet5_error *error);

/* The number of networks in a model file: 1, or those of a committee. Fails for a file that holds anything else. */
lenet5_status lenet5_model_networks(uint64_t *count, const safetensors *file, lenet5_error *error);

#endif
