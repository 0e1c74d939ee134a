/* The passes against an independent implementation: golden/golden.py computed golden/golden.txt with numpy. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lenet5.h"
#include "unit.h"

enum { LABEL = 7 };
static const lenet5_loss loss = {LENET5_MAP, 80, 0.2};
static const double bounds[LENET5_TENSORS] = {0.4, 0.2, 0.5, 0.2, 0.2, 0.2, 0.5, 0.2, 0.1, 0.2, 0.2, 0.2};

static lenet5_network network, gradient;
static lenet5_maps maps, delta;
static float posterior[LENET5_CLASSES + 1];
static float energy;

static float take(uint32_t *state, double bound)
{
    *state = (uint32_t)(((uint64_t)*state * 1103515245 + 12345) % 2147483648u);
    return (float)(((double)*state / 1073741824.0 - 1) * bound);
}

static int compute(void **state)
{
    (void)state;
    uint32_t random = 12345;
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        for (size_t k = 0; k < lenet5_tensors[i].count; k++)
            ((float *)&network)[lenet5_tensors[i].first + k] = take(&random, bounds[i]);
    for (size_t i = 0; i < 32 * 32; i++)
        (&maps.input[0][0])[i] = take(&random, 1);
    float d[LENET5_CLASSES];
    lenet5_forward(&maps, &network);
    energy = lenet5_loss_gradient(d, &loss, maps.penalty, LABEL);
    lenet5_posterior(posterior, &loss, maps.penalty);
    lenet5_backward(&gradient, &delta, &network, &maps, d);
    return 0;
}

/* The numbers of the C code for a name in the file. */
static const float *numbers_of(const char *name, size_t *count)
{
    const struct {
        const char *name;
        const float *numbers;
        size_t count;
    } known[] = {
        {"c1", &maps.c1[0][0][0], 4704},
        {"s2", &maps.s2[0][0][0], 1176},
        {"c3", &maps.c3[0][0][0], 1600},
        {"s4", &maps.s4[0][0][0], 400},
        {"c5", maps.c5, 120},
        {"f6", maps.f6, 84},
        {"penalty", maps.penalty, 10},
        {"posterior", posterior, 11},
        {"loss", &energy, 1},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0)
            return *count = known[i].count, known[i].numbers;
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        if (strcmp(lenet5_tensors[i].name, name) == 0)
            return *count = lenet5_tensors[i].count, (float *)&gradient + lenet5_tensors[i].first;
    fail_msg("golden.txt has an unknown name: %s", name);
    return NULL;
}

/* Compares within 1e-5 of the greatest number of the array. */
static void compare(FILE *file, const char *name, size_t count, size_t step)
{
    size_t ours = 0;
    const float *numbers = numbers_of(name, &ours);
    assert_int_equal(count, ours);
    double greatest = 0;
    double worst = 0;
    for (size_t i = 0; i < count; i += step) {
        double expected;
        assert_int_equal(fscanf(file, "%lf", &expected), 1);
        greatest = fmax(greatest, fabs(expected));
        worst = fmax(worst, fabs((double)numbers[i] - expected));
    }
    if (!(worst <= 1e-5 * greatest))
        fail_msg("%s: off by %g of %g", name, worst, greatest);
}

static void activations_and_gradients_agree_with_numpy(void **state)
{
    (void)state;
    FILE *file = fopen(GOLDEN, "r");
    assert_non_null(file);
    char name[32];
    size_t count, step, compared = 0;
    for (; fscanf(file, "%31s %zu %zu", name, &count, &step) == 3; compared++)
        compare(file, name, count, step);
    fclose(file);
    assert_int_equal(compared, 9 + LENET5_TENSORS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_and_gradients_agree_with_numpy),
    };
    return cmocka_run_group_tests(tests, compute, NULL);
}
