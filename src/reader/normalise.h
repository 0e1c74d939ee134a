/* What the reader asks of the normaliser besides lenet5_normalise. */
#ifndef LENET5_READER_NORMALISE_H
#define LENET5_READER_NORMALISE_H

#include "lenet5/network.h"
#include "lenet5/reading.h"

/* The same from a map of ink, 0 paper and 255 ink, whose outermost rows and columns all have ink in them. */
void lenet5_normalise_ink(uint8_t picture[LENET5_PICTURE_BYTES], const uint8_t *ink, size_t width, size_t height);

#endif
