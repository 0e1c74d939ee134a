/*
 * One picture at a time, for the least latency and for training with single pictures. Vectors run along the columns of
 * a map, or along the inputs of a unit.
 *
 * A row of 28 is covered by vectors, the last of which ends with the row and overlaps the one before: the overlap is
 * computed twice, to the same bits. Rows of 10 would leave most of a wide vector empty. So S2 is copied five times,
 * each copy shifted by one more column and its rows packed to 10 columns,
 *
 *     packed[v][10 row + column] = s2[row][column + v]       (5, 14 * 10)
 *
 * In it the inputs of weight (u, v) for all 100 units of a map of C3 are adjacent, from 10 u on.
 *
 * A vector may read beyond its map into the next member of lenet5_maps, never beyond the struct; the surplus lanes are
 * not used. Local buffers are padded by one vector.
 */
#include "fan_out.h"
#include "isa.h"

#include <string.h>

#define ROUND_UP(count) (((count) + W - 1) / W * W)
#define VECTORS(count) (((count) + W - 1) / W)

/* The index at which vector number k begins if the last one has to end at count. */
#define WITHIN(k, count) ((k)*W < (count)-W ? (k)*W : (count)-W)

/* Which derivative a backward function computes; power() is what it makes of a factor (reference.c). */
typedef enum order { FIRST_DERIVATIVE = 1, SECOND_DERIVATIVE = 2 } order_t;

INLINE vec power(vec value, order_t order)
{
    if (order == SECOND_DERIVATIVE)
        value *= value;
    return value;
}

INLINE float scalar_power(float value, order_t order)
{
    return order == FIRST_DERIVATIVE ? value : value * value;
}

/* Where a gradient goes: it is added to `to`; or, if rate is not NULL, rate times it is subtracted from `to`. */
typedef struct sink {
    float *to;
    const float *rate;
} sink;

INLINE void apply(sink s, size_t index, vec gradient)
{
    const vec old = load_any(s.to + index);
    if (s.rate)
        store_any(s.to + index, old - load_any(s.rate + index) * gradient);
    else
        store_any(s.to + index, old + gradient);
}

INLINE void apply_one(sink s, size_t index, float gradient)
{
    s.to[index] = s.rate ? s.to[index] - s.rate[index] * gradient : s.to[index] + gradient;
}

/* Applies the sums over the lanes of count vectors; sums is padded to a multiple of W vectors. */
INLINE void apply_sums(sink s, size_t index, vec *sums, size_t count)
{
    size_t k = 0;
    for (; k + W <= count; k += W)
        apply(s, index + k, sums_of(sums + k));
    if (k < count) {
        const vec last = sums_of(sums + k);
        for (size_t lane = 0; k + lane < count; lane++)
            apply_one(s, index + k + lane, last[lane]);
    }
}

/* Packs rows of count numbers without gaps; the last store reaches up to W beyond the end. */
INLINE void pack_rows(float *packed, const float *from, size_t rows, size_t count, size_t stride)
{
    for (size_t row = 0; row < rows; row++)
        EACH (k, VECTORS(count))
            store_any(packed + row * count + k * W, load_any(from + row * stride + k * W));
}

#if W == 16
#define EVEN_LANES 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD_LANES 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif W == 8
#define EVEN_LANES 0, 2, 4, 6, 8, 10, 12, 14
#define ODD_LANES 1, 3, 5, 7, 9, 11, 13, 15
#else
#define EVEN_LANES 0, 2, 4, 6
#define ODD_LANES 1, 3, 5, 7
#endif

/* ---- Forward ----------------------------------------------------------------------------------------------------- */

/* Squashes a whole layer in a loop of its own, whose iterations are independent and hide each other's latency. */
INLINE void squash_all(float *a, size_t count)
{
    for (size_t i = 0; i < count; i += W)
        store_any(a + i, squash(load_any(a + i)));
}

/* The tile of C1: a row of several maps. With all 6 maps, 2 inputs and 6 weights are loaded for 12 multiply-adds. */
#define ROW_MAPS (W == 16 ? 6 : W == 8 ? 3 : 1)

