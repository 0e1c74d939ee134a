/*
 * lenet5_reader.h: from pictures of handwriting to what the network reads. The conventions of lenet5.h hold.
 */
#ifndef LENET5_READER_H
#define LENET5_READER_H

#include "lenet5.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A grey picture: width x height bytes, row by row from the top left. */
typedef struct lenet5_picture {
    size_t width, height;
    uint8_t *grey;
} lenet5_picture;

#define LENET5_MAX_PICTURE_PIXELS 100000000u

/*
 * Reads a picture file (PNG, PNM, JPEG, TIFF, BMP or WebP, as far as Leptonica was built with them), turns colour into
 * grey and lays what is transparent on white. "-" is standard input. Its size is read from the header first.
 *
 * Of all functions of the library this one alone touches a global: for other kinds than PNG it asks Leptonica to be
 * silent.
 */
LENET5_API lenet5_status lenet5_picture_load(lenet5_picture *picture, const char *path, lenet5_error *error);

LENET5_API void lenet5_picture_free(lenet5_picture *picture);

/*
 * The one way from a grey picture of one digit, of any size from 1x1 and either polarity, to what the network was
 * trained on (section III-A of the paper): the ink fitted into 20x20 with its aspect kept, its centre of mass in the
 * middle of 28x28, 0 paper and 255 ink. The picture is left untouched, and nothing is allocated. A picture whose grey
 * levels hardly differ from its border's is LENET5_E_PICTURE_EMPTY.
 */
LENET5_API lenet5_status lenet5_normalise(uint8_t picture[LENET5_PICTURE_BYTES], const uint8_t *grey, size_t width,
                                          size_t height, lenet5_error *error);

#ifdef __cplusplus
}
#endif

#endif
