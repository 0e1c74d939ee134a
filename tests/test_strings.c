/* Synthetic strings: what the styles put between neighbouring digits. */
#include <stdlib.h>
#include <string.h>

#include "data/chain.h"
#include "lenet5.h"
#include "unit.h"

enum { DIGITS = 8, STRINGS = 30, INK = 110 }; /* INK: darker grey levels are ink in the styles on clean paper */

/* A set of the same digit throughout. */
static void make_set(lenet5_dataset *set, unsigned digit)
{
    assert_int_equal(lenet5_dataset_synthesise(set, 10 * DIGITS * STRINGS, 7, NULL), LENET5_OK);
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        if (set->labels[i] == digit) {
            memmove(set->pixels + count * LENET5_PICTURE_BYTES, set->pixels + i * LENET5_PICTURE_BYTES,
                    LENET5_PICTURE_BYTES);
            set->labels[count++] = (uint8_t)digit;
        }
    assert_int_equal(count, DIGITS * STRINGS);
    set->count = count;
}

static bool column_has_ink(const lenet5_string *s, size_t x)
{
    for (size_t y = 0; y < s->height; y++)
        if (s->rgb[3 * (y * s->width + x)] < INK)
            return true;
    return false;
}

/* The runs of columns with ink. */
static size_t count_runs(const lenet5_string *s)
{
    size_t runs = 0;
    bool before = false;
    for (size_t x = 0; x < s->width; x++) {
        const bool here = column_has_ink(s, x);
        runs += here && !before;
        before = here;
    }
    return runs;
}

/* The runs of all strings in a style. */
static size_t count_all(const char *style, unsigned digit)
{
    lenet5_dataset set;
    lenet5_string s;
    size_t runs = 0;
    make_set(&set, digit);
    for (size_t i = 0; i < STRINGS; i++) {
        assert_int_equal(lenet5_string_draw(&s, &set, style, DIGITS, i, 1, NULL), LENET5_OK);
        assert_int_equal(strlen(s.text), DIGITS);
        runs += count_runs(&s);
        lenet5_string_free(&s);
    }
    lenet5_dataset_free(&set);
    return runs;
}

static void spaced_digits_are_apart(void **state)
{
    (void)state;
    assert_in_range(count_all("spaced", 0), 97 * DIGITS * STRINGS / 100, 110 * DIGITS * STRINGS / 100);
}

/* Three fifths of the zeros are joined or in chains, and three twentieths of the others joined, besides those that
 * touch. */
static void ligatures_join_digits(void **state)
{
    (void)state;
    const size_t zeros = count_all("ligatures", 0), twos = count_all("ligatures", 2);
    print_message("%d digits: zeros in %zu parts, twos in %zu\n", DIGITS * STRINGS, zeros, twos);
    assert_true(zeros < DIGITS * STRINGS / 2);
    assert_true(twos > zeros * 5 / 4);
}

/*
 * A chain fills its space from the left, stands on its bottom, and begins at most one line for each zero. A dented zero
 * may bulge out of the space or leave some of it blank, and a tail be two thirds as long as a zero is wide.
 */
static void a_chain_stays_in_its_space(void **state)
{
    (void)state;
    enum { ZEROS = 6 };
    const chain_space space = {.left = 10, .right = 110, .top = 20, .bottom = 60};
    point knots[MAX_CHAIN_KNOTS(ZEROS)];
    bool lifted[MAX_CHAIN_KNOTS(ZEROS)];
    lenet5_random random;
    lenet5_random_seed(&random, 1, 0);
    for (size_t round = 0; round < 300; round++) {
        const size_t zeros = 2 + round % (ZEROS - 1);
        const size_t count = lenet5_draw_chain(knots, lifted, &space, zeros, &random);
        size_t lines = 0;
        float left = space.right, right = space.left;
        assert_in_range(count, zeros * (CHAIN_ZERO_LINES + 1), MAX_CHAIN_KNOTS(zeros));
        assert_true(lifted[0]);
        for (size_t i = 0; i < count; i++) {
            lines += lifted[i];
            left = fminf(left, knots[i].x);
            right = fmaxf(right, knots[i].x);
            assert_true(knots[i].y > space.top - 10 && knots[i].y < space.bottom + 10);
        }
        assert_in_range(lines, 1, zeros);
        const float zero = 100.0f / (float)zeros; /* columns of the space for each */
        assert_true(left > space.left - 0.14f * zero && left < space.left + 0.28f * zero);
        assert_true(right < space.right + 0.68f * zero && right > 70);
    }
}

static void an_unknown_style_is_refused(void **state)
{
    (void)state;
    lenet5_dataset set;
    lenet5_string s;
    lenet5_error error;
    make_set(&set, 0);
    assert_int_equal(lenet5_string_draw(&s, &set, "knotted", 3, 0, 1, &error), LENET5_E_ARGUMENT);
    assert_non_null(strstr(error.message, "knotted"));
    lenet5_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaced_digits_are_apart),
        cmocka_unit_test(ligatures_join_digits),
        cmocka_unit_test(a_chain_stays_in_its_space),
        cmocka_unit_test(an_unknown_style_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
