/* lenet5/network.h: the network, its passes, its losses. Part of liblenet5; lenet5.h has the conventions. */
#ifndef LENET5_NETWORK_H
#define LENET5_NETWORK_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The network (section II-B and figure 2 of the paper) -------------------------------------------------------- */

#define LENET5_CLASSES 10
#define LENET5_RUBBISH 10       /* the eleventh outcome of eq. 9: not a digit */
#define LENET5_PARAMETERS 60000 /* trainable, without the fixed codes of the output layer */
#define LENET5_C3_KERNELS 60    /* the connected pairs of lenet5_c3_table */
/*
 * The greatest absolute value of a parameter in a model file. Training leaves values below 100; up to this bound no
 * pass overflows, and every penalty is finite.
 */
#define LENET5_MAX_WEIGHT 1e6f
#define LENET5_PICTURE_SIDE 28
#define LENET5_PICTURE_BYTES (LENET5_PICTURE_SIDE * LENET5_PICTURE_SIDE)

/* The squashing function f(a) = A tanh(S a) of every layer up to F6 (eq. 6): f(1) = 1 and f(-1) = -1. */
#define LENET5_A 1.7159
#define LENET5_S (2.0 / 3.0)

/*
 * The trainable parameters, layer by layer; nothing else is inside, so that a network may also be seen as an array of
 * LENET5_PARAMETERS numbers. The same shape holds gradients, second derivatives and learning rates. It is a macro since
 * the reference passes exist in float and, for checks, in double.
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

/* All that a pass computes for one picture: the input, the states x = f(a) of every unit, and the ten penalties. */
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

LENET5_DEFINE_NETWORK(lenet5_network, float);
LENET5_DEFINE_MAPS(lenet5_maps, float);

/*
 * The same value of 16 pictures, and the maps of 16 pictures: 0.6 MB. Both are aligned to 64 bytes, which vector
 * instructions depend on and malloc does not give: a lenet5_lanes on the heap comes from lenet5_lanes_new, or from
 * aligned_alloc(64, ...). No other public struct needs more than malloc's alignment.
 */
#define LENET5_LANES 16
typedef float lenet5_lane[LENET5_LANES] __attribute__((aligned(64)));
LENET5_DEFINE_MAPS(lenet5_lanes, lenet5_lane);

/* Memory for count of them, one after the other, not initialised; NULL if there is none, or count is 0. */
LENET5_API lenet5_lanes *lenet5_lanes_new(size_t count);
LENET5_API void lenet5_lanes_free(lenet5_lanes *lanes);

/* Table I of the paper: row s, column m is true where map m of C3 has a kernel for map s of S2. */
LENET5_API extern const bool lenet5_c3_table[6][16];

/* Figure 3: the fixed weights of the output layer, a picture 7 wide and 12 high for each digit; ink +1, paper -1. */
LENET5_API extern const signed char lenet5_codes[LENET5_CLASSES][12][7];

typedef struct lenet5_layer {
    const char *name;               /* "C1" */
    const char *output;             /* "6@28x28" */
    size_t maps, side;              /* feature maps, and the side of each */
    size_t parameters, connections; /* trainable, and all */
    const char *kind;               /* "convolution 5x5" */
} lenet5_layer;

#define LENET5_LAYERS 7

/* The seven layers C1, S2, C3, S4, C5, F6 and output. The counts are derived from the shapes and the table. */
LENET5_API extern const lenet5_layer lenet5_layers[LENET5_LAYERS];

typedef struct lenet5_tensor {
    const char *name;  /* as in model files: "c1.weight" */
    size_t first;      /* the place of its first number among the LENET5_PARAMETERS */
    size_t count;      /* of numbers */
    size_t dimensions; /* 1 to 4 */
    size_t shape[4];
    size_t fan_in; /* inputs of the units that it feeds, F of the paper's start; of maps with fewer inputs, the least */
} lenet5_tensor;

#define LENET5_TENSORS 12

/* The twelve parts of a lenet5_network, in the order of the struct. */
LENET5_API extern const lenet5_tensor lenet5_tensors[LENET5_TENSORS];

/* Sets the input of maps from a picture: grey levels to -0.1 ... 1.175, a margin of two pixels of paper around. */
LENET5_API void lenet5_set_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES]);

/* The same from grey levels of the whole input, margin and all. */
LENET5_API void lenet5_set_whole_input(lenet5_maps *maps, const uint8_t grey[32][32]);

