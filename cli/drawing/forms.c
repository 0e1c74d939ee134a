/* Of the module lenet5_drawing: a sheet of the forms of digits that lenet5 synth and the training draw. */
#include <stdio.h>

#include "canvas.h"
#include "data/pen.h"
#include "drawing.h"
#include "paths.h"

#define COLUMNS 3
#define EXAMPLES 6 /* of each form */
#define MARGIN 14.0
#define HEADING_HEIGHT 30.0
#define ROW_HEIGHT 31.0
#define NAME_WIDTH 225.0
#define EXAMPLE_WIDTH 30.0
#define COLUMN_WIDTH (NAME_WIDTH + EXAMPLES * EXAMPLE_WIDTH + 20)

typedef struct sheet {
    canvas canvas;
    lenet5_random random;
    double top; /* of what comes next */
} sheet;

typedef void (*pen)(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style);

static bool is_digit(const style_t *style)
{
    return style->digit < LENET5_CLASSES;
}

static size_t digits_in(const repertory *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++)
        count += is_digit(&r->styles[i]);
    return count;
}

static size_t rows_of(const repertory *r)
{
    return (digits_in(r) + COLUMNS - 1) / COLUMNS;
}

static void draw_example(sheet *s, const style_t *style, pen draw, double x, double y)
{
    uint8_t picture[LENET5_PICTURE_BYTES];
    draw(picture, &s->random, style);
    put_ink(s->canvas.cairo, picture, LENET5_PICTURE_SIDE, LENET5_PICTURE_SIDE, x, y);
}

static void draw_form(sheet *s, const style_t *style, pen draw, double x, double y)
{
    char name[80];
    snprintf(name, sizeof name, "%u: %s", style->digit, style->name);
    set_colour(s->canvas.cairo, grey);
    put_text(s->canvas.cairo, name, x + NAME_WIDTH - 8, y + ROW_HEIGHT / 2 + 2, 1);
    set_colour(s->canvas.cairo, black);
    for (int i = 0; i < EXAMPLES; i++)
        draw_example(s, style, draw, x + NAME_WIDTH + i * EXAMPLE_WIDTH, y);
}

/* Draws a heading and the digits of a repertory, column by column. */
static void draw_repertory(sheet *s, const char *heading, const repertory *r, pen draw)
{
    const size_t rows = rows_of(r);
    set_font(s->canvas.cairo, 11, CAIRO_FONT_WEIGHT_BOLD);
    set_colour(s->canvas.cairo, black);
    put_text(s->canvas.cairo, heading, MARGIN, s->top + 20, 0);
    set_font(s->canvas.cairo, 8, CAIRO_FONT_WEIGHT_NORMAL);
    s->top += HEADING_HEIGHT;
    for (size_t i = 0, number = 0; i < r->count; i++) {
        if (!is_digit(&r->styles[i]))
            continue;
        draw_form(s, &r->styles[i], draw, MARGIN + (double)(number / rows) * COLUMN_WIDTH,
                  s->top + (double)(number % rows) * ROW_HEIGHT);
        number++;
    }
    s->top += (double)rows * ROW_HEIGHT;
}

typedef struct forms_drawing {
    const char *path;
    uint64_t seed;
} forms_drawing;

static lenet5_status draw_forms_here(const void *what, lenet5_error *error)
{
    const forms_drawing *d = what;
    sheet s = {.top = 0};
    const size_t rows = rows_of(&lenet5_forms_in_strings) + rows_of(&lenet5_styles);
    lenet5_random_seed(&s.random, d->seed, 0);
    canvas_open_png(&s.canvas, 2 * MARGIN + COLUMNS * COLUMN_WIDTH,
                    2 * HEADING_HEIGHT + (double)rows * ROW_HEIGHT + MARGIN, PIXELS_A_UNIT);
    draw_repertory(&s, "Forms of other countries and of a hand in a hurry, with any pen", &lenet5_forms_in_strings,
                   lenet5_draw_form);
    draw_repertory(&s, "Forms of MNIST's writers, with their pens", &lenet5_styles, lenet5_draw_style);
    return canvas_save(&s.canvas, d->path, error);
}

lenet5_status draw_forms(const char *path, uint64_t seed, lenet5_error *error)
{
    if (!has_ending(path, ".png"))
        return fail_to_draw(error, LENET5_E_ARGUMENT, path, "the name of the drawing has to end in .png");
    const forms_drawing d = {path, seed};
    return draw_apart(draw_forms_here, &d, path, error);
}
