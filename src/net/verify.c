/*
 * Checks the passes by finite differences, in double precision.
 *
 * First derivatives: the loss of the whole network is evaluated with one parameter slightly larger and smaller.
 *
 * Second derivatives: the Gauss-Newton recursion keeps only the diagonal of each layer, that is, it treats the loss
 * above a layer as E = 1/2 sum over its units of h_i a_i^2 with h_i = d2E/da_i^2. For this E, and because a layer's
 * sums are linear in its weights and in its inputs, the recursion is exact, and a finite difference must agree with it.
 * Each layer is checked by its parameters and by the states of the layer below; the latter times the slope f'^2 is that
 * layer's own h.
 */
#define LENET5_DOUBLE
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "bounds.h"
#include "lenet5/network.h"
#include "reference.h"

static const double TOLERANCE = 1e-6; /* of the relative error; rounding stays below, a wrong term far above */

/* A layer: its forward function, and the indices of its states and of those below it in lenet5_maps_double. */
typedef struct layer {
    void (*forward)(lenet5_maps_double *maps, const lenet5_network_double *network);
    size_t first, count;
    size_t below, below_count; /* count 0: the input, which has no derivatives */
    size_t first_tensor;       /* the index in lenet5_tensors of the first of its two */
} layer;

#define PLACE(member) (offsetof(lenet5_maps_double, member) / sizeof(double))
#define COUNT(member) (sizeof(((lenet5_maps_double *)0)->member) / sizeof(double))

static const layer layers[] = {
    {lenet5_c1_forward_double, PLACE(c1), COUNT(c1), PLACE(input), 0, 0},
    {lenet5_s2_forward_double, PLACE(s2), COUNT(s2), PLACE(c1), COUNT(c1), 2},
    {lenet5_c3_forward_double, PLACE(c3), COUNT(c3), PLACE(s2), COUNT(s2), 4},
    {lenet5_s4_forward_double, PLACE(s4), COUNT(s4), PLACE(c3), COUNT(c3), 6},
    {lenet5_c5_forward_double, PLACE(c5), COUNT(c5), PLACE(s4), COUNT(s4), 8},
    {lenet5_f6_forward_double, PLACE(f6), COUNT(f6), PLACE(c5), COUNT(c5), 10},
};

/* The data of one verification. */
typedef struct check {
    lenet5_network_double network, gradient, curvature;
    lenet5_maps_double maps, delta, delta2, moved;
    lenet5_loss loss;
    unsigned label;
    size_t per_tensor;
} check;

/* The error relative to the greatest of |expected|, a tenth of the tensor's root mean square, and 1e-6, below which
 * rounding dominates; INFINITY if it is not finite. */
static double relative_error(double found, double expected, double typical)
{
    const double error = fabs(found - expected) / fmax(fmax(fabs(expected), 0.1 * typical), 1e-6);
    return isfinite(error) ? error : INFINITY;
}

static double root_mean_square(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i] * values[i];
    return sqrt(sum / (double)count);
}

static double loss_of(check *c)
{
    double unused[LENET5_CLASSES];
    lenet5_reference_forward_double(&c->moved, &c->network);
    return lenet5_loss_gradient_double(unused, &c->loss, c->moved.penalty, c->label);
}

/* The central difference of fourth order, whose truncation error is below the rounding error. */
static double numeric_gradient(check *c, double *parameter, double step)
{
    const double kept = *parameter;
    double difference = 0;
    static const double weight[] = {8, -1};
    for (int k = 1; k <= 2; k++) {
        *parameter = kept + k * step;
        const double above = loss_of(c);
        *parameter = kept - k * step;
        const double below = loss_of(c);
        difference += weight[k - 1] * (above - below);
    }
    *parameter = kept;
    return difference / (12 * step);
}

/* The lesser error of a long step, for flat regions where rounding dominates, and a short one, for curved regions. A
 * wrong gradient agrees with neither. */
static double gradient_error(check *c, double *parameter, double gradient, double typical)
{
    const double long_step = relative_error(gradient, numeric_gradient(c, parameter, 1e-3), typical);
    const double short_step = relative_error(gradient, numeric_gradient(c, parameter, 1e-4), typical);
    return fmin(long_step, short_step);
}

static double sum_before_squashing(double x)
{
    return atanh(x / LENET5_A) / LENET5_S;
}

/* Whether the sum of a unit can no longer be computed from its state. Its h, which has the squared slope as a factor,
 * is negligible. */
static bool saturated(double x)
{
    return fabs(x) > LENET5_A * (1 - 1e-9);
}

/* 1/2 sum of h (a - a0)^2 over a layer: a from the states in moved, a0 from those in maps. */
static double quadratic(const check *c, const layer *l)
{
    const double *before = (const double *)&c->maps + l->first;
    const double *after = (const double *)&c->moved + l->first;
    const double *h = (const double *)&c->delta2 + l->first;
    double energy = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (saturated(before[i]) || saturated(after[i]))
            continue;
        const double change = sum_before_squashing(after[i]) - sum_before_squashing(before[i]);
        energy += 0.5 * h[i] * change * change;
    }
    return energy;
}

