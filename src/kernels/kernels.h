/*
 * The fast passes. Each is written once, in lanes.c, single.c and update.c, and compiled for every instruction set of
 * the processor's family; isa.c chooses among these when the library is loaded.
 */
#ifndef LENET5_KERNELS_KERNELS_H
#define LENET5_KERNELS_KERNELS_H

#include "lenet5/network.h"

/* Where a member of lenet5_network begins among its LENET5_PARAMETERS numbers. */
#define LENET5_PLACE(member) (offsetof(lenet5_network, member) / sizeof(float))

/* The parameters of C1 to S4, each shared by many connections: the first so many of a network. */
#define LENET5_SHARED_PARAMETERS LENET5_PLACE(c5)

/* What the gradient of C5 and F6 needs of a shard of 16 pictures: states by picture, derivatives by unit. */
typedef struct lenet5_shard {
    _Alignas(64) float s4[LENET5_LANES][400];
    float c5[LENET5_LANES][128]; /* 120, and zeros */
    lenet5_lane d_c5[120], d_f6[84];
} lenet5_shard;

/* Gradients of some rows of weights of C5 or F6, and of their biases: what one piece of work has. */
#define LENET5_ROWS 4
typedef struct lenet5_rows {
    _Alignas(64) float c5[LENET5_ROWS][400];
    float f6[LENET5_ROWS][128]; /* 120, and what is not to be used */
    float bias[LENET5_ROWS];
} lenet5_rows;

/* A step of Adam: w -= rate first / (sqrt(second) + 1e-8), from the moments of mean times the gradient. */
typedef struct lenet5_adam {
    float mean;
    float keep_first, keep_second, keep_average;
    float rate; /* the corrections of both moments included */
} lenet5_adam;

/* How a picture is distorted; places are in pixels of the 28x28 picture, axis 0 along a row and 1 down a column. */
#define LENET5_FIELD 8
#define LENET5_FIELD_SPACING 6.4f
typedef struct lenet5_warp {
    float middle[2];                            /* where the middle of the input comes from */
    float by_column[2], by_row[2];              /* and how far on one column or one row more is */
    float field[2][LENET5_FIELD][LENET5_FIELD]; /* control points of the displacements */
    int thickness, blur, strength, noise;       /* in 256ths, the last in grey levels: see distort.c */
    uint32_t seed;                              /* of the noise */
} lenet5_warp;

typedef struct lenet5_kernels {
    const char *isa;

    /* 16 pictures: from bytes with their margin to the input, and the passes. What
     * lanes_backward adds to gradient is that of C1 to S4 alone. */
    void (*lanes_input)(lenet5_lanes *maps, const uint8_t pictures[LENET5_LANES][32][32]);
    void (*lanes_forward)(lenet5_lanes *maps, const lenet5_network *network);
    void (*lanes_backward)(float gradient[], lenet5_lanes *delta, const lenet5_network *network,
                           const lenet5_lanes *maps, const lenet5_lane d_penalty[LENET5_CLASSES]);
    void (*lanes_keep)(lenet5_shard *shard, const lenet5_lanes *delta, const lenet5_lanes *maps);

    /* The gradient of the units first, first + 1 ... of C5 or F6, over all pictures of count shards. */
    void (*c5_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first);
    void (*f6_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first);

    /* One picture. learn takes rate times the gradient from the network at once. */
    void (*single_forward)(lenet5_maps *maps, const lenet5_network *network);
    void (*single_backward)(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                            const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
    void (*single_learn)(lenet5_network *network, lenet5_maps *delta, const lenet5_network *rate,
                         const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
    void (*single_curvature)(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                             const lenet5_maps *maps, const float dd_f6[84]);

    /* From a picture of 28x28 to what the network is shown of it. */
    void (*distort)(uint8_t out[32][32], const uint8_t *picture, const lenet5_warp *warp);

    void (*adam)(float *w, float *first, float *second, float *average, const float *gradient, const lenet5_adam *step,
                 size_t count);

    /* Does nothing but multiply-adds that wait for nothing; returns how many. */
    uint64_t (*multiply_adds)(size_t rounds);

    void (*squash)(float *x, const float *a, size_t count); /* count a multiple of 16; for the tests */
} lenet5_kernels;

/* Those that this processor can run, from the slowest; NULL beyond them. */
const lenet5_kernels *lenet5_kernels_at(size_t index);

/* Those in use. */
const lenet5_kernels *lenet5_kernels_in_use(void);

#endif
