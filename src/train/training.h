/* A training under way: what train.c computes with and checkpoint.c saves. */
#ifndef LENET5_TRAIN_TRAINING_H
#define LENET5_TRAIN_TRAINING_H

#include "recipe.h"
#include "workers.h"

/*
 * A batch is cut into shards of 16 pictures. Each shard's gradient is summed on its own, and the shards' gradients in
 * their order, so that the sum has the same bits whoever computed them. A curvature estimate uses all the shards there
 * are.
 */
#define SHARD 16
#define SHARDS (MAX_BATCH / SHARD)

typedef struct shard {
    lenet5_maps maps, delta;
    lenet5_network gradient; /* or the curvature */
    double loss;
    size_t errors;
} shard;

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
    unsigned passes;
    workers *workers;

    /* What is to be continued from: all below, and nothing else. */
    lenet5_network network;
    lenet5_network rate;                   /* Levenberg-Marquardt: of each parameter, for this pass */
    lenet5_network first, second, average; /* ADAM: the two moments, and the average of the weights */
    uint64_t steps;
    lenet5_random random;
    uint32_t *order; /* (set->count): of the pass under way */
    size_t position; /* pictures of it already seen */
    double loss_sum;
    size_t errors;
    double seconds;
    double least_rate, greatest_rate;
    watch watch;
    unsigned finished;    /* passes */
    lenet5_pass *history; /* (passes), of which finished are there */

    shard shards[SHARDS];
};

/* A training with the options' recipe, seed and data, but without weights, order or moments yet. */
lenet5_status lenet5_training_prepare(lenet5_training **training, const lenet5_training_options *options,
                                      const lenet5_dataset *set, const lenet5_dataset *held_out, lenet5_error *error);

/* The network that a model file would hold now: the average of the weights where the recipe keeps one. */
const lenet5_network *lenet5_training_network(const lenet5_training *training);

#endif
