/*
 * The forward pass of int8.h for 16 pictures at once, on processors with AVX-512 VNNI, VBMI and VBMI2. It is written in
 * intrinsics, because no compiler finds these instructions in plain C with vectors: dpbusd multiplies four unsigned
 * bytes by four signed ones and adds the products to a lane of 32 bits; mulhrs and packs round and saturate.
 *
 *      lane      0           1                  15         A lane is a picture, its four bytes four inputs of that
 *           +-----------+-----------+-- ... -+-----------+ picture: four columns of a row, four maps at one place or
 *      byte | 0  1  2  3| 0  1  2  3|        | 0  1  2  3| four units. One dpbusd with four weights, the same for all
 *           +-----------+-----------+-- ... -+-----------+ lanes, is 64 multiply-adds, and no sum is across lanes.
 *
 * C1 reads its 25 inputs as 7 groups of four: the first four columns of each row, the first four rows of the fifth
 * column, and the last input. The maps of C3 see 3, 4 or 6 maps of S2, most of them neighbours. S2 is stored in nine
 * groups of four maps, so that a map of C3 reads one group, the last map two; a map that sees three has a weight of 0.
 * Sums of 32 bits become states of 16, two maps or units in a register: each quarter of it has four pictures of the
 * first, then four of the second.
 */
#include "int8.h"

#include "vector.h"

typedef __m512i ints;
typedef int_vec sums; /* the same type as dpbusd's operand; with another one GCC copies the sums to and fro */

INLINE ints get(const void *from)
{
    return _mm512_load_si512(from);
}

INLINE void put(void *to, ints x)
{
    _mm512_store_si512(to, x);
}

INLINE ints splat_int(int32_t x)
{
    return _mm512_set1_epi32(x);
}

INLINE sums start(int32_t bias)
{
    return (sums)splat_int(bias);
}

INLINE sums dot(sums sum, ints x, int32_t weights)
{
    return (sums)_mm512_dpbusd_epi32((ints)sum, x, splat_int(weights));
}

INLINE ints quadruple(ints x)
{
    const ints doubled = _mm512_adds_epi16(x, x);
    return _mm512_adds_epi16(doubled, doubled);
}

/* ---- Squashing --------------------------------------------------------------------------------------------------- */

INLINE ints squash_words(ints z, const lenet5_int8_packed *p)
{
    const ints part = _mm512_srli_epi16(z, 10);
    const ints slopes = _mm512_permutex2var_epi16(get(p->slope), part, get(p->slope + 32));
    const ints intercepts = _mm512_permutex2var_epi16(get(p->intercept), part, get(p->intercept + 32));
    return _mm512_add_epi16(_mm512_mulhrs_epi16(z, slopes), intercepts);
}

/* Words of 0 to 255. */
INLINE ints to_bytes(ints x)
{
    return _mm512_srli_epi16(_mm512_add_epi16(x, _mm512_set1_epi16(8224)), 6);
}

/* The sums a and b of two units, side by side in 16 bits. */
INLINE ints squash_sums(sums a, sums b, const lenet5_int8_sum sum[2], const lenet5_int8_packed *p, bool quadrupled)
{
    const ints low = _mm512_srav_epi32((ints)a, splat_int(sum[0].shift));
    const ints high = _mm512_srav_epi32((ints)b, splat_int(sum[1].shift));
    const ints z = _mm512_packs_epi32(low, high);
    return squash_words(quadrupled ? quadruple(z) : z, p);
}

/* Subsamples the 2x2 fields of two maps of C1 or C3 to units of S2 or S4, as words. */
INLINE ints subsample(const sums a[4], const sums b[4], const lenet5_int8_sum sum[2], const int16_t *coefficient,
                      const int16_t *bias, const lenet5_int8_packed *p, bool quadrupled)
{
    ints x[4];
    EACH (k, 4)
        x[k] = squash_sums(a[k], b[k], sum, p, quadrupled);
    const ints all = _mm512_add_epi16(_mm512_add_epi16(x[0], x[1]), _mm512_add_epi16(x[2], x[3]));
    const ints z = _mm512_adds_epi16(_mm512_mulhrs_epi16(all, get(coefficient)), get(bias));
    return to_bytes(squash_words(quadruple(z), p));
}

