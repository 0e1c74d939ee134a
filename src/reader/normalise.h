/* The normaliser for maps of ink; lenet5_normalise is public. */
#ifndef LENET5_READER_NORMALISE_H
#define LENET5_READER_NORMALISE_H

#include "lenet5/network.h"
#include "lenet5/reading.h"

/* Normalises a map of ink, 0 paper and 255 ink, whose outermost rows and columns all have ink. */
void lenet5_normalise_ink(uint8_t picture[LENET5_PICTURE_BYTES], const uint8_t *ink, size_t width, size_t height);

#endif
