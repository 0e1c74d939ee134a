#include "random.h"

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

/* splitmix64, which fills the state from a seed. */
static uint64_t split_mix(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void lenet5_random_seed(lenet5_random *random, uint64_t seed, uint64_t stream)
{
    uint64_t state = seed;
    state = split_mix(&state) ^ stream;
    for (size_t i = 0; i < 4; i++)
        random->s[i] = split_mix(&state);
}

uint64_t lenet5_random_bits(lenet5_random *random)
{
    uint64_t *s = random->s;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Lemire's method: a multiplication in place of a division, and a retry where the result would be biased. */
uint32_t lenet5_random_below(lenet5_random *random, uint32_t bound)
{
    const uint32_t biased = (uint32_t)-bound % bound;
    uint64_t product;
    do
        product = (lenet5_random_bits(random) >> 32) * bound;
    while ((uint32_t)product < biased);
    return (uint32_t)(product >> 32);
}

float lenet5_random_uniform(lenet5_random *random, float low, float high)
{
    return low + (high - low) * (float)(lenet5_random_bits(random) >> 40) * 0x1p-24f;
}

void lenet5_shuffle(uint32_t *order, lenet5_random *random, size_t count)
{
    for (size_t left = count; left > 1; left--) {
        const uint32_t pick = lenet5_random_below(random, (uint32_t)left);
        const uint32_t last = order[left - 1];
        order[left - 1] = order[pick];
        order[pick] = last;
    }
}
