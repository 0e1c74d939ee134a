/* Pages that lie on their side or upside down. */
#include <stdlib.h>
#include <string.h>

#include "reader/orientation.h"
#include "reader/page/rotate.h"
#include "written.h"

static raster draw(char text[LENET5_MAX_STRING + 1], size_t count, size_t index)
{
    const lenet5_picture p = draw_string(text, "spaced", count, index);
    return (raster){p.width, p.height, p.grey};
}

static lenet5_reading read_raster(const raster *r, const lenet5_read_options *options)
{
    return read_it(&(lenet5_picture){r->width, r->height, r->pixels}, options);
}

static raster rotated(const raster *r, unsigned quarters)
{
    raster to;
    budget b = lenet5_budget_new(&(lenet5_read_options){0});
    assert_int_equal(lenet5_rotate(&to, r, (box){0, 0, r->width, r->height}, quarters, &b, NULL), LENET5_OK);
    return to;
}

/* ---- Rotation ---------------------------------------------------------------------------------------------------- */

static void pixels_are_moved_to_the_rotated_position(void **state)
{
    (void)state;
    enum { WIDE = 70, TALL = 45 };
    uint8_t pixels[WIDE * TALL];
    const raster r = {WIDE, TALL, pixels};
    for (size_t i = 0; i < WIDE * TALL; i++)
        pixels[i] = (uint8_t)(i * 37 % 251);
    for (unsigned quarters = 0; quarters < QUARTERS; quarters++) {
        raster to = rotated(&r, quarters);
        const transform to_upright = lenet5_rotation_transform(WIDE, TALL, quarters);
        for (size_t i = 0; i < WIDE * TALL; i++) {
            double at[2];
            transform_point(at, &to_upright, (double)(i % to.width) + 0.5, (double)(i / to.width) + 0.5);
            assert_int_equal(to.pixels[i], pixels[(size_t)at[1] * WIDE + (size_t)at[0]]);
        }
        free(to.pixels);
    }
}

