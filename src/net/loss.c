/*
 * The losses of section II-C. With penalties y and the constant j both multiplied by the scale,
 *
 *     eq. 8   E = y_D                                            the penalty of the right class D alone
 *     eq. 9   E = y_D + log(e^-j + sum over i of e^-y_i)         with a competitive term for all classes
 *
 * With the posterior probabilities p_i = e^-y_i / (e^-j + sum over k of e^-y_k), the derivatives of eq. 9 are
 *
 *     dE/dy_D = 1 - p_D,   dE/dy_i = -p_i for the others.
 *
 * The eleventh outcome, rubbish, has p = e^-j / (...). The least of all exponents is subtracted from each, so that no
 * exponential overflows.
 */
#include "reference.h"

static real least_of(const real penalty[LENET5_CLASSES], real rubbish)
{
    real min = rubbish;
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        min = penalty[i] < min ? penalty[i] : min;
    return min;
}

/* Sets p to the probabilities of the ten classes and of rubbish; returns -log of the denominator e^-j + sum of e^-y. */
static real outcomes(real p[LENET5_CLASSES + 1], const lenet5_loss *loss, const real penalty[LENET5_CLASSES])
{
    const real scale = (real)loss->scale;
    const real rubbish = (real)loss->rubbish;
    const real min = least_of(penalty, rubbish);
    real sum = 0;
    for (size_t i = 0; i <= LENET5_CLASSES; i++) {
        p[i] = EXP(-scale * ((i == LENET5_RUBBISH ? rubbish : penalty[i]) - min));
        sum += p[i];
    }
    for (size_t i = 0; i <= LENET5_CLASSES; i++)
        p[i] /= sum;
    return scale * min - LOG(sum);
}

real REAL(lenet5_loss_gradient)(real d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                const real penalty[LENET5_CLASSES], unsigned label)
{
    const real scale = (real)loss->scale;
    real p[LENET5_CLASSES + 1] = {0};
    real energy = 0;
    if (loss->criterion == LENET5_MAP)
        energy -= outcomes(p, loss, penalty);
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        d_penalty[i] = scale * ((i == label ? 1 : 0) - p[i]);
    if (label < LENET5_CLASSES)
        energy += scale * penalty[label];
    else if (loss->criterion == LENET5_MAP)
        energy += scale * (real)loss->rubbish;
    return energy;
}

/*
 * Distillation. E is linear in the label: if the share `teaching` of the label is replaced by a teacher's probabilities
 * q, E changes by that share of (sum over i of q_i E_i) - E_D, in which the logarithm of eq. 9 cancels.
 */
real REAL(lenet5_loss_soften)(real d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                              const real penalty[LENET5_CLASSES], unsigned label, const real teacher[LENET5_CLASSES],
                              real teaching)
{
    const real share = teaching * (real)loss->scale;
    real q[LENET5_CLASSES + 1];
    real energy = 0;
    outcomes(q, loss, teacher);
    q[label < LENET5_CLASSES ? label : LENET5_RUBBISH] -= 1;
    for (size_t i = 0; i < LENET5_CLASSES; i++) {
        d_penalty[i] += share * q[i];
        energy += share * q[i] * penalty[i];
    }
    return energy + share * q[LENET5_RUBBISH] * (real)loss->rubbish;
}

/*
 * The first and second derivative of y_i by a state x of F6 are g_i = 2 (x - w_i) and 2; those of j are 0. So the
 * second derivative of eq. 8 is 2. That of eq. 9 is 2 p_rubbish plus the variance of g over the eleven outcomes,
 * because its logarithm is of a sum of exponentials; it is cut off at 0.
 */
void REAL(lenet5_loss_curvature)(real dd_f6[84], const lenet5_loss *loss, const maps_t *maps, unsigned label)
{
    const real scale = (real)loss->scale;
    real p[LENET5_CLASSES + 1];
    outcomes(p, loss, maps->penalty);
    for (size_t unit = 0; unit < 84; unit++) {
        if (loss->criterion == LENET5_MSE) {
            dd_f6[unit] = label < LENET5_CLASSES ? 2 * scale : 0;
            continue;
        }
        real mean = 0;
        real square = 0;
        for (size_t i = 0; i < LENET5_CLASSES; i++) {
            const real g = 2 * scale * (maps->f6[unit] - (real)(&lenet5_codes[i][0][0])[unit]);
            mean += p[i] * g;
            square += p[i] * g * g;
        }
        const real total = label < LENET5_CLASSES ? p[LENET5_RUBBISH] : p[LENET5_RUBBISH] - 1;
        const real second = 2 * scale * total + square - mean * mean;
        dd_f6[unit] = second > 0 ? second : 0;
    }
}

void REAL(lenet5_posterior)(real posterior[LENET5_CLASSES + 1], const lenet5_loss *loss,
                            const real penalty[LENET5_CLASSES])
{
    outcomes(posterior, loss, penalty);
    bool defined = true;
    for (size_t i = 0; i <= LENET5_CLASSES; i++)
        defined &= posterior[i] >= 0 && posterior[i] <= 1; /* false for NaN */
    for (size_t i = 0; i <= LENET5_CLASSES && !defined; i++)
        posterior[i] = i == LENET5_RUBBISH;
}
