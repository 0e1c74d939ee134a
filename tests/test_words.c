/* One or two characters among letters are not a number. */
#include "lenet5.h"
#include "unit.h"

#include "reader/printed_digits.h"
#include "reader/reading.h"

#define CERTAIN 100 /* log-odds so large that only print can prevent acceptance */

enum { COMPONENTS = 6 };

/* Groups, each of which became a line of the reading, in order. */
static read_groups all_read(lenet5_reading *reading, const line_groups *groups)
{
    read_groups r;
    assert_int_equal(lenet5_read_groups_new(&r, reading, groups, NULL), LENET5_OK);
    for (size_t i = 0; i < groups->count; i++)
        r.of[i] = i;
    return r;
}

/* Components side by side, of which the first `digits` form a line without doubts. Returns whether it is accepted. */
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
    read_groups r = all_read(&reading, &groups);
    const lenet5_read_options options = {0};
    page p = {.options = &options, .budget = lenet5_budget_new(&options), .format.any = true};
    assert_int_equal(lenet5_decide(&r, &p, NULL), LENET5_OK);
    lenet5_read_groups_free(&r);
    assert_int_equal(reading.notes, read.decision == LENET5_ACCEPTED ? 0 : LENET5_NOTE_WORDS);
    return read.decision == LENET5_ACCEPTED;
}

static void letters_beside_a_digit_make_it_print(void **state)
{
    (void)state;
    /* Print is rejected after the lines are weighed, so before that nothing is accepted. */
    assert_false(is_accepted(1, 0, 12, NO_FIELD));
    assert_false(is_accepted(2, 0, 8, NO_FIELD));
}

static void separate_numbers_are_kept(void **state)
{
    (void)state;
    assert_true(is_accepted(3, 0, 12, NO_FIELD));  /* a number */
    assert_true(is_accepted(1, 60, 12, NO_FIELD)); /* far from the word */
    assert_true(is_accepted(1, 0, 4, NO_FIELD));   /* beside small print */
    assert_true(is_accepted(1, 0, 12, 0));         /* in a box */
}

/* ---- Left out ---------------------------------------------------------------------------------------------------- */

/* Two lines of one component each, the second with letters beside it. Returns the number of lines that are kept. */
static size_t count_left(double first, double second, size_t digits, double unread, int32_t in)
{
    enum { LETTERS_FROM = 2 };
    component list[COMPONENTS];
    int32_t line[COMPONENTS];
    line_group group[2];
    lenet5_read_line read[2];
    for (size_t i = 0; i < COMPONENTS; i++) {
        const size_t left = i == 0 ? 0 : 200 + 10 * i;
        list[i] = (component){.box = {left, 48, left + 8, 60}};
        line[i] = i < LETTERS_FROM ? (int32_t)i : NO_LINE;
    }
    for (size_t i = 0; i < 2; i++) {
        group[i] = (line_group){.box = list[i].box, .count = 1, .field = i == 1 ? in : NO_FIELD, .height = 12};
        read[i] = (lenet5_read_line){.digits = i == 1 ? digits : 1};
        read[i].string[0].probability = i == 0 ? first : second;
        read[i].strings = read[i].string[0].probability > 0;
        read[i].evidence[LENET5_EVIDENCE_UNREAD] = i == 1 ? unread : 0;
    }
    read[0].decision = first > 0.9 ? LENET5_ACCEPTED : LENET5_UNSURE;
    read[1].decision = LENET5_UNSURE;
    const line_groups groups = {.components = {COMPONENTS, list, NULL}, .line = line, .count = 2, .list = group};
    lenet5_reading reading = {.count = 2, .lines = read};
    budget b = lenet5_budget_new(&(lenet5_read_options){0});
    read_groups r = all_read(&reading, &groups);
    bool left_out;
    assert_int_equal(lenet5_drop_words(&left_out, &r, &b, NULL), LENET5_OK);
    assert_int_equal(left_out, reading.count < 2);
    assert_int_equal(reading.notes, left_out ? LENET5_NOTE_WORDS : 0);
    assert_int_equal(r.of[1], left_out ? NOT_READ : 1);
    lenet5_read_groups_free(&r);
    return reading.count;
}

