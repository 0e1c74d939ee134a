/*
 * The random generator xoshiro256** by Blackman and Vigna. Its state is a value that the caller passes. The same seed
 * gives the same sequence on every machine.
 */
#ifndef LENET5_BASE_RANDOM_H
#define LENET5_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct lenet5_random {
    uint64_t s[4];
} lenet5_random;

/* Streams of one seed with different numbers are independent of each other. */
void lenet5_random_seed(lenet5_random *random, uint64_t seed, uint64_t stream);

uint64_t lenet5_random_bits(lenet5_random *random);

/* A whole number from 0 to bound - 1, uniform; bound is at least 1. */
uint32_t lenet5_random_below(lenet5_random *random, uint32_t bound);

/* Uniform in [low, high), in steps of 2^-24 of the range. */
float lenet5_random_uniform(lenet5_random *random, float low, float high);

/* Uniform in [-most, most). */
static inline float either_way(lenet5_random *random, float most)
{
    return lenet5_random_uniform(random, -most, most);
}

/* Shuffles order[0 .. count - 1] (Fisher and Yates). */
void lenet5_shuffle(uint32_t *order, lenet5_random *random, size_t count);

#endif
