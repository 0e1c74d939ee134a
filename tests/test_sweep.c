/* Space displacement: at each position the penalties equal those of the window alone. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "lenet5.h"
#include "net/input.h"
#include "unit.h"

#define WIDEST 171

static uint8_t picture[LENET5_SWEEP_HEIGHT * WIDEST];
static float penalty[(WIDEST - 32) / 4 + 1][LENET5_CLASSES];

static void draw(size_t width)
{
    lenet5_random random;
    lenet5_random_seed(&random, 1998, width);
    for (size_t i = 0; i < LENET5_SWEEP_HEIGHT * width; i++)
        picture[i] = (uint8_t)lenet5_random_below(&random, 256);
}

static void assert_alike(const lenet5_network *network, size_t width)
{
    draw(width);
    assert_int_equal(lenet5_sweep(penalty, network, picture, width, NULL), LENET5_OK);
    for (size_t position = 0; position < lenet5_sweep_positions(width); position++) {
        static lenet5_maps maps;
        uint8_t window[32][32];
        for (size_t y = 0; y < 32; y++)
            memcpy(window[y], picture + y * width + LENET5_SWEEP_STEP * position, 32);
        lenet5_set_whole_input(&maps, (const uint8_t(*)[32])window);
        lenet5_reference_forward(&maps, network);
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            assert_true(fabsf(penalty[position][digit] - maps.penalty[digit]) <= 1e-4f * maps.penalty[digit]);
    }
}

static void every_position_agrees_with_the_single_network(void **state)
{
    (void)state;
    const lenet5_network *network = &lenet5_builtin()->network;
    static const size_t widths[] = {32, 33, 35, 36, 40, 99, WIDEST};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        assert_alike(network, widths[i]);
}

static void positions_are_four_columns_apart(void **state)
{
    (void)state;
    assert_int_equal(lenet5_sweep_positions(0), 0);
    assert_int_equal(lenet5_sweep_positions(31), 0);
    assert_int_equal(lenet5_sweep_positions(32), 1);
    assert_int_equal(lenet5_sweep_positions(35), 1);
    assert_int_equal(lenet5_sweep_positions(36), 2);
    assert_int_equal(lenet5_sweep_positions(LENET5_MAX_SWEEP), (LENET5_MAX_SWEEP - 32) / 4 + 1);
}

static void a_picture_too_narrow_or_too_wide_is_refused(void **state)
{
    (void)state;
    lenet5_error error;
    const lenet5_network *network = &lenet5_builtin()->network;
    assert_int_equal(lenet5_sweep(penalty, network, picture, 31, &error), LENET5_E_PICTURE_SIZE);
    assert_non_null(strstr(error.message, "31 columns wide"));
    assert_int_equal(lenet5_sweep(penalty, network, picture, LENET5_MAX_SWEEP + 1, &error), LENET5_E_PICTURE_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_position_agrees_with_the_single_network),
        cmocka_unit_test(positions_are_four_columns_apart),
        cmocka_unit_test(a_picture_too_narrow_or_too_wide_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
