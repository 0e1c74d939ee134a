/*
 * The module lenet5_drawing: the learning curves and the misread digits. Both are laid out in units: a PNG has two
 * pixels per unit, an SVG one.
 */
#include "drawing.h"
#include "figure_5.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "paths.h"

/* ---- Learning curves --------------------------------------------------------------------------------------------- */

#define CURVES_WIDTH 760.0
#define CURVES_HEIGHT 480.0
#define LEFT 66.0
#define RIGHT (CURVES_WIDTH - 26.0)
#define TOP 52.0
#define BOTTOM (CURVES_HEIGHT - 60.0)
#define MAX_X_STEPS 10
#define MAX_Y_STEPS 6
#define MAX_MARKERS 50
#define LONG_TRAINING 40 /* epochs; beyond, the steep beginning may be cut off */
#define MAX_SERIES 4
#define NAME_SIZE 64
#define FIGURE_5_PCT 5.0 /* where its error axis ends */
#define LEGEND_MARGIN 10.0
#define LEGEND_ROW 21.0
#define LEGEND_SAMPLE 34.0 /* the length of line shown for a curve */
#define LEGEND_GAP 10.0    /* from there to its name */

/* The training's own curves are strong, the paper's light. */
static const colour sky_blue = {0.337, 0.706, 0.914}, orange = {0.902, 0.624, 0};

typedef struct series {
    const curve_point *points;
    size_t count;
    bool held_out; /* else the training error */
    bool paper;
    colour colour;
    char name[NAME_SIZE];
} series;

/* From 0 to end, with a label at every step. */
typedef struct axis {
    double end, step;
} axis;

typedef struct plot {
    cairo_t *cairo;
    series series[MAX_SERIES]; /* drawn in this order, and named from the last to the first */
    size_t count;
    axis x, y;
    double legend_left, legend_bottom;
} plot;

static double value(const series *s, size_t i)
{
    return s->held_out ? s->points[i].held_out_pct : s->points[i].training_pct;
}

static double to_x(const plot *p, double epoch)
{
    return LEFT + (RIGHT - LEFT) * epoch / p->x.end;
}

static double to_y(const plot *p, double pct)
{
    return BOTTOM - (BOTTOM - TOP) * pct / p->y.end;
}

/* Adds a curve, unless it has no points. */
static void add_series(plot *p, const series *s, const char *set_name)
{
    bool any = false;
    for (size_t i = 0; i < s->count; i++)
        any |= value(s, i) >= 0;
    if (!any)
        return;
    series *added = &p->series[p->count++];
    *added = *s;
    snprintf(added->name, sizeof added->name, "%s set%s", set_name, s->paper ? ", the paper's figure 5" : "");
}

static void add_all_series(plot *p, const learning_curves *c)
{
    if (c->with_figure_5) {
        add_series(p, &(series){figure_5, FIGURE_5_POINTS, false, true, orange, ""}, "training");
        add_series(p, &(series){figure_5, FIGURE_5_POINTS, true, true, sky_blue, ""}, "test");
    }
    add_series(p, &(series){c->points, c->count, false, false, vermilion, ""}, "training");
    add_series(p, &(series){c->points, c->count, true, false, blue, ""}, c->held_out_name);
}

/* The smallest of 1, 2 and 5 times a power of ten that reaches the end in at most max_steps. */
static double round_step(double end, int max_steps)
{
    const double min_step = end / max_steps * (1 - 1e-9);
    const double ten = pow(10, floor(log10(min_step)));
    return ten * (min_step <= ten ? 1 : min_step <= 2 * ten ? 2 : min_step <= 5 * ten ? 5 : 10);
}

static axis axis_to(double end, double min_step, int max_steps)
{
    const double step = fmax(min_step, round_step(end, max_steps));
    return (axis){.end = step * ceil(end / step - 1e-9), .step = step};
}

static double last_epoch(const plot *p)
{
    double last = 0;
    for (size_t i = 0; i < p->count; i++)
        for (size_t j = 0; j < p->series[i].count; j++)
            last = fmax(last, p->series[i].points[j].epoch);
    return last;
}

/* The maximum of the curve from epoch first on. */
static double highest_from(const series *s, double first)
{
    double highest = 0, epoch_before = 0, before = -1;
    for (size_t i = 0; i < s->count; i++) {
        const double epoch = s->points[i].epoch, pct = value(s, i);
        if (pct < 0)
            continue;
        if (epoch >= first)
            highest = fmax(highest, pct);
        if (epoch > first && epoch_before < first && before >= 0)
            highest = fmax(highest, before + (pct - before) * (first - epoch_before) / (epoch - epoch_before));
        epoch_before = epoch;
        before = pct;
    }
    return highest;
}

