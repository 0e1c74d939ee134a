/* Training digits as the reader cuts them out of a string. */
#ifndef LENET5_TRAIN_CUT_OFF_H
#define LENET5_TRAIN_CUT_OFF_H

#include "negatives.h"

/*
 * Draws a digit cut off a touching neighbour, with some of the neighbour's ink or without some of its own, or cut off a
 * ligature. This is not a negative; its label is the digit's. n->distortion must not be NULL.
 */
void lenet5_draw_cut_off(uint8_t shown[32][32], lenet5_random *random, const uint8_t digit[LENET5_PICTURE_BYTES],
                         unsigned label, const negatives *n);

#endif