INLINE void c1_rows(lenet5_maps *maps, const lenet5_network *network, size_t first, size_t row)
{
    vec a[ROW_MAPS][VECTORS(28)];
    EACH (m, ROW_MAPS)
        EACH (k, VECTORS(28))
            a[m][k] = splat(network->c1.bias[first + m]);
    for (size_t u = 0; u < 5; u++)
        EACH (v, 5)
            EACH (k, VECTORS(28)) {
                const vec x = load_any(&maps->input[row + u][v] + WITHIN(k, 28));
                EACH (m, ROW_MAPS)
                    a[m][k] += network->c1.weight[first + m][u][v] * x;
            }
    EACH (m, ROW_MAPS)
        EACH (k, VECTORS(28))
            store_any(&maps->c1[first + m][row][0] + WITHIN(k, 28), a[m][k]);
}

/*
 * The sums of the 2x2 fields of maps (maps, 2 side, 2 side): rows are added in pairs, then columns. The first step runs
 * for all maps before the second, because a load that spans several recent stores stalls.
 */
#define SUMS ROUND_UP(14 * 14)

INLINE void sum_fields(float (*sums)[SUMS], const float *x, size_t maps, size_t side)
{
    float rows[6 * 14 * 28 + 2 * W]; /* S2's; S4 needs 16 * 5 * 10 */
    const size_t width = 2 * side;
    for (size_t row = 0; row < maps * side; row++)
        EACH (k, VECTORS(width)) {
            const float *top = x + row * 2 * width + k * W;
            store_any(rows + row * width + k * W, load_any(top) + load_any(top + width));
        }
    memset(rows + maps * side * width, 0, 2 * W * sizeof(float));
    for (size_t map = 0; map < maps; map++)
        for (size_t i = 0; i < side * side; i += W) {
            const vec left = load_any(rows + map * side * width + 2 * i);
            const vec right = load_any(rows + map * side * width + 2 * i + W);
            const vec even = __builtin_shufflevector(left, right, EVEN_LANES);
            store_any(sums[map] + i, even + __builtin_shufflevector(left, right, ODD_LANES));
        }
}

INLINE void subsample(float *states, const float *x, const float *coefficient, const float *bias, size_t maps,
                      size_t side)
{
    float sums[16][SUMS];
    sum_fields(sums, x, maps, side);
    for (size_t map = 0; map < maps; map++)
        for (size_t k = 0; k < VECTORS(side * side); k++) {
            const size_t i = WITHIN(k, side * side);
            store_any(states + map * side * side + i, squash(coefficient[map] * load_any(sums[map] + i) + bias[map]));
        }
}

/* The size of a packed copy of a map of S2. */
#define COPY (14 * 10 + W)

INLINE void pack_s2(float packed[5][COPY], const float s2[14][14])
{
    EACH (v, 5)
        pack_rows(packed[v], &s2[0][v], 14, 10, 14);
}

/*
 * C3. The tile is C3_VECTORS vectors of the 100 sums of several maps that see the same map of S2; the sums are kept in
 * memory from one map of S2 to the next. With 5 maps of 4 vectors, 4 inputs and 5 weights are loaded for 20
 * multiply-adds.
 */
#define C3_MAPS (REGISTERS == 32 ? 5 : 2)
#define C3_VECTORS (W == 16 ? 4 : 5)

INLINE void c3_tile(float (*a)[100], const float packed[5][COPY], const fan_out *fan, const lenet5_network *network,
                    size_t first, size_t vector, size_t vectors)
{
    vec sum[C3_MAPS][C3_VECTORS];
    EACH (m, C3_MAPS)
        EACH (k, vectors)
            sum[m][k] = load_any(a[fan->map[first + m]] + WITHIN(vector + k, 100));
    for (size_t u = 0; u < 5; u++)
        EACH (v, 5)
            EACH (k, vectors) {
                const vec x = load_any(packed[v] + 10 * u + WITHIN(vector + k, 100));
                EACH (m, C3_MAPS)
                    sum[m][k] += network->c3.weight[fan->kernel[first + m]][u][v] * x;
            }
    EACH (m, C3_MAPS)
        EACH (k, vectors)
            store_any(a[fan->map[first + m]] + WITHIN(vector + k, 100), sum[m][k]);
}

