/* HEIC and AVIF, the formats of phone cameras, with libheif if it was there at build time. */
#ifndef LENET5_READER_HEIF_H
#define LENET5_READER_HEIF_H

#include "decode.h"

/* Whether a file is HEIC or AVIF, with or without libheif. */
bool lenet5_is_heif(const picture_file *file);

/* Decodes the main picture, upright. Without libheif it returns LENET5_E_PICTURE_FORMAT. */
lenet5_status lenet5_decode_heif(lenet5_picture *picture, const picture_file *file, lenet5_error *error);

#endif