/*
 * The passes come three times. lenet5_forward, lenet5_backward and lenet5_curvature take one picture and are made for
 * the least time to an answer; the ..._lanes take 16 pictures at once, for the most pictures a second;
 * lenet5_reference_... are written as the paper has them, and the others are held to them: with weights of the size
 * that training makes, no layer differs by more than 1e-5 of its greatest value. They need up to 256 KB of stack.
 */

/* Forward: from maps->input, which the caller has set, every other member of maps. Cannot fail. */
LENET5_API void lenet5_forward(lenet5_maps *maps, const lenet5_network *network);

/*
 * Backward: adds the gradient of a loss to gradient, given the maps that the forward pass left and d_penalty, the
 * loss's derivatives by the ten penalties. delta is scratch.
 */
LENET5_API void lenet5_backward(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);

/*
 * The Gauss-Newton approximation of the second derivatives (eqs 23 to 27): adds h_kk of one picture to curvature, given
 * the second derivatives of the loss by the states of F6. delta is scratch.
 */
LENET5_API void lenet5_curvature(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                 const lenet5_maps *maps, const float dd_f6[84]);

/* 16 pictures at once; any of the pictures may be the same. */
LENET5_API void lenet5_set_input_lanes(lenet5_lanes *maps, const uint8_t *const pictures[LENET5_LANES]);
LENET5_API void lenet5_set_whole_input_lanes(lenet5_lanes *maps, const uint8_t grey[LENET5_LANES][32][32]);
LENET5_API void lenet5_forward_lanes(lenet5_lanes *maps, const lenet5_network *network);

/*
 * The reference. delta is left holding the first, and in the third function the second, derivative of the loss by each
 * unit's weighted sum a (its input and penalty untouched).
 */
