/* Puts a quantised network into the order in which the kernel of int8_vnni.c reads it. */
#include "int8.h"

#include <string.h>

const uint8_t lenet5_int8_groups[LENET5_INT8_GROUPS][4] = {{0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3, 4, 5},
                                                           {3, 4, 5, 0}, {4, 5, 0, 1}, {5, 0, 1, 2},
                                                           {0, 1, 3, 4}, {1, 2, 4, 5}, {0, 2, 3, 5}};

static int32_t four(int a, int b, int c, int d)
{
    return (int32_t)((uint32_t)(a & 255) | (uint32_t)(b & 255) << 8 | (uint32_t)(c & 255) << 16 |
                     (uint32_t)(d & 255) << 24);
}

static int32_t four_of(const int8_t *weights)
{
    return four(weights[0], weights[1], weights[2], weights[3]);
}

static void pack_c1(lenet5_int8_packed *p, const lenet5_int8 *q)
{
    for (size_t map = 0; map < 6; map++) {
        const int8_t *w = q->c1[map];
        for (size_t u = 0; u < 5; u++)
            p->c1[u][map] = four_of(w + 5 * u);
        p->c1[5][map] = four(w[4], w[9], w[14], w[19]);
        p->c1[6][map] = four(w[24], 0, 0, 0);
    }
}

/* The weights of a map of C3 for a group at one position of the kernel; 0 for the maps whose bit is set in skipped. */
static int32_t group_weights(const lenet5_int8 *q, size_t map, size_t group, size_t place, unsigned skipped)
{
    int8_t weights[4] = {0};
    size_t kernel = 0;
    for (size_t m = 0; m < map; m++)
        for (size_t input = 0; input < 6; input++)
            kernel += lenet5_c3_table[input][m];
    for (size_t input = 0; input < 6; input++)
        if (lenet5_c3_table[input][map]) {
            for (size_t k = 0; k < 4; k++)
                if (lenet5_int8_groups[group][k] == input && !(skipped >> input & 1))
                    weights[k] = q->c3[kernel][place];
            kernel++;
        }
    return four_of(weights);
}

static void pack_c3(lenet5_int8_packed *p, const lenet5_int8 *q)
{
    for (size_t i = 0; i < 25; i++) {
        for (size_t map = 0; map < 12; map++)
            p->c3_pairs[map % 6][i][map / 6] = group_weights(q, map, map % 6, i, 0);
        for (size_t k = 0; k < 3; k++)
            p->c3_rest[i][k] = group_weights(q, 12 + k, 6 + k, i, 0);
        p->c3_rest[i][3] = group_weights(q, 15, 6, i, 0);
        p->c3_rest[i][4] = group_weights(q, 15, 8, i, 1U << 0 | 1U << 3); /* group 6 has maps 0 and 3 */
    }
}

/* Spreads a subsampling parameter of two maps over the 32 words of the pair. */
static void pack_pair(int16_t packed[32], const int16_t *of_maps, size_t first, size_t second)
{
    for (size_t word = 0; word < 32; word++)
        packed[word] = of_maps[word % 8 < 4 ? first : second];
}

static size_t pair_map(size_t pair, size_t k)
{
    return pair < 6 ? pair + 6 * k : 2 * pair + k;
}

static void pack_subsampling(lenet5_int8_packed *p, const lenet5_int8 *q)
{
    for (size_t k = 0; k < 3; k++) {
        pack_pair(p->s2_coefficient[k], q->s2_coefficient, 2 * k, 2 * k + 1);
        pack_pair(p->s2_bias[k], q->s2_bias, 2 * k, 2 * k + 1);
    }
    for (size_t k = 0; k < 8; k++) {
        pack_pair(p->s4_coefficient[k], q->s4_coefficient, pair_map(k, 0), pair_map(k, 1));
        pack_pair(p->s4_bias[k], q->s4_bias, pair_map(k, 0), pair_map(k, 1));
    }
    for (size_t g = 0; g < LENET5_INT8_GROUPS; g++)
        for (size_t byte = 0; byte < 64; byte++) { /* four maps in a quarter of the first register, two in the second */
            const size_t map = lenet5_int8_groups[g][byte % 4];
            p->group[g][byte] = (uint8_t)(map / 4 * 64 + byte / 16 * 16 + map % 4 * 4 + byte / 4 % 4);
        }
}

static void pack_units(lenet5_int8_packed *p, const lenet5_int8 *q)
{
    for (size_t unit = 0; unit < 120; unit++)
        for (size_t i = 0; i < 100; i++) {
            const int8_t *w = &q->c5[unit][i % 25];
            const size_t pair = i / 25 * 2;
            p->c5[unit / 12][i][unit % 12] = four(w[25 * pair_map(pair, 0)], w[25 * pair_map(pair, 1)],
                                                  w[25 * pair_map(pair + 1, 0)], w[25 * pair_map(pair + 1, 1)]);
        }
    for (size_t unit = 0; unit < 84; unit++)
        for (size_t i = 0; i < 30; i++)
            p->f6[unit / 12][i][unit % 12] = four_of(&q->f6[unit][4 * i]);
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        const signed char *code = &lenet5_codes[digit][0][0];
        for (size_t unit = 0; unit < 84; unit++)
            p->score[digit] -= 128 * code[unit];
        for (size_t i = 0; i < 21; i++)
            p->codes[i][digit] = four_of(code + 4 * i);
    }
}

void lenet5_int8_pack(lenet5_int8_packed *packed, const lenet5_int8 *quantised)
{
    memset(packed, 0, sizeof *packed);
    pack_c1(packed, quantised);
    pack_c3(packed, quantised);
    pack_subsampling(packed, quantised);
    pack_units(packed, quantised);
    memcpy(packed->slope, quantised->slope, sizeof packed->slope);
    memcpy(packed->intercept, quantised->intercept, sizeof packed->intercept);
    memcpy(packed->c1_sum, quantised->c1_sum, sizeof packed->c1_sum);
    memcpy(packed->c3_sum, quantised->c3_sum, sizeof packed->c3_sum);
    memcpy(packed->c5_sum, quantised->c5_sum, sizeof packed->c5_sum);
    memcpy(packed->f6_sum, quantised->f6_sum, sizeof packed->f6_sum);
    packed->quadrupled = quantised->quadrupled;
}
