/* The forms of digits: their descriptions, and the pictures that any hand with any pen makes of them. */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "data/dataset.h"
#include "data/pen.h"
#include "unit.h"

#define SIDE LENET5_PICTURE_SIDE
#define HANDS 200 /* that draw each form */

/* FNV-1a of 1,000 drawn digits, isolated and in strings. They change only if forms, hands or pens change on purpose. */
static const uint64_t golden[2] = {0x3959F368F7947FECu, 0x82542E509A664297u};

static bool same(knot_t a, knot_t b)
{
    return a.x == b.x && a.y == b.y;
}

static bool is_lift(knot_t knot)
{
    return knot.x < 0;
}

/* ---- Descriptions ------------------------------------------------------------------------------------------------ */

/* Returns the number of knots, lifts among them. */
static size_t count_knots(const knot_t path[MAX_KNOTS])
{
    size_t count = 0;
    while (count < MAX_KNOTS && path[count].x != 0)
        count++;
    return count;
}

/* A path ends within its array, on the paper, and each of its strokes has two knots or more. */
static void check_path(const knot_t path[MAX_KNOTS])
{
    const size_t count = count_knots(path);
    assert_in_range(count, 2, MAX_KNOTS - 1);
    size_t stroke = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_lift(path[i])) {
            assert_true(same(path[i], (knot_t){-1, -1}));
            assert_true(stroke >= 2);
            stroke = 0;
            continue;
        }
        stroke++;
        assert_in_range(path[i].x, 1, 110);
        assert_in_range(path[i].y, 1, 110);
    }
    assert_true(stroke >= 2);
}

static void both_paths_of_a_range_have_the_same_knots(void **state)
{
    (void)state;
    for (size_t i = 0; i < lenet5_forms_in_strings.count; i++) {
        const style_t *form = &lenet5_forms_in_strings.styles[i];
        const size_t count = count_knots(form->path[0]);
        assert_int_equal(count_knots(form->path[1]), count);
        for (size_t end = 0; end < 2; end++)
            check_path(form->path[end]);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(is_lift(form->path[0][k]), is_lift(form->path[1][k]));
            if (k > 0) /* corners too */
                assert_int_equal(same(form->path[0][k], form->path[0][k - 1]),
                                 same(form->path[1][k], form->path[1][k - 1]));
        }
        assert_memory_not_equal(form->path[0], form->path[1], sizeof form->path[0]);
    }
}

static void every_digit_has_forms_with_names_of_their_own(void **state)
{
    (void)state;
    size_t forms[LENET5_CLASSES] = {0};
    for (size_t i = 0; i < lenet5_forms_in_strings.count; i++) {
        const style_t *form = &lenet5_forms_in_strings.styles[i];
        assert_in_range(form->digit, 0, LENET5_CLASSES - 1);
        assert_true(form->weight > 0);
        assert_in_range(strlen(form->name), 1, 60);
        forms[form->digit]++;
        for (size_t k = 0; k < i; k++)
            if (lenet5_forms_in_strings.styles[k].digit == form->digit)
                assert_string_not_equal(lenet5_forms_in_strings.styles[k].name, form->name);
    }
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
        assert_true(forms[digit] >= 3);
}

/* A 1 whose first stroke ends in a corner at the head of its stem. */
static bool has_upstroke(const style_t *form, size_t end)
{
    const knot_t *path = form->path[end];
    return form->digit == 1 && path[2].y <= 3 && same(path[2], path[3]);
}

static void upstrokes_of_1_take_a_tenth_to_nine_tenths_of_the_height(void **state)
{
    (void)state;
    int shortest = 100, longest = 0;
    for (size_t i = 0; i < lenet5_forms_in_strings.count; i++)
        for (size_t end = 0; end < 2; end++)
            if (has_upstroke(&lenet5_forms_in_strings.styles[i], end)) {
                const int length = lenet5_forms_in_strings.styles[i].path[end][0].y;
                shortest = length < shortest ? length : shortest;
                longest = length > longest ? length : longest;
            }
    assert_true(shortest <= 15);
    assert_true(longest >= 90);
}

