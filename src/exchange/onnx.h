/* ONNX files: what writing and reading have in common, and reading. */
#ifndef LENET5_EXCHANGE_ONNX_H
#define LENET5_EXCHANGE_ONNX_H

#include "lenet5/base.h"
#include "json/text.h"

#define ONNX_PRODUCER "lenet5"
#define WEIGHTS_SUM "weights_sha256" /* key of the metadata: lenet5_committee_sha256 */

/*
 * Writes the tensors of LeNet-5 and the metadata of an ONNX file as a safetensors file. LENET5_E_MODEL_FORMAT for the
 * file of another program, LENET5_E_MODEL_TRUNCATED for a damaged one. Free the file in any case.
 */
lenet5_status onnx_to_safetensors(text_buffer *file, const uint8_t *bytes, size_t size, const char *name,
                                  lenet5_error *error);

#endif
