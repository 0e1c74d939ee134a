/* Pictures as PNG files. */
#ifndef LENET5_CLI_PNG_FILE_H
#define LENET5_CLI_PNG_FILE_H

#include "lenet5.h"

/* Writes width x height pixels of 1 (grey) or 3 channels (red, green, blue). */
lenet5_status write_png(const char *path, const uint8_t *pixels, size_t width, size_t height, size_t channels,
                        lenet5_error *error);

#endif
