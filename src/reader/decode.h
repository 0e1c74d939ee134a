/* From the bytes of a picture file to a grey picture. path is for messages alone. */
#ifndef LENET5_READER_DECODE_H
#define LENET5_READER_DECODE_H

#include "lenet5_reader.h"

lenet5_status lenet5_decode_png(lenet5_picture *picture, const uint8_t *bytes, size_t size, const char *path,
                                lenet5_error *error);

/* Grey from width x height pixels of red, green and blue: mix.c. */
lenet5_status lenet5_mix(lenet5_picture *picture, const uint8_t *rgb, size_t width, size_t height, lenet5_error *error);

/* Every other kind: page number page, from 0; last becomes whether it is the last one. The program has a function of
 * this name of its own, which loads the module lenet5_pictures when it is needed (cli/extras.c) and calls this one
 * there. */
lenet5_status lenet5_decode_other(lenet5_picture *picture, bool *last, const uint8_t *bytes, size_t size, int page,
                                  const char *path, lenet5_error *error);

/* The one symbol of the program's module. */
typedef struct lenet5_pictures_module {
    lenet5_status (*decode)(lenet5_picture *picture, bool *last, const uint8_t *bytes, size_t size, int page,
                            const char *path, lenet5_error *error);
} lenet5_pictures_module;

lenet5_status lenet5_check_picture_size(size_t width, size_t height, const char *path, lenet5_error *error);

#endif