/* Packs the words of four units into the four bytes of each lane. */
INLINE ints join(ints a, ints b)
{
    const __m128i order = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_shuffle_epi8(_mm512_packus_epi16(a, b), _mm512_broadcast_i32x4(order));
}

/* ---- C1 and S2 --------------------------------------------------------------------------------------------------- */

/* Pixels 0 to 13 or 14 to 27 of a row of pictures i, i + 4, i + 8 and i + 12, behind two bytes of paper if shifted. */
INLINE ints half_row(const uint8_t *const pictures[LENET5_LANES], size_t i, size_t from)
{
    const __mmask16 pixels = 0x3FFF;
    ints x = _mm512_castsi128_si512(_mm_maskz_loadu_epi8(pixels, pictures[i] + from));
    x = _mm512_inserti32x4(x, _mm_maskz_loadu_epi8(pixels, pictures[i + 4] + from), 1);
    x = _mm512_inserti32x4(x, _mm_maskz_loadu_epi8(pixels, pictures[i + 8] + from), 2);
    return _mm512_inserti32x4(x, _mm_maskz_loadu_epi8(pixels, pictures[i + 12] + from), 3);
}

/* Sixteen columns of 16 pictures: x[c] has columns 4 c to 4 c + 3. */
INLINE void transpose_lanes(ints x[4], const ints a[4])
{
    const ints t0 = _mm512_unpacklo_epi32(a[0], a[1]);
    const ints t1 = _mm512_unpackhi_epi32(a[0], a[1]);
    const ints t2 = _mm512_unpacklo_epi32(a[2], a[3]);
    const ints t3 = _mm512_unpackhi_epi32(a[2], a[3]);
    x[0] = _mm512_unpacklo_epi64(t0, t2);
    x[1] = _mm512_unpackhi_epi64(t0, t2);
    x[2] = _mm512_unpacklo_epi64(t1, t3);
    x[3] = _mm512_unpackhi_epi64(t1, t3);
}

/* A row of the input with its margin of two pixels: rows[c] has columns c to c + 3. */
INLINE void read_row(uint8_t rows[32][64], const uint8_t *const pictures[LENET5_LANES], size_t row)
{
    ints x[9];
    EACH (c, 9)
        x[c] = splat_int(0);
    if (row >= 2 && row < 30) {
        const size_t from = LENET5_PICTURE_SIDE * (row - 2);
        ints left[4], right[4];
        EACH (i, 4) {
            left[i] = _mm512_bslli_epi128(half_row(pictures, i, from), 2);
            right[i] = half_row(pictures, i, from + 14);
        }
        transpose_lanes(x, left);
        transpose_lanes(x + 4, right);
    }
    EACH (c, 8) {
        put(rows[4 * c], x[c]);
        put(rows[4 * c + 1], _mm512_shrdi_epi32(x[c], x[c + 1], 8));
        put(rows[4 * c + 2], _mm512_shrdi_epi32(x[c], x[c + 1], 16));
        put(rows[4 * c + 3], _mm512_shrdi_epi32(x[c], x[c + 1], 24));
    }
}

/* Shifts the next row into the four rows of a column; the top one drops out. */
INLINE ints push_row(ints column, const uint8_t row[64])
{
    return _mm512_shrdi_epi32(column, get(row), 8);
}

/* The 2x2 fields of a unit of S2 in all six maps of C1. */
INLINE void c1_s2_tile(lenet5_int8_states *s, const lenet5_int8_packed *p, size_t row, size_t column, bool quadrupled)
{
    sums a[6][4];
    EACH (map, 6)
        EACH (k, 4)
            a[map][k] = start(p->c1_sum[map].bias);
    EACH (t, 7) {
        ints x[4];
        EACH (k, 4) {
            const size_t y = 2 * row + k / 2;
            const size_t c = 2 * column + k % 2;
            const uint8_t(*from)[64] = t == 5 ? s->columns[k / 2] : s->rows[(y + (t < 5 ? t : 4)) % 8];
            x[k] = get(from[t < 5 ? c : c + 4]);
        }
        EACH (map, 6)
            EACH (k, 4)
                a[map][k] = dot(a[map][k], x[k], p->c1[t][map]);
    }
    ints x[3];
    EACH (k, 3)
        x[k] = subsample(a[2 * k], a[2 * k + 1], &p->c1_sum[2 * k], p->s2_coefficient[k], p->s2_bias[k], p, quadrupled);
    const ints low = _mm512_packus_epi16(x[0], x[1]);
    const ints high = _mm512_packus_epi16(x[2], x[2]);
    EACH (g, LENET5_INT8_GROUPS)
        put(s->s2[g][row][column], _mm512_permutex2var_epi8(low, get(p->group[g]), high));
}

