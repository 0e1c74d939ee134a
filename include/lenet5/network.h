/*
 * lenet5/network.h: the network, its passes, its losses and their verification. Part of liblenet5. The conventions
 * stand in lenet5.h.
 */
#ifndef LENET5_NETWORK_H
#define LENET5_NETWORK_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Parameters (section II-B and figure 2) ---------------------------------------------------------------------- */

/* The classes, 0 to 9, and the eleventh outcome of eq. 9: "rubbish", not a digit. */
#define LENET5_CLASSES 10
#define LENET5_RUBBISH 10

/* The trainable parameters, without the fixed codes of the output layer. */
#define LENET5_PARAMETERS 60000

/* The 5x5 kernels of C3: the connected pairs of lenet5_c3_table. */
#define LENET5_C3_KERNELS 60

/*
 * The greatest absolute value of a parameter in a model file. Training leaves values below 100; up to this bound no
 * pass overflows, and every penalty is finite.
 */
#define LENET5_MAX_WEIGHT 1e6f

/* A picture of one digit: 28x28 bytes. */
#define LENET5_PICTURE_SIDE 28
#define LENET5_PICTURE_BYTES (LENET5_PICTURE_SIDE * LENET5_PICTURE_SIDE)

/* The squashing function f(a) = A tanh(S a) of the layers up to F6 (eq. 6): f(1) = 1 and f(-1) = -1. */
#define LENET5_A 1.7159
#define LENET5_S (2.0 / 3.0)

/*
 * Defines the struct of the trainable parameters, layer by layer. It has nothing else in it and no padding, and may be
 * used as an array of LENET5_PARAMETERS numbers. Gradients, second derivatives and learning rates have the same shape.
 * A macro, since the reference passes exist in float and, for verification, in double.
 */
#define LENET5_DEFINE_NETWORK(name, real)                                                              \
    typedef struct name {                                                                              \
        struct {                                                                                       \
            real weight[6][5][5], bias[6];                                                             \
        } c1; /* 156: one 5x5 kernel a feature map */                                                  \
        struct {                                                                                       \
            real coefficient[6], bias[6];                                                              \
        } s2; /* 12: f(coefficient * (sum of the four inputs) + bias) */                               \
        struct {                                                                                       \
            real weight[LENET5_C3_KERNELS][5][5], bias[16];                                            \
        } c3; /* 1,516: a 5x5 kernel for each X of lenet5_c3_table, column by column, so map by map */ \
        struct {                                                                                       \
            real coefficient[16], bias[16];                                                            \
        } s4; /* 32: as S2 */                                                                          \
        struct {                                                                                       \
            real weight[120][16][5][5], bias[120];                                                     \
        } c5; /* 48,120: a convolution whose input happens to be as large as its kernels */            \
        struct {                                                                                       \
            real weight[84][120], bias[84];                                                            \
        } f6; /* 10,164: fully connected */                                                            \
    } name

/*
 * Defines the struct of all that a pass computes for one picture: the input, the states x = f(a) of all units (eq. 5),
 * and the ten penalties. The dimensions are (maps, rows, columns).
 */
#define LENET5_DEFINE_MAPS(name, real)                                                                               \
    typedef struct name {                                                                                            \
        real input[32][32];                                                                                          \
        real c1[6][28][28];                                                                                          \
        real s2[6][14][14];                                                                                          \
        real c3[16][10][10];                                                                                         \
        real s4[16][5][5];                                                                                           \
        real c5[120];                                                                                                \
        real f6[84];                                                                                                 \
        real penalty[LENET5_CLASSES]; /* y of eq. 7: squared distances of F6 to the ten codes; the least one wins */ \
    } name

/* The parameters: 240,000 bytes. Frozen. */
LENET5_DEFINE_NETWORK(lenet5_network, float);

/* The maps of one picture: 36 KB. Frozen. */
LENET5_DEFINE_MAPS(lenet5_maps, float);

/*
 * The maps of 16 pictures: 0.6 MB. Frozen. A lenet5_lane holds one value of each picture. Both types are aligned to 64
 * bytes, which vector instructions depend on and malloc() does not guarantee: on the heap, a lenet5_lanes comes from
 * lenet5_lanes_new or from aligned_alloc(64, ...). No other public struct needs more than malloc()'s alignment.
 */
