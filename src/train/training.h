/* A training under way: what train.c computes with and checkpoint.c saves. */
#ifndef LENET5_TRAIN_TRAINING_H
#define LENET5_TRAIN_TRAINING_H

#include "base/workers.h"
#include "kernels/kernels.h"
#include "negatives.h"
#include "recipe.h"

/*
 * A batch is cut into shards of 16 pictures. The gradient of the layers with shared weights is summed for each shard on
 * its own, and these sums in their order; that of C5 and F6 is summed over all pictures in their order, row of weights
 * by row. So the bits do not depend on who computed what. The second derivatives are summed in groups likewise.
 */
#define CURVATURE_GROUPS 8

typedef struct shard_sums {
    float gradient[LENET5_SHARED_PARAMETERS];
    double loss;
    size_t errors;
} shard_sums;

/* What one worker computes with. */
typedef struct scratch {
    lenet5_lanes lanes, lanes_delta;
    lenet5_rows rows;
    lenet5_maps maps, delta;
    uint8_t pictures[LENET5_LANES][32][32];
} scratch;

/* Guards against a training that has diverged: no stretch of pictures may cost far more than the first one did. */
typedef struct watch {
    double loss; /* over the stretch under way */
    double pictures;
    double yardstick; /* mean loss of the first stretch; 0 while it is under way */
} watch;

struct lenet5_training {
    const recipe *recipe;
    lenet5_loss loss;
    lenet5_provenance provenance;
    const lenet5_dataset *set, *held_out;
    unsigned epochs;
    size_t length;       /* pictures in a pass: those of the set and then the negatives, in which no digit is seen */
    size_t batch;        /* pictures between two updates */
    double strangers;    /* the negatives, times the pictures of the set */
    bool undistorted;    /* every picture is shown as it is, whatever the recipe */
    unsigned shift;      /* the recipe's, or 0 */
    negatives negatives; /* what they, and digits cut off others, are drawn with */
    const lenet5_committee *teacher; /* or NULL */
    workers *workers;
    const lenet5_kernels *kernels;

    /* What is to be continued from: all below, and nothing else. */
    lenet5_network network;
    lenet5_network rate;                   /* Levenberg-Marquardt: of each parameter, for this pass */
    lenet5_network first, second, average; /* ADAM: the two moments, and the average of the weights */
    uint64_t steps;
    lenet5_random random;
    uint32_t *order; /* (length): of the pass under way */
    size_t position; /* pictures of it already seen */
    double loss_sum;
    size_t errors;
    double seconds;
    double min_rate, max_rate;
    watch watch;
    unsigned finished;     /* passes */
    lenet5_epoch *history; /* (passes), of which finished are there */

    scratch *scratch;     /* (workers) */
    lenet5_shard *shards; /* (batch / 16, rounded up), and their sums; not in recipe 1998 */
    shard_sums *sums;
    lenet5_network *curvature; /* (CURVATURE_GROUPS); in recipe 1998 alone */
};

/* A training with the options' recipe, seed and data, but without weights, order or moments yet. */
lenet5_status lenet5_training_prepare(lenet5_training **training, const lenet5_training_options *options,
                                      const lenet5_dataset *set, const lenet5_dataset *held_out, lenet5_error *error);

/* The network that a model file would hold now: the average of the weights where the recipe keeps one. */
const lenet5_network *lenet5_training_network(const lenet5_training *training);

#endif
