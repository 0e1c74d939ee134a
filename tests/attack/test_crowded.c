/* Pictures with more content than writing has: the reader keeps its limits and accepts nothing that it has not read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lenet5.h"
#include "unit.h"

static lenet5_reader *reader;

static int prepare(void **state)
{
    (void)state;
    return lenet5_reader_new(&reader, NULL, NULL);
}

static int clean_up(void **state)
{
    (void)state;
    lenet5_reader_free(reader);
    return 0;
}

static lenet5_picture paper(size_t width, size_t height)
{
    lenet5_picture p = {width, height, malloc(width * height)};
    assert_non_null(p.grey);
    memset(p.grey, 255, width * height);
    return p;
}

static void bar(lenet5_picture *p, size_t x, size_t y, size_t width, size_t height)
{
    assert_true(x + width <= p->width && y + height <= p->height);
    for (size_t i = y; i < y + height; i++)
        memset(p->grey + i * p->width + x, 0, width);
}

/* Draws a 7. */
static void seven(lenet5_picture *p, size_t x, size_t y, size_t height, size_t stroke)
{
    const size_t width = height / 2;
    bar(p, x, y, width, stroke);
    for (size_t i = 0; i < height; i++)
        bar(p, x + width - stroke - (width - stroke) * i / height, y + i, stroke, 1);
}

/* Reads the picture and frees it. */
static lenet5_reading read_and_free(lenet5_picture *p, const lenet5_read_options *options)
{
    lenet5_reading reading;
    assert_int_equal(lenet5_read(&reading, reader, p, options, NULL), LENET5_OK);
    lenet5_picture_free(p);
    return reading;
}

static void assert_given_up(const lenet5_reading *reading, size_t width, size_t height)
{
    assert_true(reading->notes & LENET5_NOTE_CROWDED);
    assert_int_equal(reading->count, 1);
    assert_int_equal(reading->lines[0].decision, LENET5_UNSURE);
    assert_int_equal(reading->lines[0].strings, 0);
    assert_int_equal(reading->lines[0].box.width, width);
    assert_int_equal(reading->lines[0].box.height, height);
}

/* Pairs of lines that are joined like the halves of a digit and split again at the gap between them. */
static void joined_lines_are_split(void **state)
{
    (void)state;
    for (size_t pairs = 1; pairs <= 6; pairs++) {
        lenet5_picture p = paper(1200, 220 * pairs + 100);
        for (size_t i = 0; i < pairs; i++) {
            const size_t y = 50 + 220 * i;
            bar(&p, 20, y, 8, 40);
            bar(&p, 1000, y + 10, 8, 12);
            bar(&p, 500, y + 41, 8, 40);
        }
        lenet5_reading reading = read_and_free(&p, NULL);
        assert_in_range(reading.count, pairs, 3 * pairs);
        lenet5_reading_free(&reading);
    }
}

static void line_of_too_many_pieces(void **state)
{
    (void)state;
    lenet5_picture p = paper(300 * 20 + 40, 140);
    for (size_t i = 0; i < 300; i++)
        bar(&p, 20 + 20 * i, 20, 4, 30);
    seven(&p, 100, 90, 36, 4);
    seven(&p, 130, 90, 36, 4);
    lenet5_reading reading = read_and_free(&p, NULL);
    assert_int_equal(reading.count, 2);
    assert_true(reading.notes & LENET5_NOTE_CROWDED);
    assert_int_equal(reading.lines[0].decision, LENET5_UNSURE);
    assert_int_equal(reading.lines[0].strings, 0);
    assert_true(reading.lines[0].box.width > 5900);
    assert_string_equal(reading.lines[1].string[0].text, "77");
    lenet5_reading_free(&reading);
}

static void page_of_too_many_strokes(void **state)
{
    (void)state;
    lenet5_picture p = paper(4800, 2400); /* half empty: a uniform texture all over would count as paper */
    for (size_t y = 0; y < 200; y++)
        for (size_t x = 0; x < 200; x++)
            bar(&p, 12 * x + 2 + (7 * x + 5 * y) % 4, 12 * y + (3 * x + 11 * y) % 4, 3 + (x + y) % 4, 8);
    lenet5_reading reading = read_and_free(&p, NULL);
    assert_given_up(&reading, 4800, 2400);
    lenet5_reading_free(&reading);
}

static void page_of_too_many_lines(void **state)
{
    (void)state;
    lenet5_picture p = paper(60, 5000 * 14);
    for (size_t i = 0; i < 5000; i++)
        bar(&p, 20 + i % 3, 14 * i + 2, 3, 8);
    lenet5_reading reading = read_and_free(&p, NULL);
    assert_given_up(&reading, 60, 5000 * 14);
    lenet5_reading_free(&reading);
}

