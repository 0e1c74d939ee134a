/* A recipe: all that decides how a network is trained, besides the data and the seed. */
#ifndef LENET5_TRAIN_RECIPE_H
#define LENET5_TRAIN_RECIPE_H

#include "base/random.h"
#include "distort.h"
#include "lenet5/training.h"

typedef enum method {
    DIAGONAL_LEVENBERG_MARQUARDT, /* appendix C of the paper */
    ADAM                          /* Kingma and Ba 2014, with one cycle of the rate and an average of the weights */
} method;

/* The loss parameters and thresholds that lenet5_calibrate fitted to networks of a recipe. */
typedef struct calibration {
    double rubbish, scale, thresholds[LENET5_RISKS];
} calibration;

typedef struct recipe {
    const lenet5_recipe_description *description;
    method method;
    lenet5_loss loss;
    unsigned shift; /* pictures are shown up to so many whole pixels off the middle, at most INPUT_MARGIN */
    const lenet5_distortion *distortion; /* in place of a shift; or NULL */
    double max_rate;                     /* of ADAM */
    double averaging;                    /* of ADAM: how much of the average of the weights each step keeps */
    double negatives;                    /* shown in each pass besides the digits, as a share of their number */
    double cut_off;                      /* the share of digits that are shown as they are cut off another one */
    const calibration *calibration;      /* how its penalties become probabilities, fitted on validation; or NULL */
} recipe;

/* NULL if there is none of that name. */
const recipe *lenet5_recipe_find(const char *name);

/* Whether a recipe can do with batches of so many pictures. */
bool lenet5_batch_fits(const recipe *r, size_t batch);

/* eta of the paper's pass number pass, from 0. */
double lenet5_eta(unsigned pass);

/* Random weights to begin with. */
void lenet5_start(lenet5_network *network, lenet5_random *random);

#endif
