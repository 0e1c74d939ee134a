/* Ink on patterned paper, under shadows and in coloured frames: draws pictures and checks which strokes are found. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lenet5.h"
#include "reader/decode/decode.h"
#include "reader/page/ink.h"
#include "reader/page/segments.h"
#include "unit.h"

enum { WIDTH = 240, HEIGHT = 72, DIGITS = 5 };

#define PEN 1.8   /* pixels: half a stroke's width */
#define POINT 1.7 /* pixels: half the width of a point */
#define DARK 0.55 /* share of the paper's light that the pen takes */
#define LIGHT 210 /* of the paper */

/* A canvas: the ink of each pixel, 0 to 1. */
typedef struct canvas {
    double pen[HEIGHT][WIDTH], print[HEIGHT][WIDTH];
} canvas;

/* The share of a pixel that a line covers; half: half the width of the line. */
static double covered(double distance, double half)
{
    return fmax(0, fmin(1, half + 0.5 - distance));
}

static void draw_line(double to[HEIGHT][WIDTH], const double from[2], const double end[2], double half)
{
    const double dx = end[0] - from[0], dy = end[1] - from[1], length = dx * dx + dy * dy;
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++) {
            const double at = ((double)x - from[0]) * dx + ((double)y - from[1]) * dy;
            const double t = fmax(0, fmin(1, length > 0 ? at / length : 0));
            const double off = hypot((double)x - from[0] - t * dx, (double)y - from[1] - t * dy);
            to[y][x] = fmax(to[y][x], covered(off, half));
        }
}

/* Sevens, fours and zeros of straight strokes. */
static void write_digits(canvas *c)
{
    static const double strokes[3][4][4] = {{{0, 0, 20, 0}, {20, 0, 6, 36}, {20, 0, 6, 36}, {20, 0, 6, 36}},
                                            {{12, 0, 0, 22}, {0, 22, 22, 22}, {16, 8, 14, 36}, {16, 8, 14, 36}},
                                            {{4, 0, 18, 0}, {18, 0, 18, 36}, {18, 36, 4, 36}, {4, 36, 4, 0}}};
    for (size_t digit = 0; digit < DIGITS; digit++)
        for (size_t i = 0; i < 4; i++) {
            const double *s = strokes[digit % 3][i];
            const double left = 20 + 42 * (double)digit, top = 18;
            draw_line(c->pen, (double[]){left + s[0], top + s[1]}, (double[]){left + s[2], top + s[3]}, PEN);
        }
}

typedef enum pattern { HATCHED, WAVES, GUILLOCHE, PATTERNS } pattern;

static double printed(pattern p, double x, double y)
{
    switch (p) {
    case HATCHED: return sin(2 * M_PI * (0.87 * x + 0.5 * y) / 4) > 0.2;
    case WAVES: return sin(2 * M_PI * (y + 3 * sin(x / 9)) / 5) > 0.5;
    default: return sin(2 * M_PI * (y + 6 * sin(x / 11)) / 9) > 0.7 || sin(2 * M_PI * (y - 6 * sin(x / 11)) / 9) > 0.7;
    }
}

static void print_pattern(canvas *c, pattern p)
{
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            for (size_t part = 0; part < 9; part++)
                c->print[y][x] += printed(p, (double)x + (double)(part % 3) / 3, (double)y + (double)part / 9) / 9;
}

static void find_ink(ink_map *map, ink_report *report, const canvas *c, double ratio)
{
    static uint8_t grey[HEIGHT][WIDTH];
    static const lenet5_read_options options;
    const lenet5_picture picture = {WIDTH, HEIGHT, grey[0]};
    budget b = lenet5_budget_new(&options);
    lenet5_error error;
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            grey[y][x] = (uint8_t)(LIGHT * (1 - DARK * c->pen[y][x]) * (1 - ratio * DARK * c->print[y][x]));
    assert_int_equal(lenet5_find_ink(map, report, &picture, &b, &error), LENET5_OK);
}

/* Measures the share of the pen's middle that is ink, and the ink where no pen was near. */
static void compare(double *kept, size_t *added, const ink_map *map, const canvas *c)
{
    double pen = 0, found = 0;
    *added = 0;
    for (size_t y = 3; y + 3 < HEIGHT; y++)
        for (size_t x = 3; x + 3 < WIDTH; x++) {
            double near = 0;
            for (size_t j = y - 3; j <= y + 3; j++)
                for (size_t i = x - 3; i <= x + 3; i++)
                    near = fmax(near, c->pen[j][i]);
            const bool ink = map->ink[y * WIDTH + x] > 127;
            pen += c->pen[y][x] >= 1;
            found += c->pen[y][x] >= 1 && ink;
            *added += near <= 0 && ink;
        }
    *kept = pen > 0 ? found / pen : 0;
}

/* Finds the ink of a canvas and compares it with the pen. */
static ink_report find_and_compare(double *kept, size_t *added, const canvas *c, double ratio)
{
    ink_map map;
    ink_report report;
    find_ink(&map, &report, c, ratio);
    compare(kept, added, &map, c);
    lenet5_ink_free(&map);
    return report;
}

