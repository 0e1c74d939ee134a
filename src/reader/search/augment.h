/* Augmented views of a digit, as other hands might write it. */
#ifndef LENET5_READER_AUGMENT_H
#define LENET5_READER_AUGMENT_H

#include <stdint.h>

#include "lenet5/network.h"

enum { VIEWS = 4 };

/* Makes views of a normalised picture: slanted both ways, thicker and thinner. */
void lenet5_augment(uint8_t views[VIEWS][LENET5_PICTURE_BYTES], const uint8_t picture[LENET5_PICTURE_BYTES]);

#endif