static void c3_forward(lenet5_maps *maps, const lenet5_network *network)
{
    fan_out fans[6];
    find_fan_outs(fans);
    float(*a)[100] = (float(*)[100])maps->c3;
    for (size_t map = 0; map < 16; map++)
        for (size_t k = 0; k < VECTORS(100); k++)
            store_any(a[map] + WITHIN(k, 100), splat(network->c3.bias[map]));
    for (size_t input = 0; input < 6; input++) {
        float packed[5][COPY];
        pack_s2(packed, maps->s2[input]);
        for (size_t first = 0; first < 10; first += C3_MAPS) {
            size_t vector = 0;
            for (; vector + C3_VECTORS <= VECTORS(100); vector += C3_VECTORS)
                c3_tile(a, packed, &fans[input], network, first, vector, C3_VECTORS);
            if (VECTORS(100) % C3_VECTORS > 0)
                c3_tile(a, packed, &fans[input], network, first, vector, VECTORS(100) % C3_VECTORS);
        }
    }
    squash_all(a[0], 16 * 100);
}

/*
 * C5 and F6: W units at a time, each the dot product of its row of weights and the inputs. With W accumulators a unit's
 * multiply-adds are far enough apart to hide their latency; at W = 4 two a unit are needed. C5 is limited by the
 * bandwidth for its 192 KB of weights. The last vector of inputs overlaps the one before; x_last is 0 in the overlap.
 */
#define ACCUMULATORS (W == 4 ? 2 : 1)

INLINE void units(float *states, const float *x, const float *weight, const float *bias, size_t inputs)
{
    vec sum[ACCUMULATORS][W];
    vec x_last = load_any(x + inputs - W);
    UNROLL for (size_t lane = 0; lane + inputs < VECTORS(inputs) * W; lane++) x_last[lane] = 0;
    EACH (unit, W) {
        sum[0][unit] = load_any(weight + unit * inputs + inputs - W) * x_last;
        UNROLL for (size_t k = 1; k < ACCUMULATORS; k++) sum[k][unit] = zero();
    }
    for (size_t k = 0; k + 1 < VECTORS(inputs); k += ACCUMULATORS)
        EACH (s, ACCUMULATORS)
            if (k + s + 1 < VECTORS(inputs)) {
                const vec value = load_any(x + (k + s) * W);
                EACH (unit, W)
                    sum[s][unit] += load_any(weight + unit * inputs + (k + s) * W) * value;
            }
    UNROLL for (size_t k = 1; k < ACCUMULATORS; k++) EACH (unit, W) sum[0][unit] += sum[k][unit];
    store_any(states, squash(load_any(bias) + sums_of(sum[0])));
}

static void c5_forward(lenet5_maps *maps, const lenet5_network *network)
{
    for (size_t k = 0; k < VECTORS(120); k++) {
        const size_t unit = WITHIN(k, 120);
        units(&maps->c5[unit], &maps->s4[0][0][0], &network->c5.weight[unit][0][0][0], &network->c5.bias[unit], 400);
    }
}

static void f6_forward(lenet5_maps *maps, const lenet5_network *network)
{
    for (size_t k = 0; k < VECTORS(84); k++) {
        const size_t unit = WITHIN(k, 84);
        units(&maps->f6[unit], maps->c5, network->f6.weight[unit], &network->f6.bias[unit], 120);
    }
}

/* Eq. 7. The last vector overlaps the one before; `once` is 0 in the overlap. */
static void output_forward(lenet5_maps *maps)
{
    vec once = splat(1);
    UNROLL for (size_t lane = 0; lane + 84 < VECTORS(84) * W; lane++) once[lane] = 0;
    vec sums[ROUND_UP(LENET5_CLASSES)];
    float penalty[ROUND_UP(LENET5_CLASSES)];
    float all_codes[LENET5_CLASSES * 84];
    for (size_t i = 0; i < LENET5_CLASSES * 84; i++)
        all_codes[i] = (&lenet5_codes[0][0][0])[i];
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        const float *codes = all_codes + digit * 84;
        const vec last = load_any(maps->f6 + 84 - W) - load_any(codes + 84 - W);
        sums[digit] = once * last * last;
        UNROLL for (size_t i = 0; i + W < 84; i += W)
        {
            const vec distance = load_any(maps->f6 + i) - load_any(codes + i);
            sums[digit] += distance * distance;
        }
    }
    for (size_t digit = LENET5_CLASSES; digit < ROUND_UP(LENET5_CLASSES); digit++)
        sums[digit] = zero();
    UNROLL for (size_t digit = 0; digit < LENET5_CLASSES; digit += W) store_any(penalty + digit, sums_of(sums + digit));
    memcpy(maps->penalty, penalty, sizeof maps->penalty);
}

