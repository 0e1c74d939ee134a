/* Eqs 8 and 9: values, derivatives, posterior, and no overflow. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define LENET5_DOUBLE
#include "lenet5.h"
#include "net/reference.h"
#include "unit.h"

static const double penalties[LENET5_CLASSES] = {3, 7.5, 12, 60, 9, 1.5, 88, 40, 5, 30};
static const lenet5_loss mse = {LENET5_MSE, 12, 1};
static const lenet5_loss map = {LENET5_MAP, 12, 1};
static const lenet5_loss warm = {LENET5_MAP, 8, 0.25};

/* Eq. 9 as the paper prints it. */
static double eq_9(const lenet5_loss *loss, const double y[LENET5_CLASSES], unsigned label)
{
    double sum = exp(-loss->scale * loss->rubbish);
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        sum += exp(-loss->scale * y[i]);
    return loss->scale * (label == LENET5_RUBBISH ? loss->rubbish : y[label]) + log(sum);
}

static void eq_8_is_the_penalty_of_the_right_class(void **state)
{
    (void)state;
    double d[LENET5_CLASSES];
    for (unsigned label = 0; label < LENET5_CLASSES; label++) {
        assert_true(lenet5_loss_gradient_double(d, &mse, penalties, label) == penalties[label]);
        for (size_t i = 0; i < LENET5_CLASSES; i++)
            assert_true(d[i] == (i == label ? 1 : 0));
    }
    assert_true(lenet5_loss_gradient_double(d, &mse, penalties, LENET5_RUBBISH) == 0);
}

static void eq_9_agrees_with_the_paper(void **state)
{
    (void)state;
    double d[LENET5_CLASSES];
    for (unsigned label = 0; label <= LENET5_RUBBISH; label++) {
        assert_true(fabs(lenet5_loss_gradient_double(d, &map, penalties, label) - eq_9(&map, penalties, label)) <
                    1e-12);
        assert_true(fabs(lenet5_loss_gradient_double(d, &warm, penalties, label) - eq_9(&warm, penalties, label)) <
                    1e-12);
    }
}

static void derivatives_agree_with_finite_differences(void **state)
{
    (void)state;
    for (unsigned label = 0; label <= LENET5_RUBBISH; label++) {
        double d[LENET5_CLASSES];
        double y[LENET5_CLASSES];
        lenet5_loss_gradient_double(d, &warm, penalties, label);
        for (size_t i = 0; i < LENET5_CLASSES; i++) {
            const double step = 1e-5;
            for (size_t k = 0; k < LENET5_CLASSES; k++)
                y[k] = penalties[k];
            y[i] = penalties[i] + step;
            const double above = eq_9(&warm, y, label);
            y[i] = penalties[i] - step;
            assert_true(fabs((above - eq_9(&warm, y, label)) / (2 * step) - d[i]) < 1e-9);
        }
    }
}

/* Eq. 9 for a label of which a share is replaced by the teacher's probabilities. */
static double taught_eq_9(const double y[LENET5_CLASSES], unsigned label, const double teacher[LENET5_CLASSES],
                          double teaching)
{
    double q[LENET5_CLASSES + 1];
    double sum = (1 - teaching) * eq_9(&warm, y, label);
    lenet5_posterior_double(q, &warm, teacher);
    for (unsigned i = 0; i <= LENET5_RUBBISH; i++)
        sum += teaching * q[i] * eq_9(&warm, y, i);
    return sum;
}

static void a_teacher_replaces_a_share_of_the_label(void **state)
{
    (void)state;
    static const double teacher[LENET5_CLASSES] = {2, 9, 60, 12, 3, 4, 40, 88, 30, 5};
    for (unsigned label = 0; label <= LENET5_RUBBISH; label++) {
        double d[LENET5_CLASSES];
        double y[LENET5_CLASSES];
        const double energy = lenet5_loss_gradient_double(d, &warm, penalties, label) +
                              lenet5_loss_soften_double(d, &warm, penalties, label, teacher, 0.7);
        assert_true(fabs(energy - taught_eq_9(penalties, label, teacher, 0.7)) < 1e-12);
        for (size_t i = 0; i < LENET5_CLASSES; i++) {
            const double step = 1e-5;
            for (size_t k = 0; k < LENET5_CLASSES; k++)
                y[k] = penalties[k];
            y[i] = penalties[i] + step;
            const double above = taught_eq_9(y, label, teacher, 0.7);
            y[i] = penalties[i] - step;
            assert_true(fabs((above - taught_eq_9(y, label, teacher, 0.7)) / (2 * step) - d[i]) < 1e-9);
        }
    }
}