/* Eight rows of the input are kept at a time; columns[k] has rows k to k + 3 of the six that a row of S2 sees. */
INLINE void c1_s2(lenet5_int8_states *s, const lenet5_int8_packed *p, const uint8_t *const pictures[LENET5_LANES],
                  bool quadrupled)
{
    for (size_t row = 0; row < 4; row++)
        read_row(s->rows[row], pictures, row);
    for (size_t c = 4; c < 32; c++)
        put(s->columns[1][c], push_row(push_row(splat_int(0), s->rows[1][c]), s->rows[2][c]));
    for (size_t row = 0; row < 14; row++) {
        read_row(s->rows[(2 * row + 4) % 8], pictures, 2 * row + 4);
        read_row(s->rows[(2 * row + 5) % 8], pictures, 2 * row + 5);
        for (size_t c = 4; c < 32; c++) {
            const ints upper = push_row(get(s->columns[1][c]), s->rows[(2 * row + 3) % 8][c]);
            put(s->columns[0][c], upper);
            put(s->columns[1][c], push_row(upper, s->rows[(2 * row + 4) % 8][c]));
        }
        for (size_t column = 0; column < 14; column++)
            c1_s2_tile(s, p, row, column, quadrupled);
    }
}

/* ---- C3 and S4 --------------------------------------------------------------------------------------------------- */

/* Adjacent 2x2 fields of maps g and g + 6, which see the same group. */
INLINE void c3_pair_tile(lenet5_int8_states *s, const lenet5_int8_packed *p, size_t g, size_t row, size_t first,
                         size_t fields, bool quadrupled)
{
    const lenet5_int8_sum sum[2] = {p->c3_sum[g], p->c3_sum[g + 6]};
    sums a[2][2][4];
    EACH (m, 2)
        EACH (f, fields)
            EACH (k, 4)
                a[m][f][k] = start(sum[m].bias);
    for (size_t u = 0; u < 5; u++)
        EACH (v, 5)
            EACH (f, fields)
                EACH (k, 4) {
                    const ints x = get(s->s2[g][2 * row + u + k / 2][2 * (first + f) + v + k % 2]);
                    EACH (m, 2)
                        a[m][f][k] = dot(a[m][f][k], x, p->c3_pairs[g][5 * u + v][m]);
                }
    EACH (f, fields)
        put(s->s4_pairs[g][5 * row + first + f],
            subsample(a[0][f], a[1][f], sum, p->s4_coefficient[g], p->s4_bias[g], p, quadrupled));
}

/*
 * A 2x2 field of maps 12 to 15: one group each, two for the last, which sees all six maps. The loop over a row of the
 * kernel is not unrolled: GCC would keep inputs for the next position and spill registers.
 */
INLINE void c3_rest_tile(lenet5_int8_states *s, const lenet5_int8_packed *p, size_t row, size_t column, bool quadrupled)
{
    sums a[4][4];
    EACH (m, 4)
        EACH (k, 4)
            a[m][k] = start(p->c3_sum[12 + m].bias);
    for (size_t u = 0; u < 5; u++)
        for (size_t v = 0; v < 5; v++)
            EACH (k, 4) {
                const int32_t *w = p->c3_rest[5 * u + v];
                ints x[3];
                EACH (i, 3) {
                    x[i] = get(s->s2[6 + i][2 * row + u + k / 2][2 * column + v + k % 2]);
                    a[i][k] = dot(a[i][k], x[i], w[i]);
                }
                a[3][k] = dot(dot(a[3][k], x[0], w[3]), x[2], w[4]);
            }
    EACH (h, 2)
        put(s->s4_pairs[6 + h][5 * row + column],
            subsample(a[2 * h], a[2 * h + 1], &p->c3_sum[12 + 2 * h], p->s4_coefficient[6 + h], p->s4_bias[6 + h], p,
                      quadrupled));
}

