/* What is no digit: pictures for the rubbish outcome of eq. 9. */
#ifndef LENET5_TRAIN_NEGATIVES_H
#define LENET5_TRAIN_NEGATIVES_H

#include "base/random.h"
#include "kernels/kernels.h"

/*
 * Draws one at random: digits of the set cut in two, two of them side by side, letters, signs and scribbles, blots,
 * textures, noise and blanks. The strokes among them are distorted as digits are; not at all where distortion is NULL.
 */
void lenet5_draw_negative(uint8_t shown[32][32], lenet5_random *random, const lenet5_dataset *set,
                          const lenet5_distortion *distortion, const lenet5_kernels *kernels);

#endif
