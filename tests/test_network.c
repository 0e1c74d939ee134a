/* The network's sizes, Table I, the ten codes, the input, and the offsets of the tensors. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lenet5.h"
#include "unit.h"

static void the_layers_have_the_papers_counts(void **state)
{
    (void)state;
    static const size_t parameters[] = {156, 12, 1516, 32, 48120, 10164, 0};
    static const size_t connections[] = {122304, 5880, 151600, 2000, 48120, 10164, 840};
    size_t all_parameters = 0;
    size_t all_connections = 0;
    for (size_t i = 0; i < LENET5_LAYERS; i++) {
        assert_int_equal(lenet5_layers[i].parameters, parameters[i]);
        assert_int_equal(lenet5_layers[i].connections, connections[i]);
        all_parameters += lenet5_layers[i].parameters;
        all_connections += lenet5_layers[i].connections;
    }
    assert_int_equal(all_parameters, 60000);
    assert_int_equal(all_connections, 340908);
}

static void the_table_has_3_4_and_6_inputs(void **state)
{
    (void)state;
    for (size_t map = 0; map < 16; map++) {
        size_t inputs = 0;
        for (size_t input = 0; input < 6; input++)
            inputs += lenet5_c3_table[input][map];
        assert_int_equal(inputs, map < 6 ? 3 : map < 15 ? 4 : 6);
    }
}

/* The first six maps of C3 see three adjacent maps of S2, the next six four, counted cyclically. */
static void the_table_wraps_around(void **state)
{
    (void)state;
    for (size_t map = 0; map < 6; map++)
        for (size_t input = 0; input < 6; input++) {
            const size_t away = (input + 6 - map) % 6;
            assert_int_equal(lenet5_c3_table[input][map], away < 3);
            assert_int_equal(lenet5_c3_table[input][map + 6], away < 4);
        }
}

static int squared_distance(size_t a, size_t b)
{
    int sum = 0;
    for (size_t i = 0; i < 84; i++) {
        const int difference = (&lenet5_codes[a][0][0])[i] - (&lenet5_codes[b][0][0])[i];
        sum += difference * difference;
    }
    return sum;
}

static void the_codes_have_the_papers_distances(void **state)
{
    (void)state;
    int greatest = 0;
    for (size_t a = 0; a < 10; a++)
        for (size_t b = 0; b < a; b++) {
            const int distance = squared_distance(a, b);
            const bool six_and_eight = a == 8 && b == 6;
            assert_true(six_and_eight ? distance == 48 : distance >= 72);
            greatest = distance > greatest ? distance : greatest;
        }
    assert_int_equal(squared_distance(0, 4), 72);
    assert_int_equal(squared_distance(8, 9), 72);
    assert_int_equal(greatest, 200);
}

static void the_codes_are_all_one_or_minus_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < 840; i++)
        assert_int_equal((&lenet5_codes[0][0][0])[i] * (&lenet5_codes[0][0][0])[i], 1);
}

static void the_input_has_the_papers_levels_and_margin(void **state)
{
    (void)state;
    static lenet5_maps maps;
    uint8_t picture[LENET5_PICTURE_BYTES] = {0};
    picture[0] = 255;
    lenet5_set_input(&maps, picture);
    assert_float_equal(maps.input[2][2], 1.175f, 1e-6);
    assert_float_equal(maps.input[2][3], -0.1f, 1e-6);
    for (size_t i = 0; i < 32; i++) {
        assert_float_equal(maps.input[1][i], -0.1f, 1e-6);
        assert_float_equal(maps.input[30][i], -0.1f, 1e-6);
        assert_float_equal(maps.input[i][1], -0.1f, 1e-6);
        assert_float_equal(maps.input[i][30], -0.1f, 1e-6);
    }
}

static void the_tensors_cover_the_network(void **state)
{
    (void)state;
    size_t end = 0;
    for (size_t i = 0; i < LENET5_TENSORS; i++) {
        const lenet5_tensor *t = &lenet5_tensors[i];
        size_t count = 1;
        for (size_t k = 0; k < t->dimensions; k++)
            count *= t->shape[k];
        assert_int_equal(t->first, end);
        assert_int_equal(t->count, count);
        end += t->count;
    }
    assert_int_equal(end, LENET5_PARAMETERS);
}

static void every_status_has_a_description(void **state)
{
    (void)state;
    for (int status = 0; status > -100; status--)
        assert_true(strlen(lenet5_strerror((lenet5_status)status)) > 3);
    assert_string_equal(lenet5_version(), LENET5_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layers_have_the_papers_counts),
        cmocka_unit_test(the_table_has_3_4_and_6_inputs),
        cmocka_unit_test(the_table_wraps_around),
        cmocka_unit_test(the_codes_have_the_papers_distances),
        cmocka_unit_test(the_codes_are_all_one_or_minus_one),
        cmocka_unit_test(the_input_has_the_papers_levels_and_margin),
        cmocka_unit_test(the_tensors_cover_the_network),
        cmocka_unit_test(every_status_has_a_description),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
