/*
 * Marks.
 *
 * The network gets digits scaled to one size, so that it cannot distinguish a point from a 0. Marks are recognised by
 * what scaling removes: position on the line, size, and how straight a stroke is. Measures in digits' heights are
 * compared with a table (weights.h): the log-odds of a mark fall with the square of the distance of a measure from its
 * range.
 */
#include "marks.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define INK 85                  /* of 255: fainter pixels are edges of strokes */
#define DISTANCE_SCALE 1.5      /* digits' heights: the scale of the weights of digits by their distance */
#define MIN_STANDING_HEIGHT 0.6 /* of the line's height: lower pieces do not stand on the baseline */
#define CORNER 0.3              /* of a box's sides: its corners */
#define MIN_MARK 0.001          /* a smaller share is 0 */

/* ---- Footing ----------------------------------------------------------------------------------------------------- */

/*
 * The share of a box's columns that another part of the line has too, which is as high as a digit and may have been
 * cut.
 */
static double share_over(const text_line *line, size_t first, size_t last, const box *bounds)
{
    double max = 0;
    box part = EMPTY_BOX;
    for (size_t i = 0; i < line->count; i++) {
        const bool own = i >= first && i < last;
        part = line->cut[i] < 0 || own ? EMPTY_BOX : part;
        if (own)
            continue;
        part = box_union(part, line->pieces[i]);
        if ((double)(part.bottom - part.top) >= MIN_STANDING_HEIGHT * line->height)
            max = fmax(max, box_common_width(*bounds, part));
    }
    return max / (double)(bounds->right - bounds->left);
}

footing lenet5_footing(const text_line *line, size_t first, size_t last)
{
    footing f = {.lean = -line->to_page.xy / line->to_page.xx};
    double sum = 0;
    const box bounds = pieces_box(line, first, last);
    const double middle = (double)(bounds.left + bounds.right) / 2;
    for (size_t i = 0; i < line->count; i++) {
        const box *p = &line->pieces[i];
        if ((i >= first && i < last) || (double)(p->bottom - p->top) < MIN_STANDING_HEIGHT * line->height)
            continue;
        const double away = fabs((double)(p->left + p->right) / 2 - middle) / line->height;
        const double weight = exp(-away / DISTANCE_SCALE);
        sum += weight;
        f.base += weight * (double)p->bottom;
        f.height += weight * (double)(p->bottom - p->top);
    }
    if (sum == 0)
        return (footing){0};
    f.base /= sum;
    f.height /= sum;
    f.over = share_over(line, first, last, &bounds);
    return f;
}

/* ---- Measures ---------------------------------------------------------------------------------------------------- */

/* Sums over the rows of some ink: bands separated by paper, and the curve of the rows' middles. */
typedef struct rows {
    size_t bands, tallest; /* number of bands, and rows of the tallest */
    double area;
    double corners; /* ink in the corners of the box */
    double runs;    /* strokes that the rows cross */
    double layers;  /* strokes that the columns cross */
    /* Sums over rows with ink: of 1, y, y², y³, y⁴, x, xy, xy²; y runs from -1 to 1. */
    double count, y1, y2, y3, y4, x, xy, xy2, xx;
} rows;

/* Whether a position along a side is in a corner. */
static bool is_at_end(size_t at, size_t side)
{
    return (double)at < (double)side * CORNER || (double)at >= (double)side * (1 - CORNER);
}

/* Adds a row; returns whether there is ink in it. */
static bool add_row(rows *r, const uint8_t *ink, size_t width, size_t height, size_t y)
{
    double sum = 0, moment = 0;
    bool before = false;
    const bool at_end = is_at_end(y, height);
    for (size_t x = 0; x < width; x++) {
        const double here = (double)ink[y * width + x] / 255;
        const bool inside = ink[y * width + x] >= INK;
        r->corners += at_end && is_at_end(x, width) ? here : 0;
        r->runs += inside && !before;
        r->layers += inside && (y == 0 || ink[(y - 1) * width + x] < INK);
        before = inside;
        sum += here;
        moment += here * (double)x;
    }
    r->area += sum;
    if (sum < (double)INK / 255)
        return false;
    const double v = (2 * (double)y + 1) / (double)height - 1, x = moment / sum;
    r->count++;
    r->y1 += v, r->y2 += v * v, r->y3 += v * v * v, r->y4 += v * v * v * v;
    r->x += x, r->xy += x * v, r->xy2 += x * v * v, r->xx += x * x;
    return true;
}

