/* What is no digit: pictures for the rubbish outcome of eq. 9. */
#ifndef LENET5_TRAIN_NEGATIVES_H
#define LENET5_TRAIN_NEGATIVES_H

#include "base/random.h"
#include "distort.h"
#include "kernels/kernels.h"
#include "lenet5/data.h"

/* What they are drawn with. */
typedef struct negatives {
    const lenet5_dataset *set;
    const lenet5_distortion *distortion; /* of strokes, as digits have it; NULL: none */
    const lenet5_kernels *kernels;
    bool strings; /* those too that a reader of strings cuts out */
} negatives;

/*
 * Draws one at random: digits of the set cut in two, two of them side by side, letters, signs and scribbles, blots,
 * textures, noise and blanks; for strings also wrong cuts of two digits that touch, and more letters.
 */
void lenet5_draw_negative(uint8_t shown[32][32], lenet5_random *random, const negatives *n);

/*
 * Draws what is a digit, as a reader cuts it off another one that it touches: with a little of that one's ink, without
 * a little of its own. n->distortion may not be NULL.
 */
void lenet5_draw_cut_off(uint8_t shown[32][32], lenet5_random *random, const uint8_t digit[LENET5_PICTURE_BYTES],
                         const negatives *n);

#endif