INLINE void c3_s4(lenet5_int8_states *s, const lenet5_int8_packed *p, bool quadrupled)
{
    for (size_t g = 0; g < 6; g++)
        for (size_t row = 0; row < 5; row++) {
            c3_pair_tile(s, p, g, row, 0, 2, quadrupled);
            c3_pair_tile(s, p, g, row, 2, 2, quadrupled);
            c3_pair_tile(s, p, g, row, 4, 1, quadrupled);
        }
    for (size_t row = 0; row < 5; row++)
        for (size_t column = 0; column < 5; column++)
            c3_rest_tile(s, p, row, column, quadrupled);
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < 25; i++)
            put(s->s4[k][i], join(get(s->s4_pairs[2 * k][i]), get(s->s4_pairs[2 * k + 1][i])));
}

/* ---- C5, F6 and the output --------------------------------------------------------------------------------------- */

/* Twelve units of C5 or F6. */
INLINE void units_tile(uint8_t states[3][64], const uint8_t (*x)[64], const int32_t (*weights)[12],
                       const lenet5_int8_sum sum[12], size_t inputs, const lenet5_int8_packed *p, bool quadrupled)
{
    sums a[12];
    EACH (unit, 12)
        a[unit] = start(sum[unit].bias);
    for (size_t i = 0; i < inputs; i++) {
        const ints value = get(x[i]);
        EACH (unit, 12)
            a[unit] = dot(a[unit], value, weights[i][unit]);
    }
    ints words[6];
    EACH (k, 6)
        words[k] = to_bytes(squash_sums(a[2 * k], a[2 * k + 1], &sum[2 * k], p, quadrupled));
    EACH (k, 3)
        put(states[k], join(words[2 * k], words[2 * k + 1]));
}

INLINE void c5_f6(lenet5_int8_states *s, const lenet5_int8_packed *p, bool quadrupled)
{
    for (size_t t = 0; t < 10; t++)
        units_tile(&s->c5[3 * t], s->s4[0], p->c5[t], &p->c5_sum[12 * t], 100, p, quadrupled);
    for (size_t t = 0; t < 7; t++)
        units_tile(&s->f6[3 * t], s->c5, p->f6[t], &p->f6_sum[12 * t], 30, p, quadrupled);
}

/* The digit of the greatest score, the first among equals, and its lead over the next. */
INLINE void decide(lenet5_int8_states *s, const sums score[LENET5_CLASSES])
{
    ints best = (ints)score[0];
    ints second = splat_int(INT32_MIN);
    ints digit = splat_int(0);
    EACH (d, LENET5_CLASSES - 1) {
        const ints next = (ints)score[d + 1];
        digit = _mm512_mask_mov_epi32(digit, _mm512_cmpgt_epi32_mask(next, best), splat_int((int32_t)d + 1));
        second = _mm512_max_epi32(second, _mm512_min_epi32(best, next));
        best = _mm512_max_epi32(best, next);
    }
    put(s->digit, digit);
    put(s->lead, _mm512_sub_epi32(best, second));
}

static void output(lenet5_int8_states *s, const lenet5_int8_packed *p)
{
    sums score[LENET5_CLASSES];
    EACH (digit, LENET5_CLASSES)
        score[digit] = start(p->score[digit]);
    for (size_t i = 0; i < 21; i++) {
        const ints x = get(s->f6[i]);
        EACH (digit, LENET5_CLASSES)
            score[digit] = dot(score[digit], x, p->codes[i][digit]);
    }
    decide(s, score);
}

INLINE void forward(lenet5_int8_states *s, const lenet5_int8_packed *p, const uint8_t *const pictures[LENET5_LANES],
                    bool quadrupled)
{
    c1_s2(s, p, pictures, quadrupled);
    c3_s4(s, p, quadrupled);
    c5_f6(s, p, quadrupled);
}

void lenet5_int8_vnni(lenet5_int8_states *states, const lenet5_int8_packed *packed,
                      const uint8_t *const pictures[LENET5_LANES])
{
    if (packed->quadrupled)
        forward(states, packed, pictures, true);
    else
        forward(states, packed, pictures, false);
    output(states, packed);
}
