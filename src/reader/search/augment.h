/* A digit shown to the network again, as another hand might have written it. */
#ifndef LENET5_READER_AUGMENT_H
#define LENET5_READER_AUGMENT_H

#include <stdint.h>

#include "lenet5/network.h"

enum { VIEWS = 4 };

/* Variants of a normalised picture: slanted, thinner or thicker. */
void lenet5_augment(uint8_t views[VIEWS][LENET5_PICTURE_BYTES], const uint8_t picture[LENET5_PICTURE_BYTES]);

#endif
