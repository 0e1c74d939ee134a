/*
 * The forward pass in whole numbers, for reading in bulk. What it computes is exact, so that every way of computing it
 * gives the same bytes; tests/test_int8.c has it in plain C.
 *
 * A pixel is the byte that it is, and a state x of S2, S4, C5 and F6 the byte 128 + x LENET5_INT8_STATE. A weighted sum
 * of bytes, (bias + sum of weight * byte) >> shift, is saturated to 16 bits and, in a network that is quadrupled,
 * doubled twice with saturation: now it is the sum a of the float network times 32768 / LENET5_INT8_RANGE. Squashing
 * gives a state of 16 bits, 64 times as fine as a byte, by a line for each of 64 equal parts of the range:
 *
 *      squash(z) = z * slope[z >> 10] + intercept[z >> 10], the product being mulhrs(a, b) = (a b + 0x4000) >> 15
 *
 * The four squashed sums of a field of C1 or C3 are added as they are, in 16 bits; mulhrs(sum, coefficient) + bias,
 * doubled twice with saturation, is then squashed for S2 or S4. A state of 16 bits becomes a byte by (x + 8224) >> 6.
 *
 * A digit's penalty is the sum of the squared states of F6, the same for every digit, and 84, less twice the sum of its
 * code times the states. That last sum is what the pass ends with: its score, LENET5_INT8_STATE times as large.
 */
#ifndef LENET5_KERNELS_INT8_H
#define LENET5_KERNELS_INT8_H

#include "lenet5/network.h"

#define LENET5_INT8_STATE (127.5 / LENET5_A)
#define LENET5_INT8_RANGE 4.6 /* of a sum; beyond it f is as good as A */
#define LENET5_INT8_PARTS 64

typedef struct lenet5_int8_sum {
    int32_t bias, shift;
} lenet5_int8_sum;

/* A network in whole numbers; the weights are in the order of lenet5_network. */
typedef struct lenet5_int8 {
    int8_t c1[6][25], c3[LENET5_C3_KERNELS][25], c5[120][400], f6[84][120];
    lenet5_int8_sum c1_sum[6], c3_sum[16], c5_sum[120], f6_sum[84];
    int16_t s2_coefficient[6], s2_bias[6], s4_coefficient[16], s4_bias[16];
    int16_t slope[LENET5_INT8_PARTS], intercept[LENET5_INT8_PARTS];
    bool quadrupled;
} lenet5_int8;

/* False if a number of the network is too large for that, or none; then *quantised is of no use. */
bool lenet5_int8_quantise(lenet5_int8 *quantised, const lenet5_network *network);

/* ---- The kernel of int8_vnni.c ---------------------------------------------------------------------------------- */

/* The nine groups of four maps of S2 that the kernel keeps side by side: six in a row, two pairs, 0 2 3 5. */
#define LENET5_INT8_GROUPS 9
extern const uint8_t lenet5_int8_groups[LENET5_INT8_GROUPS][4];

/* The network as the kernel reads it: weights by fours, of the four bytes of a lane. */
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

/* What the kernel leaves of 16 pictures, four bytes a picture; c1 to c3 are scratch. */
typedef struct lenet5_int8_states {
    _Alignas(64) uint8_t rows[8][32][64], columns[2][32][64];
    uint8_t s2[LENET5_INT8_GROUPS][14][14][64]; /* by lenet5_int8_groups */
    int16_t s4_pairs[8][25][32];
    uint8_t s4[4][25][64]; /* maps 0 6 1 7, 2 8 3 9, 4 10 5 11, 12 13 14 15 */
    uint8_t c5[30][64], f6[21][64];
    int32_t digit[LENET5_LANES], lead[LENET5_LANES]; /* the greatest score, and by how much */
} lenet5_int8_states;

void lenet5_int8_pack(lenet5_int8_packed *packed, const lenet5_int8 *quantised);

typedef void lenet5_int8_forward(lenet5_int8_states *states, const lenet5_int8_packed *packed,
                                 const uint8_t *const pictures[LENET5_LANES]);

/* The kernel, and NULL in its place unless the processor has all that it needs and LENET5_ISA names nothing slower
 * (isa.c). */
lenet5_int8_forward lenet5_int8_vnni;
lenet5_int8_forward *lenet5_int8_in_use(void);

#endif
