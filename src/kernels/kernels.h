/*
 * The fast passes. Each is written once, in lanes.c, single.c, distort.c and update.c, and compiled for every
 * instruction set of the processor's family; isa.c selects one when the library is loaded.
 *
 * Three units of work: a picture; the 16 lanes, one picture each, that are computed together; and a shard, 16 pictures
 * of a minibatch, whose states and derivatives are kept until the gradient of C5 and F6 is summed over all shards.
 */
#ifndef LENET5_KERNELS_KERNELS_H
#define LENET5_KERNELS_KERNELS_H

#include "lenet5/network.h"

/* The index of a member's first number among the LENET5_PARAMETERS of a lenet5_network. */
#define LENET5_INDEX(member) (offsetof(lenet5_network, member) / sizeof(float))

/* The number of parameters of C1 to S4, each shared by many connections; they come first in a network. */
#define LENET5_SHARED_PARAMETERS LENET5_INDEX(c5)

/* What the gradient of C5 and F6 needs of a shard of 16 pictures: states by picture, derivatives by unit. */
typedef struct lenet5_shard {
    _Alignas(64) float s4[LENET5_LANES][400]; /* (16, 16*5*5) */
    float c5[LENET5_LANES][128];              /* (16, 120), padded with zeros */
    lenet5_lane d_c5[120], d_f6[84];          /* (120, 16), (84, 16): by the sums */
} lenet5_shard;

/* Gradients of LENET5_ROWS rows of weights of C5 or F6 and of their biases: one piece of a worker's work. */
#define LENET5_ROWS 4
typedef struct lenet5_rows {
    _Alignas(64) float c5[LENET5_ROWS][400];
    float f6[LENET5_ROWS][128]; /* 120 used */
    float bias[LENET5_ROWS];
} lenet5_rows;

/* A step of Adam: w -= rate first / (sqrt(second) + 1e-8). first and second are the moments of mean * gradient. */
typedef struct lenet5_adam {
    float mean;                    /* 1 / pictures of the minibatch: makes a mean of the gradient's sum */
    float keep_first, keep_second; /* decay of the moments: beta1 and beta2 */
    float keep_average;            /* decay of the average of the weights */
    float rate;                    /* with the bias corrections of both moments */
} lenet5_adam;

/* How a picture is distorted. Positions are in pixels of the 28x28 picture; axis 0 is along a row, 1 down a column. */
#define LENET5_FIELD 8            /* control points of the displacements along each axis */
#define LENET5_FIELD_SPACING 6.4f /* pixels: 5 spacings cover the 32 pixels; splines reach 1.5 beyond each edge */
typedef struct lenet5_warp {
    float middle[2];                            /* the position that the input's middle shows */
    float by_column[2], by_row[2];              /* the step in the picture for one column, one row of the input */
    float field[2][LENET5_FIELD][LENET5_FIELD]; /* displacements at the control points */
    int coarse;                                 /* pixels of the input's side that are left; 0 or 32 change nothing */
    int thickness, blur, strength;              /* in 256ths: see distort.c; 0, 0 and 256 change nothing */
    int hardness;                               /* slope of a soft threshold, in 256ths; up to 256 changes nothing */
    int noise;                                  /* grey levels, at most, up or down */
    uint32_t seed;                              /* of the noise */
} lenet5_warp;

typedef struct lenet5_kernels {
    const char *isa;

    /* 16 pictures: bytes with their margin to the network's input, and the passes. lanes_backward adds to gradient
     * (LENET5_SHARED_PARAMETERS) the gradient of C1 to S4; lanes_keep stores in a shard what c5_rows and f6_rows need
     * for the gradient of C5 and F6. */
    void (*lanes_input)(lenet5_lanes *maps, const uint8_t pictures[LENET5_LANES][32][32]);
    void (*lanes_forward)(lenet5_lanes *maps, const lenet5_network *network);
    void (*lanes_backward)(float gradient[], lenet5_lanes *delta, const lenet5_network *network,
                           const lenet5_lanes *maps, const lenet5_lane d_penalty[LENET5_CLASSES]);
    void (*lanes_keep)(lenet5_shard *shard, const lenet5_lanes *delta, const lenet5_lanes *maps);

    /* The gradient of LENET5_ROWS units of C5 or F6, from unit first on, summed over the pictures of count shards. */
    void (*c5_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first);
    void (*f6_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first);

    /* One picture. single_learn subtracts rate times the gradient from the network as it computes it. */
    void (*single_forward)(lenet5_maps *maps, const lenet5_network *network);
    void (*single_backward)(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                            const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
    void (*single_learn)(lenet5_network *network, lenet5_maps *delta, const lenet5_network *rate,
                         const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
    void (*single_curvature)(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                             const lenet5_maps *maps, const float dd_f6[84]);

    /* A picture of 28x28, distorted, as the input of 32x32. */
    void (*distort)(uint8_t out[32][32], const uint8_t *picture, const lenet5_warp *warp);

    void (*adam)(float *w, float *first, float *second, float *average, const float *gradient, const lenet5_adam *step,
                 size_t count);

    /* Runs independent multiply-adds only, to measure the processor's peak; returns their number. */
    uint64_t (*multiply_adds)(size_t rounds);

    void (*squash)(float *x, const float *a, size_t count); /* for the tests; 16 divides count */
} lenet5_kernels;

/* The kernels that this processor can run, the slowest first; NULL for an index beyond them. */
const lenet5_kernels *lenet5_kernels_at(size_t index);

/* The kernels in use. */
const lenet5_kernels *lenet5_kernels_in_use(void);

#endif