LENET5_API void lenet5_reference_forward(lenet5_maps *maps, const lenet5_network *network);
LENET5_API void lenet5_reference_backward(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                          const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
LENET5_API void lenet5_reference_curvature(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                           const lenet5_maps *maps, const float dd_f6[84]);

/*
 * Space displacement (section VII of the paper): the network at every fourth column of a wide picture, the layers up to
 * S4 computed once for all places.
 */
#define LENET5_SWEEP_HEIGHT 32
#define LENET5_SWEEP_STEP 4 /* columns from one place to the next */
#define LENET5_MAX_SWEEP 65536

/* How many places a picture of so many columns has: (width - 32) / 4 + 1, or none if it is narrower than 32. */
LENET5_API size_t lenet5_sweep_positions(size_t width);

/*
 * The ten penalties at each place, (lenet5_sweep_positions(width), 10): those of lenet5_forward for the 32 columns that
 * begin at column 4 * place, but for rounding. picture is (32, width), from 0, paper, to 255, ink. A width below 32 or
 * above LENET5_MAX_SWEEP is LENET5_E_PICTURE_SIZE. Allocates 2.5 KB a column, and frees it.
 */
LENET5_API lenet5_status lenet5_sweep(float (*penalty)[LENET5_CLASSES], const lenet5_network *network,
                                      const uint8_t *picture, size_t width, lenet5_error *error);

/* The digit of least penalty, 0 to 9. */
LENET5_API unsigned lenet5_best(const float penalty[LENET5_CLASSES]);

/* ---- Reading in bulk --------------------------------------------------------------------------------------------- */

/*
 * For very many pictures of which only the digits are asked for. Where the processor has AVX-512 VNNI, VBMI and VBMI2
 * (and LENET5_ISA names nothing slower) the pictures go by sixteens through a pass in whole numbers of 8 bits, three
 * times as fast as lenet5_forward_lanes; one whose two least penalties come out close together is read again by the
 * float passes. On MNIST's test pictures the answers are those of the float passes alone (docs/performance.md); for
 * other pictures that is likely and not proven. Elsewhere, and for a network whose numbers are too large for 8 bits,
 * lenet5_forward_lanes reads all.
 */
typedef struct lenet5_bulk lenet5_bulk;

/* Prepares the reading; the network is copied. 1 MB, one thread's at a time: each thread makes its own. */
LENET5_API lenet5_status lenet5_bulk_new(lenet5_bulk **bulk, const lenet5_network *network, lenet5_error *error);

/*
 * Reads count pictures of LENET5_PICTURE_BYTES, one after the other, and writes a digit for each. Returns how many of
 * them the float passes have read. Allocates nothing and cannot fail.
 */
LENET5_API size_t lenet5_bulk_read(uint8_t *digits, lenet5_bulk *bulk, const uint8_t *pictures, size_t count);

/* Whether it is the pass in whole numbers that reads. */
LENET5_API bool lenet5_bulk_uses_int8(const lenet5_bulk *bulk);

LENET5_API void lenet5_bulk_free(lenet5_bulk *bulk);

/* ---- Instruction sets -------------------------------------------------------------------------------------------- */

/*
 * The instruction set that the passes use: "baseline" (x86-64), "avx2" (x86-64-v3), "avx512" (x86-64-v4) or "neon"
 * (aarch64). The fastest that the processor has is chosen when the library is loaded; the environment variable
 * LENET5_ISA can name another, which is heeded if the processor has it. Trained bits are the same on the same
 * instruction set.
 */
LENET5_API const char *lenet5_isa(void);

/* Those that can be named here and now, number index from the slowest on; NULL beyond them. */
LENET5_API const char *lenet5_isa_at(size_t index);

/* ---- Losses (eqs 8 and 9) ---------------------------------------------------------------------------------------- */

typedef enum lenet5_criterion {
    LENET5_MSE = 0, /* eq. 8: the penalty of the right class */
    LENET5_MAP = 1  /* eq. 9: that, and the others pushed away: y_D + log(exp(-j) + sum of exp(-y_i)) */
} lenet5_criterion;

typedef struct lenet5_loss {
    lenet5_criterion criterion;
    double rubbish; /* j of eq. 9, the penalty of the outcome "not a digit"; 0 to 1e6 */
    double
        scale; /* penalties and j are multiplied by this first, an inverse temperature; 1 in the paper; 1e-6 to 1e6 */
} lenet5_loss;

/*
 * E of one picture whose class is label (0 to 9, or LENET5_RUBBISH, which under eq. 8 costs nothing), and its
 * derivatives by the ten penalties. Safe against overflow for any finite penalties. Here and below any label above 9
 * counts as LENET5_RUBBISH.
 */
LENET5_API float lenet5_loss_gradient(float d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                      const float penalty[LENET5_CLASSES], unsigned label);

/*
 * Distillation (Hinton et al. 2015): adds to d_penalty, and returns, by how much E and its derivatives change where the
 * share teaching (0 to 1) of the label is given up for the posterior that the penalties of a teacher have.
 */
LENET5_API float lenet5_loss_soften(float d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                    const float penalty[LENET5_CLASSES], unsigned label,
                                    const float teacher[LENET5_CLASSES], float teaching);

/* The exact second derivatives of E by the states of F6; never negative. 2 for every state under eq. 8. */
LENET5_API void lenet5_loss_curvature(float dd_f6[84], const lenet5_loss *loss, const lenet5_maps *maps,
                                      unsigned label);

/*
 * Probabilities of the ten digits and of rubbish, as eq. 9 has them: each from 0 to 1, and they sum to 1. Where the
 * penalties or the loss leave them undefined, because a number is NaN or infinities meet, rubbish has all: a rejection.
 */
LENET5_API void lenet5_posterior(float posterior[LENET5_CLASSES + 1], const lenet5_loss *loss,
                                 const float penalty[LENET5_CLASSES]);

/*
 * The odds against the likeliest digit: how many times as likely all other outcomes together are, rubbish among them.
 * Its probability is 1 / (1 + odds); the odds also tell apart those answers whose probability is as good as 1. 0 to
 * INFINITY, which is also what undefined probabilities give.
 */
LENET5_API double lenet5_odds_against(const lenet5_loss *loss, const float penalty[LENET5_CLASSES]);

/* ---- Checking the network against finite differences ------------------------------------------------------------- */

typedef struct lenet5_verification {
    double gradient_error[LENET5_TENSORS];  /* the greatest relative error of a tensor's gradient */
    double curvature_error[LENET5_TENSORS]; /* and of its second derivatives */
    double tolerance;                       /* that an error has to stay below */
    size_t checked[LENET5_TENSORS];         /* how many of the tensor's numbers were tried */
    bool passed;
} lenet5_verification;

/*
 * Differentiates numerically, in double precision, every tensor of network for one picture and holds the results
 * against the backward and the second-derivative pass (that one from eq. 8's curvature at F6, as in training).
 * per_tensor, at least 1, limits how many numbers of a tensor are tried. label is 0 to LENET5_RUBBISH, and the loss in
 * its ranges.
 */
LENET5_API lenet5_status lenet5_verify(lenet5_verification *verification, const lenet5_network *network,
                                       const lenet5_loss *loss, const uint8_t picture[LENET5_PICTURE_BYTES],
                                       unsigned label, size_t per_tensor, lenet5_error *error);

#ifdef __cplusplus
}
#endif

#endif