/* Finds the ink of digits, and of an optional point, on a pattern. */
static void find_on_pattern(ink_map *map, ink_report *report, canvas *c, pattern p, const double *point)
{
    memset(c, 0, sizeof *c);
    write_digits(c);
    if (point)
        draw_line(c->pen, point, point, POINT);
    print_pattern(c, p);
    find_ink(map, report, c, 0.5);
}

static void strokes_stand_out_from_patterns(void **state)
{
    (void)state;
    static canvas c;
    for (pattern p = HATCHED; p < PATTERNS; p++) {
        ink_map map;
        ink_report report;
        double kept;
        size_t added;
        find_on_pattern(&map, &report, &c, p, NULL);
        compare(&kept, &added, &map, &c);
        print_message("pattern %d: %.3f of the pen, %zu pixels besides, noise %.2f\n", (int)p, kept, added,
                      report.noise);
        assert_false(report.empty);
        assert_true(report.pattern && report.noise > 0.1);
        assert_true(kept > 0.98);
        assert_true(added < 20);
        lenet5_ink_free(&map);
    }
}

/* Smoothing blurs a point more than a stroke. */
static void a_point_stands_out_from_patterns(void **state)
{
    (void)state;
    static canvas c;
    const double place[] = {51, 51};
    for (pattern p = HATCHED; p < PATTERNS; p++) {
        ink_map map;
        ink_report report;
        double kept;
        size_t added;
        find_on_pattern(&map, &report, &c, p, place);
        compare(&kept, &added, &map, &c);
        assert_true(report.pattern);
        assert_true(map.ink[(size_t)place[1] * WIDTH + (size_t)place[0]] > 127);
        assert_true(added < 20);
        lenet5_ink_free(&map);
    }
}

/* A comma so close to the foot of a digit that smoothing would join them, and a point of two pixels. */
static void small_marks_stay_separate_if_the_pen_is_darker(void **state)
{
    (void)state;
    static canvas c;
    for (pattern p = HATCHED; p < PATTERNS; p++) {
        ink_map map;
        ink_report report;
        memset(&c, 0, sizeof c);
        write_digits(&c);
        draw_line(c.pen, (double[]){33, 55}, (double[]){30, 62}, PEN);
        draw_line(c.pen, (double[]){141, 53}, (double[]){141.5, 53}, 0.8);
        print_pattern(&c, p);
        find_ink(&map, &report, &c, 0.25);
        assert_true(report.pattern);
        assert_true(map.ink[53 * WIDTH + 141] > 127);
        assert_true(map.ink[59 * WIDTH + 31] > 127);
        bool apart = false;
        for (size_t x = 26; x < 33; x++)
            apart |= map.ink[54 * WIDTH + x] < 85;
        assert_true(apart);
        lenet5_ink_free(&map);
    }
}

static void a_pattern_alone_is_not_ink(void **state)
{
    (void)state;
    static canvas c;
    for (pattern p = HATCHED; p < PATTERNS; p++) {
        ink_map map;
        ink_report report;
        memset(&c, 0, sizeof c);
        print_pattern(&c, p);
        find_ink(&map, &report, &c, 0.8);
        assert_true(report.empty && report.pattern);
        lenet5_ink_free(&map);
    }
}

static void plain_paper_has_no_pattern(void **state)
{
    (void)state;
    static canvas c;
    double kept;
    size_t added;
    write_digits(&c);
    const ink_report report = find_and_compare(&kept, &added, &c, 0);
    assert_true(kept == 1 && added == 0);
    assert_true(!report.pattern && report.noise < 0.02 && !report.shadow);
}

/* Rules show which digits form a number, so they are ink; only the lines of squared paper count as paper. */
static void grey_rules_of_a_table_are_faint_ink(void **state)
{
    static const double columns[] = {8, 54, 100, 146, 192, 236};
    static canvas c;
    ink_map map;
    ink_report report;
    (void)state;
    memset(&c, 0, sizeof c);
    write_digits(&c);
    for (size_t i = 0; i < 6; i++)
        draw_line(c.print, (double[]){columns[i], 8}, (double[]){columns[i], 64}, 1.5);
    draw_line(c.print, (double[]){8, 8}, (double[]){236, 8}, 1.5);
    draw_line(c.print, (double[]){8, 64}, (double[]){236, 64}, 1.5);
    find_ink(&map, &report, &c, 0.4);
    for (size_t y = 10; y < 16; y++)
        for (size_t i = 0; i < 6; i++)
            assert_true(map.ink[y * WIDTH + (size_t)columns[i]] >= FAINT);
    lenet5_ink_free(&map);
}

/* A dark corner, five times as wide as a stroke, is not ink; the digits are. */
static void a_dark_corner_is_not_ink(void **state)
{
    (void)state;
    static canvas c;
    double kept;
    size_t added;
    write_digits(&c);
    for (size_t y = 0; y < 40; y++)
        for (size_t x = WIDTH - 12; x < WIDTH; x++)
            c.print[y][x] = 1 / DARK * 0.9;
    const ink_report report = find_and_compare(&kept, &added, &c, 1);
    assert_true(kept > 0.99 && added == 0);
    assert_true(report.shadow);
}

