/*
 * The forward pass of the layers that keep the picture's two dimensions, for maps of any size: C1 and C3 convolve, S2
 * and S4 subsample. reference.c computes the network's own sizes with these functions, sweep.c those of a wide picture.
 * Every state is the sum of its terms in one fixed order, so that both get the same bits.
 *
 * A map is an array of rows. The innermost loop runs along a row, where no unit depends on the one before it, and the
 * compiler can use vectors.
 */
#ifndef LENET5_NET_MAPS_H
#define LENET5_NET_MAPS_H

#include "real.h"

/* Eq. 6. */
static inline real squash(real a)
{
    return (real)LENET5_A * TANH((real)LENET5_S * a);
}

static inline void squash_all(real *a, size_t count)
{
    for (size_t i = 0; i < count; i++)
        a[i] = squash(a[i]);
}

static inline void set(real *restrict a, real value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        a[i] = value;
}

/* a (height, width) += the response of a kernel of 5x5 on x (height + 4, width + 4): eq. 5 for shared weights. */
static inline void convolve(real *restrict a, const real *restrict x, const real kernel[5][5], size_t height,
                            size_t width)
{
    for (size_t row = 0; row < height; row++)
        for (size_t u = 0; u < 5; u++)
            for (size_t v = 0; v < 5; v++)
                for (size_t column = 0; column < width; column++)
                    a[row * width + column] += kernel[u][v] * x[(row + u) * (width + 4) + column + v];
}

/* The sum of the 2x2 inputs of a unit; x points to the upper left one, in rows of x_width. */
static inline real sum_of_four(const real *restrict x, size_t x_width)
{
    return x[0] + x[1] + x[x_width] + x[x_width + 1];
}

/* a (height, width) = coefficient * (sum of four) + bias; x (2 height, x_width), x_width at least 2 width. */
static inline void subsample(real *restrict a, const real *restrict x, size_t x_width, real coefficient, real bias,
                             size_t height, size_t width)
{
    for (size_t row = 0; row < height; row++)
        for (size_t column = 0; column < width; column++)
            a[row * width + column] = coefficient * sum_of_four(x + 2 * row * x_width + 2 * column, x_width) + bias;
}

#endif
