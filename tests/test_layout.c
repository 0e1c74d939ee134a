/* Printed structure is removed, writing is kept, and cells are found where they were drawn. */
#include "lenet5.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reader/page/components.h"
#include "reader/page/layout.h"
#include "reader/page/segments.h"

enum { WIDTH = 640, HEIGHT = 400 };

static ink_map blank(void)
{
    ink_map map = {WIDTH, HEIGHT, calloc(WIDTH, HEIGHT)};
    assert_non_null(map.ink);
    return map;
}

/* A line of a given thickness between two points. */
static void line(ink_map *map, double x0, double y0, double x1, double y1, double thickness)
{
    const double dx = x1 - x0, dy = y1 - y0, length = hypot(dx, dy);
    const double more = thickness + 2;
    for (size_t y = (size_t)fmax(0, fmin(y0, y1) - more); y < map->height && (double)y < fmax(y0, y1) + more; y++)
        for (size_t x = (size_t)fmax(0, fmin(x0, x1) - more); x < map->width && (double)x < fmax(x0, x1) + more; x++) {
            const double along = ((double)x - x0) * dx / length + ((double)y - y0) * dy / length;
            const double within = fmin(fmax(along, 0), length);
            const double off = hypot((double)x - x0 - within * dx / length, (double)y - y0 - within * dy / length);
            const double ink = 255 * fmin(1, fmax(0, 0.5 * thickness + 0.5 - off));
            uint8_t *here = &map->ink[y * map->width + x];
            *here = ink > *here ? (uint8_t)ink : *here;
        }
}

static void rectangle(ink_map *map, double left, double top, double right, double bottom, double thickness)
{
    line(map, left, top, right, top, thickness);
    line(map, left, bottom, right, bottom, thickness);
    line(map, left, top, left, bottom, thickness);
    line(map, right, top, right, bottom, thickness);
}

static void grid(ink_map *map, double left, double top, double width, double height, int columns, int rows)
{
    for (int i = 0; i <= rows; i++)
        line(map, left, top + i * height, left + columns * width, top + i * height, 2);
    for (int i = 0; i <= columns; i++)
        line(map, left + i * width, top, left + i * width, top + rows * height, 2);
}

static layout find(ink_map *map)
{
    const lenet5_read_options options = {0};
    const ink_report report = {.stroke = 3};
    budget b = lenet5_budget_new(&options);
    transform to_source;
    layout found;
    assert_int_equal(lenet5_find_layout(&found, map, &to_source, &report, &b, NULL), LENET5_OK);
    for (size_t i = 0; i < found.field_count; i++)
        for (size_t k = 0; k < found.fields[i].count; k++)
            assert_int_equal(found.cells[found.fields[i].first + k].field, i);
    return found;
}

static size_t count_pieces(const ink_map *map)
{
    const lenet5_read_options options = {0};
    budget b = lenet5_budget_new(&options);
    components c;
    assert_int_equal(lenet5_find_components(&c, map, &b, NULL), LENET5_OK);
    const size_t count = c.count;
    lenet5_components_free(&c);
    return count;
}

static void draw_row(ink_map *map)
{
    grid(map, 40, 50, 60, 70, 8, 1);
}

static void draw_boxes(ink_map *map)
{
    for (int i = 0; i < 5; i++)
        rectangle(map, 50 + 90 * i, 60, 120 + 90 * i, 150, 3);
}

static void draw_table(ink_map *map)
{
    grid(map, 60, 40, 120, 50, 4, 6);
}

static void draw_slanted_table(ink_map *map)
{
    for (int i = 0; i <= 3; i++) {
        line(map, 60 - 8 * i, 60 + 80 * i, 560 - 8 * i, 110 + 80 * i, 2);
        line(map, 60 + 500.0 / 3 * i, 60 + 50.0 / 3 * i, 36 + 500.0 / 3 * i, 300 + 50.0 / 3 * i, 2);
    }
}

static void draw_comb(ink_map *map)
{
    line(map, 50, 200, 550, 200, 2);
    for (int i = 0; i <= 10; i++)
        line(map, 50 + 50 * i, 175, 50 + 50 * i, 200, 2);
}

static void draw_dashes(ink_map *map)
{
    for (int i = 0; i < 8; i++)
        line(map, 50 + 60 * i, 200, 90 + 60 * i, 200, 2);
}