void ISA(lenet5_single_forward)(lenet5_maps *maps, const lenet5_network *network)
{
    for (size_t first = 0; first < 6; first += ROW_MAPS)
        for (size_t row = 0; row < 28; row++)
            c1_rows(maps, network, first, row);
    squash_all(&maps->c1[0][0][0], 6 * 28 * 28);
    subsample(&maps->s2[0][0][0], &maps->c1[0][0][0], network->s2.coefficient, network->s2.bias, 6, 14);
    c3_forward(maps, network);
    subsample(&maps->s4[0][0][0], &maps->c3[0][0][0], network->s4.coefficient, network->s4.bias, 16, 5);
    c5_forward(maps, network);
    f6_forward(maps, network);
    output_forward(maps);
}

/* ---- Backward ---------------------------------------------------------------------------------------------------- */

/* The derivatives by F6's states: dE/dx_j = sum over i of dE/dy_i 2 (x_j - w_ij). */
static void output_backward(float d_f6[84], const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES])
{
    memset(d_f6, 0, 84 * sizeof(float));
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
        for (size_t unit = 0; unit < 84; unit++)
            d_f6[unit] += 2 * d_penalty[digit] * (maps->f6[unit] - (float)(&lenet5_codes[digit][0][0])[unit]);
}

/* d (count): from derivatives by the states x to derivatives by the sums a. */
INLINE void through_squashing(float *d, const float *x, size_t count, order_t order)
{
    vec last = load_any(d + count - W) * power(slope(load_any(x + count - W)), order);
    for (size_t i = 0; i + W < count; i += W)
        store_any(d + i, load_any(d + i) * power(slope(load_any(x + i)), order));
    store_any(d + count - W, last);
}

/*
 * C5 and F6: one loop over the weights computes the derivatives by some of the inputs, whose sums are the tile, and the
 * gradient of the weights. The tile is FULL_VECTORS vectors of inputs: all 400 of C5 at W = 16.
 */
#define FULL_VECTORS (W == 16 ? 25 : 5)

INLINE void full_backward(sink s, size_t index, float *d_x, const float *d_a, const float *weight, const float *x,
                          size_t units, size_t inputs, size_t vectors, order_t order)
{
    vec sum[FULL_VECTORS];
    EACH (k, vectors)
        sum[k] = zero();
    for (size_t unit = 0; unit < units; unit++) {
        const vec d = splat(d_a[unit]);
        EACH (k, vectors) {
            const size_t i = unit * inputs + k * W;
            sum[k] += d * power(load_any(weight + i), order);
            apply(s, index + i, d * power(load_any(x + k * W), order));
        }
    }
    EACH (k, vectors)
        store_any(d_x + k * W, sum[k]);
}

static void apply_biases(sink s, size_t index, const float *d, size_t count)
{
    for (size_t i = 0; i < count; i++)
        apply_one(s, index + i, d[i]);
}

#if W == 16
typedef float half_vec __attribute__((vector_size(32), may_alias, aligned(4)));

/* 120 inputs are seven vectors and a half: this is the half, the last eight. */
INLINE void full_backward_half(sink s, size_t index, float *d_x, const float *d_a, const float *weight, const float *x,
                               size_t units, size_t inputs, order_t order)
{
    half_vec sum = {0};
    half_vec states = *(const half_vec *)x;
    if (order == SECOND_DERIVATIVE)
        states *= states;
    for (size_t unit = 0; unit < units; unit++) {
        const half_vec w = *(const half_vec *)(weight + unit * inputs);
        half_vec *to = (half_vec *)(s.to + index + unit * inputs);
        sum += order == SECOND_DERIVATIVE ? d_a[unit] * w * w : d_a[unit] * w;
        if (s.rate)
            *to -= *(const half_vec *)(s.rate + index + unit * inputs) * (d_a[unit] * states);
        else
            *to += d_a[unit] * states;
    }
    *(half_vec *)d_x = sum;
}
#endif

