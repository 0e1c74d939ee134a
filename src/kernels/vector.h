/*
 * Vectors of W floats, as wide as the instruction set being compiled for. The kernels are plain C with the vector types
 * of GCC and Clang; the only intrinsics are LESSER and GREATER.
 */
#ifndef LENET5_KERNELS_VECTOR_H
#define LENET5_KERNELS_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "lenet5/network.h"

/* Pointers to arrays of const are not ISO C before C23, any more than vectors are. */
#pragma GCC diagnostic ignored "-Wpedantic"

#if defined(__AVX512F__)
#define W 16
#define REGISTERS 32
#elif defined(__AVX__)
#define W 8
#define REGISTERS 16
#elif defined(__aarch64__)
#define W 4
#define REGISTERS 32
#else
#define W 4
#define REGISTERS 16
#endif

/* ISA(name) is the name of a function in the instruction set being compiled for. */
#define ISA_JOIN(name, isa) name##_##isa
#define ISA_EXPAND(name, isa) ISA_JOIN(name, isa)
#define ISA(name) ISA_EXPAND(name, LENET5_ISA)

typedef float vec __attribute__((vector_size(4 * W), may_alias));
typedef int32_t int_vec __attribute__((vector_size(4 * W), may_alias));
typedef float unaligned_vec __attribute__((vector_size(4 * W), may_alias, aligned(4)));

#define INLINE static inline __attribute__((always_inline))
#define PRAGMA(text) _Pragma(#text)
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHECKED
#endif
#endif
#if defined(CHECKED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNROLL /* a sanitizer's checks of so many loads would take minutes to compile */
#define ROLL
#elif defined(__clang__)
#define UNROLL PRAGMA(clang loop unroll(full))
#define ROLL PRAGMA(clang loop unroll(disable))
#else
#define UNROLL PRAGMA(GCC unroll 64)
#define ROLL PRAGMA(GCC unroll 1)
#endif

/* An unrolled loop. The compiler then keeps an array of vectors that is indexed by i in registers. */
#define EACH(i, count) UNROLL for (size_t i = 0; i < (count); i++)

/* load and store need an address aligned to the vector; load_any and store_any do not. */
INLINE vec load(const float *from)
{
    return *(const vec *)from;
}

INLINE void store(float *to, vec value)
{
    *(vec *)to = value;
}

INLINE vec load_any(const float *from)
{
    return *(const unaligned_vec *)from;
}

INLINE void store_any(float *to, vec value)
{
    *(unaligned_vec *)to = value;
}

INLINE vec splat(float value)
{
    return value - (vec){0};
}

INLINE vec zero(void)
{
    return (vec){0};
}

/*
 * The lesser and the greater of two vectors, lane by lane; if a or b is NaN, b. Compilers do not turn comparison and
 * selection into the one instruction that does both, so x86-64 uses its intrinsic.
 */
#if defined(__x86_64__)
#if W == 16
#define LESSER(a, b) _mm512_min_ps(a, b)
#define GREATER(a, b) _mm512_max_ps(a, b)
#elif W == 8
#define LESSER(a, b) _mm256_min_ps(a, b)
#define GREATER(a, b) _mm256_max_ps(a, b)
#else
#define LESSER(a, b) _mm_min_ps(a, b)
#define GREATER(a, b) _mm_max_ps(a, b)
#endif
#else
#define CHOOSE(mask, a, b) (vec)(((int_vec)(a) & (mask)) | ((int_vec)(b) & ~(mask)))
#define LESSER(a, b) CHOOSE((a) < (b), a, b)
#define GREATER(a, b) CHOOSE((a) > (b), a, b)
#endif

/*
 * f(a) = A tanh(S a) of eq. 6 as the rational function a P(a^2) / Q(a^2), of degrees 3 and 4: the minimax approximation
 * on |a| <= 12, where f is A to within 4e-7. With rounding, the absolute error is at most 7.5e-7 and the relative one
 * 9e-7 (tests/test_kernels.c samples the range densely).
 */
INLINE vec squash(vec a)
{
    const vec x = GREATER(splat(-12), LESSER(splat(12), a));
    const vec t = x * x;
    const vec p = ((1.1358627e-06f * t + 0.000664064719f) * t + 0.0656548887f) * t + 1.14393258f;
    const vec q = (((9.45749523e-09f * t + 2.08091315e-05f) * t + 0.00469409255f) * t + 0.205541089f) * t + 1;
    return x * p / q;
}

/* f'(a) as a function of x = f(a). */
INLINE vec slope(vec x)
{
    return (float)(LENET5_S * LENET5_A) - (float)(LENET5_S / LENET5_A) * (x * x);
}

/* ---- Across the lanes -------------------------------------------------------------------------------------------- */

/* Interleaves the lower, or the upper, halves of two vectors: a0 b0 a1 b1 ... */
#if W == 16
#define LOWER_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif W == 8
#define LOWER_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOWER_HALVES 0, 4, 1, 5
#define UPPER_HALVES 2, 6, 3, 7
#endif

INLINE vec zip_lower(vec a, vec b)
{
    return __builtin_shufflevector(a, b, LOWER_HALVES);
}

INLINE vec zip_upper(vec a, vec b)
{
    return __builtin_shufflevector(a, b, UPPER_HALVES);
}

/* Lane i of vector k becomes lane k of vector i: log2(W) times, vectors W/2 apart are interleaved. */
INLINE void transpose(vec rows[W])
{
    UNROLL for (size_t stage = 1; stage < W; stage *= 2)
    {
        vec zipped[W];
        EACH (i, W / 2) {
            zipped[2 * i] = zip_lower(rows[i], rows[i + W / 2]);
            zipped[2 * i + 1] = zip_upper(rows[i], rows[i + W / 2]);
        }
        EACH (i, W)
            rows[i] = zipped[i];
    }
}

INLINE float sum_of_lanes(vec value)
{
    float sum = 0;
    EACH (lane, W)
        sum += value[lane];
    return sum;
}

/* Lane i of the result is the sum over the lanes of vector i. */
INLINE vec sums_of(vec rows[W])
{
    UNROLL for (size_t half = W / 2; half > 0; half /= 2) EACH (i, half) rows[i] =
        zip_lower(rows[i], rows[i + half]) + zip_upper(rows[i], rows[i + half]);
    return rows[0];
}

#endif
