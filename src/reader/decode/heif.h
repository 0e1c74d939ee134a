/* HEIC and AVIF, which phones take photos in, with libheif where it was there when the program was built. */
#ifndef LENET5_READER_HEIF_H
#define LENET5_READER_HEIF_H

#include "decode.h"

/* Whether a file is one of these, whether they can be decoded here or not. */
bool lenet5_is_heif(const picture_file *file);

/* Decodes the main picture, turned as the file says. */
lenet5_status lenet5_decode_heif(lenet5_picture *picture, const picture_file *file, lenet5_error *error);

#endif
