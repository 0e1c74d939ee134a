/* Files of other programs, which people take for models: recognised by their first bytes. */
#ifndef LENET5_MODEL_FOREIGN_H
#define LENET5_MODEL_FOREIGN_H

#include "lenet5/base.h"

/* LENET5_E_MODEL_FORMAT, with what the file is and what to do, if its first bytes are those of a known format. */
lenet5_status lenet5_refuse_foreign(const uint8_t *bytes, size_t size, const char *path, lenet5_error *error);

/* Whether these are the first bytes of an ONNX file: its version, then another field of ModelProto. */
bool lenet5_is_onnx(const uint8_t *bytes, size_t size);

#endif