/* The legend goes into the upper right corner, as wide as its longest name. */
static void place_legend(plot *p)
{
    double widest = 0;
    set_font(p->cairo, 12.5, CAIRO_FONT_WEIGHT_NORMAL);
    for (size_t i = 0; i < p->count; i++)
        widest = fmax(widest, text_width(p->cairo, p->series[i].name));
    p->legend_left = RIGHT - widest - LEGEND_SAMPLE - LEGEND_GAP - 2 * LEGEND_MARGIN;
    p->legend_bottom = TOP + (double)p->count * LEGEND_ROW + LEGEND_MARGIN;
}

/*
 * Chooses the axes. The error axis is as high as the curves, and high enough that none runs under the legend; of a long
 * training, the steep beginning may be cut off.
 */
static void place_axes(plot *p)
{
    p->x = axis_to(fmax(2, last_epoch(p)), 1, MAX_X_STEPS);
    const double under_legend = p->x.end * (p->legend_left - 6 - LEFT) / (RIGHT - LEFT);
    const double free_share = (BOTTOM - p->legend_bottom - 6) / (BOTTOM - TOP);
    const double shown_from = last_epoch(p) > LONG_TRAINING ? last_epoch(p) / 20 : 0;
    double end = 0;
    for (size_t i = 0; i < p->count; i++) {
        end = fmax(end, p->series[i].paper ? FIGURE_5_PCT : highest_from(&p->series[i], shown_from));
        end = fmax(end, highest_from(&p->series[i], under_legend) / free_share);
    }
    p->y = axis_to(end > 0 ? end : 1, 0, MAX_Y_STEPS);
}

static void draw_x_axis(const plot *p)
{
    char label[32];
    const long steps = lround(p->x.end / p->x.step);
    for (long i = 0; i <= steps; i++) {
        const double x = to_x(p, (double)i * p->x.step);
        set_colour(p->cairo, pale);
        put_line(p->cairo, x, TOP, x, BOTTOM);
        set_colour(p->cairo, dark);
        put_line(p->cairo, x, BOTTOM, x, BOTTOM + 5);
        snprintf(label, sizeof label, "%g", (double)i * p->x.step);
        put_text(p->cairo, label, x, BOTTOM + 20, 0.5);
    }
}

static void draw_y_axis(const plot *p)
{
    char label[32];
    const long steps = lround(p->y.end / p->y.step);
    for (long i = 0; i <= steps; i++) {
        const double y = to_y(p, (double)i * p->y.step);
        set_colour(p->cairo, pale);
        put_line(p->cairo, LEFT, y, RIGHT, y);
        set_colour(p->cairo, dark);
        put_line(p->cairo, LEFT - 5, y, LEFT, y);
        snprintf(label, sizeof label, "%g", (double)i * p->y.step);
        put_text(p->cairo, label, LEFT - 9, y + 4.5, 1);
    }
}

static void draw_axes(const plot *p)
{
    set_font(p->cairo, 12.5, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_line_width(p->cairo, 1);
    draw_x_axis(p);
    draw_y_axis(p);
    put_line(p->cairo, LEFT, TOP, LEFT, BOTTOM);
    put_line(p->cairo, LEFT, BOTTOM, RIGHT, BOTTOM);
}

static void draw_titles(const plot *p, const char *title)
{
    cairo_t *cairo = p->cairo;
    set_colour(cairo, black);
    set_font(cairo, 13.5, CAIRO_FONT_WEIGHT_NORMAL);
    put_text(cairo, "epoch", (LEFT + RIGHT) / 2, CURVES_HEIGHT - 16, 0.5);
    cairo_save(cairo);
    cairo_translate(cairo, 22, (TOP + BOTTOM) / 2);
    cairo_rotate(cairo, -acos(0));
    put_text(cairo, "error %", 0, 0, 0.5);
    cairo_restore(cairo);
    set_font(cairo, 15, CAIRO_FONT_WEIGHT_BOLD);
    const double width = text_width(cairo, title);
    if (width > RIGHT - LEFT)
        cairo_set_font_size(cairo, 15 * (RIGHT - LEFT) / width);
    put_text(cairo, title, (LEFT + RIGHT) / 2, 30, 0.5);
}

static void set_pen(cairo_t *cairo, const series *s)
{
    static const double dashes[] = {6, 4};
    set_colour(cairo, s->colour);
    cairo_set_line_width(cairo, s->paper ? 1.6 : 2);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cairo, dashes, s->paper ? 2 : 0, 0);
}

/* A dot for the held-out set and a square for the training set; the paper's are hollow. */
static void draw_marker(cairo_t *cairo, const series *s, double x, double y)
{
    if (s->held_out)
        cairo_arc(cairo, x, y, 3.4, 0, 4 * acos(0));
    else
        cairo_rectangle(cairo, x - 3, y - 3, 6, 6);
    set_colour(cairo, s->paper ? white : s->colour);
    cairo_fill_preserve(cairo);
    set_colour(cairo, s->colour);
    cairo_set_line_width(cairo, 1.2);
    cairo_set_dash(cairo, NULL, 0, 0);
    cairo_stroke(cairo);
}