static void draw_dots(ink_map *map)
{
    for (int i = 0; i < 60; i++)
        line(map, 40 + 9 * i, 250, 42 + 9 * i, 250, 2);
}

static void draw_page_frame(ink_map *map)
{
    rectangle(map, 6, 6, WIDTH - 7, HEIGHT - 7, 4);
}

static void draw_edge(ink_map *map)
{
    line(map, 1, 0, 1, HEIGHT - 1, 4);
}

/* An ellipse with a varying radius, as drawn by hand. */
static void oval(ink_map *map, double x, double y, double a, double b, double thickness, double share, double seed)
{
    double angle = 0, before[2] = {0, 0};
    for (int i = 0; i <= 90; i++, angle += 2 * 3.14159265358979 / 90) {
        const double more = 1 + share * sin(2 * angle + seed) + 0.5 * share * cos(3 * angle + 2 * seed);
        const double at[2] = {x + a * more * cos(angle), y + b * more * sin(angle)};
        if (i > 0)
            line(map, before[0], before[1], at[0], at[1], thickness);
        memcpy(before, at, sizeof at);
    }
}

static void draw_circles(ink_map *map)
{
    for (int i = 0; i < 5; i++)
        oval(map, 60 + 64 * i, 90, 28, 28, 2, 0, 0);
}

static void draw_ovals(ink_map *map)
{
    for (int i = 0; i < 3; i++)
        oval(map, 60 + 90 * i, 90, 28, 34, 3, 0, 0);
}

static void printed_structure_leaves_no_ink(void **state)
{
    (void)state;
    void (*const draw[])(ink_map *) = {draw_row,  draw_boxes,   draw_table, draw_slanted_table,
                                       draw_comb, draw_dashes,  draw_dots,  draw_page_frame,
                                       draw_edge, draw_circles, draw_ovals};
    for (size_t i = 0; i < sizeof draw / sizeof draw[0]; i++) {
        ink_map map = blank();
        draw[i](&map);
        layout found = find(&map);
        print_message("structure %zu: %zu lines\n", i, found.rules);
        assert_true(found.rules > 0);
        assert_int_equal(count_pieces(&map), 0);
        lenet5_layout_free(&found);
        lenet5_ink_free(&map);
    }
}

/* A 7 whose bar is nearly as wide as its box, and that extends below it. */
static void draw_seven(ink_map *map, double x, double y)
{
    line(map, x, y, x + 34, y, 4);
    line(map, x + 34, y, x + 10, y + 70, 4);
}