static void forms_are_chosen_by_their_weights(void **state)
{
    (void)state;
    enum { CHOICES = 20000 };
    lenet5_random random;
    lenet5_random_seed(&random, 1, 0);
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++) {
        size_t chosen[256] = {0};
        double total = 0;
        assert_true(lenet5_forms_in_strings.count <= 256);
        for (size_t i = 0; i < lenet5_forms_in_strings.count; i++)
            total += lenet5_forms_in_strings.styles[i].digit == digit ? lenet5_forms_in_strings.styles[i].weight : 0;
        for (size_t i = 0; i < CHOICES; i++) {
            const style_t *form = lenet5_choose_style(&random, &lenet5_forms_in_strings, digit);
            assert_int_equal(form->digit, digit);
            chosen[form - lenet5_forms_in_strings.styles]++;
        }
        for (size_t i = 0; i < lenet5_forms_in_strings.count; i++)
            if (lenet5_forms_in_strings.styles[i].digit == digit) {
                const double expected = CHOICES * lenet5_forms_in_strings.styles[i].weight / total;
                assert_true(fabs((double)chosen[i] - expected) < 5 * sqrt(expected));
            }
    }
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

static void draw(uint8_t picture[LENET5_PICTURE_BYTES], const style_t *form, uint64_t seed)
{
    lenet5_random random;
    lenet5_random_seed(&random, seed, 0);
    lenet5_draw_form(picture, &random, form);
}

/* Ink in pixels of full black, its centre, and its length along the direction in which it is longest. */
typedef struct ink {
    double mass, x, y, length;
} ink;

static ink weigh(const uint8_t *picture)
{
    double mass = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        const double weight = picture[i] / 255.0, column = (double)(i % SIDE), row = (double)(i / SIDE);
        mass += weight;
        x += weight * column;
        y += weight * row;
        xx += weight * column * column;
        yy += weight * row * row;
        xy += weight * column * row;
    }
    x /= mass;
    y /= mass;
    xx = xx / mass - x * x;
    yy = yy / mass - y * y;
    xy = xy / mass - x * y;
    const double variance = (xx + yy) / 2 + sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
    return (ink){mass, x, y, sqrt(12 * variance)}; /* that of a bar is its length squared / 12 */
}

static void assert_between(double value, double low, double high)
{
    assert_true(low <= value && value <= high);
}

static void assert_blank_border(const uint8_t *picture)
{
    for (size_t i = 0; i < SIDE; i++) {
        assert_int_equal(picture[i], 0);
        assert_int_equal(picture[(SIDE - 1) * SIDE + i], 0);
        assert_int_equal(picture[i * SIDE], 0);
        assert_int_equal(picture[i * SIDE + SIDE - 1], 0);
    }
}

/* The middle is at (14, 14), as in MNIST. The blank border keeps a few digits with a heavy top or side off it. */
static void each_form_is_drawn_in_the_middle_of_blank_paper(void **state)
{
    (void)state;
    double x = 0, y = 0;
    for (size_t i = 0; i < lenet5_forms_in_strings.count; i++)
        for (uint64_t hand = 0; hand < HANDS; hand++) {
            uint8_t picture[LENET5_PICTURE_BYTES];
            draw(picture, &lenet5_forms_in_strings.styles[i], hand);
            const ink found = weigh(picture);
            x += found.x;
            y += found.y;
            assert_between(found.mass, 5, 260);
            assert_between(found.x, 11, 15.5);
            assert_between(found.y, 10, 15);
            assert_blank_border(picture);
        }
    const double pictures = (double)lenet5_forms_in_strings.count * HANDS;
    assert_between(x / pictures, 13.7, 14.2);
    assert_between(y / pictures, 13.7, 14.2);
}

static void each_hand_draws_a_form_in_its_own_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < lenet5_forms_in_strings.count; i++) {
        uint8_t before[LENET5_PICTURE_BYTES] = {0};
        for (uint64_t hand = 0; hand < HANDS; hand++) {
            uint8_t picture[LENET5_PICTURE_BYTES], again[LENET5_PICTURE_BYTES];
            draw(picture, &lenet5_forms_in_strings.styles[i], hand);
            draw(again, &lenet5_forms_in_strings.styles[i], hand);
            assert_memory_equal(picture, again, sizeof picture);
            assert_memory_not_equal(picture, before, sizeof picture);
            memcpy(before, picture, sizeof before);
        }
    }
}

