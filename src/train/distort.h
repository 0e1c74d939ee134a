/* Distortions, by which a training set never shows the same picture twice. */
#ifndef LENET5_TRAIN_DISTORT_H
#define LENET5_TRAIN_DISTORT_H

#include "base/random.h"
#include "kernels/kernels.h"

/* The way in which a picture is shown, at random within what distortion allows; strength, 0 to 1, scales all of it. */
void lenet5_draw_warp(lenet5_warp *warp, lenet5_random *random, const lenet5_distortion *distortion, float strength);

#endif
