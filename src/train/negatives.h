/* Negatives: training pictures that are no digits, labelled rubbish, the eleventh outcome of eq. 9. */
#ifndef LENET5_TRAIN_NEGATIVES_H
#define LENET5_TRAIN_NEGATIVES_H

#include "base/random.h"
#include "distort.h"
#include "kernels/kernels.h"
#include "lenet5/data.h"

/* The source of negatives. */
typedef struct negatives {
    const lenet5_dataset *set;
    const lenet5_distortion *distortion; /* for strokes, the same as for digits; or NULL */
    const lenet5_kernels *kernels;
    bool strings;    /* include the negatives that a reader of strings cuts out */
    float ligatures; /* share of the zeros among digits cut off that have the end of one; a quarter of it of others */
} negatives;

/*
 * Draws a random negative: a piece of a digit, two adjacent digits, a letter, a sign or scribble, a blot, a texture,
 * noise or a blank; for strings also a wrong cut of two touching digits, a silhouette, and more letters.
 */
void lenet5_draw_negative(uint8_t shown[32][32], lenet5_random *random, const negatives *n);

#endif