static void boxes_in_a_row_are_a_number(void **state)
{
    (void)state;
    ink_map map = blank();
    draw_boxes(&map);
    for (int i = 0; i < 5; i++)
        draw_seven(&map, 65 + 90 * i, 90);
    layout found = find(&map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.fields[0].count, 5);
    assert_int_equal(found.fields[0].table, 0);
    for (size_t i = 0; i < 5; i++) {
        const box *paper = &found.cells[i].box;
        assert_true(paper->left > 50 + 90 * i && paper->left < 55 + 90 * i);
        assert_true(paper->right > 115 + 90 * i && paper->right < 121 + 90 * i);
        assert_true(paper->top > 60 && paper->top < 65 && paper->bottom > 145 && paper->bottom < 151);
    }
    assert_int_equal(count_pieces(&map), 5); /* each 7 is in one piece */
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

static void cells_of_a_table_are_fields(void **state)
{
    (void)state;
    ink_map map = blank();
    draw_table(&map);
    layout found = find(&map);
    assert_int_equal(found.field_count, 24);
    for (size_t i = 0; i < 24; i++) {
        const field *f = &found.fields[i];
        assert_int_equal(f->table, 1);
        assert_int_equal(f->row, i / 4 + 1);
        assert_int_equal(f->column, i % 4 + 1);
        assert_true(f->box.left > 60 + 120 * (i % 4) && f->box.left < 65 + 120 * (i % 4));
    }
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

static void a_one_from_side_to_side_divides_no_box(void **state)
{
    (void)state;
    ink_map map = blank();
    draw_row(&map);
    line(&map, 190, 50, 190, 120, 3);
    layout found = find(&map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.fields[0].count, 8);
    assert_int_equal(count_pieces(&map), 1);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Boxes of some widths, side by side, with a small 7 in each. */
static void draw_widths(ink_map *map, const double *widths, size_t count)
{
    double left = 40;
    for (size_t i = 0; i < count; left += widths[i++]) {
        rectangle(map, left, 60, left + widths[i], 150, 2);
        line(map, left + 8, 80, left + 24, 80, 4);
        line(map, left + 24, 80, left + 12, 135, 4);
    }
}

/*
 * As wide as the writing in each; two as wide as another; one as wide as two others; and wide and narrow ones in turn.
 */
static void boxes_of_a_number_may_differ_in_width(void **state)
{
    static const double widths[][5] = {
        {48, 65, 100, 78, 42}, {72, 36, 36, 72, 72}, {40, 80, 40, 40, 60}, {70, 36, 65, 36, 65}};
    (void)state;
    for (size_t k = 0; k < sizeof widths / sizeof widths[0]; k++) {
        ink_map map = blank();
        draw_widths(&map, widths[k], 5);
        layout found = find(&map);
        assert_int_equal(found.field_count, 1);
        assert_int_equal(found.fields[0].count, 5);
        for (size_t i = 0; i < 5; i++)
            assert_true(fabs((double)(found.cells[i].box.right - found.cells[i].box.left) - widths[k][i]) < 5);
        assert_int_equal(count_pieces(&map), 5);
        lenet5_layout_free(&found);
        lenet5_ink_free(&map);
    }
}

/* A stroke lengthens the first tooth, a blot hides another, and the foot of a 2 goes from tooth to tooth. */
static void hidden_teeth_of_a_comb_are_removed(void **state)
{
    (void)state;
    ink_map map = blank();
    draw_comb(&map);
    line(&map, 50, 130, 50, 190, 3);
    line(&map, 190, 170, 210, 180, 16);
    line(&map, 255, 186, 295, 186, 4);
    line(&map, 295, 140, 257, 186, 4);
    layout found = find(&map);
    assert_int_equal(found.rules, 12);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.fields[0].count, 10);
    assert_int_equal(count_pieces(&map), 3);
    for (size_t y = 190; y < 205; y++)
        for (size_t x = 0; x < WIDTH; x++)
            assert_true(map.ink[y * WIDTH + x] < 64 || (x > 240 && x < 300));
    for (size_t x = 265; x < 290; x++)
        assert_true(map.ink[186 * WIDTH + x] == 255);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Teeth farther apart than the base allows put the last one, which is hidden, beyond the map. */
static void teeth_beyond_the_map_are_not_ink(void **state)
{
    enum { PLACES = 5, PITCH = 125, LEFT = 40 };
    const double fall = 0.06, right = WIDTH - 1, bottom = HEIGHT - 2;
    ink_map map = blank();
    (void)state;
    line(&map, LEFT, bottom - fall * (right - LEFT), right, bottom, 2);
    for (int i = 0; i < PLACES; i++) {
        const double x = LEFT + PITCH * i, foot = bottom - fall * (right - x);
        line(&map, x, foot - 40, x, foot, 2);
    }
    layout found = find(&map);
    assert_int_equal(found.rules, 1 + PLACES + 1);
    lenet5_layout_free(&found);
    free(map.ink);
}

static void an_added_line_stays_on_the_map(void **state)
{
    static const drawn_line lines[] = {{true, HEIGHT - 20, HEIGHT + 5, WIDTH + 3, 0.1, 4},
                                       {true, HEIGHT + 2, HEIGHT + 9, -5, 0, 2},
                                       {false, WIDTH - 9, WIDTH + 1, HEIGHT, -0.1, 3}};
    const ink_map map = {WIDTH, HEIGHT, NULL};
    segments all = {0};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(lenet5_add_line(&all, &lines[i], &map));
        const segment *s = &all.list[i];
        assert_true(s->from < s->to && s->to <= (s->vertical ? HEIGHT : WIDTH));
        for (size_t step = s->from; step < s->to; step++) {
            const trace *here = &all.traces[s->path + step - s->from];
            assert_true(here->first <= here->last && here->last < (s->vertical ? WIDTH : HEIGHT));
        }
    }
    lenet5_segments_free(&all);
}

/* Points just above a rule, as dark as it is. */
static void points_above_a_rule_are_kept(void **state)
{
    (void)state;
    ink_map map = blank();
    line(&map, 0, 160, WIDTH - 1, 160, 3);
    for (int i = 0; i < 5; i++) {
        draw_seven(&map, 120 + 80 * i, 100);
        line(&map, 104 + 80 * i, 155, 104.1 + 80 * i, 155, 4);
    }
    layout found = find(&map);
    assert_int_equal(found.rules, 1);
    assert_int_equal(count_pieces(&map), 10);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

static void rules_under_digits_are_removed(void **state)
{
    (void)state;
    ink_map map = blank();
    line(&map, 0, 160, WIDTH - 1, 160, 3);
    for (int i = 0; i < 5; i++) {
        line(&map, 100 + 80 * i, 100, 100 + 80 * i, 159, 5); /* stands on it */
        draw_seven(&map, 120 + 80 * i, 100);                 /* goes through it */
    }
    layout found = find(&map);
    assert_int_equal(found.rules, 1);
    assert_int_equal(found.cell_count, 0);
    assert_int_equal(count_pieces(&map), 10);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* The width of the widest row of ink, from its first pixel to its last. */
static size_t widest_row(const ink_map *map)
{
    size_t widest = 0;
    for (size_t y = 0; y < map->height; y++) {
        size_t first = map->width, last = 0;
        for (size_t x = 0; x < map->width; x++)
            if (map->ink[y * map->width + x] >= INK) {
                first = x < first ? x : first;
                last = x;
            }
        widest = last >= first && last - first + 1 > widest ? last - first + 1 : widest;
    }
    return widest;
}

static void a_bar_that_touches_a_thick_rule_is_kept(void **state)
{
    (void)state;
    ink_map map = blank();
    line(&map, 0, 100, WIDTH - 1, 100, 4);
    line(&map, 200, 102, 240, 102, 4); /* the bar of a 7, half of it in the rule */
    line(&map, 240, 102, 222, 160, 4);
    layout found = find(&map);
    assert_int_equal(found.rules, 1);
    assert_int_equal(count_pieces(&map), 1);
    assert_true(widest_row(&map) >= 36);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

static void draw_ones(ink_map *map)
{
    for (int i = 0; i < 7; i++)
        line(map, 100 + 50 * i, 100, 100 + 50 * i, 170, 3);
}

static void draw_sevens(ink_map *map)
{
    for (int i = 0; i < 6; i++)
        draw_seven(map, 60 + 70 * i, 100);
}

static void draw_fours(ink_map *map)
{
    for (int i = 0; i < 5; i++) {
        line(map, 60 + 90 * i, 100, 60 + 90 * i, 150, 3);
        line(map, 60 + 90 * i, 150, 110 + 90 * i, 150, 3);
        line(map, 95 + 90 * i, 100, 95 + 90 * i, 190, 3);
    }
}

/* Eights of straight strokes with corners. */
static void draw_eights(ink_map *map)
{
    for (int i = 0; i < 2; i++) {
        line(map, 100 + 90 * i, 100, 140 + 90 * i, 104, 8);
        line(map, 140 + 90 * i, 104, 98 + 90 * i, 180, 8);
        line(map, 98 + 90 * i, 180, 142 + 90 * i, 184, 8);
        line(map, 142 + 90 * i, 184, 100 + 90 * i, 100, 8);
    }
}

/* Zeros of one hand: all are round, and no two alike. */
static void draw_zeros(ink_map *map)
{
    for (int i = 0; i < 6; i++)
        oval(map, 60 + 70 * i, 100, 26 + i % 3, 28, 4, 0.06, i);
}

static void draw_round_zero(ink_map *map)
{
    oval(map, 60, 100, 26, 28, 4, 0, 0);
}

/* A 7 that extends below its circle, and a 1 that does not touch its own. */
static void circles_are_removed_and_digits_kept(void **state)
{
    (void)state;
    ink_map map = blank();
    draw_circles(&map);
    draw_seven(&map, 45, 72);
    line(&map, 124, 75, 124, 105, 4);
    layout found = find(&map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.cell_count, 5);
    assert_int_equal(count_pieces(&map), 2);
    assert_true(found.cells[1].box.left > 124 - 29 && found.cells[1].box.right < 124 + 29);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* A 0 that touches its circle nearly all round. */
static void a_circle_filled_by_a_digit_belongs_to_its_row(void **state)
{
    (void)state;
    ink_map map = blank();
    draw_circles(&map);
    oval(&map, 186, 90, 19, 20, 13, 0, 0);
    layout found = find(&map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.cell_count, 5);
    assert_int_equal(count_pieces(&map), 1);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Blur has left grey between the second dash and the third. */
static void dashes_joined_by_blur_are_removed(void **state)
{
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 4; i++) {
        line(&map, 50 + 60 * i, 200, 103 + 60 * i, 200, 2);
        line(&map, 80 + 60 * i, 60, 66 + 60 * i, 180, 4);
    }
    for (size_t x = 158; x < 172; x++)
        for (size_t y = 199; y < 202; y++)
            map.ink[y * WIDTH + x] = map.ink[y * WIDTH + x] > 30 ? map.ink[y * WIDTH + x] : 30;
    layout found = find(&map);
    assert_true(found.rules > 0);
    assert_int_equal(count_pieces(&map), 4);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Strokes that slope, in a level row, as arcs of circles do. */
static void sloping_strokes_are_not_dashes(void **state)
{
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 5; i++)
        line(&map, 50 + 60 * i, 204, 90 + 60 * i, 197, 2);
    layout found = find(&map);
    assert_int_equal(found.rules, 0);
    assert_int_equal(count_pieces(&map), 5);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* A single circle is printed if it surrounds something. */
static void a_circle_around_a_digit_is_removed(void **state)
{
    (void)state;
    ink_map map = blank();
    oval(&map, 100, 100, 40, 40, 3, 0, 0);
    line(&map, 100, 80, 100, 120, 4);
    layout found = find(&map);
    assert_int_equal(found.cell_count, 1);
    assert_int_equal(count_pieces(&map), 1);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

static void squared_paper_is_not_a_table(void **state)
{
    (void)state;
    ink_map map = blank();
    grid(&map, 10, 10, 20, 20, 30, 18);
    for (int i = 0; i < 5; i++)
        line(&map, 108 + 80 * i, 93, 141 + 80 * i, 163, 4);
    layout found = find(&map);
    assert_int_equal(found.cell_count, 0);
    assert_true(found.rules >= 50 && count_pieces(&map) >= 5);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Ones that are lower than the squares, and stand in them and on their sides. */
static void squares_need_not_be_small(void **state)
{
    (void)state;
    ink_map map = blank();
    grid(&map, 10, 10, 44, 44, 14, 8);
    for (int row = 0; row < 3; row++)
        for (int i = 0; i < 7; i++)
            line(&map, 70 + 31 * i, 40 + 75 * row, 64 + 31 * i, 70 + 75 * row, 4);
    layout found = find(&map);
    assert_int_equal(found.cell_count, 0);
    assert_true(found.rules >= 24 && count_pieces(&map) >= 18);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* ---- Boxes that are hard to see ---------------------------------------------------------------------------------- */

static void assert_one_field_of_five(ink_map *map, double height)
{
    layout found = find(map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.cell_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true((double)(found.cells[i].box.bottom - found.cells[i].box.top) >= 0.9 * height);
    lenet5_layout_free(&found);
    lenet5_ink_free(map);
}

static void faint_boxes_are_a_number(void **state)
{
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 5; i++)
        rectangle(&map, 50 + 90 * i, 60, 110 + 90 * i, 150, 1);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        map.ink[i] = (uint8_t)(map.ink[i] / 6);
    for (int i = 0; i < 5; i++)
        line(&map, 65 + 90 * i, 80, 85 + 90 * i, 130, 5);
    assert_one_field_of_five(&map, 90);
}

static void a_box_with_a_hidden_side_belongs_to_its_row(void **state)
{
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 5; i++)
        rectangle(&map, 50 + 90 * i, 60, 110 + 90 * i, 150, 2);
    line(&map, 228, 66, 233, 142, 11);
    assert_one_field_of_five(&map, 90);
}

/* The strokes of an 8 go from side to side: they and the sides of its box enclose two frames. */
static void strokes_across_a_box_divide_no_row(void **state)
{
    (void)state;
    ink_map map = blank();
    grid(&map, 50, 60, 60, 90, 5, 1);
    line(&map, 170, 104, 230, 104, 3);
    line(&map, 190, 75, 212, 75, 5);
    line(&map, 190, 132, 212, 132, 5);
    line(&map, 190, 75, 190, 132, 5);
    line(&map, 212, 75, 212, 132, 5);
    assert_one_field_of_five(&map, 60);
}

/* A 7 hides the upper third of the side between two boxes, beside which there is one more alone. */
static void a_side_that_is_mostly_there_divides_two_boxes(void **state)
{
    (void)state;
    ink_map map = blank();
    rectangle(&map, 50, 60, 110, 150, 2);
    rectangle(&map, 110, 60, 230, 150, 2);
    line(&map, 170, 86, 170, 150, 2);
    layout found = find(&map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.fields[0].count, 3);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Both ends of a 2 touch the side of its box; the line between them belongs to the side. */
static void a_side_that_a_digit_touches_twice_is_removed(void **state)
{
    (void)state;
    ink_map map = blank();
    draw_boxes(&map);
    line(&map, 141, 98, 165, 86, 5);
    line(&map, 165, 86, 170, 108, 5);
    line(&map, 170, 108, 143, 128, 5);
    line(&map, 143, 128, 185, 138, 5);
    layout found = find(&map);
    assert_int_equal(found.cell_count, 5);
    assert_int_equal(count_pieces(&map), 1);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* The side between two boxes is hidden, and a third of their upper sides is missing. */
static void boxes_with_a_hidden_common_side_are_kept(void **state)
{
    (void)state;
    ink_map map = blank();
    grid(&map, 50, 60, 60, 90, 6, 1);
    for (size_t y = 55; y < 65; y++)
        for (size_t x = 195; x < 275; x++)
            map.ink[y * WIDTH + x] = x < 215 || x >= 255 ? 0 : map.ink[y * WIDTH + x];
    line(&map, 222, 66, 238, 146, 11);
    layout found = find(&map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.fields[0].count, 6);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* A side that ends early; the cells above and below show its course. */
static void cells_of_a_table_are_not_merged(void **state)
{
    static const double columns[] = {60, 180, 250, 380, 540};
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 5; i++) {
        line(&map, columns[i], 40, columns[i], 360, 2);
        line(&map, 60, 40 + 80 * i, 540, 40 + 80 * i, 2);
    }
    for (size_t y = 122; y < 199; y++)
        for (size_t x = 178; x < 183; x++)
            map.ink[y * WIDTH + x] = y < 131 || y > 190 ? 0 : map.ink[y * WIDTH + x];
    layout found = find(&map);
    assert_int_equal(found.field_count, 16);
    assert_int_equal(count_pieces(&map), 0);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Letters of a label in a cell enclose areas; they are not boxes, and the cell is kept. */
static void letters_in_a_cell_are_not_boxes(void **state)
{
    (void)state;
    ink_map map = blank();
    grid(&map, 60, 40, 120, 80, 4, 4);
    for (int i = 0; i < 4; i++)
        rectangle(&map, 70 + 16 * i, 70, 81 + 16 * i, 82, 2);
    layout found = find(&map);
    assert_int_equal(found.field_count, 16);
    assert_int_equal(count_pieces(&map), 4);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* Grey rules whose darkness varies with the noise of a scan. */
static void boxes_fainter_than_noise_are_a_number(void **state)
{
    (void)state;
    ink_map map = blank();
    uint32_t seed = 1;
    for (int i = 0; i < 5; i++)
        rectangle(&map, 50 + 90 * i, 60, 110 + 90 * i, 150, 1);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        seed = seed * 1103515245u + 12345u;
        map.ink[i] = (uint8_t)(map.ink[i] / 255 * (8 + (seed >> 16) % 18));
    }
    for (int i = 0; i < 5; i++)
        line(&map, 65 + 90 * i, 80, 85 + 90 * i, 130, 5);
    assert_one_field_of_five(&map, 90);
}

/* Of the boxes between the first and the last, a third of the upper side is missing. */
static void boxes_with_gaps_belong_to_the_row(void **state)
{
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 5; i++)
        rectangle(&map, 50 + 90 * i, 60, 110 + 90 * i, 150, 1);
    for (size_t y = 55; y < 66; y++)
        for (size_t i = 1; i < 4; i++)
            memset(map.ink + y * WIDTH + 70 + 90 * i, 0, 20);
    assert_one_field_of_five(&map, 90);
}

/* A low 1 where two boxes as narrow as the others would have a side. */
static void a_one_is_not_a_side_of_a_narrow_box(void **state)
{
    (void)state;
    static const double sides[] = {40, 76, 148, 184, 220};
    ink_map map = blank();
    for (size_t i = 0; i < 4; i++)
        rectangle(&map, sides[i], 60, sides[i + 1], 150, 2);
    line(&map, 112, 88, 112, 122, 4);
    layout found = find(&map);
    assert_int_equal(found.field_count, 1);
    assert_int_equal(found.cell_count, 4);
    lenet5_layout_free(&found);
    lenet5_ink_free(&map);
}

/* A 5 of a stroke as thick as the rules, from one side of its box to the other. */
static void the_stroke_of_a_five_is_not_a_side(void **state)
{
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 5; i++)
        rectangle(&map, 50 + 75 * i, 60, 125 + 75 * i, 150, 6);
    line(&map, 52, 87, 123, 87, 7);
    assert_one_field_of_five(&map, 80);
}

static void the_bar_of_a_four_is_not_a_side(void **state)
{
    (void)state;
    ink_map map = blank();
    for (int i = 0; i < 5; i++)
        rectangle(&map, 50 + 90 * i, 60, 110 + 90 * i, 150, 2);
    line(&map, 230, 115, 290, 115, 7);
    assert_one_field_of_five(&map, 90);
}

/* Printed 1s: their feet are in a row, like dashes. */
static void draw_feet(ink_map *map)
{
    for (int i = 0; i < 6; i++) {
        line(map, 80 + 45 * i, 100, 80 + 45 * i, 170, 4);
        line(map, 65 + 45 * i, 170, 95 + 45 * i, 170, 4);
    }
}

/* The display of a meter: 5 8 4; the 8 consists of two boxes. */
static void draw_display(ink_map *map)
{
    static const char *const lit[] = {"afgcd", "abcdefg", "bcfg"};
    for (int i = 0; i < 3; i++)
        for (const char *c = lit[i]; *c; c++) {
            const double x = 100 + 80 * i, y = 100 + (strchr("cge", *c) ? 50 : *c == 'd' ? 100 : 0);
            if (strchr("agd", *c))
                line(map, x, y, x + 50, y, 5);
            else
                line(map, x + (strchr("bc", *c) ? 50 : 0), y, x + (strchr("bc", *c) ? 50 : 0), y + 50, 5);
        }
}

static void writing_is_kept(void **state)
{
    (void)state;
    void (*const draw[])(ink_map *) = {draw_ones,  draw_sevens,     draw_fours, draw_eights,
                                       draw_zeros, draw_round_zero, draw_feet,  draw_display};
    for (size_t i = 0; i < sizeof draw / sizeof draw[0]; i++) {
        ink_map map = blank(), before = blank();
        draw[i](&map);
        draw[i](&before);
        layout found = find(&map);
        assert_int_equal(found.rules, 0);
        assert_int_equal(found.cell_count, 0);
        assert_memory_equal(map.ink, before.ink, WIDTH * HEIGHT);
        lenet5_layout_free(&found);
        lenet5_ink_free(&map);
        lenet5_ink_free(&before);
    }
}

/* ---- Components -------------------------------------------------------------------------------------------------- */

/* Labels the connected component of a pixel, in a map in which 1 is unlabelled ink. */
static void flood(uint32_t *labels, size_t at, uint32_t label)
{
    labels[at] = label;
    const size_t x = at % WIDTH, y = at / WIDTH;
    for (size_t j = y > 0 ? y - 1 : 0; j <= y + 1 && j < HEIGHT; j++)
        for (size_t i = x > 0 ? x - 1 : 0; i <= x + 1 && i < WIDTH; i++)
            if (labels[j * WIDTH + i] == 1)
                flood(labels, j * WIDTH + i, label);
}

/* The number of sides of a pixel that border on paper or on the edge of the map. */
static size_t sides(const uint32_t *labels, size_t at)
{
    const size_t x = at % WIDTH, y = at / WIDTH;
    size_t count = x == 0 || labels[at - 1] == 0;
    count += x + 1 == WIDTH || labels[at + 1] == 0;
    count += y == 0 || labels[at - WIDTH] == 0;
    count += y + 1 == HEIGHT || labels[at + WIDTH] == 0;
    return count;
}

static void components_equal_those_of_a_flood_fill(void **state)
{
    (void)state;
    ink_map map = blank();
    uint32_t *labels = calloc(WIDTH * HEIGHT, sizeof *labels), count = 0, seed = 1;
    size_t area = 0, edge = 0;
    assert_non_null(labels);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        seed = seed * 1103515245u + 12345u;
        map.ink[i] = seed >> 24 < 60 ? 255 : seed >> 24 < 90 ? SURELY_INK - 1 : 0;
        labels[i] = map.ink[i] >= SURELY_INK;
    }
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        if (labels[i] == 1)
            flood(labels, i, ++count + 1);
    const lenet5_read_options options = {0};
    budget b = lenet5_budget_new(&options);
    components c;
    assert_int_equal(lenet5_find_components(&c, &map, &b, NULL), LENET5_OK);
    assert_int_equal(c.count, count);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        assert_int_equal(c.labels[i], labels[i] > 0 ? labels[i] - 1 : 0);
        edge += labels[i] > 0 ? sides(labels, i) : 0;
        area += labels[i] > 0;
    }
    for (size_t i = 0; i < c.count; i++) {
        area -= c.list[i].area;
        edge -= c.list[i].edge;
    }
    assert_int_equal(area, 0);
    assert_int_equal(edge, 0);
    lenet5_components_free(&c);
    lenet5_ink_free(&map);
    free(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_equal_those_of_a_flood_fill),
        cmocka_unit_test(printed_structure_leaves_no_ink),
        cmocka_unit_test(boxes_in_a_row_are_a_number),
        cmocka_unit_test(cells_of_a_table_are_fields),
        cmocka_unit_test(a_one_from_side_to_side_divides_no_box),
        cmocka_unit_test(hidden_teeth_of_a_comb_are_removed),
        cmocka_unit_test(teeth_beyond_the_map_are_not_ink),
        cmocka_unit_test(an_added_line_stays_on_the_map),
        cmocka_unit_test(rules_under_digits_are_removed),
        cmocka_unit_test(a_bar_that_touches_a_thick_rule_is_kept),
        cmocka_unit_test(points_above_a_rule_are_kept),
        cmocka_unit_test(squared_paper_is_not_a_table),
        cmocka_unit_test(squares_need_not_be_small),
        cmocka_unit_test(writing_is_kept),
        cmocka_unit_test(circles_are_removed_and_digits_kept),
        cmocka_unit_test(a_circle_filled_by_a_digit_belongs_to_its_row),
        cmocka_unit_test(dashes_joined_by_blur_are_removed),
        cmocka_unit_test(sloping_strokes_are_not_dashes),
        cmocka_unit_test(a_circle_around_a_digit_is_removed),
        cmocka_unit_test(boxes_of_a_number_may_differ_in_width),
        cmocka_unit_test(faint_boxes_are_a_number),
        cmocka_unit_test(a_box_with_a_hidden_side_belongs_to_its_row),
        cmocka_unit_test(strokes_across_a_box_divide_no_row),
        cmocka_unit_test(a_side_that_is_mostly_there_divides_two_boxes),
        cmocka_unit_test(boxes_with_a_hidden_common_side_are_kept),
        cmocka_unit_test(a_side_that_a_digit_touches_twice_is_removed),
        cmocka_unit_test(cells_of_a_table_are_not_merged),
        cmocka_unit_test(letters_in_a_cell_are_not_boxes),
        cmocka_unit_test(the_bar_of_a_four_is_not_a_side),
        cmocka_unit_test(boxes_fainter_than_noise_are_a_number),
        cmocka_unit_test(boxes_with_gaps_belong_to_the_row),
        cmocka_unit_test(a_one_is_not_a_side_of_a_narrow_box),
        cmocka_unit_test(the_stroke_of_a_five_is_not_a_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