/* A digit is about 20 pixels high. */
static void lines_are_a_pixel_to_a_fifth_of_the_height_wide(void **state)
{
    (void)state;
    static const style_t stroke = {.path = {{{38, 1}, {38, 34}, {38, 67}, {38, 100}}}};
    size_t thin = 0, thick = 0;
    for (uint64_t hand = 0; hand < 1000; hand++) {
        uint8_t picture[LENET5_PICTURE_BYTES];
        draw(picture, &stroke, hand);
        const ink found = weigh(picture);
        const double width = found.mass / found.length;
        assert_between(width, 0.5, 6);
        thin += width < 1.2;
        thick += width > 3.8;
    }
    assert_in_range(thin, 30, 200);
    assert_in_range(thick, 30, 200);
}

/* Where the row with most ink is between the first row and the last: 0 to 1. */
static double place_of_bar(const uint8_t *picture)
{
    size_t top = SIDE, bottom = 0, bar = 0;
    unsigned most = 0;
    for (size_t row = 0; row < SIDE; row++) {
        unsigned sum = 0;
        for (size_t column = 0; column < SIDE; column++)
            sum += picture[row * SIDE + column];
        if (sum == 0)
            continue;
        top = row < top ? row : top;
        bottom = row;
        if (sum > most) {
            most = sum;
            bar = row;
        }
    }
    return (double)(bar - top) / (double)(bottom - top);
}

/* A stem, and a bar from near its head to near its foot. */
static void members_of_a_range_lie_anywhere_between_its_ends(void **state)
{
    (void)state;
    static const style_t range = {
        .path = {{{38, 1}, {38, 100}, {-1, -1}, {4, 10}, {72, 10}}, {{38, 1}, {38, 100}, {-1, -1}, {4, 90}, {72, 90}}}};
    size_t places[5] = {0};
    for (uint64_t hand = 0; hand < 1000; hand++) {
        uint8_t picture[LENET5_PICTURE_BYTES];
        draw(picture, &range, hand);
        places[(size_t)(4.999 * place_of_bar(picture))]++;
    }
    for (size_t i = 0; i < 5; i++)
        assert_in_range(places[i], 30, 400);
}

static void drawn_digits_are_the_same_bytes_everywhere(void **state)
{
    (void)state;
    for (int in_strings = 0; in_strings <= 1; in_strings++) {
        uint64_t hash = 0xCBF29CE484222325u;
        for (unsigned i = 0; i < 1000; i++) {
            uint8_t picture[LENET5_PICTURE_BYTES];
            lenet5_random random;
            lenet5_random_seed(&random, 1, i);
            lenet5_draw_hand(picture, &random, i % LENET5_CLASSES, in_strings);
            for (size_t k = 0; k < sizeof picture; k++)
                hash = (hash ^ picture[k]) * 0x100000001B3u;
        }
        if (hash != golden[in_strings])
            print_error("the hash is 0x%016" PRIX64 "\n", hash);
        assert_true(hash == golden[in_strings]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_paths_of_a_range_have_the_same_knots),
        cmocka_unit_test(every_digit_has_forms_with_names_of_their_own),
        cmocka_unit_test(upstrokes_of_1_take_a_tenth_to_nine_tenths_of_the_height),
        cmocka_unit_test(forms_are_chosen_by_their_weights),
        cmocka_unit_test(each_form_is_drawn_in_the_middle_of_blank_paper),
        cmocka_unit_test(each_hand_draws_a_form_in_its_own_way),
        cmocka_unit_test(lines_are_a_pixel_to_a_fifth_of_the_height_wide),
        cmocka_unit_test(members_of_a_range_lie_anywhere_between_its_ends),
        cmocka_unit_test(drawn_digits_are_the_same_bytes_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