/* The second difference of the layer's quadratic by one of its parameters or a state below it; E(0) is 0. */
static double numeric_curvature(check *c, const layer *l, double *variable)
{
    const double kept = *variable;
    const double step = 1e-4;
    double energy = 0;
    for (int sign = -1; sign <= 1; sign += 2) {
        *variable = kept + sign * step;
        l->forward(&c->moved, &c->network);
        energy += quadratic(c, l);
    }
    *variable = kept;
    return energy / (step * step);
}

static size_t spacing(size_t count, size_t wanted)
{
    return count <= wanted ? 1 : count / wanted;
}

static void check_tensor(lenet5_verification *v, check *c, size_t index)
{
    const lenet5_tensor *t = &lenet5_tensors[index];
    const layer *l = &layers[index / 2];
    double *parameter = (double *)&c->network + t->first;
    const double *gradient = (const double *)&c->gradient + t->first;
    const double *curvature = (const double *)&c->curvature + t->first;
    const double typical = root_mean_square(gradient, t->count);
    const double typical_curvature = root_mean_square(curvature, t->count);
    for (size_t k = 0; k < t->count; k += spacing(t->count, c->per_tensor)) {
        c->moved = c->maps;
        const double error = gradient_error(c, &parameter[k], gradient[k], typical);
        c->moved = c->maps;
        const double error2 = relative_error(curvature[k], numeric_curvature(c, l, &parameter[k]), typical_curvature);
        v->gradient_error[index] = fmax(v->gradient_error[index], error);
        v->curvature_error[index] = fmax(v->curvature_error[index], error2);
        v->checked[index]++;
    }
}

/* Checks h of the layer below a layer; the error is reported with the layer's first tensor. */
static void check_states_below(lenet5_verification *v, check *c, const layer *l)
{
    double *state = (double *)&c->moved + l->below;
    const double *below = (const double *)&c->delta2 + l->below;
    const double typical = l->below_count ? root_mean_square(below, l->below_count) : 0;
    c->moved = c->maps;
    for (size_t j = 0; j < l->below_count; j += spacing(l->below_count, c->per_tensor)) {
        const double x = state[j];
        const double slope = LENET5_S / LENET5_A * (LENET5_A * LENET5_A - x * x);
        const double expected = slope * slope * numeric_curvature(c, l, &state[j]);
        double *worst = &v->curvature_error[l->first_tensor];
        *worst = fmax(*worst, relative_error(below[j], expected, typical));
    }
}

static void widen(double *to, const float *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)from[i];
}

/* The curvature at F6 is that of eq. 8, as in training: that of eq. 9 can be 0, which would make the check vacuous. */
static void compute_derivatives(check *c)
{
    const lenet5_loss distance = {LENET5_MSE, 0, 1};
    double d_penalty[LENET5_CLASSES];
    double dd_f6[84];
    lenet5_reference_forward_double(&c->maps, &c->network);
    lenet5_loss_gradient_double(d_penalty, &c->loss, c->maps.penalty, c->label);
    lenet5_reference_backward_double(&c->gradient, &c->delta, &c->network, &c->maps, d_penalty);
    lenet5_loss_curvature_double(dd_f6, &distance, &c->maps, 0);
    lenet5_reference_curvature_double(&c->curvature, &c->delta2, &c->network, &c->maps, dd_f6);
}

static bool all_below(const lenet5_verification *v)
{
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        if (!(v->gradient_error[i] < v->tolerance) || !(v->curvature_error[i] < v->tolerance))
            return false;
    return true;
}

lenet5_status lenet5_verify(lenet5_verification *verification, const lenet5_network *network, const lenet5_loss *loss,
                            const uint8_t picture[LENET5_PICTURE_BYTES], unsigned label, size_t per_tensor,
                            lenet5_error *error)
{
    if (label > LENET5_RUBBISH || per_tensor == 0)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "label %u and %zu parameters a tensor to check; the label is 0 to 10, and the number at "
                           "least 1",
                           label, per_tensor);
    const lenet5_status status = lenet5_check_loss(loss, error);
    if (status != LENET5_OK)
        return status;
    lenet5_maps *input = malloc(sizeof *input);
    check *c = calloc(1, sizeof *c);
    if (!input || !c) {
        free(input);
        free(c);
        return lenet5_fail_memory(error);
    }
    lenet5_set_input(input, picture);
    widen(&c->maps.input[0][0], &input->input[0][0], 32 * 32);
    widen((double *)&c->network, (const float *)network, LENET5_PARAMETERS);
    c->loss = *loss;
    c->label = label;
    c->per_tensor = per_tensor;
    compute_derivatives(c);

    lenet5_verification v = {.tolerance = TOLERANCE};
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        check_tensor(&v, c, i);
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        check_states_below(&v, c, &layers[i]);
    v.passed = all_below(&v);
    *verification = v;
    free(c);
    free(input);
    return LENET5_OK;
}