/* The loss as a function of the states of F6. */
static double loss_of_states(lenet5_maps_double *maps, const lenet5_loss *loss, unsigned label)
{
    double unused[LENET5_CLASSES];
    lenet5_output_forward_double(maps);
    return lenet5_loss_gradient_double(unused, loss, maps->penalty, label);
}

static void the_second_derivatives_by_the_states_are_exact(void **state)
{
    (void)state;
    static lenet5_maps_double maps;
    const lenet5_loss losses[] = {mse, {LENET5_MAP, 70, 1}, {LENET5_MAP, 80, 0.1}};
    for (size_t i = 0; i < 84; i++)
        maps.f6[i] = 1.3 * sin(3.7 * (double)i) * (i % 3 ? 1 : 0.3);
    for (size_t k = 0; k < 3; k++) {
        double dd[84];
        lenet5_output_forward_double(&maps);
        lenet5_loss_curvature_double(dd, &losses[k], &maps, 4);
        const double here = loss_of_states(&maps, &losses[k], 4);
        for (size_t i = 0; i < 84; i++) {
            const double kept = maps.f6[i];
            const double step = 1e-3;
            maps.f6[i] = kept + step;
            const double above = loss_of_states(&maps, &losses[k], 4);
            maps.f6[i] = kept - step;
            const double below = loss_of_states(&maps, &losses[k], 4);
            maps.f6[i] = kept;
            assert_true(fabs((above - 2 * here + below) / (step * step) - dd[i]) < 1e-4);
        }
    }
}

static void the_posterior_sums_to_one_with_rubbish(void **state)
{
    (void)state;
    float p[LENET5_CLASSES + 1];
    float y[LENET5_CLASSES];
    float sum = 0;
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        y[i] = (float)penalties[i];
    lenet5_posterior(p, &map, y);
    for (size_t i = 0; i <= LENET5_CLASSES; i++)
        sum += p[i];
    assert_float_equal(sum, 1, 1e-6);
    assert_true(p[5] > 0.7f && p[LENET5_RUBBISH] < 1e-4f);
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        y[i] = 80;
    lenet5_posterior(p, &map, y);
    assert_true(p[LENET5_RUBBISH] > 0.9999f);
}

static void nothing_overflows(void **state)
{
    (void)state;
    const float extreme[][LENET5_CLASSES] = {
        {0}, {1e30f, 1e30f, 1e30f, 1e30f, 1e30f, 1e30f, 1e30f, 1e30f, 1e30f, 1e30f}, {1e30f, 0, 700, 7000, 1e10f}};
    const lenet5_loss losses[] = {mse, map, {LENET5_MAP, 1e6, 100}, {LENET5_MAP, 0, 1}};
    for (size_t k = 0; k < 3; k++)
        for (size_t l = 0; l < 4; l++)
            for (unsigned label = 0; label <= LENET5_RUBBISH; label++) {
                float d[LENET5_CLASSES];
                float p[LENET5_CLASSES + 1];
                assert_true(isfinite(lenet5_loss_gradient(d, &losses[l], extreme[k], label)));
                lenet5_posterior(p, &losses[l], extreme[k]);
                for (size_t i = 0; i < LENET5_CLASSES; i++)
                    assert_true(isfinite(d[i]) && p[i] >= 0 && p[i] <= 1);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eq_8_is_the_penalty_of_the_right_class),
        cmocka_unit_test(eq_9_agrees_with_the_paper),
        cmocka_unit_test(derivatives_agree_with_finite_differences),
        cmocka_unit_test(a_teacher_replaces_a_share_of_the_label),
        cmocka_unit_test(the_second_derivatives_by_the_states_are_exact),
        cmocka_unit_test(the_posterior_sums_to_one_with_rubbish),
        cmocka_unit_test(nothing_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