static void letters_are_left_out_where_there_are_numbers(void **state)
{
    (void)state;
    assert_int_equal(count_left(0.95, 0.4, 1, 0, NO_FIELD), 1);  /* a letter that looks like a digit */
    assert_int_equal(count_left(0.95, 0.01, 8, 1, NO_FIELD), 1); /* print that mostly does not look like digits */
    assert_int_equal(count_left(0.95, 0.01, 2, 1, 0), 1);        /* the same in a cell of a table */
    assert_int_equal(count_left(0.95, 0.6, 1, 0, NO_FIELD), 2);  /* probably a digit */
    assert_int_equal(count_left(0.95, 0.4, 4, 0, NO_FIELD), 2);  /* or a number */
    assert_int_equal(count_left(0.95, 0.4, 1, 0, 0), 2);         /* or stands in a cell */
    assert_int_equal(count_left(0.01, 0.01, 1, 0, NO_FIELD), 1); /* a separate sign is not a letter of a word */
    assert_int_equal(count_left(0, 0.01, 1, 1, NO_FIELD), 2);    /* no other line */
}

static void a_sign_or_two_in_no_field_are_scraps(void **state)
{
    (void)state;
    line_group group[] = {{.field = NO_FIELD}, {.field = NO_FIELD}, {.field = NO_FIELD}, {.field = 0}};
    lenet5_read_line read[] = {{.digits = 2, .decision = LENET5_UNSURE},
                               {.digits = 2, .marks = 1, .decision = LENET5_UNSURE},
                               {.digits = 2, .decision = LENET5_ACCEPTED},
                               {.digits = 2, .decision = LENET5_UNSURE}};
    const line_groups groups = {.count = 4, .list = group};
    lenet5_reading reading = {.count = 4, .lines = read};
    read_groups r = all_read(&reading, &groups);
    bool scrap[4];
    lenet5_find_fragments(scrap, &r);
    lenet5_read_groups_free(&r);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(scrap[i], i == 0);
}

/* A number that is accepted: digits of a height on a base line, every second of them higher and lower by some pixels.
 */
static lenet5_read_line number(size_t digits, size_t left, size_t base, size_t height, size_t uneven)
{
    lenet5_read_line l = {.strings = 1, .digits = digits, .decision = LENET5_ACCEPTED};
    for (size_t i = 0; i < digits; i++) {
        const size_t off = i % 2 * uneven;
        l.digit[i].box = (lenet5_box){left + i * height, base - height - off, height / 2, height + 2 * off};
    }
    l.box = (lenet5_box){left, base - height, digits * height, height};
    return l;
}

static void small_and_even_digits_beside_larger_ones_are_print(void **state)
{
    (void)state;
    static const struct {
        lenet5_decision decision;
        size_t digits, height, uneven;
    } drawn[] = {{LENET5_UNSURE, 5, 20, 0},
                 {LENET5_ACCEPTED, 5, 20, 1},  /* by hand */
                 {LENET5_ACCEPTED, 3, 20, 0},  /* too few to decide */
                 {LENET5_ACCEPTED, 5, 36, 0}}; /* as large as the writing */
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++) {
        lenet5_read_line lines[] = {number(drawn[i].digits, 10, 40, drawn[i].height, drawn[i].uneven),
                                    number(4, 300, 140, 40, 3), number(3, 300, 240, 42, 2)};
        lenet5_reading r = {.count = 3, .lines = lines};
        budget b = {.left = SIZE_MAX};
        assert_int_equal(lenet5_reject_printed_digits(&r, &b, NULL), LENET5_OK);
        assert_int_equal(lines[0].decision, drawn[i].decision);
        assert_true(lines[1].decision == LENET5_ACCEPTED && lines[2].decision == LENET5_ACCEPTED);
        assert_int_equal(r.notes != 0, drawn[i].decision == LENET5_UNSURE);
    }
}

static void numbers_of_rows_are_print(void **state)
{
    (void)state;
    for (size_t rows = 2; rows <= 4; rows++) {
        lenet5_read_line lines[8];
        for (size_t i = 0; i < rows; i++) {
            lines[2 * i] = number(1, 10, 100 * (i + 1), 20, 0);
            lines[2 * i + 1] = number(4, 200, 100 * (i + 1), 40, 3);
        }
        lenet5_reading r = {.count = 2 * rows, .lines = lines};
        budget b = {.left = SIZE_MAX};
        assert_int_equal(lenet5_reject_printed_digits(&r, &b, NULL), LENET5_OK);
        for (size_t i = 0; i < rows; i++) {
            assert_int_equal(lines[2 * i].decision, rows >= 3 ? LENET5_UNSURE : LENET5_ACCEPTED);
            assert_int_equal(lines[2 * i + 1].decision, LENET5_ACCEPTED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_beside_a_digit_make_it_print),
        cmocka_unit_test(separate_numbers_are_kept),
        cmocka_unit_test(letters_are_left_out_where_there_are_numbers),
        cmocka_unit_test(a_sign_or_two_in_no_field_are_scraps),
        cmocka_unit_test(small_and_even_digits_beside_larger_ones_are_print),
        cmocka_unit_test(numbers_of_rows_are_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