/* Draws a curve; a long one has fewer markers, evenly spaced, including one at the last point. */
static void draw_series(const plot *p, const series *s)
{
    const size_t stride = (s->count + MAX_MARKERS - 1) / MAX_MARKERS;
    set_pen(p->cairo, s);
    cairo_save(p->cairo);
    cairo_rectangle(p->cairo, LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
    cairo_clip(p->cairo);
    for (size_t i = 0; i < s->count; i++)
        if (value(s, i) >= 0)
            cairo_line_to(p->cairo, to_x(p, s->points[i].epoch), to_y(p, value(s, i)));
    cairo_stroke(p->cairo);
    cairo_restore(p->cairo);
    for (size_t i = 0; i < s->count; i++)
        if (value(s, i) >= 0 && value(s, i) <= p->y.end && (s->count - 1 - i) % stride == 0)
            draw_marker(p->cairo, s, to_x(p, s->points[i].epoch), to_y(p, value(s, i)));
}

static void draw_legend(const plot *p)
{
    const double left = p->legend_left + LEGEND_MARGIN;
    set_colour(p->cairo, white);
    cairo_rectangle(p->cairo, p->legend_left, TOP + 1, RIGHT - 1 - p->legend_left, p->legend_bottom - TOP - 1);
    cairo_fill(p->cairo);
    set_font(p->cairo, 12.5, CAIRO_FONT_WEIGHT_NORMAL);
    for (size_t i = 0; i < p->count; i++) {
        const series *s = &p->series[p->count - 1 - i];
        const double y = TOP + LEGEND_MARGIN / 2 + ((double)i + 0.5) * LEGEND_ROW;
        set_pen(p->cairo, s);
        put_line(p->cairo, left, y, left + LEGEND_SAMPLE, y);
        draw_marker(p->cairo, s, left + LEGEND_SAMPLE / 2, y);
        set_colour(p->cairo, black);
        put_text(p->cairo, s->name, left + LEGEND_SAMPLE + LEGEND_GAP, y + 4.5, 0);
    }
}

static bool all_finite(const curve_point *points, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(points[i].epoch) || !isfinite(points[i].training_pct) || !isfinite(points[i].held_out_pct))
            return false;
    return true;
}

typedef struct curves_drawing {
    const char *path;
    const learning_curves *curves;
} curves_drawing;

static lenet5_status draw_curves_here(const void *what, lenet5_error *error)
{
    canvas c;
    const curves_drawing *d = what;
    if (has_ending(d->path, ".svg"))
        canvas_open_svg(&c, CURVES_WIDTH, CURVES_HEIGHT);
    else
        canvas_open_png(&c, CURVES_WIDTH, CURVES_HEIGHT, PIXELS_A_UNIT);
    plot p = {.cairo = c.cairo};
    add_all_series(&p, d->curves);
    place_legend(&p);
    place_axes(&p);
    draw_axes(&p);
    draw_titles(&p, d->curves->title);
    draw_legend(&p);
    for (size_t i = 0; i < p.count; i++)
        draw_series(&p, &p.series[i]);
    return canvas_save(&c, d->path, error);
}

lenet5_status draw_curves(const char *path, const learning_curves *curves, lenet5_error *error)
{
    if (!has_ending(path, ".svg .png"))
        return fail_to_draw(error, LENET5_E_ARGUMENT, path, "the name of the curves has to end in .svg or .png");
    if (curves->count == 0)
        return fail_to_draw(error, LENET5_E_ARGUMENT, path, "no epoch is finished yet");
    if (!all_finite(curves->points, curves->count))
        return fail_to_draw(error, LENET5_E_ARGUMENT, path,
                            "an error rate is not finite: train again, the curves are damaged");
    const curves_drawing d = {path, curves};
    return draw_apart(draw_curves_here, &d, path, error);
}

/* ---- Misread digits ---------------------------------------------------------------------------------------------- */

#define MAX_DIGITS 400
#define MAX_COLUMNS 14
#define SHEET_MARGIN 14.0
#define SHEET_HEADING 30.0    /* the height of the line above the digits, the margin included */
#define SHEET_MIN_WIDTH 340.0 /* that the heading fits in */
#define CELL_MIN_WIDTH 28.0   /* that the caption fits in */
#define CELL_GAP 14.0
#define CAPTION_HEIGHT 22.0 /* the space to the next row included */

typedef struct sheet {
    size_t shown, columns, rows;
    double cell_width, cell_height;
    double width, height;
} sheet;