INLINE void f6_backward(sink s, lenet5_maps *delta, const lenet5_network *network, const lenet5_maps *maps,
                        order_t order)
{
    const float *weight = &network->f6.weight[0][0];
    const size_t index = LENET5_INDEX(f6.weight);
#if W == 16
    full_backward(s, index, delta->c5, delta->f6, weight, maps->c5, 84, 120, 7, order);
    full_backward_half(s, index + 112, delta->c5 + 112, delta->f6, weight + 112, maps->c5 + 112, 84, 120, order);
#else
    for (size_t i = 0; i < 120; i += FULL_VECTORS * W)
        full_backward(s, index + i, delta->c5 + i, delta->f6, weight + i, maps->c5 + i, 84, 120, FULL_VECTORS, order);
#endif
    apply_biases(s, LENET5_INDEX(f6.bias), delta->f6, 84);
    through_squashing(delta->c5, maps->c5, 120, order);
}

INLINE void c5_backward(sink s, lenet5_maps *delta, const lenet5_network *network, const lenet5_maps *maps,
                        order_t order)
{
    float *d_s4 = &delta->s4[0][0][0];
    const float *s4 = &maps->s4[0][0][0];
    const float *weight = &network->c5.weight[0][0][0][0];
    for (size_t i = 0; i < 400; i += FULL_VECTORS * W)
        full_backward(s, LENET5_INDEX(c5.weight) + i, d_s4 + i, delta->c5, weight + i, s4 + i, 120, 400, FULL_VECTORS,
                      order);
    apply_biases(s, LENET5_INDEX(c5.bias), delta->c5, 120);
    through_squashing(d_s4, s4, 400, order);
}

/* The sum of count numbers, padded with zeros to a whole vector. */
INLINE float total(const float *d, size_t count)
{
    vec sum = zero();
    for (size_t i = 0; i < count; i += W)
        sum += load_any(d + i);
    return sum_of_lanes(sum);
}

/*
 * S4 and S2, one map: the gradient of its coefficient and bias, and in d_x (2 side, stride) the derivatives by the sums
 * of the units below. sums (side, side) are those of the 2x2 fields; d (side, side) is padded with zeros.
 */
INLINE void fields_backward(sink s, size_t coefficient_place, size_t bias_place, float *d_x, const float *d,
                            const float *sums, const float *x, float coefficient, size_t side, size_t stride,
                            order_t order)
{
    const size_t width = 2 * side;
    vec products = zero();
    for (size_t i = 0; i < side * side; i += W)
        products += load_any(d + i) * power(load_any(sums + i), order);
    const float factor = scalar_power(coefficient, order);
    for (size_t row = 0; row < width; row++)
        EACH (k, VECTORS(width)) {
            const vec half = load_any(d + row / 2 * side + k * W / 2);
            store_any(d_x + row * stride + k * W,
                      factor * zip_lower(half, half) * power(slope(load_any(x + row * width + k * W)), order));
        }
    apply_one(s, coefficient_place, sum_of_lanes(products));
    apply_one(s, bias_place, total(d, side * side));
}

/* Copies the derivatives of maps (maps, count), each padded with zeros. */
INLINE void pad_maps(float (*padded)[SUMS + W], const float *d, size_t maps, size_t count)
{
    for (size_t map = 0; map < maps; map++) {
        memcpy(padded[map], d + map * count, count * sizeof(float));
        memset(padded[map] + count, 0, (ROUND_UP(count) + W - count) * sizeof(float));
    }
}

/* Derivatives by C3's sums: the 100 numbers of each map between zeros as far as a kernel reaches. */
#define REACH 48 /* at least 4 * 10, a multiple of every W */
typedef struct c3_deltas {
    _Alignas(64) float of[16][REACH + ROUND_UP(100) + REACH + W];
} c3_deltas;

INLINE void s4_backward(sink s, c3_deltas *c3, lenet5_maps *delta, const lenet5_network *network,
                        const lenet5_maps *maps, order_t order)
{
    float d[16][SUMS + W];
    float sums[16][SUMS];
    memset(c3, 0, sizeof *c3);
    pad_maps(d, &delta->s4[0][0][0], 16, 25);
    sum_fields(sums, &maps->c3[0][0][0], 16, 5);
    for (size_t map = 0; map < 16; map++) {
        float *d_c3 = c3->of[map] + REACH;
        fields_backward(s, LENET5_INDEX(s4.coefficient) + map, LENET5_INDEX(s4.bias) + map, d_c3, d[map], sums[map],
                        &maps->c3[map][0][0], network->s4.coefficient[map], 5, 10, order);
        memset(d_c3 + 100, 0, W * sizeof(float));
    }
    for (size_t map = 0; map < 16; map++)
        apply_one(s, LENET5_INDEX(c3.bias) + map, total(c3->of[map] + REACH, 100));
}

