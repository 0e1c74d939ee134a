/* Placing a picture elsewhere than in the middle of the input. */
#ifndef LENET5_NET_INPUT_H
#define LENET5_NET_INPUT_H

#include "lenet5.h"

#define INPUT_MARGIN ((32 - LENET5_PICTURE_SIDE) / 2)

/* As lenet5_set_input, with the picture's top left at (top, left), each from 0 to 2 INPUT_MARGIN. */
void lenet5_place_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES], size_t top, size_t left);

#endif
