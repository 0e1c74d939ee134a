/* Networks to and from the files of other programs. A part of the program. */
#ifndef LENET5_EXCHANGE_EXCHANGE_H
#define LENET5_EXCHANGE_EXCHANGE_H

#include "lenet5/model.h"

typedef struct onnx_options {
    double threshold; /* least probability of an accepted digit, 0 to 1 */
    bool maps;        /* the states of all layers are outputs too */
    bool int8;        /* weights and states in 8 bits, by QuantizeLinear and DequantizeLinear */
} onnx_options;

/*
 * Writes a committee as an ONNX model (docs/how-to/use-other-runtimes.md). LENET5_E_WRITE.
 */
lenet5_status onnx_write(const char *path, const lenet5_committee *models, const onnx_options *options,
                         lenet5_error *error);

#endif