static rows measure_rows(const uint8_t *ink, size_t width, size_t height)
{
    rows r = {0};
    size_t band = 0;
    for (size_t y = 0; y < height; y++) {
        const bool inked = add_row(&r, ink, width, height, y);
        r.bands += inked && band == 0;
        band = inked ? band + 1 : 0;
        r.tallest = band > r.tallest ? band : r.tallest;
    }
    return r;
}

/* Fits x = a + b y + c y² to the rows' middles by Cramer's rule; returns the RMS residual. */
static double fit_parabola(double *b, double *c, const rows *r)
{
    const double n = r->count;
    const double d = n * (r->y2 * r->y4 - r->y3 * r->y3) - r->y1 * (r->y1 * r->y4 - r->y2 * r->y3) +
                     r->y2 * (r->y1 * r->y3 - r->y2 * r->y2);
    *b = *c = 0;
    if (n < 4 || fabs(d) < 1e-9)
        return 0;
    const double a = (r->x * (r->y2 * r->y4 - r->y3 * r->y3) - r->y1 * (r->xy * r->y4 - r->xy2 * r->y3) +
                      r->y2 * (r->xy * r->y3 - r->xy2 * r->y2)) /
                     d;
    *b = (n * (r->xy * r->y4 - r->xy2 * r->y3) - r->x * (r->y1 * r->y4 - r->y2 * r->y3) +
          r->y2 * (r->y1 * r->xy2 - r->y2 * r->xy)) /
         d;
    *c = (n * (r->y2 * r->xy2 - r->y3 * r->xy) - r->y1 * (r->y1 * r->xy2 - r->y2 * r->xy) +
          r->x * (r->y1 * r->y3 - r->y2 * r->y2)) /
         d;
    return sqrt(fmax(0, r->xx - a * r->x - *b * r->xy - *c * r->xy2) / n);
}

/* The share of a box that is ink. Its outermost pixels are half paper, which matters in small boxes. */
static double fill_of(const rows *r, size_t width, size_t height)
{
    return fmin(1, r->area / (fmax(1, (double)width - 1) * fmax(1, (double)height - 1)));
}

void lenet5_measure_mark(double value[MEASURES], const uint8_t *ink, const box *bounds, const footing *beside)
{
    const size_t width = bounds->right - bounds->left, height = bounds->bottom - bounds->top;
    const rows r = measure_rows(ink, width, height);
    double b, c;
    assert(beside->height > 0);
    const double stray = fit_parabola(&b, &c, &r), h = beside->height;
    value[MEASURE_WIDTH] = (double)width / h;
    value[MEASURE_HEIGHT] = (double)height / h;
    value[MEASURE_TOP] = (beside->base - (double)bounds->top) / h;
    value[MEASURE_FOOT] = (beside->base - (double)bounds->bottom) / h;
    value[MEASURE_ASPECT] = log((double)width / (double)height);
    value[MEASURE_BANDS] = (double)r.bands;
    value[MEASURE_BAND] = (double)r.tallest / h;
    value[MEASURE_FILL] = fill_of(&r, width, height);
    value[MEASURE_CORNERS] = r.area > 0 ? r.corners / r.area : 1;
    value[MEASURE_RUNS] = r.count > 0 ? r.runs / r.count : 0;
    value[MEASURE_LAYERS] = r.layers / (double)width;
    value[MEASURE_LEAN] = -2 * b / (double)height + fmax(0, beside->lean); /* y is in units of height / 2 */
    value[MEASURE_BEND] = c / (double)height;
    value[MEASURE_STRAY] = stray / h;
    value[MEASURE_OVER] = beside->over;
}

/* ---- Shares ------------------------------------------------------------------------------------------------------ */

static double odds_of(const mark_form *form, const double value[MEASURES])
{
    double against = form->cost;
    for (size_t i = 0; i < MEASURES; i++) {
        const mark_range *range = &form->range[i];
        if (range->soft <= 0)
            continue;
        const double beyond = fmax(0, fmax(range->min - value[i], value[i] - range->max)) / range->soft;
        against += beyond * beyond;
    }
    return exp(-against);
}

void lenet5_mark_shares(double share[MARKS], const double value[MEASURES], const mark_form forms[MARK_FORMS])
{
    double all = 1;
    memset(share, 0, MARKS * sizeof *share);
    for (size_t i = 0; i < MARK_FORMS; i++) {
        const double odds = odds_of(&forms[i], value);
        share[forms[i].mark - LENET5_CLASSES] += odds;
        all += odds;
    }
    assert(all >= 1);
    for (size_t mark = 0; mark < MARKS; mark++)
        share[mark] = share[mark] / all >= MIN_MARK ? share[mark] / all : 0;
}
