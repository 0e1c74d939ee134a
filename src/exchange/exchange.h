/* Networks to and from the files of other programs. A part of the program. */
#ifndef LENET5_EXCHANGE_EXCHANGE_H
#define LENET5_EXCHANGE_EXCHANGE_H

#include "lenet5/model.h"
#include "json/text.h"

typedef struct onnx_options {
    double threshold; /* least probability of an accepted digit, 0 to 1 */
    bool penalties;   /* the penalties are the only answer */
    bool maps;        /* the states of all layers are outputs too */
    bool int8;        /* weights and states in 8 bits, by QuantizeLinear and DequantizeLinear */
} onnx_options;

/* Makes the bytes of an ONNX model of a committee (docs/how-to/use-other-runtimes.md). Free the file in any case. */
lenet5_status onnx_make(text_buffer *file, const lenet5_committee *models, const onnx_options *options,
                        lenet5_error *error);

/* Writes such a file. LENET5_E_WRITE. */
lenet5_status onnx_write(const char *path, const lenet5_committee *models, const onnx_options *options,
                         lenet5_error *error);

/*
 * Reads networks from the bytes of a file: safetensors with the twelve tensors, of any program, or an ONNX model that
 * onnx_write has written. Without metadata of this program the provenance has a loss, but no thresholds. name stands
 * for the file in messages. LENET5_E_MODEL_...; free the committee.
 */
lenet5_status import_networks(lenet5_committee *models, const void *bytes, size_t size, const char *name,
                              lenet5_error *error);

#endif