static void a_part_is_rotated_alone(void **state)
{
    (void)state;
    uint8_t pixels[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t expected[QUARTERS][4] = {{4, 5, 7, 8}, {7, 4, 8, 5}, {8, 7, 5, 4}, {5, 8, 4, 7}};
    budget b = lenet5_budget_new(&(lenet5_read_options){0});
    for (unsigned quarters = 0; quarters < QUARTERS; quarters++) {
        raster to;
        assert_int_equal(lenet5_rotate(&to, &(raster){3, 3, pixels}, (box){1, 1, 3, 3}, quarters, &b, NULL), LENET5_OK);
        assert_memory_equal(to.pixels, expected[quarters], 4);
        free(to.pixels);
    }
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* The box of a rotated picture, in the coordinates of the given one. */
static bool is_same_box(const lenet5_box *given, const lenet5_box *upright, const raster *r, unsigned quarters)
{
    const transform to_upright = lenet5_rotation_transform(r->width, r->height, quarters);
    double from[2], to[2];
    transform_point(from, &to_upright, (double)upright->x, (double)upright->y);
    transform_point(to, &to_upright, (double)(upright->x + upright->width), (double)(upright->y + upright->height));
    return given->x == (size_t)(from[0] < to[0] ? from[0] : to[0]) &&
           given->y == (size_t)(from[1] < to[1] ? from[1] : to[1]) &&
           given->width == (quarters % 2 ? upright->height : upright->width) &&
           given->height == (quarters % 2 ? upright->width : upright->height);
}

static void assert_same_boxes(const lenet5_reading *given, const lenet5_reading *upright, const raster *r,
                              unsigned quarters)
{
    for (size_t i = 0; i < upright->lines[0].digits; i++)
        assert_true(is_same_box(&given->lines[0].digit[i].box, &upright->lines[0].digit[i].box, r, quarters));
}

static void a_rotated_page_is_read(void **state)
{
    (void)state;
    unsigned read = 0, of = 0;
    for (size_t index = 0; index < 10; index++) {
        char text[LENET5_MAX_STRING + 1];
        raster drawn = draw(text, 8, index);
        lenet5_reading upright = read_raster(&drawn, NULL);
        assert_int_equal(upright.turned, 0);
        assert_false(upright.notes & LENET5_NOTE_TURNED);
        for (unsigned quarters = 1; quarters < QUARTERS; quarters++) {
            raster given = rotated(&drawn, QUARTERS - quarters);
            lenet5_reading r = read_raster(&given, NULL);
            const bool right = r.turned == 90 * quarters && reads(&r, upright.lines[0].string[0].text);
            assert_int_equal(!!(r.notes & LENET5_NOTE_TURNED), r.turned != 0);
            if (right)
                assert_same_boxes(&r, &upright, &given, quarters);
            read += right;
            of++;
            lenet5_reading_free(&r);
            free(given.pixels);
        }
        lenet5_reading_free(&upright);
        free(drawn.pixels);
    }
    print_message("%u of %u turned strings of eight digits read\n", read, of);
    assert_true(10 * read >= 9 * of);
}

static void few_digits_are_never_rotated(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 3; count++)
        for (size_t index = 0; index < 20; index++) {
            char text[LENET5_MAX_STRING + 1];
            raster drawn = draw(text, count, index);
            raster given = rotated(&drawn, (unsigned)(index % QUARTERS));
            lenet5_reading r = read_raster(&given, NULL);
            assert_int_equal(r.turned, 0);
            lenet5_reading_free(&r);
            free(given.pixels);
            free(drawn.pixels);
        }
}

/* A line of a probability, whose evidence alone is against it. */
static lenet5_reading one_line(lenet5_read_line *line, size_t count, double probability, unsigned rotated_by)
{
    *line = (lenet5_read_line){.digits = count,
                               .strings = 1,
                               .string[0] = {.text = "4", .probability = probability},
                               .digit = {{4, 0, {0, 0, 0, 0}}}, /* none upside down */
                               .evidence[LENET5_EVIDENCE_ODDS] = -100};
    return (lenet5_reading){.count = 1, .lines = line, .turned = rotated_by};
}

/* Most digits look like digits upside down too, so a few doubtful digits are not turned over. Many are, if they are far
 * less doubtful that way, even if they are readable both ways. */
static void doubtful_digits_are_not_turned_upside_down(void **state)
{
    static const struct {
        size_t count;
        unsigned rotated_by;
        double upright, turned;
        bool clear;
    } cases[] = {{5, 180, 0.4, 0.95, false}, {5, 180, 0.1, 0.95, true},  {5, 90, 0.4, 0.95, true},
                 {9, 180, 0.4, 0.95, true},  {9, 180, 0.85, 0.99, true}, {9, 180, 0.95, 0.97, false},
                 {9, 90, 1e-4, 0.05, true},  {9, 90, 0.02, 0.05, false}, {5, 90, 1e-4, 0.1, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lenet5_read_line lines[2];
        const lenet5_reading turned_over = one_line(&lines[0], cases[i].count, cases[i].turned, cases[i].rotated_by);
        const lenet5_reading upright = one_line(&lines[1], cases[i].count, cases[i].upright, 0);
        assert_int_equal(lenet5_rotation_is_clear(&turned_over, &upright), cases[i].clear);
    }
}

/* The work of the search for the rotation of a page with five pairs of digits of a given probability. */
static uint64_t work_to_rotate(const ink_map *map, double probability)
{
    enum { PAIRS = 5 };
    const lenet5_read_options options = {0};
    lenet5_read_line lines[PAIRS];
    orientation found;
    for (size_t i = 0; i < PAIRS; i++)
        one_line(&lines[i], 2, probability, 0);
    const lenet5_reading upright = {.count = PAIRS, .lines = lines};
    page p = {.reader = reader, .options = &options, .budget = lenet5_budget_new(&options), .strokes = 2 * PAIRS};
    assert_int_equal(lenet5_format_new(&p.format, &options, NULL), LENET5_OK);
    assert_int_equal(lenet5_find_rotation(&found, &upright, map, &p, NULL), LENET5_OK);
    lenet5_format_free(&p.format);
    return MAX_WORK - p.budget.left;
}

/* Trials are counted as work, and a page that is sure without rotation is not tried on its sides. */
static void a_sure_page_takes_one_trial(void **state)
{
    (void)state;
    char text[LENET5_MAX_STRING + 1];
    raster drawn = draw(text, 8, 1);
    for (size_t i = 0; i < drawn.width * drawn.height; i++)
        drawn.pixels[i] = (uint8_t)(255 - drawn.pixels[i]);
    const ink_map map = {drawn.width, drawn.height, drawn.pixels};
    const uint64_t three = work_to_rotate(&map, 0.5), one = work_to_rotate(&map, 0.92),
                   none = work_to_rotate(&map, 0.99);
    assert_true(none == 0 && one > 0);
    assert_true(2 * one < three);
    free(drawn.pixels);
}

/* An observer sees one reading, in the rotation that is chosen, and changes nothing. */
static size_t stages;

static void count_stage(void *context, const char *name, size_t line, const uint8_t *rgb, size_t width, size_t height)
{
    (void)context, (void)line, (void)rgb, (void)width, (void)height;
    stages += strcmp(name, "ink") == 0;
}

/* Literal digits of a mask are not read, so they do not influence the search for the rotation. */
static void literal_digits_of_a_mask_are_not_read(void **state)
{
    static const size_t cases[] = {132, 194};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[LENET5_MAX_STRING + 1];
        raster drawn = draw(text, 5, cases[i]), over = rotated(&drawn, QUARTERS / 2);
        lenet5_reading round = read_raster(&over, &(lenet5_read_options){.format = "888-ddddd"});
        lenet5_reading straight = read_raster(&over, &(lenet5_read_options){.format = "347-ddddd"});
        assert_int_equal(straight.lines[0].decision, round.lines[0].decision);
        assert_true(straight.lines[0].string[0].probability == round.lines[0].string[0].probability);
        lenet5_reading_free(&straight);
        lenet5_reading_free(&round);
        free(over.pixels);
        free(drawn.pixels);
    }
}

/* All of these digits are digits upside down too. With an observer the decision is the same. */
static void pages_that_are_surer_upside_down_are_not_accepted(void **state)
{
    static const size_t cases[][2] = {{3, 58}, {3, 116}, {4, 7}, {4, 134}, {5, 132}, {5, 194}, {6, 105}, {6, 110}};
    const lenet5_observer observer = {.stage = count_stage};
    size_t right = 0, wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[LENET5_MAX_STRING + 1];
        raster drawn = draw(text, cases[i][0], cases[i][1]), over = rotated(&drawn, QUARTERS / 2);
        lenet5_reading upright = read_raster(&drawn, NULL), given = read_raster(&over, NULL);
        lenet5_reading seen = read_raster(&over, &(lenet5_read_options){.observer = &observer});
        right += reads(&upright, text) && upright.lines[0].decision == LENET5_ACCEPTED;
        wrong += given.lines[0].decision == LENET5_ACCEPTED;
        assert_int_equal(seen.lines[0].decision, given.lines[0].decision);
        lenet5_reading_free(&seen);
        lenet5_reading_free(&given);
        lenet5_reading_free(&upright);
        free(over.pixels);
        free(drawn.pixels);
    }
    assert_true(right >= 6 && wrong <= 1);
}

