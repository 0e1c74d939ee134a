/* A sign or two among letters are no number. */
#include "unit.h"

#include "reader/reading.h"

#define CERTAIN 100 /* logarithm of odds: whatever their weight, the string is accepted by all but print */

enum { COMPONENTS = 6 };

/* Components side by side, the first of which are a line that nothing speaks against; whether it is accepted. */
static bool is_accepted(size_t digits, size_t gap, size_t height, int32_t in)
{
    component list[COMPONENTS];
    int32_t line[COMPONENTS];
    for (size_t i = 0; i < COMPONENTS; i++) {
        const size_t left = i * 10 + (i >= digits ? gap : 0), high = i < digits ? 12 : height;
        list[i] = (component){.box = {left, 60 - high, left + 8, 60}};
        line[i] = i < digits ? 0 : NO_LINE;
    }
    line_group group = {.box = {0, 48, digits * 10 - 2, 60}, .count = digits, .field = in, .height = 12};
    const line_groups groups = {.components = {COMPONENTS, list, NULL}, .line = line, .count = 1, .list = &group};
    lenet5_read_line read = {.strings = 1, .digits = digits, .evidence[LENET5_EVIDENCE_ODDS] = CERTAIN};
    lenet5_reading reading = {.count = 1, .lines = &read};
    const size_t of[] = {0};
    const lenet5_read_options options = {0};
    page p = {.options = &options, .budget = lenet5_budget_new(&options), .format.any = true};
    assert_int_equal(lenet5_decide(&(read_groups){&reading, &groups, of}, &p, NULL), LENET5_OK);
    assert_int_equal(reading.notes, read.decision == LENET5_ACCEPTED ? 0 : LENET5_NOTE_WORDS);
    return read.decision == LENET5_ACCEPTED;
}

static void letters_beside_a_digit_make_it_print(void **state)
{
    (void)state;
    /* Print is doubted after the lines have been weighed: before that nothing is accepted. */
    assert_false(is_accepted(1, 0, 12, NO_FIELD));
    assert_false(is_accepted(2, 0, 8, NO_FIELD));
}

static void what_stands_apart_stays(void **state)
{
    (void)state;
    assert_true(is_accepted(3, 0, 12, NO_FIELD));  /* a number */
    assert_true(is_accepted(1, 60, 12, NO_FIELD)); /* far from the word */
    assert_true(is_accepted(1, 0, 4, NO_FIELD));   /* beside small print */
    assert_true(is_accepted(1, 0, 12, 0));         /* in a box */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_beside_a_digit_make_it_print),
        cmocka_unit_test(what_stands_apart_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
