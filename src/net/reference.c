/*
 * The passes of LeNet-5 in plain C, written as in the paper. They are the oracle for every faster version.
 *
 * Forward, a unit i takes the weighted sum of its inputs x_j and squashes it (eqs 5 and 6). The output layer measures
 * the squared distance of F6 to each of the ten codes w_i (eq. 7):
 *
 *     a_i = sum over j of w_ij x_j        x_i = f(a_i) = A tanh(S a_i)        y_i = sum over j of (x_j - w_ij)^2
 *
 *     input --C1--> 6@28x28 --S2--> 6@14x14 --C3--> 16@10x10 --S4--> 16@5x5 --C5--> 120 --F6--> 84 --output--> 10
 *
 * Backward, the chain rule gives the derivative of the loss E by each a_i from those of the units k above it. The
 * derivative by a weight that many connections share is the sum over these connections. The diagonal of the
 * second derivatives obeys the same recursion with every factor squared (the Gauss-Newton approximation, eqs 23 to 27):
 *
 *     dE/da_i    = f'(a_i)   sum over k of w_ki   dE/da_k         dE/dw    = sum over connections of dE/da_i    x_j
 *     d2E/da_i^2 = f'(a_i)^2 sum over k of w_ki^2 d2E/da_k^2      d2E/dw^2 = sum over connections of d2E/da_i^2 x_j^2
 *
 * So one set of functions computes both: power() squares every weight, state and slope of the second order.
 *
 * Names: a is a sum, x a state, d_... the derivative of the loss by it, of the order that the function is given. Shapes
 * stand in parentheses, rows before columns. `side` is the height and width of a square map.
 */
#include "reference.h"

#include <string.h>

#include "maps.h"

/* f'(a) as a function of x = f(a): S/A (A^2 - x^2). */
static real slope(real x)
{
    const real A = (real)LENET5_A, S = (real)LENET5_S;
    return S / A * (A * A - x * x);
}

/* Which derivative a backward function computes; power() is what it makes of a factor. */
typedef enum order { FIRST_DERIVATIVE = 1, SECOND_DERIVATIVE = 2 } order_t;

static inline real power(real value, order_t order)
{
    return order == FIRST_DERIVATIVE ? value : value * value;
}

/* d_x (side + 4, side + 4) += kernel (5, 5) applied backward to d_a (side, side). */
static inline void convolve_back(real *restrict d_x, const real *restrict d_a, const real kernel[5][5], size_t side,
                                 order_t order)
{
    for (size_t row = 0; row < side; row++)
        for (size_t u = 0; u < 5; u++)
            for (size_t v = 0; v < 5; v++) {
                const real weight = power(kernel[u][v], order);
                for (size_t column = 0; column < side; column++)
                    d_x[(row + u) * (side + 4) + column + v] += weight * d_a[row * side + column];
            }
}

/* d_kernel (5, 5) += sum over the units of d_a (side, side) times each weight's input in x (side + 4, side + 4). */
static inline void convolve_weights(real d_kernel[5][5], const real *restrict d_a, const real *restrict x, size_t side,
                                    order_t order)
{
    for (size_t u = 0; u < 5; u++)
        for (size_t v = 0; v < 5; v++) {
            real sum[28] = {0};
            for (size_t row = 0; row < side; row++)
                for (size_t column = 0; column < side; column++)
                    sum[column] += d_a[row * side + column] * power(x[(row + u) * (side + 4) + column + v], order);
            for (size_t column = 0; column < side; column++)
                d_kernel[u][v] += sum[column];
        }
}

/* d (count): from derivatives by the states x to derivatives by the sums a. */
static inline void through_squashing(real *restrict d, const real *restrict x, size_t count, order_t order)
{
    for (size_t i = 0; i < count; i++)
        d[i] *= power(slope(x[i]), order);
}