static void one_reading_is_observed(void **state)
{
    (void)state;
    const lenet5_observer observer = {.stage = count_stage};
    for (unsigned quarters = 0; quarters < 2; quarters++) {
        char text[LENET5_MAX_STRING + 1];
        raster drawn = draw(text, 8, 1);
        raster given = rotated(&drawn, quarters);
        lenet5_reading alone = read_raster(&given, NULL);
        stages = 0;
        lenet5_reading seen = read_raster(&given, &(lenet5_read_options){.observer = &observer});
        assert_int_equal(stages, 1);
        assert_int_equal(seen.turned, alone.turned);
        assert_int_equal(seen.notes, alone.notes);
        assert_true(reads(&seen, alone.lines[0].string[0].text));
        lenet5_reading_free(&alone);
        lenet5_reading_free(&seen);
        free(given.pixels);
        free(drawn.pixels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_moved_to_the_rotated_position),
        cmocka_unit_test(a_part_is_rotated_alone),
        cmocka_unit_test(a_rotated_page_is_read),
        cmocka_unit_test(few_digits_are_never_rotated),
        cmocka_unit_test(doubtful_digits_are_not_turned_upside_down),
        cmocka_unit_test(a_sure_page_takes_one_trial),
        cmocka_unit_test(pages_that_are_surer_upside_down_are_not_accepted),
        cmocka_unit_test(literal_digits_of_a_mask_are_not_read),
        cmocka_unit_test(one_reading_is_observed),
    };
    return cmocka_run_group_tests(tests, prepare_reading, end_reading);
}
