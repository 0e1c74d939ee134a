/*
 * The losses of section II-C. With penalties y and the constant j both multiplied by the scale,
 *
 *     eq. 8   E = y_D                                            the right class's penalty alone
 *     eq. 9   E = y_D + log(e^-j + sum over i of e^-y_i)         and the competition of the others
 *
 * With the probabilities p_i = e^-y_i / (e^-j + sum of e^-y) of the posterior, the derivatives of eq. 9 are
 *
 *     dE/dy_D = 1 - p_D,   dE/dy_i = -p_i.
 *
 * All exponentials are taken relative to the least exponent, so that none overflows.
 */
#include "reference.h"

static real least_of(const real penalty[LENET5_CLASSES], real rubbish)
{
    real least = rubbish;
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        least = penalty[i] < least ? penalty[i] : least;
    return least;
}

/* The eleven probabilities; returns -log of their common denominator, with the scale applied. */
static real outcomes(real p[LENET5_CLASSES + 1], const lenet5_loss *loss, const real penalty[LENET5_CLASSES])
{
    const real scale = (real)loss->scale;
    const real rubbish = (real)loss->rubbish;
    const real least = least_of(penalty, rubbish);
    real sum = 0;
    for (size_t i = 0; i <= LENET5_CLASSES; i++) {
        p[i] = EXP(-scale * ((i == LENET5_RUBBISH ? rubbish : penalty[i]) - least));
        sum += p[i];
    }
    for (size_t i = 0; i <= LENET5_CLASSES; i++)
        p[i] /= sum;
    return scale * least - LOG(sum);
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
 * E is linear in the label: where a share of it goes over to the probabilities q of a teacher, E changes by that share
 * of the sum over i of q_i E_i - E_D, in which the logarithm of eq. 9 cancels.
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
 * By a state x of F6 each y_i has the derivatives g_i = 2 (x - w_i) and 2, and j has none. So eq. 8 gives 2, and eq. 9,
 * whose logarithm is that of a sum of exponentials, 2 p_rubbish + the variance of g over the eleven outcomes.
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
        defined &= posterior[i] >= 0 && posterior[i] <= 1; /* which a NaN is not */
    for (size_t i = 0; i <= LENET5_CLASSES && !defined; i++)
        posterior[i] = i == LENET5_RUBBISH;
}