/*
 * C3 to S2, backward. d_packed (5, D_PACKED) has the derivatives by the packed copies of S2: d_packed[v] is what the
 * weights of column v contribute, and one row further is 10 numbers further. unpack_sums adds up the five copies. The
 * tile is D_PACKED_VECTORS vectors of all five.
 */
#define D_PACKED_VECTORS (REGISTERS == 32 ? 5 : 2)
#define D_PACKED (W + 14 * 10 + D_PACKED_VECTORS * W) /* with a vector of padding on both sides */

INLINE void d_packed_tile(float d_packed[5][D_PACKED], const c3_deltas *c3, const fan_out *fan,
                          const lenet5_network *network, size_t index, size_t vectors, order_t order)
{
    vec sum[5][D_PACKED_VECTORS];
    EACH (v, 5)
        EACH (k, vectors)
            sum[v][k] = zero();
    for (size_t m = 0; m < 10; m++)
        for (size_t u = 0; u < 5; u++) {
            const float *d = c3->of[fan->map[m]] + REACH - 10 * u + index;
            const float *weight = network->c3.weight[fan->kernel[m]][u];
            EACH (k, vectors) {
                const vec value = load_any(d + k * W);
                EACH (v, 5)
                    sum[v][k] += scalar_power(weight[v], order) * value;
            }
        }
    EACH (v, 5)
        EACH (k, vectors)
            store_any(d_packed[v] + W + index + k * W, sum[v][k]);
}

/* Adds up the packed copies: column c of S2 is the sum of the columns c - v of the copies v that have it. */
INLINE void unpack_sums(float d_x[14][14], float d_packed[5][D_PACKED])
{
    for (size_t row = 0; row < 14; row++)
        EACH (k, VECTORS(14)) {
            vec sum = zero();
            EACH (v, 5) {
                int_vec inside = {0};
                EACH (lane, W)
                    inside[lane] = k * W + lane >= v && k * W + lane < v + 10 ? -1 : 0;
                sum += (vec)((int_vec)load_any(d_packed[v] + W + 10 * row + k * W - v) & inside);
            }
            store_any(&d_x[row][0] + k * W, sum);
        }
}

/* The gradients of the kernels between one map of S2 and several of C3: the five weights of a row u of each. */
INLINE void c3_kernels(vec sum[25 * LENET5_C3_KERNELS + W], const float packed[5][COPY], const c3_deltas *c3,
                       const fan_out *fan, size_t first, size_t u, order_t order)
{
    vec tile[C3_MAPS][5];
    EACH (k, 5 * C3_MAPS)
        tile[k / 5][k % 5] = zero();
    for (size_t i = 0; i < 100; i += W) {
        vec d[C3_MAPS];
        EACH (m, C3_MAPS)
            d[m] = load_any(c3->of[fan->map[first + m]] + REACH + i);
        EACH (v, 5) {
            const vec x = power(load_any(packed[v] + 10 * u + i), order);
            EACH (m, C3_MAPS)
                tile[m][v] += d[m] * x;
        }
    }
    EACH (m, C3_MAPS)
        EACH (v, 5)
            sum[25 * fan->kernel[first + m] + 5 * u + v] = tile[m][v];
}

INLINE void c3_backward(sink s, lenet5_maps *delta, const c3_deltas *c3, const lenet5_network *network,
                        const lenet5_maps *maps, order_t order)
{
    vec sums[25 * LENET5_C3_KERNELS + W];
    fan_out fans[6];
    find_fan_outs(fans);
    for (size_t input = 0; input < 6; input++) {
        float packed[5][COPY] = {0};
        float d_packed[5][D_PACKED];
        pack_s2(packed, maps->s2[input]);
        for (size_t first = 0; first < 10; first += C3_MAPS)
            for (size_t u = 0; u < 5; u++)
                c3_kernels(sums, packed, c3, &fans[input], first, u, order);
        for (size_t index = 0; index < 140; index += D_PACKED_VECTORS * W)
            d_packed_tile(d_packed, c3, &fans[input], network, index, D_PACKED_VECTORS, order);
        unpack_sums(delta->s2[input], d_packed);
    }
    apply_sums(s, LENET5_INDEX(c3.weight), sums, 25 * LENET5_C3_KERNELS);
    through_squashing(&delta->s2[0][0][0], &maps->s2[0][0][0], 6 * 14 * 14, order);
}

