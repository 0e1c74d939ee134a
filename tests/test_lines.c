/* Lines of writing: the strokes of each line, their order, and the division of touching lines. */
#include "lenet5.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "reader/lines/holes.h"
#include "reader/lines/pieces.h"
#include "reader/search/graph.h"

#define PEN 4 /* pixels */

static ink_map new_map(size_t width, size_t height)
{
    const ink_map map = {width, height, calloc(width, height)};
    assert_non_null(map.ink);
    return map;
}

static void fill(const ink_map *map, size_t left, size_t top, size_t width, size_t height)
{
    for (size_t y = top; y < top + height && y < map->height; y++)
        for (size_t x = left; x < left + width && x < map->width; x++)
            map->ink[y * map->width + x] = 255;
}

/* A digit 0 with corners. */
static void draw_ring(const ink_map *map, double left, double top, size_t width, size_t height)
{
    const size_t x = (size_t)left, y = (size_t)top;
    fill(map, x, y, width, PEN);
    fill(map, x, y + height - PEN, width, PEN);
    fill(map, x, y, PEN, height);
    fill(map, x + width - PEN, y, PEN, height);
}

static line_groups find(const ink_map *map, const layout *printed)
{
    static const layout nothing;
    static const lenet5_read_options options;
    budget b = lenet5_budget_new(&options);
    line_groups groups;
    assert_int_equal(lenet5_find_lines(&groups, map, printed ? printed : &nothing, &b, NULL), LENET5_OK);
    return groups;
}

static text_line cut(const line_groups *groups, size_t number)
{
    static const lenet5_read_options options;
    budget b = lenet5_budget_new(&options);
    text_line line;
    assert_int_equal(lenet5_cut_line(&line, groups, number, UNDO_CLEAR_SLANT, &b, NULL), LENET5_OK);
    return line;
}

