/* The state of a training: computed by train.c, saved by checkpoint.c. */
#ifndef LENET5_TRAIN_TRAINING_H
#define LENET5_TRAIN_TRAINING_H

#include <stddef.h>

#include "base/lanes.h"
#include "kernels/kernels.h"
#include "negatives.h"
#include "recipe.h"
#include "system/ranks.h"
#include "system/workers.h"

#define FIRST_OPTIONS_SIZE offsetof(lenet5_training_options, without_drawn) /* in version 0.2.0 */

_Static_assert(sizeof(void *) != 8 || FIRST_OPTIONS_SIZE == 104, "options of version 0.2.0 have moved (docs/abi.md)");

/*
 * A minibatch is divided into shards of 16 pictures. The gradient of C1 to S4 is summed for each shard, and then over
 * the shards in their order; that of C5 and F6 is summed over all pictures in their order, row of weights by row of
 * weights. So the bits do not depend on which worker computed what. The second derivatives are likewise summed in
 * groups, each by one worker.
 */
#define CURVATURE_GROUPS 8 /* of the 500 pictures; bounds the workers that can share the estimate */

/* The number of shards of count pictures. */
static inline size_t shards_of(size_t count)
{
    return (count + LENET5_LANES - 1) / LENET5_LANES;
}

typedef struct shard_sums {
    float gradient[LENET5_SHARED_PARAMETERS];
    double loss;
    size_t errors;
} shard_sums;

/* A worker's buffers. */
typedef struct scratch {
    lenet5_lanes lanes, lanes_delta;
    lenet5_rows rows;
    lenet5_maps maps, delta;
    uint8_t pictures[LENET5_LANES][32][32];
} scratch;

/* Detects divergence: compares the mean loss of each window of pictures with that of the first one. */
typedef struct loss_monitor {
    double loss;     /* sum over the current window */
    double pictures; /* in the current window */
    double baseline; /* mean loss of the first window; 0 until it is complete */
} loss_monitor;

/*
 * Pictures that a room above this one adds to a step. Their losses depend on each other, as those of the parts of a
 * string do, so that room computes the derivatives before the step.
 */
typedef struct further_pictures {
    const uint8_t (*pixels)[LENET5_PICTURE_BYTES]; /* (count) */
    const float (*d_penalty)[LENET5_CLASSES];      /* (count): the derivatives of the losses by the penalties */
    size_t count;
    size_t losses; /* that their derivatives are of, such as one for each string */
} further_pictures;

/* The input and the forward pass of up to 16 further pictures. Lanes from count on repeat the first. */
void lenet5_forward_further(lenet5_lanes *maps, const lenet5_training *training,
                            const uint8_t (*pixels)[LENET5_PICTURE_BYTES], size_t count);

/* What a room above this one adds to a training. */
typedef struct extension {
    size_t most;   /* pictures added to a step */
    void *context; /* of the functions; it outlives the training */

    /* Draws what is added to the next step, computes its derivatives by training->network, and adds to
     * training->strings. */
    lenet5_status (*draw)(further_pictures *drawn, void *context, lenet5_training *training, lenet5_error *error);

    /* Evaluates a part of the held-out strings at the end of an epoch, and adds it to training->strings; a step for each
     * part. *done: it was the last one. */
    lenet5_status (*evaluate)(bool *done, void *context, lenet5_training *training, lenet5_error *error);
} extension;

/* Statistics of the strings of an epoch, in recipe strings; doubles alone, as a checkpoint stores them. */
typedef struct string_sums {
    double loss, count;      /* of the strings trained on */
    double skipped;          /* strings that the reader does not cut into their digits */
    double held_out_errors;  /* held-out strings that are not read as written, after the epoch, */
    double held_out_strings; /* of so many */
} string_sums;

struct lenet5_training {
    const recipe *recipe;
    lenet5_loss loss;
    lenet5_provenance provenance;
    const lenet5_dataset *set, *held_out;
    unsigned epochs;
    size_t length;                   /* pictures in an epoch: those of the set, drawn digits, negatives */
    size_t hands;                    /* drawn digits in an epoch */
    size_t batch;                    /* pictures of a minibatch */
    double negative_share;           /* negatives in an epoch, as a fraction of the pictures of the set */
    bool undistorted;                /* every picture is shown as it is, whatever the recipe */
    bool without_drawn;              /* no drawn digits, whatever the recipe */
    double kept;                     /* the recipe's share, or 0 if random weights were begun with */
    unsigned shift;                  /* pixels: the recipe's, or 0 */
    negatives negatives;             /* the source of negatives and of digits cut off neighbours */
    const lenet5_committee *teacher; /* or NULL */
    const extension *extension;      /* or NULL */
    workers *workers;
    rank_group *ranks; /* that train it: the ones of lenet5_training_share, or alone */
    rank_group alone;
    const lenet5_kernels *kernels;

    /* The state that a checkpoint holds. */
    lenet5_network network;
    lenet5_network rate;                   /* Levenberg-Marquardt: the learning rates of this epoch */
    lenet5_network first, second, average; /* Adam: the two moments, and the average of the weights */
    lenet5_network start;                  /* the network begun with, if kept is above 0 */
    uint64_t steps;                        /* updates */
    lenet5_random random;
    uint32_t *order; /* (length): the order of the current epoch */
    size_t position; /* pictures of the current epoch already trained on */
    double loss_sum;
    size_t errors;
    double seconds;
    double min_rate, max_rate;
    loss_monitor monitor;
    unsigned finished;                    /* epochs */
    lenet5_epoch *history;                /* (epochs), the first `finished` of them valid */
    string_sums strings, *string_history; /* of the current epoch; (epochs): as history. In recipe strings */

    scratch *scratch;          /* (workers) */
    lenet5_shard *shards;      /* those of a batch, then those of further pictures; NULL in recipe 1998 */
    shard_sums *sums;          /* likewise */
    lenet5_network *curvature; /* (CURVATURE_GROUPS); NULL except in recipe 1998 */
};

/*
 * Creates a training with the options' recipe, seed and data. extra: the extension, which recipe strings alone has, or
 * NULL. Weights, order and moments are left to the caller.
 */
lenet5_status lenet5_training_prepare(lenet5_training **training, const lenet5_training_options *options,
                                      const lenet5_dataset *set, const lenet5_dataset *held_out, const extension *extra,
                                      lenet5_error *error);

/* As lenet5_training_new, with an extension. */
lenet5_status lenet5_training_begin(lenet5_training **training, const lenet5_training_options *options,
                                    const lenet5_dataset *set, const lenet5_dataset *held_out, const extension *extra,
                                    lenet5_error *error);

/* As lenet5_training_resume, with an extension. */
lenet5_status lenet5_training_continue(lenet5_training **training, const char *path,
                                       const lenet5_training_options *options, const lenet5_dataset *set,
                                       const lenet5_dataset *held_out, const extension *extra, lenet5_error *error);

/* The network that lenet5_training_model returns: the average of the weights if the recipe keeps one. */
const lenet5_network *lenet5_training_network(const lenet5_training *training);

#endif