static sheet sheet_of(const lenet5_dataset *set, size_t count)
{
    sheet s = {.shown = count < MAX_DIGITS ? count : MAX_DIGITS};
    s.columns = s.shown < MAX_COLUMNS ? s.shown : MAX_COLUMNS;
    s.rows = (s.shown + MAX_COLUMNS - 1) / MAX_COLUMNS;
    s.cell_width = fmax((double)set->width, CELL_MIN_WIDTH) + CELL_GAP;
    s.cell_height = (double)set->height + CAPTION_HEIGHT;
    s.width = fmax(2 * SHEET_MARGIN + (double)s.columns * s.cell_width - CELL_GAP, SHEET_MIN_WIDTH);
    s.height = SHEET_HEADING + (double)s.rows * s.cell_height + SHEET_MARGIN;
    return s;
}

/* An arrow; "->" if the font has none. */
static const char *arrow_of(cairo_t *cairo)
{
    cairo_glyph_t *glyphs = NULL;
    int count = 0;
    const cairo_status_t status = cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cairo), 0, 0, "→", -1, &glyphs,
                                                                   &count, NULL, NULL, NULL);
    const bool found = status == CAIRO_STATUS_SUCCESS && count == 1 && glyphs[0].index != 0;
    cairo_glyph_free(glyphs);
    return found ? "→" : "->";
}

static void draw_heading(cairo_t *cairo, const lenet5_dataset *set, size_t count, const char *arrow)
{
    char text[160];
    if (count == 0)
        snprintf(text, sizeof text, "None of the %zu digits was misread.", set->count);
    else if (count > MAX_DIGITS)
        snprintf(text, sizeof text, "Misread digits, truth %s answer: the first %d of %zu", arrow, MAX_DIGITS, count);
    else
        snprintf(text, sizeof text, "Misread digits, truth %s answer: %zu of %zu", arrow, count, set->count);
    set_font(cairo, 11, CAIRO_FONT_WEIGHT_NORMAL);
    set_colour(cairo, black);
    put_text(cairo, text, SHEET_MARGIN, 20, 0);
}

static void draw_digit(cairo_t *cairo, const lenet5_dataset *set, const misread *digit, const char *arrow,
                       double middle, double top)
{
    char caption[40];
    set_colour(cairo, black);
    put_ink(cairo, lenet5_dataset_picture(set, digit->index), set->width, set->height, middle - (double)set->width / 2,
            top);
    snprintf(caption, sizeof caption, "%u%s%u", digit->truth, arrow, digit->answer);
    set_colour(cairo, grey);
    put_text(cairo, caption, middle, top + (double)set->height + 10, 0.5);
}

static void draw_digits(cairo_t *cairo, const sheet *s, const lenet5_dataset *set, const misread *digits,
                        const char *arrow)
{
    set_font(cairo, 9, CAIRO_FONT_WEIGHT_NORMAL);
    for (size_t i = 0; i < s->shown; i++) {
        const double left = SHEET_MARGIN + (double)(i % s->columns) * s->cell_width;
        const double top = SHEET_HEADING + (double)(i / s->columns) * s->cell_height;
        draw_digit(cairo, set, &digits[i], arrow, left + (s->cell_width - CELL_GAP) / 2, top);
    }
}

static bool all_in_set(const lenet5_dataset *set, const misread *digits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (digits[i].index >= set->count)
            return false;
    return true;
}

typedef struct misread_drawing {
    const char *path;
    const lenet5_dataset *set;
    const misread *digits;
    size_t count;
} misread_drawing;

static lenet5_status draw_misread_here(const void *what, lenet5_error *error)
{
    canvas c;
    const misread_drawing *d = what;
    const sheet s = sheet_of(d->set, d->count);
    canvas_open_png(&c, s.width, s.height, PIXELS_A_UNIT);
    set_font(c.cairo, 9, CAIRO_FONT_WEIGHT_NORMAL);
    const char *arrow = arrow_of(c.cairo);
    draw_heading(c.cairo, d->set, d->count, arrow);
    draw_digits(c.cairo, &s, d->set, d->digits, arrow);
    return canvas_save(&c, d->path, error);
}

lenet5_status draw_misread(const char *path, const lenet5_dataset *set, const misread *digits, size_t count,
                           lenet5_error *error)
{
    if (!has_ending(path, ".png"))
        return fail_to_draw(error, LENET5_E_ARGUMENT, path, "the name of the drawing has to end in .png");
    if (!all_in_set(set, digits, count))
        return fail_to_draw(error, LENET5_E_ARGUMENT, path,
                            "a misread digit is not in the set: give the set that was tested");
    const misread_drawing d = {path, set, digits, count};
    return draw_apart(draw_misread_here, &d, path, error);
}

LENET5_API const drawing_module lenet5_drawing = {draw_curves, draw_misread, draw_reading, draw_forms};