/* Finds lines and compares the number of strokes in each. */
static void assert_lines(const ink_map *map, const size_t *counts, size_t count)
{
    line_groups groups = find(map, NULL);
    assert_int_equal(groups.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(groups.list[i].count, counts[i]);
    lenet5_lines_free(&groups);
}

/* Digits of 20 by 30 pixels on a line with a slope, with a gap between them. */
static void draw_number(const ink_map *map, size_t digits, double left, double top, double gap, double slope)
{
    for (size_t i = 0; i < digits; i++) {
        const double x = (double)i * (20 + gap);
        draw_ring(map, left + x, top + slope * x, 20, 30);
    }
}

static void a_column_is_read_downwards(void **state)
{
    (void)state;
    ink_map map = new_map(120, 400);
    for (size_t i = 0; i < 8; i++)
        draw_ring(&map, 40.0 + (double)(i % 3), 10 + 38.0 * (double)i, 20, i == 0 ? 18 : 30);
    line_groups groups = find(&map, NULL);
    assert_int_equal(groups.count, 8);
    for (size_t i = 1; i < 8; i++)
        assert_true(groups.list[i].box.top > groups.list[i - 1].box.top);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

static void a_line_may_slope(void **state)
{
    (void)state;
    for (int degrees = -12; degrees <= 12; degrees += 4) {
        const double slope = tan(degrees * 3.14159265 / 180);
        ink_map map = new_map(600, 400);
        draw_number(&map, 7, 30, 185 - 250 * slope, 45, slope);
        line_groups groups = find(&map, NULL);
        assert_int_equal(groups.count, 1);
        assert_int_equal(groups.list[0].count, 7);
        assert_true(fabs(groups.list[0].slope - slope) < 0.02);
        lenet5_lines_free(&groups);
        lenet5_ink_free(&map);
    }
}

/* Digits of growing height, whose tops are closer to a straight line than their middles. */
static void different_heights_are_not_a_slope(void **state)
{
    static const size_t tops[] = {102, 97, 97, 96, 94, 92, 90}, heights[] = {28, 32, 44, 36, 38, 48, 48};
    (void)state;
    const ink_map map = new_map(340, 220);
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++)
        draw_ring(&map, 30 + 40 * (double)i, (double)tops[i], 22, heights[i]);
    line_groups groups = find(&map, NULL);
    assert_int_equal(groups.count, 1);
    assert_true(fabs(groups.list[0].slope) < 0.015);
    lenet5_lines_free(&groups);
    free(map.ink);
}

static void wide_gaps_separate_fields_and_rows_come_first(void **state)
{
    (void)state;
    ink_map map = new_map(500, 300);
    for (size_t row = 0; row < 4; row++)
        for (size_t column = 0; column < 3; column++)
            draw_number(&map, 2 + column, 30 + 150.0 * (double)column, 20 + 50.0 * (double)row + 3.0 * (double)column,
                        4, 0.02);
    assert_lines(&map, (size_t[]){2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4}, 12);
    lenet5_ink_free(&map);
}

static void digits_with_equal_gaps_are_one_number(void **state)
{
    (void)state;
    ink_map map = new_map(500, 100);
    draw_number(&map, 6, 30, 30, 50, 0);
    assert_lines(&map, (size_t[]){6}, 1);
    lenet5_ink_free(&map);
}

/* Two numbers of three digits each in a line, with a gap between them. */
static void draw_two_numbers(const ink_map *map, double top, double between)
{
    draw_number(map, 3, 20, top, 5, 0);
    draw_number(map, 3, 90 + between, top, 5, 0);
}

static void clearly_wider_gaps_on_a_page_separate_numbers(void **state)
{
    (void)state;
    ink_map map = new_map(260, 140);
    draw_two_numbers(&map, 20, 24);
    draw_two_numbers(&map, 80, 50);
    assert_lines(&map, (const size_t[]){3, 3, 3, 3}, 4);
    lenet5_ink_free(&map);
    map = new_map(260, 140);
    draw_two_numbers(&map, 20, 20);
    draw_two_numbers(&map, 80, 30);
    fill(&map, 98, 46, PEN, PEN); /* a point between the numbers of the first line */
    assert_lines(&map, (const size_t[]){7, 3, 3}, 3);
    lenet5_ink_free(&map);
    map = new_map(260, 140);
    draw_two_numbers(&map, 20, 50);
    draw_number(&map, 3, 20, 80, 5, 0);
    fill(&map, 94, 22, 10, PEN); /* a bar after the first number; the gap is still too wide for one number */
    assert_lines(&map, (const size_t[]){4, 3, 3}, 3);
    lenet5_ink_free(&map);
}

/* The ratio of the widest gap in a line to the gap that separates numbers. */
static void a_gap_that_almost_separates_numbers_is_reported(void **state)
{
    (void)state;
    ink_map map = new_map(260, 200);
    draw_two_numbers(&map, 20, 14);
    draw_two_numbers(&map, 80, 50);
    draw_two_numbers(&map, 140, 50);
    line_groups groups = find(&map, NULL);
    assert_int_equal(groups.count, 5);
    assert_true(groups.list[0].widest > 0.5);
    for (size_t i = 1; i < groups.count; i++)
        assert_true(groups.list[i].widest < 0.5);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

/*
 * The same gaps separate the numbers of the second line, whose rule continues, and those of a table, which has two
 * rules.
 */
static void a_number_on_a_rule_of_its_own_is_whole(void **state)
{
    horizontal_line rules[] = {{15, 54, 190, 54, 2}, {15, 114, 600, 114, 2}, {15, 12, 190, 12, 2}};
    layout printed = {.horizontals = rules, .horizontal_count = 2, .rules = 2};
    ink_map map = new_map(260, 140);
    (void)state;
    draw_two_numbers(&map, 20, 24);
    draw_two_numbers(&map, 80, 24);
    for (size_t table = 0; table < 2; table++) {
        printed.horizontal_count = 2 + table;
        line_groups groups = find(&map, &printed);
        assert_int_equal(groups.count, 3 + table);
        assert_int_equal(groups.list[0].count, table ? 3 : 6);
        lenet5_lines_free(&groups);
    }
    lenet5_ink_free(&map);
}

/* The narrow gaps of printed text must not influence the gaps of other lines. */
static void print_separates_no_number_on_another_line(void **state)
{
    (void)state;
    static const size_t counts[] = {6, 6, 5, 5};
    ink_map map = new_map(400, 300);
    for (size_t row = 0; row < 4; row++)
        draw_number(&map, counts[row], 30, 20 + 65.0 * (double)row, row < 2 ? 3 : 25, 0);
    assert_lines(&map, counts, 4);
    lenet5_ink_free(&map);
}

static void marks_go_with_the_nearer_number(void **state)
{
    (void)state;
    ink_map map = new_map(500, 200);
    for (size_t row = 0; row < 3; row++) {
        draw_number(&map, 3, 40, 20 + 50.0 * (double)row, 4, 0);
        draw_number(&map, 3, 190, 20 + 50.0 * (double)row, 4, 0);
    }
    fill(&map, 125, 84, 4, 4);  /* a speck in the second row */
    fill(&map, 176, 134, 9, 3); /* a minus before the last number */
    assert_lines(&map, (size_t[]){3, 3, 4, 3, 3, 4}, 6);
    lenet5_ink_free(&map);
}

static void a_number_in_larger_writing_is_whole(void **state)
{
    (void)state;
    ink_map map = new_map(500, 300);
    for (size_t i = 0; i < 4; i++)
        draw_ring(&map, 30 + 70.0 * (double)i, 20, 60, 90);
    fill(&map, 60, 50, 16, 28); /* a stroke in the first ring */
    for (size_t row = 0; row < 3; row++)
        draw_number(&map, 8, 30, 140 + 50.0 * (double)row, 6, 0);
    assert_lines(&map, (size_t[]){5, 8, 8, 8}, 4);
    lenet5_ink_free(&map);
}

static void touching_lines_are_divided(void **state)
{
    (void)state;
    ink_map map = new_map(300, 120);
    draw_number(&map, 6, 30, 20, 8, 0);
    draw_number(&map, 6, 30, 52, 8, 0);
    fill(&map, 30 + 2 * 28, 48, PEN, 6); /* the third of either line */
    line_groups groups = find(&map, NULL);
    assert_int_equal(groups.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(groups.list[i].count, 6);
        assert_in_range(groups.list[i].box.bottom - groups.list[i].box.top, 30, 33);
    }
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

static void a_bar_over_a_digit_belongs_to_it(void **state)
{
    (void)state;
    ink_map map = new_map(100, 100);
    draw_ring(&map, 40, 40, 20, 30);
    fill(&map, 42, 30, 20, PEN);
    assert_lines(&map, (size_t[]){2}, 1);
    text_line line = {0};
    line_groups groups = find(&map, NULL);
    line = cut(&groups, 0);
    assert_int_equal(line.cut[0] < 0, 1);
    for (size_t i = 1; i < line.count; i++)
        assert_true(line.cut[i] >= 0); /* all of one part */
    lenet5_line_free(&line);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

static void a_part_in_the_band_of_a_line_belongs_to_it(void **state)
{
    (void)state;
    ink_map map = new_map(200, 110);
    draw_number(&map, 3, 20, 20, 8, 0);
    draw_number(&map, 5, 20, 54, 8, 0);
    draw_ring(&map, 116, 37, 14, 13); /* nearer to the digit below than to the one beside */
    assert_lines(&map, (const size_t[]){4, 5}, 2);
    lenet5_ink_free(&map);
}

static void a_tall_digit_and_one_at_the_border_are_kept(void **state)
{
    (void)state;
    ink_map map = new_map(220, 70);
    draw_ring(&map, 0, 6, 24, 62);
    draw_number(&map, 5, 34, 38, 8, 0);
    line_groups groups = find(&map, NULL);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.list[0].count, 6);
    assert_true(groups.list[0].height < 35);
    assert_false(groups.list[0].clipped); /* its left side is complete, as wide as the others */
    assert_true(groups.border);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

/* The rest of a digit at the border is cut if it is thinner than a stroke, or extends inwards from the border. */
static void a_digit_that_continues_beyond_the_border_is_clipped(void **state)
{
    (void)state;
    for (size_t width = 2; width <= PEN; width += PEN - 2) {
        ink_map map = new_map(220, 70);
        fill(&map, 0, 20, width, 30);
        draw_number(&map, 5, 24, 20, 8, 0);
        line_groups groups = find(&map, NULL);
        assert_int_equal(groups.count, 1);
        assert_true(groups.list[0].clipped == (width < PEN));
        lenet5_lines_free(&groups);
        lenet5_ink_free(&map);
    }
}

static void shadows_are_left_out_and_ink_beside_a_line_is_counted(void **state)
{
    (void)state;
    ink_map map = new_map(300, 300);
    draw_number(&map, 5, 60, 50, 8, 0);
    fill(&map, 120, 200, 180, 100);
    line_groups groups = find(&map, NULL);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.list[0].count, 5);
    assert_true(groups.list[0].left_out == 0);
    assert_false(groups.list[0].clipped);
    lenet5_lines_free(&groups);

    fill(&map, 40, 0, 6, 300); /* an edge from the top to the bottom, beside the number */
    groups = find(&map, NULL);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.list[0].count, 5);
    assert_true(groups.list[0].left_out > 1);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

/* ---- Cells ------------------------------------------------------------------------------------------------------- */

enum { CELLS = 5, SIDE = 40 };

/* A row of cells at (20, 20), beside each other, and a cell of a table below. */
static layout a_row_of_cells(cell cells[CELLS + 1], field fields[2])
{
    for (size_t i = 0; i < CELLS; i++)
        cells[i] = (cell){{21 + SIDE * i, 21, 19 + SIDE * (i + 1), 19 + SIDE}, 0};
    cells[CELLS] = (cell){{21, 71, 199, 109}, 1};
    fields[0] = (field){0, CELLS, {20, 20, 20 + SIDE * CELLS, 20 + SIDE}, 1, 1, 1};
    fields[1] = (field){CELLS, 1, {20, 70, 200, 110}, 1, 2, 1};
    return (layout){.cell_count = CELLS + 1, .field_count = 2, .cells = cells, .fields = fields, .rules = 1};
}

static void a_row_of_cells_is_one_line(void **state)
{
    (void)state;
    cell cells[CELLS + 1];
    field fields[2];
    const layout printed = a_row_of_cells(cells, fields);
    ink_map map = new_map(260, 130);
    for (size_t i = 0; i < CELLS; i++)
        if (i != 1)
            draw_ring(&map, 30 + (double)(SIDE * i), 26 + (double)(i % 2), 20, 28);
    fill(&map, 120, 40, 60, PEN);         /* the third and the fourth touch */
    fill(&map, 30 + 4 * SIDE, 21, 20, 3); /* a bar over the fifth */
    draw_number(&map, 3, 40, 76, 10, 0);  /* and a number in the table */
    line_groups groups = find(&map, &printed);
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups.list[0].field, 0);
    assert_int_equal(groups.list[1].field, 1);
    assert_int_equal(groups.list[1].count, 3);
    text_line line = cut(&groups, 0);
    static const int16_t cell_of[] = {0, 2, 3, 4};
    assert_int_equal(line.count, 4);
    for (size_t i = 0; i < line.count; i++)
        assert_int_equal(line.cell[i], cell_of[i]);
    assert_int_equal(line.holes, 1); /* the second is empty */
    lenet5_line_free(&line);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

static void no_digit_spans_two_cells(void **state)
{
    (void)state;
    static const lenet5_read_options options;
    cell cells[CELLS + 1];
    field fields[2];
    const layout printed = a_row_of_cells(cells, fields);
    ink_map map = new_map(260, 130);
    for (size_t i = 0; i < CELLS; i++) {
        fill(&map, 26 + SIDE * i, 25, PEN, 28); /* two strokes in each */
        fill(&map, 44 + SIDE * i, 25, PEN, 28);
    }
    line_groups groups = find(&map, &printed);
    text_line line = cut(&groups, 0);
    assert_int_equal(line.count, 2 * CELLS);
    assert_int_equal(line.holes, 0);
    graph g;
    budget b = lenet5_budget_new(&options);
    assert_int_equal(lenet5_graph_new(&g, &line, &b, NULL), LENET5_OK);
    assert_int_equal(g.count, 3 * CELLS);
    for (size_t i = 0; i < g.count; i++)
        assert_int_equal(line.cell[g.arcs[i].first], line.cell[g.arcs[i].last - 1]);
    lenet5_graph_free(&g);
    lenet5_line_free(&line);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

static void a_label_in_a_cell_is_a_separate_line(void **state)
{
    (void)state;
    cell cells[] = {{{11, 11, 189, 99}, 0}};
    field fields[] = {{0, 1, {10, 10, 190, 100}, 0, 0, 0}};
    const layout printed = {.cell_count = 1, .field_count = 1, .cells = cells, .fields = fields, .rules = 1};
    ink_map map = new_map(200, 110);
    for (size_t i = 0; i < 3; i++)
        fill(&map, 16 + 8 * i, 16, 5, 10); /* small letters in the corner */
    draw_number(&map, 4, 40, 50, 12, 0);
    line_groups groups = find(&map, &printed);
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups.list[0].count, 3);
    assert_int_equal(groups.list[1].count, 4);
    assert_float_equal(groups.list[1].slope, 0, 0.01);
    assert_float_equal(groups.list[1].left_out, 0, 0.001);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

static void a_cell_with_two_rows_is_two_lines(void **state)
{
    (void)state;
    cell cells[] = {{{11, 11, 189, 129}, 0}};
    field fields[] = {{0, 1, {10, 10, 190, 130}, 1, 2, 3}};
    const layout printed = {.cell_count = 1, .field_count = 1, .cells = cells, .fields = fields, .rules = 1};
    ink_map map = new_map(200, 140);
    draw_number(&map, 3, 30, 20, 10, 0.05);
    draw_number(&map, 4, 40, 70, 12, 0);
    fill(&map, 60, 62, 14, PEN); /* a bar over the lower one's first digit */
    line_groups groups = find(&map, &printed);
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups.list[0].count, 3);
    assert_int_equal(groups.list[1].count, 5);
    for (size_t i = 0; i < groups.count; i++) {
        assert_int_equal(groups.list[i].field, 0);
        assert_float_equal(groups.list[i].height, 30, 2);
    }
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
    map = new_map(400, 200);
    for (size_t i = 0; i < 5; i++)
        draw_number(&map, 6, 210, 10 + 34 * (double)i, 10, 0); /* smaller writing beside the cell */
    draw_ring(&map, 30, 20, 40, 90);
    fill(&map, 100, 20, PEN, 40); /* the halves of a digit */
    fill(&map, 100, 68, PEN, 40);
    groups = find(&map, &printed);
    for (size_t i = 0; i < groups.count; i++)
        assert_true(groups.list[i].field == NO_FIELD || groups.list[i].count == 3);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

static void a_hole_is_paper_that_ink_encloses(void **state)
{
    (void)state;
    static const char drawn[5][11] = {"## #####  ", "# # #   # ", "#  ## # ##", "#   #   # ", "## #####  "};
    static const size_t expected[10] = {0, 0, 0, 1, 0, 3, 2, 3, 0, 0};
    uint8_t pixels[50];
    size_t holes[10];
    for (size_t i = 0; i < 50; i++)
        pixels[i] = drawn[i / 10][i % 10] == '#' ? HOLE_INK : HOLE_PAPER;
    loops found;
    assert_int_equal(lenet5_find_holes(holes, &found, pixels, 10, 5, 2, NULL), LENET5_OK);
    assert_memory_equal(holes, expected, sizeof expected);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.list[0].left, 5);
    assert_int_equal(found.list[0].right, 8);
    assert_int_equal(found.list[0].top, 1);
    assert_int_equal(found.list[0].bottom, 4);
}

/* A cut through a 0 crosses its hole; a cut between two touching digits does not. */
static void a_cut_records_the_hole_that_it_crosses(void **state)
{
    (void)state;
    ink_map map = new_map(160, 90);
    draw_ring(&map, 20, 20, 40, 50);
    draw_ring(&map, 68, 20, 40, 50);
    fill(&map, 60, 66, 8, PEN); /* the stroke that joins them */
    line_groups groups = find(&map, NULL);
    text_line line = cut(&groups, 0);
    size_t through = 0;
    assert_true(line.count > 2);
    for (size_t i = 1; i < line.count; i++) {
        const bool between = line.pieces[i].left > 40 && line.pieces[i].left < 52;
        assert_true(line.hole[i] == (between ? 0 : 50 - 2 * PEN));
        through += !between;
    }
    assert_true(through > 0);
    lenet5_line_free(&line);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

/* Two zeros that share a stroke are cut along it, where there is most ink. */
static void a_stroke_that_two_loops_share_is_cut_along_it(void **state)
{
    (void)state;
    ink_map map = new_map(160, 90);
    draw_ring(&map, 20, 20, 40, 50);
    draw_ring(&map, 60 - PEN, 20, 40, 50); /* its left stroke is the right one of the other */
    line_groups groups = find(&map, NULL);
    text_line line = cut(&groups, 0);
    const double wall = 40 - PEN / 2.0 + 2; /* from the left end of the line's ink, with its margin */
    size_t along = 0;
    for (size_t i = 1; i < line.count; i++)
        along += fabs((double)line.pieces[i].left - wall) <= 1.5;
    assert_int_equal(along, 1);
    lenet5_line_free(&line);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

/* Strokes that lean by lean, each joined to the next at its foot. */
static void draw_leaning(const ink_map *map, size_t count, double lean)
{
    for (size_t i = 0; i < count; i++)
        for (size_t y = 0; y < 50; y++)
            fill(map, 40 + 24 * i + (size_t)(lean * (double)(50 - y)), 20 + y, PEN, 1);
}

/* How clear the columns are: the sum of squares of their ink. */
static double clearness(const text_line *line)
{
    double clear = 0;
    for (size_t x = 0; x < line->map.width; x++) {
        double sum = 0;
        for (size_t y = 0; y < line->map.height; y++)
            sum += line->map.ink[y * line->map.width + x];
        clear += sum * sum;
    }
    return clear;
}

static void a_slant_that_is_left_is_undone_if_asked_for(void **state)
{
    (void)state;
    static const lenet5_read_options options;
    budget b = lenet5_budget_new(&options);
    static const double leans[] = {0, 0.06, 0.5}; /* none, slight, clear */
    for (size_t i = 0; i < 3; i++) {
        ink_map map = new_map(300, 90);
        draw_leaning(&map, 6, leans[i]);
        line_groups groups = find(&map, NULL);
        text_line line = cut(&groups, 0), other;
        assert_int_equal(lenet5_cut_line(&other, &groups, 0, UNDO_ANY_SLANT, &b, NULL), LENET5_OK);
        assert_true(line.slanted == (i == 1));
        assert_false(other.slanted);
        if (i == 1)
            assert_true(clearness(&other) > 1.05 * clearness(&line));
        else
            assert_true(clearness(&other) == clearness(&line));
        lenet5_line_free(&other);
        lenet5_line_free(&line);
        lenet5_lines_free(&groups);
        lenet5_ink_free(&map);
    }
}

/* A 1 of half a digit's height is a digit rather than a part of its neighbour. */
static void a_low_stroke_beside_a_digit_is_not_part_of_it(void **state)
{
    (void)state;
    static const lenet5_read_options options;
    ink_map map = new_map(160, 100);
    fill(&map, 20, 51, PEN, 29);
    draw_ring(&map, 40, 20, 32, 60);
    line_groups groups = find(&map, NULL);
    text_line line = cut(&groups, 0);
    graph g;
    budget b = lenet5_budget_new(&options);
    assert_int_equal(lenet5_graph_new(&g, &line, &b, NULL), LENET5_OK);
    double alone = 1, joined = 1;
    for (size_t i = 0; i < g.count; i++) {
        const arc *a = &g.arcs[i];
        alone *= a->first == 0 && a->last == 1 ? a->shape : 1;
        alone *= a->first == 1 && a->last == line.count ? a->shape : 1;
        joined *= a->first == 0 && a->last == line.count ? a->shape : 1;
    }
    assert_true(joined < alone && alone < 1);
    lenet5_graph_free(&g);
    lenet5_line_free(&line);
    lenet5_lines_free(&groups);
    lenet5_ink_free(&map);
}

/* Counts the parts of the only line of a map: pieces that are not cut from the one before. */
static size_t count_parts(const ink_map *map)
{
    line_groups groups = find(map, NULL);
    assert_int_equal(groups.count, 1);
    text_line line = cut(&groups, 0);
    size_t parts = 0;
    for (size_t i = 0; i < line.count; i++)
        parts += line.cut[i] < 0;
    lenet5_line_free(&line);
    lenet5_lines_free(&groups);
    return parts;
}

static void the_bar_of_a_5_belongs_to_it_and_a_hyphen_does_not(void **state)
{
    (void)state;
    ink_map map = new_map(200, 80);
    draw_ring(&map, 20, 20, 24, 40);
    draw_ring(&map, 60, 28, 22, 32);
    draw_ring(&map, 110, 20, 24, 40);
    fill(&map, 83, 22, 22, PEN); /* from the upper right of the second digit on */
    assert_int_equal(count_parts(&map), 3);
    lenet5_ink_free(&map);
    map = new_map(200, 80);
    draw_ring(&map, 20, 20, 24, 40);
    draw_ring(&map, 60, 28, 22, 32);
    draw_ring(&map, 110, 20, 24, 40);
    fill(&map, 83, 40, 22, PEN); /* half way up */
    assert_int_equal(count_parts(&map), 4);
    lenet5_ink_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_is_read_downwards),
        cmocka_unit_test(a_line_may_slope),
        cmocka_unit_test(different_heights_are_not_a_slope),
        cmocka_unit_test(wide_gaps_separate_fields_and_rows_come_first),
        cmocka_unit_test(digits_with_equal_gaps_are_one_number),
        cmocka_unit_test(clearly_wider_gaps_on_a_page_separate_numbers),
        cmocka_unit_test(a_gap_that_almost_separates_numbers_is_reported),
        cmocka_unit_test(a_number_on_a_rule_of_its_own_is_whole),
        cmocka_unit_test(print_separates_no_number_on_another_line),
        cmocka_unit_test(marks_go_with_the_nearer_number),
        cmocka_unit_test(a_number_in_larger_writing_is_whole),
        cmocka_unit_test(touching_lines_are_divided),
        cmocka_unit_test(a_bar_over_a_digit_belongs_to_it),
        cmocka_unit_test(a_part_in_the_band_of_a_line_belongs_to_it),
        cmocka_unit_test(a_tall_digit_and_one_at_the_border_are_kept),
        cmocka_unit_test(a_digit_that_continues_beyond_the_border_is_clipped),
        cmocka_unit_test(shadows_are_left_out_and_ink_beside_a_line_is_counted),
        cmocka_unit_test(a_row_of_cells_is_one_line),
        cmocka_unit_test(no_digit_spans_two_cells),
        cmocka_unit_test(a_cell_with_two_rows_is_two_lines),
        cmocka_unit_test(a_label_in_a_cell_is_a_separate_line),
        cmocka_unit_test(a_hole_is_paper_that_ink_encloses),
        cmocka_unit_test(a_cut_records_the_hole_that_it_crosses),
        cmocka_unit_test(a_stroke_that_two_loops_share_is_cut_along_it),
        cmocka_unit_test(a_slant_that_is_left_is_undone_if_asked_for),
        cmocka_unit_test(a_low_stroke_beside_a_digit_is_not_part_of_it),
        cmocka_unit_test(the_bar_of_a_5_belongs_to_it_and_a_hyphen_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