static inline real sum_of(const real *restrict values, size_t count)
{
    real sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/* Sum over i of a[i] b[i], in eight interleaved partial sums, so that the compiler can use vectors; 8 divides count. */
static inline real dot(const real *restrict a, const real *restrict b, size_t count)
{
    real sum[8] = {0};
    for (size_t i = 0; i < count; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            sum[lane] += a[i + lane] * b[i + lane];
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* ---- C1, C3 and C5: convolutions --------------------------------------------------------------------------------- */

void REAL(lenet5_c1_forward)(maps_t *maps, const network_t *network)
{
    for (size_t map = 0; map < 6; map++) {
        real *a = &maps->c1[map][0][0];
        set(a, network->c1.bias[map], 28 * 28);
        convolve(a, &maps->input[0][0], network->c1.weight[map], 28, 28);
        squash_all(a, 28 * 28);
    }
}

static inline void c1_backward(network_t *gradient, const maps_t *delta, const maps_t *maps, order_t order)
{
    for (size_t map = 0; map < 6; map++) {
        const real *d_a = &delta->c1[map][0][0];
        gradient->c1.bias[map] += sum_of(d_a, 28 * 28);
        convolve_weights(gradient->c1.weight[map], d_a, &maps->input[0][0], 28, order);
    }
}

void REAL(lenet5_c3_forward)(maps_t *maps, const network_t *network)
{
    size_t kernel = 0;
    for (size_t map = 0; map < 16; map++) {
        real *a = &maps->c3[map][0][0];
        set(a, network->c3.bias[map], 10 * 10);
        for (size_t input = 0; input < 6; input++)
            if (lenet5_c3_table[input][map])
                convolve(a, &maps->s2[input][0][0], network->c3.weight[kernel++], 10, 10);
        squash_all(a, 10 * 10);
    }
}

static inline void c3_backward(network_t *gradient, maps_t *delta, const network_t *network, const maps_t *maps,
                               order_t order)
{
    memset(delta->s2, 0, sizeof delta->s2);
    size_t kernel = 0;
    for (size_t map = 0; map < 16; map++) {
        const real *d_a = &delta->c3[map][0][0];
        gradient->c3.bias[map] += sum_of(d_a, 10 * 10);
        for (size_t input = 0; input < 6; input++)
            if (lenet5_c3_table[input][map]) {
                convolve_weights(gradient->c3.weight[kernel], d_a, &maps->s2[input][0][0], 10, order);
                convolve_back(&delta->s2[input][0][0], d_a, network->c3.weight[kernel], 10, order);
                kernel++;
            }
    }
    through_squashing(&delta->s2[0][0][0], &maps->s2[0][0][0], 6 * 14 * 14, order);
}

void REAL(lenet5_c5_forward)(maps_t *maps, const network_t *network)
{
    for (size_t unit = 0; unit < 120; unit++) {
        const real *weight = &network->c5.weight[unit][0][0][0];
        maps->c5[unit] = squash(network->c5.bias[unit] + dot(weight, &maps->s4[0][0][0], 16 * 25));
    }
}

void REAL(lenet5_f6_forward)(maps_t *maps, const network_t *network)
{
    for (size_t unit = 0; unit < 84; unit++)
        maps->f6[unit] = squash(network->f6.bias[unit] + dot(network->f6.weight[unit], maps->c5, 120));
}

/* One fully connected unit: of C5, whose kernels are as large as their inputs, or of F6. weight, x (inputs). */
static inline void unit_backward(real *restrict d_weight, real *restrict d_x, real d_a, const real *restrict weight,
                                 const real *restrict x, size_t inputs, order_t order)
{
    for (size_t i = 0; i < inputs; i++) {
        d_weight[i] += d_a * power(x[i], order);
        d_x[i] += d_a * power(weight[i], order);
    }
}

static inline void c5_backward(network_t *gradient, maps_t *delta, const network_t *network, const maps_t *maps,
                               order_t order)
{
    memset(delta->s4, 0, sizeof delta->s4);
    for (size_t unit = 0; unit < 120; unit++) {
        gradient->c5.bias[unit] += delta->c5[unit];
        unit_backward(&gradient->c5.weight[unit][0][0][0], &delta->s4[0][0][0], delta->c5[unit],
                      &network->c5.weight[unit][0][0][0], &maps->s4[0][0][0], 16 * 25, order);
    }
    through_squashing(&delta->s4[0][0][0], &maps->s4[0][0][0], 16 * 5 * 5, order);
}

static inline void f6_backward(network_t *gradient, maps_t *delta, const network_t *network, const maps_t *maps,
                               order_t order)
{
    memset(delta->c5, 0, sizeof delta->c5);
    for (size_t unit = 0; unit < 84; unit++) {
        gradient->f6.bias[unit] += delta->f6[unit];
        unit_backward(gradient->f6.weight[unit], delta->c5, delta->f6[unit], network->f6.weight[unit], maps->c5, 120,
                      order);
    }
    through_squashing(delta->c5, maps->c5, 120, order);
}

/* ---- S2 and S4: subsampling, a = coefficient * (sum of the four inputs) + bias ----------------------------------- */

/* d_x (2 side, 2 side) = coefficient * d_a (side, side), the same for the four inputs of a unit. */
static inline void subsample_back(real *restrict d_x, const real *restrict d_a, real coefficient, size_t side,
                                  order_t order)
{
    const real weight = power(coefficient, order);
    for (size_t row = 0; row < 2 * side; row++)
        for (size_t column = 0; column < 2 * side; column++)
            d_x[row * 2 * side + column] = weight * d_a[row / 2 * side + column / 2];
}

/* The derivative by the coefficient: the sum over the units of d_a (side, side) times the sum of four of x. */
static inline real subsample_coefficient(const real *restrict d_a, const real *restrict x, size_t side, order_t order)
{
    real sum = 0;
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < side; column++)
            sum += d_a[row * side + column] * power(sum_of_four(x + 4 * row * side + 2 * column, 2 * side), order);
    return sum;
}

void REAL(lenet5_s2_forward)(maps_t *maps, const network_t *network)
{
    for (size_t map = 0; map < 6; map++)
        subsample(&maps->s2[map][0][0], &maps->c1[map][0][0], 28, network->s2.coefficient[map], network->s2.bias[map],
                  14, 14);
    squash_all(&maps->s2[0][0][0], 6 * 14 * 14);
}

static inline void s2_backward(network_t *gradient, maps_t *delta, const network_t *network, const maps_t *maps,
                               order_t order)
{
    for (size_t map = 0; map < 6; map++) {
        const real *d_a = &delta->s2[map][0][0];
        gradient->s2.bias[map] += sum_of(d_a, 14 * 14);
        gradient->s2.coefficient[map] += subsample_coefficient(d_a, &maps->c1[map][0][0], 14, order);
        subsample_back(&delta->c1[map][0][0], d_a, network->s2.coefficient[map], 14, order);
    }
    through_squashing(&delta->c1[0][0][0], &maps->c1[0][0][0], 6 * 28 * 28, order);
}

void REAL(lenet5_s4_forward)(maps_t *maps, const network_t *network)
{
    for (size_t map = 0; map < 16; map++)
        subsample(&maps->s4[map][0][0], &maps->c3[map][0][0], 10, network->s4.coefficient[map], network->s4.bias[map],
                  5, 5);
    squash_all(&maps->s4[0][0][0], 16 * 5 * 5);
}

static inline void s4_backward(network_t *gradient, maps_t *delta, const network_t *network, const maps_t *maps,
                               order_t order)
{
    for (size_t map = 0; map < 16; map++) {
        const real *d_a = &delta->s4[map][0][0];
        gradient->s4.bias[map] += sum_of(d_a, 5 * 5);
        gradient->s4.coefficient[map] += subsample_coefficient(d_a, &maps->c3[map][0][0], 5, order);
        subsample_back(&delta->c3[map][0][0], d_a, network->s4.coefficient[map], 5, order);
    }
    through_squashing(&delta->c3[0][0][0], &maps->c3[0][0][0], 16 * 10 * 10, order);
}

/* ---- The output layer: y_i = sum over j of (x_j - w_ij)^2 (eq. 7) ------------------------------------------------ */

void REAL(lenet5_output_forward)(maps_t *maps)
{
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        const signed char *code = &lenet5_codes[digit][0][0];
        real penalty = 0;
        for (size_t unit = 0; unit < 84; unit++) {
            const real distance = maps->f6[unit] - (real)code[unit];
            penalty += distance * distance;
        }
        maps->penalty[digit] = penalty;
    }
}

/* The derivatives by F6's states: dE/dx_j = sum over i of dE/dy_i 2 (x_j - w_ij). */
static void output_backward(real d_x[84], const maps_t *maps, const real d_penalty[LENET5_CLASSES])
{
    set(d_x, 0, 84);
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        const signed char *code = &lenet5_codes[digit][0][0];
        for (size_t unit = 0; unit < 84; unit++)
            d_x[unit] += d_penalty[digit] * 2 * (maps->f6[unit] - (real)code[unit]);
    }
}

