/*
 * Sixteen pictures at once. Every state is stored as the values of 16 pictures side by side, (map, row, column, 16), so
 * that every loop over units is a loop over whole vectors, whatever the size of a map, and a weight is one scalar for
 * all of them. Vectors are W floats wide; where W is less than 16, each tile is computed in 16 / W parts.
 *
 * The work is done in register tiles. The sums of a tile stay in registers during the loop over the 25 weights of the
 * kernel, and each loaded vector or weight serves several multiply-adds: a processor with two multiply-adds a cycle has
 * at most two loads a cycle.
 */
#include "fan_out.h"
#include "isa.h"

#include <string.h>

#define FOR_PARTS(part) for (size_t part = 0; part < LENET5_LANES; part += W)

/* ---- Input ------------------------------------------------------------------------------------------------------- */

typedef uint8_t bytes __attribute__((vector_size(16), may_alias));
typedef uint8_t unaligned_bytes __attribute__((vector_size(16), may_alias, aligned(1)));

/* Sixteen columns of 16 pictures: byte i of picture k becomes byte k of column i, as by transpose in vector.h. */
INLINE void transpose_bytes(bytes rows[16])
{
    EACH (stage, 4) {
        bytes zipped[16];
        EACH (i, 8) {
            const bytes a = rows[i];
            const bytes b = rows[i + 8];
            zipped[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            zipped[2 * i + 1] =
                __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        EACH (i, 16)
            rows[i] = zipped[i];
    }
}

void ISA(lenet5_lanes_input)(lenet5_lanes *maps, const uint8_t pictures[LENET5_LANES][32][32])
{
    for (size_t row = 0; row < 32; row++)
        for (size_t column = 0; column < 32; column += 16) {
            bytes rows[16];
            uint8_t columns[16][LENET5_LANES];
            EACH (lane, 16)
                rows[lane] = *(const unaligned_bytes *)&pictures[lane][row][column];
            transpose_bytes(rows);
            EACH (c, 16)
                *(unaligned_bytes *)columns[c] = rows[c];
            for (size_t c = 0; c < 16; c++)
                for (size_t lane = 0; lane < LENET5_LANES; lane++)
                    maps->input[row][column + c][lane] =
                        (float)columns[c][lane] * LENET5_LEVEL_STEP - LENET5_LEVEL_OFFSET;
        }
}

/* ---- Forward ----------------------------------------------------------------------------------------------------- */

/*
 * C1 and S2. The tile is the receptive field of one unit of S2 in several maps of C1: with 3 maps, 12 sums.
 *
 *      map 0     map 1     map 2      For each weight position (u, v), 4 inputs and 3 weights are loaded for 12
 *     +--+--+   +--+--+   +--+--+     multiply-adds, and the four states of a field are in registers when S2 adds
 *     |  |  |   |  |  |   |  |  |     them. A tile of 6 maps would need fewer loads, but its squashing, a chain of
 *     +--+--+   +--+--+   +--+--+     dependent operations, would be too long for out-of-order execution to overlap
 *     |  |  |   |  |  |   |  |  |     it with the multiply-adds of the next tile.
 *     +--+--+   +--+--+   +--+--+
 *
 * With 16 registers, the sums leave none for inputs that two positions share: there the loop over the positions of a
 * row is not unrolled, so that the compiler does not keep such inputs and spill sums.
 */
#define FIELD_MAPS 3

INLINE void c1_s2_tile(lenet5_lanes *maps, const lenet5_network *network, size_t first, size_t row, size_t column,
                       size_t part)
{
    vec a[FIELD_MAPS][2][2];
    EACH (m, FIELD_MAPS)
        EACH (k, 4)
            a[m][k / 2][k % 2] = splat(network->c1.bias[first + m]);
    for (size_t u = 0; u < 5; u++) {
#if REGISTERS == 32
        UNROLL
#else
        ROLL
#endif
        for (size_t v = 0; v < 5; v++)
            EACH (k, 4) {
                const vec x = load(&maps->input[2 * row + u + k / 2][2 * column + v + k % 2][part]);
                EACH (m, FIELD_MAPS)
                    a[m][k / 2][k % 2] += network->c1.weight[first + m][u][v] * x;
            }
    }
    EACH (m, FIELD_MAPS) {
        vec sum = zero();
        EACH (k, 4) {
            const vec x = squash(a[m][k / 2][k % 2]);
            store(&maps->c1[first + m][2 * row + k / 2][2 * column + k % 2][part], x);
            sum += x;
        }
        const size_t map = first + m;
        store(&maps->s2[map][row][column][part], squash(network->s2.coefficient[map] * sum + network->s2.bias[map]));
    }
}

static void c1_s2_forward(lenet5_lanes *maps, const lenet5_network *network)
{
    for (size_t row = 0; row < 14; row++)
        FOR_PARTS (part)
            for (size_t first = 0; first < 6; first += FIELD_MAPS)
                for (size_t column = 0; column < 14; column++)
                    c1_s2_tile(maps, network, first, row, column, part);
}

/* C3 and S4. The tile is a row of one map of C3: 10 sums. With 32 registers, the 14 inputs of a row are loaded once for
 * 50 multiply-adds. */
INLINE void c3_row(vec a[10], const lenet5_lane x[5][14], const float weight[5][5], size_t part)
{
    for (size_t u = 0; u < 5; u++) {
#if REGISTERS == 32
        UNROLL
#endif
        for (size_t v = 0; v < 5; v++)
            EACH (c, 10)
                a[c] += weight[u][v] * load(&x[u][c + v][part]);
    }
}

INLINE void c3_map(lenet5_lanes *maps, const lenet5_network *network, size_t map, size_t kernel, size_t part)
{
    for (size_t row = 0; row < 10; row++) {
        vec a[10];
        EACH (c, 10)
            a[c] = splat(network->c3.bias[map]);
        const float(*weight)[5][5] = &network->c3.weight[kernel];
        for (size_t input = 0; input < 6; input++)
            if (lenet5_c3_table[input][map])
                c3_row(a, &maps->s2[input][row], *weight++, part);
        EACH (c, 10)
            store(&maps->c3[map][row][c][part], squash(a[c]));
    }
}

static void s4_map(lenet5_lanes *maps, const lenet5_network *network, size_t map, size_t part)
{
    for (size_t row = 0; row < 5; row++)
        EACH (c, 5) {
            const lenet5_lane *top = &maps->c3[map][2 * row][2 * c];
            const lenet5_lane *bottom = &maps->c3[map][2 * row + 1][2 * c];
            const vec sum = load(&top[0][part]) + load(&top[1][part]) + load(&bottom[0][part]) + load(&bottom[1][part]);
            store(&maps->s4[map][row][c][part], squash(network->s4.coefficient[map] * sum + network->s4.bias[map]));
        }
}

static void c3_s4_forward(lenet5_lanes *maps, const lenet5_network *network)
{
    size_t kernel = 0;
    for (size_t map = 0; map < 16; map++) {
        FOR_PARTS (part) {
            c3_map(maps, network, map, kernel, part);
            s4_map(maps, network, map, part);
        }
        for (size_t input = 0; input < 6; input++)
            kernel += lenet5_c3_table[input][map];
    }
}

/* C5 and F6: the product of the weights (units, inputs) and the states (inputs, 16). The tile is UNITS units of all 16
 * pictures. */
#define PARTS (LENET5_LANES / W)
#define UNITS (PARTS == 1 ? 12 : REGISTERS == 32 || PARTS == 2 ? 6 : 2)

INLINE void units_tile(lenet5_lane *states, const lenet5_lane *x, const float *weight, const float *bias, size_t inputs)
{
    vec a[UNITS][PARTS];
    EACH (unit, UNITS)
        EACH (p, PARTS)
            a[unit][p] = splat(bias[unit]);
    for (size_t i = 0; i < inputs; i++)
        EACH (p, PARTS) {
            const vec value = load(&x[i][p * W]);
            EACH (unit, UNITS)
                a[unit][p] += weight[unit * inputs + i] * value;
        }
    EACH (unit, UNITS)
        EACH (p, PARTS)
            store(&states[unit][p * W], squash(a[unit][p]));
}

static void c5_f6_forward(lenet5_lanes *maps, const lenet5_network *network)
{
    for (size_t unit = 0; unit < 120; unit += UNITS)
        units_tile(&maps->c5[unit], &maps->s4[0][0][0], &network->c5.weight[unit][0][0][0], &network->c5.bias[unit],
                   400);
    for (size_t unit = 0; unit < 84; unit += UNITS)
        units_tile(&maps->f6[unit], maps->c5, network->f6.weight[unit], &network->f6.bias[unit], 120);
}

/* y_i = sum over j of (x_j - w_ij)^2 (eq. 7): ten sums. */
static void output_forward(lenet5_lanes *maps)
{
    FOR_PARTS (part) {
        vec penalty[LENET5_CLASSES];
        EACH (digit, LENET5_CLASSES)
            penalty[digit] = zero();
        for (size_t unit = 0; unit < 84; unit++) {
            const vec x = load(&maps->f6[unit][part]);
            EACH (digit, LENET5_CLASSES) {
                const vec distance = x - (float)(&lenet5_codes[digit][0][0])[unit];
                penalty[digit] += distance * distance;
            }
        }
        EACH (digit, LENET5_CLASSES)
            store(&maps->penalty[digit][part], penalty[digit]);
    }
}

void ISA(lenet5_lanes_forward)(lenet5_lanes *maps, const lenet5_network *network)
{
    c1_s2_forward(maps, network);
    c3_s4_forward(maps, network);
    c5_f6_forward(maps, network);
    output_forward(maps);
}

/* ---- Backward: the derivatives by the sums a --------------------------------------------------------------------- */

/* dE/da_j = f'(a_j) sum over i of dE/dy_i 2 (x_j - w_ij), for F6. */
static void output_backward(lenet5_lanes *delta, const lenet5_lanes *maps, const lenet5_lane d_penalty[LENET5_CLASSES])
{
    FOR_PARTS (part)
        for (size_t unit = 0; unit < 84; unit++) {
            const vec x = load(&maps->f6[unit][part]);
            vec d = zero();
            EACH (digit, LENET5_CLASSES)
                d += load(&d_penalty[digit][part]) * (x - (float)(&lenet5_codes[digit][0][0])[unit]);
            store(&delta->f6[unit][part], 2 * d * slope(x));
        }
}

/* The derivatives by INPUTS inputs of C5 or F6 from those by the units, of all 16 pictures. */
#define INPUTS (REGISTERS == 32 ? 20 / (PARTS == 1 ? 1 : 4) : PARTS == 2 ? 5 : 2)

INLINE void inputs_tile(lenet5_lane *d_x, const lenet5_lane *d_a, const lenet5_lane *x, const float *weight,
                        size_t units, size_t inputs)
{
    vec sum[INPUTS][PARTS];
    EACH (i, INPUTS)
        EACH (p, PARTS)
            sum[i][p] = zero();
    for (size_t unit = 0; unit < units; unit++)
        EACH (p, PARTS) {
            const vec d = load(&d_a[unit][p * W]);
            EACH (i, INPUTS)
                sum[i][p] += weight[unit * inputs + i] * d;
        }
    EACH (i, INPUTS)
        EACH (p, PARTS)
            store(&d_x[i][p * W], sum[i][p] * slope(load(&x[i][p * W])));
}

static void f6_c5_backward(lenet5_lanes *delta, const lenet5_network *network, const lenet5_lanes *maps)
{
    for (size_t i = 0; i < 120; i += INPUTS)
        inputs_tile(&delta->c5[i], delta->f6, &maps->c5[i], &network->f6.weight[0][i], 84, 120);
    lenet5_lane *d_s4 = &delta->s4[0][0][0];
    const lenet5_lane *s4 = &maps->s4[0][0][0];
    for (size_t i = 0; i < 400; i += INPUTS)
        inputs_tile(&d_s4[i], delta->c5, &s4[i], &network->c5.weight[0][0][0][0] + i, 120, 400);
}

/*
 * Gradients of the layers with few parameters, C1 to S4, each a vector of partial sums, in the order of lenet5_network.
 * The lanes are added up at the end, W parameters at a time.
 */
typedef struct lane_sums {
    vec of[(LENET5_SHARED_PARAMETERS + W - 1) / W * W];
} lane_sums;

/* S4 and S2: the derivatives of a 2x2 field below; returns the sum of its states, for the coefficient's gradient. */
INLINE vec field_backward(float *d_top, float *d_bottom, const float *top, const float *bottom, vec d)
{
    vec sum = zero();
    EACH (k, 2) {
        const vec upper = load(top + k * LENET5_LANES);
        const vec lower = load(bottom + k * LENET5_LANES);
        store(d_top + k * LENET5_LANES, d * slope(upper));
        store(d_bottom + k * LENET5_LANES, d * slope(lower));
        sum += upper + lower;
    }
    return sum;
}

static void s4_backward(lane_sums *sums, lenet5_lanes *delta, const lenet5_network *network, const lenet5_lanes *maps,
                        size_t part)
{
    for (size_t map = 0; map < 16; map++) {
        vec coefficient = zero();
        vec bias = zero();
        for (size_t row = 0; row < 5; row++)
            EACH (c, 5) {
                const vec d = load(&delta->s4[map][row][c][part]);
                coefficient +=
                    d * field_backward(&delta->c3[map][2 * row][2 * c][part], &delta->c3[map][2 * row + 1][2 * c][part],
                                       &maps->c3[map][2 * row][2 * c][part], &maps->c3[map][2 * row + 1][2 * c][part],
                                       network->s4.coefficient[map] * d);
                bias += d;
            }
        sums->of[LENET5_INDEX(s4.coefficient) + map] += coefficient;
        sums->of[LENET5_INDEX(s4.bias) + map] += bias;
    }
}

/* The derivatives of one row of S2: 14 sums in the tile. Each row of C3 within reach adds its 10 derivatives five
 * times, each time one column further right. No multiply-add is spent on padding. */
INLINE void s2_row(lenet5_lanes *delta, const fan_out *fan, const lenet5_network *network, const lenet5_lanes *maps,
                   size_t input, size_t row, size_t part)
{
    vec sum[14];
    EACH (c, 14)
        sum[c] = zero();
    const size_t least = row > 9 ? row - 9 : 0;
    const size_t most = row < 4 ? row : 4;
    for (size_t k = 0; k < 10; k++)
        for (size_t u = least; u <= most; u++) {
            const lenet5_lane *d = delta->c3[fan->map[k]][row - u];
            const float *weight = network->c3.weight[fan->kernel[k]][u];
            EACH (v, 5)
                EACH (c, 10)
                    sum[c + v] += weight[v] * load(&d[c][part]);
        }
    EACH (c, 14)
        store(&delta->s2[input][row][c][part], sum[c] * slope(load(&maps->s2[input][row][c][part])));
}

/*
 * Gradients of the kernels of several maps that see the same input: the five weights of a row u. Each loaded input
 * serves all the maps, each derivative all five weights: with 5 maps, 25 sums, and 10 loads for 25 multiply-adds.
 */
#define KERNEL_MAPS (REGISTERS == 32 ? 5 : 2)

INLINE void kernels_row(vec sum[][5], const float *const d[], const lenet5_lane *x, size_t maps, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        vec d_a[KERNEL_MAPS];
        EACH (m, maps)
            d_a[m] = load(d[m] + c * LENET5_LANES);
        EACH (v, 5) {
            const vec value = load(x[c + v]);
            EACH (m, maps)
                sum[m][v] += d_a[m] * value;
        }
    }
}

static void c3_gradient(lane_sums *sums, const lenet5_lanes *delta, const fan_out *fan, const lenet5_lanes *maps,
                        size_t input, size_t part)
{
    for (size_t first = 0; first < 10; first += KERNEL_MAPS)
        for (size_t u = 0; u < 5; u++) {
            vec sum[KERNEL_MAPS][5];
            EACH (k, KERNEL_MAPS * 5)
                sum[k / 5][k % 5] = zero();
            for (size_t row = 0; row < 10; row++) {
                const float *d[KERNEL_MAPS];
                EACH (m, KERNEL_MAPS)
                    d[m] = &delta->c3[fan->map[first + m]][row][0][part];
                kernels_row(sum, d, (const lenet5_lane *)&maps->s2[input][row + u][0][part], KERNEL_MAPS, 10);
            }
            EACH (m, KERNEL_MAPS)
                EACH (v, 5)
                    sums->of[LENET5_INDEX(c3.weight) + 25 * fan->kernel[first + m] + 5 * u + v] += sum[m][v];
        }
}

static void c3_bias_gradient(lane_sums *sums, const lenet5_lanes *delta, size_t part)
{
    for (size_t map = 0; map < 16; map++) {
        vec sum[4] = {zero(), zero(), zero(), zero()};
        for (size_t k = 0; k < 100; k += 4)
            EACH (i, 4)
                sum[i] += load((&delta->c3[map][0][0])[k + i] + part);
        sums->of[LENET5_INDEX(c3.bias) + map] += (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
}

static void c3_backward(lane_sums *sums, lenet5_lanes *delta, const lenet5_network *network, const lenet5_lanes *maps,
                        size_t part)
{
    c3_bias_gradient(sums, delta, part);
    fan_out fans[6];
    find_fan_outs(fans);
    for (size_t input = 0; input < 6; input++) {
        c3_gradient(sums, delta, &fans[input], maps, input, part);
        for (size_t row = 0; row < 14; row++)
            s2_row(delta, &fans[input], network, maps, input, row, part);
    }
}

/*
 * S2 and C1. No layer lies below C1, so its derivatives are needed once, for the gradient. They are computed two rows
 * at a time from one row of S2 and used while they are in the first-level cache.
 */
#define C1_MAPS (REGISTERS == 32 ? 3 : 2)

typedef struct row_pair {
    lenet5_lane of[6][2][28];
} row_pair;

static void s2_row_backward(lane_sums *sums, row_pair *d_c1, const lenet5_lanes *delta, const lenet5_network *network,
                            const lenet5_lanes *maps, size_t row, size_t part)
{
    for (size_t map = 0; map < 6; map++) {
        vec coefficient = zero();
        vec bias = zero();
        vec c1_bias = zero();
        for (size_t c = 0; c < 14; c++) {
            const vec d = load(&delta->s2[map][row][c][part]);
            float *d_top = &d_c1->of[map][0][2 * c][part];
            float *d_bottom = &d_c1->of[map][1][2 * c][part];
            coefficient +=
                d * field_backward(d_top, d_bottom, &maps->c1[map][2 * row][2 * c][part],
                                   &maps->c1[map][2 * row + 1][2 * c][part], network->s2.coefficient[map] * d);
            bias += d;
            c1_bias += (load(d_top) + load(d_top + LENET5_LANES)) + (load(d_bottom) + load(d_bottom + LENET5_LANES));
        }
        sums->of[LENET5_INDEX(s2.coefficient) + map] += coefficient;
        sums->of[LENET5_INDEX(s2.bias) + map] += bias;
        sums->of[LENET5_INDEX(c1.bias) + map] += c1_bias;
    }
}

INLINE void c1_row_gradient(lane_sums *sums, const row_pair *d_c1, const lenet5_lanes *maps, size_t row, size_t part)
{
    for (size_t first = 0; first < 6; first += C1_MAPS)
        for (size_t u = 0; u < 5; u++) {
            vec sum[C1_MAPS][5];
            const float *d[C1_MAPS];
            vec *total = &sums->of[LENET5_INDEX(c1.weight) + 25 * first + 5 * u];
            EACH (m, C1_MAPS) {
                d[m] = &d_c1->of[first + m][row % 2][0][part];
                EACH (v, 5)
                    sum[m][v] = total[25 * m + v];
            }
            kernels_row(sum, d, (const lenet5_lane *)&maps->input[row + u][0][part], C1_MAPS, 28);
            EACH (m, C1_MAPS)
                EACH (v, 5)
                    total[25 * m + v] = sum[m][v];
        }
}

static void s2_c1_backward(lane_sums *sums, const lenet5_lanes *delta, const lenet5_network *network,
                           const lenet5_lanes *maps, size_t part)
{
    row_pair d_c1;
    for (size_t row = 0; row < 14; row++) {
        s2_row_backward(sums, &d_c1, delta, network, maps, row, part);
        c1_row_gradient(sums, &d_c1, maps, 2 * row, part);
        c1_row_gradient(sums, &d_c1, maps, 2 * row + 1, part);
    }
}

static void add_lanes(float gradient[LENET5_SHARED_PARAMETERS], lane_sums *sums)
{
    size_t k = 0;
    for (; k + W <= LENET5_SHARED_PARAMETERS; k += W)
        store_any(gradient + k, load_any(gradient + k) + sums_of(&sums->of[k]));
    if (LENET5_SHARED_PARAMETERS % W > 0) {
        const vec last = sums_of(&sums->of[k]);
        for (size_t lane = 0; k + lane < LENET5_SHARED_PARAMETERS; lane++)
            gradient[k + lane] += last[lane];
    }
}

void ISA(lenet5_lanes_backward)(float gradient[], lenet5_lanes *delta, const lenet5_network *network,
                                const lenet5_lanes *maps, const lenet5_lane d_penalty[LENET5_CLASSES])
{
    lane_sums sums;
    memset(&sums, 0, sizeof sums);
    output_backward(delta, maps, d_penalty);
    f6_c5_backward(delta, network, maps);
    FOR_PARTS (part) {
        s4_backward(&sums, delta, network, maps, part);
        c3_backward(&sums, delta, network, maps, part);
        s2_c1_backward(&sums, delta, network, maps, part);
    }
    add_lanes(gradient, &sums);
}

/* ---- The gradient of C5 and F6 ----------------------------------------------------------------------------------- */

/* x (inputs, 16) to transposed (16, stride), padded with zeros; W divides stride. */
INLINE void transpose_lanes(float *transposed, const lenet5_lane *x, size_t inputs, size_t stride)
{
    for (size_t i = 0; i < stride; i += W)
        FOR_PARTS (part) {
            vec rows[W];
            EACH (k, W)
                rows[k] = i + k < inputs ? load(&x[i + k][part]) : zero();
            transpose(rows);
            EACH (k, W)
                store(transposed + (part + k) * stride + i, rows[k]);
        }
}

void ISA(lenet5_lanes_keep)(lenet5_shard *shard, const lenet5_lanes *delta, const lenet5_lanes *maps)
{
    transpose_lanes(&shard->s4[0][0], &maps->s4[0][0][0], 400, 400);
    transpose_lanes(&shard->c5[0][0], maps->c5, 120, 128);
    memcpy(shard->d_c5, delta->c5, sizeof shard->d_c5);
    memcpy(shard->d_f6, delta->f6, sizeof shard->d_f6);
}

/*
 * The gradient of a unit's row of weights is the sum over the pictures of the unit's derivative times the inputs. The
 * tile is several rows of several vectors; it stays in registers during the loop over all pictures of all shards.
 */
#define ROWS (REGISTERS == 32 ? 4 : 2)

INLINE void rows_tile(float *gradient, const lenet5_shard *shards, size_t count, const lenet5_lane *d, const float *x,
                      size_t vectors, size_t stride)
{
    vec sum[ROWS][5];
    EACH (row, ROWS)
        EACH (k, vectors)
            sum[row][k] = zero();
    for (size_t s = 0; s < count; s++) {
        const size_t far = s * sizeof *shards / sizeof(float);
        const float *d_a = (const float *)d + far;
        const float *values = x + far;
        for (size_t picture = 0; picture < LENET5_LANES; picture++)
            EACH (k, vectors) {
                const vec value = load(values + picture * stride + k * W);
                EACH (row, ROWS)
                    sum[row][k] += d_a[row * LENET5_LANES + picture] * value;
            }
    }
    EACH (row, ROWS)
        EACH (k, vectors)
            store(gradient + row * stride + k * W, sum[row][k]);
}

INLINE float bias_gradient(const lenet5_shard *shards, size_t count, const lenet5_lane *d)
{
    vec sum = zero();
    for (size_t s = 0; s < count; s++)
        FOR_PARTS (part)
            sum += load((const float *)d + s * sizeof *shards / sizeof(float) + part);
    return sum_of_lanes(sum);
}

#define F6_VECTORS (W == 16 ? 4 : 5)
#define F6_COLUMNS (W == 16 ? 128 : 120)

void ISA(lenet5_c5_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first)
{
    for (size_t row = 0; row < LENET5_ROWS; row += ROWS)
        for (size_t i = 0; i < 400; i += 5 * W)
            rows_tile(&rows->c5[row][i], shards, count, &shards->d_c5[first + row], &shards->s4[0][i], 5, 400);
    for (size_t row = 0; row < LENET5_ROWS; row++)
        rows->bias[row] = bias_gradient(shards, count, &shards->d_c5[first + row]);
}

void ISA(lenet5_f6_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first)
{
    for (size_t row = 0; row < LENET5_ROWS; row += ROWS)
        for (size_t i = 0; i < F6_COLUMNS; i += F6_VECTORS * W)
            rows_tile(&rows->f6[row][i], shards, count, &shards->d_f6[first + row], &shards->c5[0][i], F6_VECTORS, 128);
    for (size_t row = 0; row < LENET5_ROWS; row++)
        rows->bias[row] = bias_gradient(shards, count, &shards->d_f6[first + row]);
}