static void noise_is_not_accepted(void **state)
{
    (void)state;
    lenet5_picture p = paper(3200, 3200);
    uint32_t random = 1;
    for (size_t i = 0; i < p.width * p.height; i++) {
        random = random * 1664525u + 1013904223u;
        p.grey[i] = random >> 28 == 0 ? 0 : 255;
    }
    lenet5_reading reading = read_and_free(&p, NULL);
    for (size_t i = 0; i < reading.count; i++)
        assert_int_equal(reading.lines[i].decision, LENET5_UNSURE);
    lenet5_reading_free(&reading);
}

/* A strip that would become a hundred times as large if it were rotated until its rule is level. */
static void long_strips_are_not_rotated(void **state)
{
    (void)state;
    lenet5_picture p = paper(200, 200000);
    for (size_t x = 0; x < 200; x++)
        bar(&p, x, 1000 + x / 6, 1, 3);
    lenet5_reading reading = read_and_free(&p, NULL);
    assert_in_range(reading.count, 0, 1);
    lenet5_reading_free(&reading);
}

/* The resolution does not change the reading. */
static void large_digits(void **state)
{
    (void)state;
    static const size_t heights[] = {100, 380, 400, 1500, 3000};
    for (size_t i = 0; i < sizeof heights / sizeof heights[0]; i++)
        for (size_t thin = 0; thin < 2; thin++) {
            const size_t h = heights[i];
            lenet5_picture p = paper(2 * h, 2 * h);
            seven(&p, h / 2, h / 2, h, thin ? h / 30 : h / 10);
            lenet5_reading reading = read_and_free(&p, &(lenet5_read_options){.format = "1"});
            assert_int_equal(reading.count, 1);
            assert_string_equal(reading.lines[0].string[0].text, "7");
            const lenet5_box *box = &reading.lines[0].digit[0].box;
            assert_true(fabs((double)box->x - (double)h / 2) <= 0.05 * (double)h + 3);
            assert_true(fabs((double)box->height - (double)h) <= 0.1 * (double)h + 6);
            lenet5_reading_free(&reading);
        }
}

/* ---- Time limit and cancellation --------------------------------------------------------------------------------- */

static lenet5_picture many_lines(void)
{
    lenet5_picture p = paper(640, 640);
    for (size_t y = 0; y < 8; y++)
        for (size_t x = 0; x < 8; x++)
            seven(&p, 80 * x + 10, 80 * y + 10, 50, 6);
    return p;
}

static void time_limit(void **state)
{
    (void)state;
    lenet5_picture p = many_lines();
    lenet5_reading reading;
    lenet5_error error;
    const lenet5_read_options short_time = {.seconds = 1e-3}, long_time = {.seconds = 1e3};
    assert_int_equal(lenet5_read(&reading, reader, &p, &short_time, &error), LENET5_E_TIME);
    assert_int_equal(error.status, LENET5_E_TIME);
    assert_int_equal(lenet5_read(&reading, reader, &p, &long_time, &error), LENET5_OK);
    lenet5_reading_free(&reading);
    for (size_t i = 0; i < 3; i++) {
        const double wrong[] = {-1, NAN, -INFINITY};
        const lenet5_read_options options = {.seconds = wrong[i]};
        assert_int_equal(lenet5_read(&reading, reader, &p, &options, NULL), LENET5_E_ARGUMENT);
    }
    lenet5_picture_free(&p);
}

typedef struct stopper {
    size_t calls, last;
} stopper;

static bool stop(void *context)
{
    stopper *s = context;
    return ++s->calls > s->last;
}

/* A reading that is cancelled at any point leaks nothing (checked by the address sanitizer). */
static void stops_anywhere(void **state)
{
    (void)state;
    lenet5_picture p = many_lines();
    for (size_t method = 0; method < 2; method++) {
        size_t last = 0;
        lenet5_status status = LENET5_E_STOPPED;
        for (; status == LENET5_E_STOPPED; last += 1 + last / 8) {
            stopper s = {.last = last};
            const lenet5_read_options options = {
                .method = (lenet5_read_method)method, .stop = stop, .stop_context = &s};
            lenet5_reading reading;
            status = lenet5_read(&reading, reader, &p, &options, NULL);
            if (status == LENET5_OK)
                lenet5_reading_free(&reading);
        }
        assert_int_equal(status, LENET5_OK);
        assert_in_range(last, 10, 1000);
    }
    lenet5_picture_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joined_lines_are_split),
        cmocka_unit_test(line_of_too_many_pieces),
        cmocka_unit_test(page_of_too_many_strokes),
        cmocka_unit_test(page_of_too_many_lines),
        cmocka_unit_test(noise_is_not_accepted),
        cmocka_unit_test(long_strips_are_not_rotated),
        cmocka_unit_test(large_digits),
        cmocka_unit_test(time_limit),
        cmocka_unit_test(stops_anywhere),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