/*
 * The gradient of C1. Its derivatives are stored in rows of 32 with four zeros at the end, so that a whole map is one
 * row. Five copies of the input, each shifted by one more column, keep the loads aligned.
 */
#define C1_MAPS (W == 16 ? 3 : 2)

typedef struct c1_operands {
    _Alignas(64) float d[6][28 * 32 + W], input[5][32 * 32];
} c1_operands;

INLINE void c1_kernels(vec sums[ROUND_UP(150)], const c1_operands *c1, size_t first, size_t u, order_t order)
{
    vec tile[C1_MAPS][5];
    EACH (k, 5 * C1_MAPS)
        tile[k / 5][k % 5] = zero();
    for (size_t i = 0; i < 28 * 32; i += W) {
        vec d[C1_MAPS];
        EACH (m, C1_MAPS)
            d[m] = load(c1->d[first + m] + i);
        EACH (v, 5) {
            const vec x = power(load(c1->input[v] + 32 * u + i), order);
            EACH (m, C1_MAPS)
                tile[m][v] += d[m] * x;
        }
    }
    EACH (m, C1_MAPS)
        EACH (v, 5)
            sums[25 * (first + m) + 5 * u + v] = tile[m][v];
}

INLINE void s2_c1_backward(sink s, lenet5_maps *delta, const lenet5_network *network, const lenet5_maps *maps,
                           order_t order)
{
    c1_operands c1;
    vec kernels[ROUND_UP(150)];
    float d[6][SUMS + W];
    float sums[6][SUMS];
    pad_maps(d, &delta->s2[0][0][0], 6, 14 * 14);
    sum_fields(sums, &maps->c1[0][0][0], 6, 14);
    for (size_t i = 0; i < 32 * 32; i += W)
        EACH (v, 5)
            // cppcheck-suppress uninitvar; this is what writes it
            store(c1.input[v] + i, load_any((const float *)maps->input + i + v));
    for (size_t map = 0; map < 6; map++) {
        fields_backward(s, LENET5_INDEX(s2.coefficient) + map, LENET5_INDEX(s2.bias) + map, c1.d[map], d[map],
                        sums[map], &maps->c1[map][0][0], network->s2.coefficient[map], 14, 32, order);
        for (size_t row = 0; row < 28; row++)
            memset(c1.d[map] + 32 * row + 28, 0, 4 * sizeof(float));
    }
    for (size_t map = 0; map < 6; map++)
        apply_one(s, LENET5_INDEX(c1.bias) + map, total(c1.d[map], 28 * 32));
    for (size_t first = 0; first < 6; first += C1_MAPS)
        for (size_t u = 0; u < 5; u++)
            c1_kernels(kernels, &c1, first, u, order);
    apply_sums(s, LENET5_INDEX(c1.weight), kernels, 150);
}

/* From the derivatives by F6's states, in delta->f6, down to C1. A layer's weights change only after the derivatives
 * have passed through them. */
INLINE void layers_backward(sink s, lenet5_maps *delta, const lenet5_network *network, const lenet5_maps *maps,
                            order_t order)
{
    c3_deltas c3;
    through_squashing(delta->f6, maps->f6, 84, order);
    f6_backward(s, delta, network, maps, order);
    c5_backward(s, delta, network, maps, order);
    s4_backward(s, &c3, delta, network, maps, order);
    c3_backward(s, delta, &c3, network, maps, order);
    s2_c1_backward(s, delta, network, maps, order);
}

void ISA(lenet5_single_backward)(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                 const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES])
{
    output_backward(delta->f6, maps, d_penalty);
    layers_backward((sink){(float *)gradient, NULL}, delta, network, maps, FIRST_DERIVATIVE);
}

void ISA(lenet5_single_learn)(lenet5_network *network, lenet5_maps *delta, const lenet5_network *rate,
                              const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES])
{
    output_backward(delta->f6, maps, d_penalty);
    layers_backward((sink){(float *)network, (const float *)rate}, delta, network, maps, FIRST_DERIVATIVE);
}

void ISA(lenet5_single_curvature)(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                  const lenet5_maps *maps, const float dd_f6[84])
{
    memcpy(delta->f6, dd_f6, sizeof delta->f6);
    layers_backward((sink){(float *)curvature, NULL}, delta, network, maps, SECOND_DERIVATIVE);
}