/* ---- The passes -------------------------------------------------------------------------------------------------- */

void REAL(lenet5_reference_forward)(maps_t *maps, const network_t *network)
{
    REAL(lenet5_c1_forward)(maps, network);
    REAL(lenet5_s2_forward)(maps, network);
    REAL(lenet5_c3_forward)(maps, network);
    REAL(lenet5_s4_forward)(maps, network);
    REAL(lenet5_c5_forward)(maps, network);
    REAL(lenet5_f6_forward)(maps, network);
    REAL(lenet5_output_forward)(maps);
}

/* From the derivatives by F6's states, in delta->f6, down to C1. */
static inline void layers_backward(network_t *gradient, maps_t *delta, const network_t *network, const maps_t *maps,
                                   order_t order)
{
    through_squashing(delta->f6, maps->f6, 84, order);
    f6_backward(gradient, delta, network, maps, order);
    c5_backward(gradient, delta, network, maps, order);
    s4_backward(gradient, delta, network, maps, order);
    c3_backward(gradient, delta, network, maps, order);
    s2_backward(gradient, delta, network, maps, order);
    c1_backward(gradient, delta, maps, order);
}

void REAL(lenet5_reference_backward)(network_t *gradient, maps_t *delta, const network_t *network, const maps_t *maps,
                                     const real d_penalty[LENET5_CLASSES])
{
    output_backward(delta->f6, maps, d_penalty);
    layers_backward(gradient, delta, network, maps, FIRST_DERIVATIVE);
}

void REAL(lenet5_reference_curvature)(network_t *curvature, maps_t *delta, const network_t *network, const maps_t *maps,
                                      const real dd_f6[84])
{
    memcpy(delta->f6, dd_f6, sizeof delta->f6);
    layers_backward(curvature, delta, network, maps, SECOND_DERIVATIVE);
}