/* The table is visible beside a rotated sheet: on both sides of the upper left corner, and along the right side. */
static void wedges_along_the_border_are_not_ink(void **state)
{
    (void)state;
    static canvas c;
    double kept;
    size_t added;
    write_digits(&c);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++) {
            const double above = 17 - (double)x / 12, left = 9 - (double)y / 4,
                         right = (double)x - (WIDTH - 12 + (double)y / 12);
            c.print[y][x] = 1 / DARK * 0.8 * fmax(0, fmin(1, fmax(above - (double)y, fmax(left - (double)x, right))));
        }
    const ink_report report = find_and_compare(&kept, &added, &c, 1);
    assert_true(kept > 0.99 && added == 0);
    assert_true(report.sheet);
}

/* A 7 whose bar starts in the corner and runs along the border. */
static void a_digit_in_the_corner_is_ink(void **state)
{
    (void)state;
    static canvas c;
    double kept;
    size_t added;
    write_digits(&c);
    draw_line(c.pen, (double[]){1, 2}, (double[]){26, 1}, PEN);
    draw_line(c.pen, (double[]){26, 1}, (double[]){10, 50}, PEN);
    const ink_report report = find_and_compare(&kept, &added, &c, 1);
    assert_true(kept > 0.99 && !report.sheet);
}

typedef struct tint {
    uint8_t red, green, blue;
} tint;

/* Digits in frames of two colours; returns how much darker than the paper the grey of the pen and of the frames is. */
static void mix(double *pen, double *frame, tint written, tint drawn)
{
    static canvas c;
    static uint8_t rgb[HEIGHT * WIDTH * 3];
    const uint8_t ink[3] = {written.red, written.green, written.blue}, print[3] = {drawn.red, drawn.green, drawn.blue};
    double pens = 0, frames = 0;
    lenet5_picture picture;
    lenet5_error error;
    memset(&c, 0, sizeof c);
    write_digits(&c);
    for (double left = 12; left < 200; left += 42)
        for (int side = 0; side < 4; side++) {
            const double corners[5][2] = {{left, 8}, {left + 36, 8}, {left + 36, 64}, {left, 64}, {left, 8}};
            draw_line(c.print, corners[side], corners[side + 1], 0.8);
        }
    for (size_t i = 0; i < (size_t)HEIGHT * WIDTH; i++)
        for (size_t part = 0; part < 3; part++) {
            const double under = 240 + c.print[i / WIDTH][i % WIDTH] * (print[part] - 240.0);
            rgb[3 * i + part] = (uint8_t)(under + c.pen[i / WIDTH][i % WIDTH] * (fmin(under, ink[part]) - under));
        }
    assert_int_equal(lenet5_rgb_to_grey(&picture, rgb, WIDTH, HEIGHT, &error), LENET5_OK);
    *pen = *frame = 0;
    for (size_t i = 0; i < (size_t)HEIGHT * WIDTH; i++) {
        const bool is_pen = c.pen[i / WIDTH][i % WIDTH] >= 1,
                   is_frame = c.print[i / WIDTH][i % WIDTH] >= 1 && c.pen[i / WIDTH][i % WIDTH] <= 0;
        *pen += is_pen ? picture.grey[0] - picture.grey[i] : 0;
        *frame += is_frame ? picture.grey[0] - picture.grey[i] : 0;
        pens += is_pen;
        frames += is_frame;
    }
    *pen /= pens;
    *frame /= frames;
    free(picture.grey);
}

static void frames_of_another_colour_are_faint(void **state)
{
    (void)state;
    static const tint pens[] = {{25, 25, 30}, {30, 50, 140}, {95, 95, 100}};
    static const tint frames[] = {{225, 125, 50}, {220, 60, 60}, {60, 160, 90}};
    double pen, frame;
    for (size_t p = 0; p < 3; p++)
        for (size_t f = 0; f < 3; f++) {
            mix(&pen, &frame, pens[p], frames[f]);
            print_message("pen %zu, frame %zu: %.0f and %.0f levels\n", p, f, pen, frame);
            assert_true(pen > 40 && frame > pen / 5 && frame < pen / 2);
        }
    mix(&pen, &frame, pens[0], pens[0]);
    assert_true(fabs(pen - frame) < 3 && pen > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strokes_stand_out_from_patterns),
        cmocka_unit_test(a_point_stands_out_from_patterns),
        cmocka_unit_test(small_marks_stay_separate_if_the_pen_is_darker),
        cmocka_unit_test(a_pattern_alone_is_not_ink),
        cmocka_unit_test(plain_paper_has_no_pattern),
        cmocka_unit_test(a_dark_corner_is_not_ink),
        cmocka_unit_test(frames_of_another_colour_are_faint),
        cmocka_unit_test(wedges_along_the_border_are_not_ink),
        cmocka_unit_test(grey_rules_of_a_table_are_faint_ink),
        cmocka_unit_test(a_digit_in_the_corner_is_ink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
