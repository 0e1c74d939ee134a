/*
 * The forward pass in 8-bit integers, for classifying in bulk. Integer arithmetic is exact, so every implementation
 * gives the same bytes; tests/test_int8.c contains one in plain C.
 *
 * A pixel is its byte; a state x of S2, S4, C5 and F6 is the byte 128 + x LENET5_INT8_STATE. A weighted sum of bytes,
 * (bias + sum of weight * byte) >> shift, is saturated to 16 bits and, in a network that is quadrupled, doubled twice
 * with saturation. The result is the sum a of the float network times 32768 / LENET5_INT8_RANGE. Squashing makes of it
 * a state of 16 bits, 64 times as fine as a byte, by linear interpolation in 64 equal parts of the range:
 *
 *      squash(z) = z * slope[z >> 10] + intercept[z >> 10], the product being mulhrs(a, b) = (a b + 0x4000) >> 15
 *
 * The four squashed sums of a 2x2 field of C1 or C3 are added in 16 bits; mulhrs(sum, coefficient) + bias, doubled
 * twice with saturation, is then squashed for S2 or S4. A state of 16 bits becomes a byte by (x + 8224) >> 6.
 *
 * A digit's penalty is the sum of the squared states of F6, plus 84, minus twice the sum of its code times the states.
 * Only the last term depends on the digit. It is the result of the pass: the digit's score, scaled by
 * LENET5_INT8_STATE.
 */
#ifndef LENET5_KERNELS_INT8_H
#define LENET5_KERNELS_INT8_H

#include "lenet5/network.h"

#define LENET5_INT8_STATE (127.5 / LENET5_A) /* byte steps in a state of 1: states from -A to A fill the byte */
#define LENET5_INT8_RANGE 4.6 /* of the sum a; f(4.6) is A less half a percent, less than a byte's step */
#define LENET5_INT8_PARTS 64  /* of the range: the upper 6 of the 16 bits of z select one */

typedef struct lenet5_int8_sum {
    int32_t bias, shift;
} lenet5_int8_sum;

/* A quantised network; the weights are in the order of lenet5_network. */
typedef struct lenet5_int8 {
    int8_t c1[6][25], c3[LENET5_C3_KERNELS][25], c5[120][400], f6[84][120];
    lenet5_int8_sum c1_sum[6], c3_sum[16], c5_sum[120], f6_sum[84];
    int16_t s2_coefficient[6], s2_bias[6], s4_coefficient[16], s4_bias[16];
    int16_t slope[LENET5_INT8_PARTS], intercept[LENET5_INT8_PARTS];
    bool quadrupled;
} lenet5_int8;

/* False if a number of the network is too large to be quantised, or not finite; *quantised is then undefined. */
bool lenet5_int8_quantise(lenet5_int8 *quantised, const lenet5_network *network);

/* Rounds scale times at most 25 weights so that their sum is right as well: neighbouring inputs are similar. */
void lenet5_int8_round(int8_t *rounded, const float *weight, size_t count, double scale);

/* ---- The kernel of int8_vnni.c ----------------------------------------------------------------------------------- */

/* The nine groups of four maps of S2 that the kernel stores together: six of four neighbours, 0 1 3 4, 1 2 4 5 and
 * 0 2 3 5. */
#define LENET5_INT8_GROUPS 9
extern const uint8_t lenet5_int8_groups[LENET5_INT8_GROUPS][4];

/* The network in the kernel's order: weights in groups of four, one for each byte of a lane. */
typedef struct lenet5_int8_packed {
    _Alignas(64) int16_t slope[LENET5_INT8_PARTS];
    int16_t intercept[LENET5_INT8_PARTS];
    int16_t s2_coefficient[3][32], s2_bias[3][32], s4_coefficient[8][32], s4_bias[8][32];
    uint8_t group[LENET5_INT8_GROUPS][64];
    int32_t c1[7][6], c3_pairs[6][25][2], c3_rest[25][5], c5[10][100][12], f6[7][30][12], codes[21][LENET5_CLASSES];
    lenet5_int8_sum c1_sum[6], c3_sum[16], c5_sum[120], f6_sum[84];
    int32_t score[LENET5_CLASSES]; /* biases */
    bool quadrupled;
} lenet5_int8_packed;

/* The states and results of 16 pictures, four bytes of each picture in a lane; rows and columns are scratch. */
typedef struct lenet5_int8_states {
    _Alignas(64) uint8_t rows[8][32][64], columns[2][32][64];
    uint8_t s2[LENET5_INT8_GROUPS][14][14][64]; /* by lenet5_int8_groups */
    int16_t s4_pairs[8][25][32];
    uint8_t s4[4][25][64]; /* maps 0 6 1 7, 2 8 3 9, 4 10 5 11, 12 13 14 15 */
    uint8_t c5[30][64], f6[21][64];
    int32_t digit[LENET5_LANES], lead[LENET5_LANES]; /* the digit of the greatest score, and its lead over the next */
} lenet5_int8_states;

void lenet5_int8_pack(lenet5_int8_packed *packed, const lenet5_int8 *quantised);

typedef void lenet5_int8_forward(lenet5_int8_states *states, const lenet5_int8_packed *packed,
                                 const uint8_t *const pictures[LENET5_LANES]);

lenet5_int8_forward lenet5_int8_vnni;

/* The kernel, or NULL if the processor lacks an instruction that it needs or LENET5_ISA names a slower set (isa.c). */
lenet5_int8_forward *lenet5_int8_in_use(void);

#endif