#define LENET5_LANES 16
typedef float lenet5_lane[LENET5_LANES] __attribute__((aligned(64)));
LENET5_DEFINE_MAPS(lenet5_lanes, lenet5_lane);

/* Allocates an array of count lenet5_lanes, not initialised; NULL for count 0 or without memory. Thread-safe. */
LENET5_API lenet5_lanes *lenet5_lanes_new(size_t count);

/* Frees what lenet5_lanes_new returned. Thread-safe. */
LENET5_API void lenet5_lanes_free(lenet5_lanes *lanes);

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

/* Table I: row s, column m is true where map m of C3 has a kernel for map s of S2. */
LENET5_API extern const bool lenet5_c3_table[6][16];

/* Figure 3: the fixed weights of the output layer, a picture 12 high and 7 wide for each digit; ink is +1, paper -1. */
LENET5_API extern const signed char lenet5_codes[LENET5_CLASSES][12][7];

/* A layer of figure 2. Frozen. */
typedef struct lenet5_layer {
    const char *name;   /* "C1" */
    const char *output; /* "6@28x28" */
    size_t maps;        /* feature maps */
    size_t side;        /* rows, and columns, of each map */
    size_t parameters;  /* trainable */
    size_t connections; /* fixed ones included */
    const char *kind;   /* "convolution 5x5" */
} lenet5_layer;

#define LENET5_LAYERS 7

/* The layers C1, S2, C3, S4, C5, F6 and output. The counts are derived from the shapes and from Table I. */
LENET5_API extern const lenet5_layer lenet5_layers[LENET5_LAYERS];

/* A part of a lenet5_network as model files store it. Frozen. */
typedef struct lenet5_tensor {
    const char *name;  /* "c1.weight" */
    size_t first;      /* index of its first number among the LENET5_PARAMETERS */
    size_t count;      /* of its numbers */
    size_t dimensions; /* 1 to 4 */
    size_t shape[4];
    size_t fan_in; /* F_i of the initialisation (appendix A): inputs of a unit; where maps differ, the least */
} lenet5_tensor;

#define LENET5_TENSORS 12

/* The twelve tensors, in the order of the struct. */
LENET5_API extern const lenet5_tensor lenet5_tensors[LENET5_TENSORS];

/* ---- Passes ------------------------------------------------------------------------------------------------------ */

/*
 * There are three families. lenet5_forward, lenet5_backward and lenet5_curvature take one picture and have the least
 * latency. The ..._lanes functions take 16 pictures and have the highest throughput. The lenet5_reference_... functions
 * are the paper's formulas in plain C; tests compare the others with them: with weights of the size that training
 * leaves, no layer differs by more than 1e-5 of its greatest value. They allocate nothing, cannot fail and need up to
 * 256 KB of stack.
 */

/*
 * Sets the input of maps from a picture: grey levels become -0.1 to 1.175, with a margin of two pixels of paper.
 * Thread-safe.
 */
LENET5_API void lenet5_set_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES]);

/* Sets the input of maps from grey levels of the whole input, margin included. Thread-safe. */
LENET5_API void lenet5_set_whole_input(lenet5_maps *maps, const uint8_t grey[32][32]);

/* Forward pass (eqs 5 to 7): computes from maps->input every other member of maps. Thread-safe. */
LENET5_API void lenet5_forward(lenet5_maps *maps, const lenet5_network *network);

/*
 * Backward pass: adds the gradient of a loss to gradient. maps are those of the forward pass; d_penalty has the loss's
 * derivatives with respect to the ten penalties, from lenet5_loss_gradient. delta is scratch. Thread-safe.
 */
LENET5_API void lenet5_backward(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);

/*
 * The Gauss-Newton approximation of the second derivatives (appendix C, eqs 23 to 27): adds h_kk of one picture to
 * curvature. dd_f6 has the loss's second derivatives with respect to the states of F6, from lenet5_loss_curvature.
 * delta is scratch. Thread-safe.
 */
LENET5_API void lenet5_curvature(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                 const lenet5_maps *maps, const float dd_f6[84]);

/*
 * The forward pass for 16 pictures, each (28, 28) or, whole, (32, 32). The same picture may be given several times.
 * Thread-safe.
 */
