/* A recipe: everything that determines a training except the data and the seed. */
#ifndef LENET5_TRAIN_RECIPE_H
#define LENET5_TRAIN_RECIPE_H

#include "distort.h"
#include "lenet5/training.h"

typedef enum method {
    DIAGONAL_LEVENBERG_MARQUARDT, /* appendix C of the paper */
    ADAM                          /* Kingma and Ba 2014, with a one-cycle learning rate and averaged weights */
} method;

/* Loss parameters and thresholds, fitted by lenet5_calibrate to networks of a recipe. */
typedef struct calibration {
    double rubbish, scale, thresholds[LENET5_RISKS];
} calibration;

typedef struct recipe {
    const lenet5_recipe_description *description;
    method method;
    lenet5_loss loss;
    unsigned shift;                      /* whole pixels off the middle, at most INPUT_MARGIN */
    const lenet5_distortion *distortion; /* in place of a shift; or NULL */
    double max_rate;                     /* Adam: the peak of the schedule */
    double averaging;                    /* Adam: decay of the average of the weights, a step */
    double kept;                         /* share of the network begun with in the model's weights */
    double hands;                        /* drawn digits in each epoch, as a fraction of the number of digits; of the
                                            digits of strings, the fraction that is drawn */
    double negatives;                    /* in each epoch, as a fraction of the number of digits */
    double cut_off;                      /* fraction of the digits that are shown as if cut off a neighbour */
    float ligatures;                     /* of the zeros among these, the fraction with a ligature */
    size_t strings;                      /* drawn with each minibatch; above 0 in recipe strings alone */
    const calibration *calibration;      /* for probabilities; NULL: the loss's own scale and j */
} recipe;

/* The recipe of that name, or NULL. */
const recipe *lenet5_recipe_find(const char *name);

/* Whether the recipe allows minibatches of that size. */
bool lenet5_batch_fits(const recipe *r, size_t batch);

/* The paper's global learning rate eta in an epoch, counted from 0 (section III-B). */
double lenet5_eta(unsigned epoch);

#endif
