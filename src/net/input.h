/* The network's input from a picture, anywhere in the 32x32 pixels. */
#ifndef LENET5_NET_INPUT_H
#define LENET5_NET_INPUT_H

#include "lenet5/network.h"

#define INPUT_MARGIN ((32 - LENET5_PICTURE_SIDE) / 2)

/* A grey level is mapped to level * STEP - OFFSET. Section II-B: with paper at -0.1 and ink at 1.175 the input's mean
 * is about 0 and its variance about 1. */
#define LENET5_LEVEL_STEP (1.275f / 255.0f)
#define LENET5_LEVEL_OFFSET 0.1f

/* Places a picture on blank paper of 32x32, its top left pixel at (top, left), each from 0 to 2 INPUT_MARGIN. */
void lenet5_place_bytes(uint8_t placed[32][32], const uint8_t picture[LENET5_PICTURE_BYTES], size_t top, size_t left);

/* As lenet5_set_input, with the picture's top left pixel at (top, left), each from 0 to 2 INPUT_MARGIN. */
void lenet5_place_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES], size_t top, size_t left);

#endif