LENET5_API void lenet5_set_input_lanes(lenet5_lanes *maps, const uint8_t *const pictures[LENET5_LANES]);
LENET5_API void lenet5_set_whole_input_lanes(lenet5_lanes *maps, const uint8_t grey[LENET5_LANES][32][32]);
LENET5_API void lenet5_forward_lanes(lenet5_lanes *maps, const lenet5_network *network);

/*
 * The reference passes. The second leaves in delta the first derivative, and the third the second derivative, of the
 * loss with respect to each unit's weighted sum a; delta's input and penalty stay as they are. Thread-safe.
 */
LENET5_API void lenet5_reference_forward(lenet5_maps *maps, const lenet5_network *network);
LENET5_API void lenet5_reference_backward(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                          const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
LENET5_API void lenet5_reference_curvature(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                           const lenet5_maps *maps, const float dd_f6[84]);

/* Returns the digit with the least penalty, 0 to 9. Thread-safe. */
LENET5_API unsigned lenet5_best(const float penalty[LENET5_CLASSES]);

/* ---- Space displacement (section VII) ---------------------------------------------------------------------------- */

/* The network replicated over a wide picture (SDNN): an output every 4 columns, the layers up to S4 computed once. */
#define LENET5_SWEEP_HEIGHT 32
#define LENET5_SWEEP_STEP 4    /* columns from one position to the next */
#define LENET5_MAX_SWEEP 65536 /* columns */

/* Returns the number of positions in a picture of width columns: (width - 32) / 4 + 1, or 0 below 32. Thread-safe. */
LENET5_API size_t lenet5_sweep_positions(size_t width);

/*
 * Computes the ten penalties at each position, (lenet5_sweep_positions(width), 10). Apart from rounding, they are those
 * of lenet5_forward for the 32 columns from column 4 * position on. picture is (32, width), 0 paper to 255 ink.
 * LENET5_E_PICTURE_SIZE for a width below 32 or above LENET5_MAX_SWEEP. Allocates 2.5 KB a column, and frees it.
 * Thread-safe.
 */
LENET5_API lenet5_status lenet5_sweep(float (*penalty)[LENET5_CLASSES], const lenet5_network *network,
                                      const uint8_t *picture, size_t width, lenet5_error *error);

/* ---- Bulk classification ----------------------------------------------------------------------------------------- */

/*
 * A classifier of many pictures that returns nothing but digits. Where the processor has AVX-512 VNNI, VBMI and VBMI2
 * (and LENET5_ISA names nothing slower), 16 pictures at a time go through a pass in 8-bit integers, three times as fast
 * as lenet5_forward_lanes; a picture whose two least penalties come out close together is classified again by the float
 * passes. On MNIST's test pictures the answers are those of the float passes (docs/performance.md); on others that is
 * likely, not proven. Elsewhere, and for a network whose numbers are too large for 8 bits, lenet5_forward_lanes
 * classifies all.
 */
typedef struct lenet5_bulk lenet5_bulk;

/* Makes a classifier of 1 MB from a copy of the network. Thread-safe. */
LENET5_API lenet5_status lenet5_bulk_new(lenet5_bulk **bulk, const lenet5_network *network, lenet5_error *error);

/*
 * Classifies count pictures, (count, 28, 28), and writes a digit for each. Returns the number of pictures that the
 * float passes classified. Allocates nothing and cannot fail. One thread at a time for each classifier.
 */
LENET5_API size_t lenet5_bulk_read(uint8_t *digits, lenet5_bulk *bulk, const uint8_t *pictures, size_t count);

/* Returns whether the pass in 8-bit integers is used. Thread-safe. */
LENET5_API bool lenet5_bulk_uses_int8(const lenet5_bulk *bulk);

/* Frees a classifier. One thread at a time for each classifier. */
LENET5_API void lenet5_bulk_free(lenet5_bulk *bulk);

/* ---- Instruction sets -------------------------------------------------------------------------------------------- */

/*
 * Returns the name of the instruction set that the passes use: "baseline" (x86-64), "avx2" (x86-64-v3), "avx512"
 * (x86-64-v4) or "neon" (aarch64). The library chooses the fastest that the processor has while it is loaded. The
 * environment variable LENET5_ISA overrides this with another one that the processor has. Trained weights are the same
 * bit by bit on the same instruction set. Thread-safe.
 */
LENET5_API const char *lenet5_isa(void);

/* Returns the name of usable instruction set number index, the slowest first; NULL beyond the last. Thread-safe. */
LENET5_API const char *lenet5_isa_at(size_t index);

/* ---- Losses (eqs 8 and 9) ---------------------------------------------------------------------------------------- */

typedef enum lenet5_criterion {
    LENET5_MSE = 0, /* eq. 8: the penalty of the right class */
    LENET5_MAP = 1  /* eq. 9: with a competition between the classes: y_D + log(exp(-j) + sum over i of exp(-y_i)) */
} lenet5_criterion;

/* A loss, and how penalties become probabilities. Frozen. */
typedef struct lenet5_loss {
    lenet5_criterion criterion;
    double rubbish; /* j of eq. 9, the penalty of rubbish: 0 to 1e6 */
    double scale;   /* factor of the penalties and of j, an inverse temperature: 1e-6 to 1e6; 1 in the paper */
} lenet5_loss;

/*
 * Returns E of one picture of class label, and writes its derivatives with respect to the ten penalties. label is 0 to
 * 9 or LENET5_RUBBISH, which costs nothing under eq. 8; here and below, any label above 9 counts as LENET5_RUBBISH.
 * Does not overflow for finite penalties. Thread-safe.
 */
LENET5_API float lenet5_loss_gradient(float d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                      const float penalty[LENET5_CLASSES], unsigned label);

/*
 * Distillation (Hinton et al. 2015): replaces the share teaching (0 to 1) of the label by the posterior of a teacher's
 * penalties. Returns the change of E, and adds the changes of its derivatives to d_penalty. Thread-safe.
 */
LENET5_API float lenet5_loss_soften(float d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                    const float penalty[LENET5_CLASSES], unsigned label,
                                    const float teacher[LENET5_CLASSES], float teaching);

/*
 * Writes the exact second derivatives of E with respect to the states of F6, never negative; under eq. 8 each is 2.
 * Thread-safe.
 */
LENET5_API void lenet5_loss_curvature(float dd_f6[84], const lenet5_loss *loss, const lenet5_maps *maps,
                                      unsigned label);

/*
 * Writes the probabilities of the ten digits and of rubbish that eq. 9 implies: each 0 to 1, with sum 1. Where a number
 * is NaN or infinities meet, so that they are undefined, rubbish has probability 1. Thread-safe.
 */
LENET5_API void lenet5_posterior(float posterior[LENET5_CLASSES + 1], const lenet5_loss *loss,
                                 const float penalty[LENET5_CLASSES]);

/*
 * Returns the odds against the likeliest digit: the probability of all other outcomes, rubbish included, divided by
 * its own. The digit's probability is 1 / (1 + odds); unlike that, the odds still distinguish answers whose probability
 * rounds to 1. 0 to INFINITY, which also stands for undefined probabilities. Thread-safe.
 */
LENET5_API double lenet5_odds_against(const lenet5_loss *loss, const float penalty[LENET5_CLASSES]);

/* ---- Verification by finite differences -------------------------------------------------------------------------- */

/* The result of lenet5_verify, by tensor. Frozen. */
typedef struct lenet5_verification {
    double gradient_error[LENET5_TENSORS];  /* the greatest relative error of the gradient */
    double curvature_error[LENET5_TENSORS]; /* the greatest relative error of the second derivatives */
    double tolerance;                       /* the errors have to be below */
    size_t checked[LENET5_TENSORS];         /* numbers that were tried */
    bool passed;
} lenet5_verification;

/*
 * Compares the backward pass and the second-derivative pass of network with finite differences in double precision, for
 * one picture and every tensor. The second derivatives start from eq. 8's curvature at F6, as in training. label is 0
 * to LENET5_RUBBISH. per_tensor, 1 or more, limits the numbers of a tensor that are tried. LENET5_E_ARGUMENT for a
 * value out of range, those of loss included. Thread-safe.
 */
LENET5_API lenet5_status lenet5_verify(lenet5_verification *verification, const lenet5_network *network,
                                       const lenet5_loss *loss, const uint8_t picture[LENET5_PICTURE_BYTES],
                                       unsigned label, size_t per_tensor, lenet5_error *error);

#ifdef __cplusplus
}
#endif

#endif
