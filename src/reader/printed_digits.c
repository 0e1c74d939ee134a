/*
 * Printed digits among handwriting: the number of a form, its date, the numbers of its rows. They are smaller than the
 * writing, and more regular than any hand: digits of a printed number are of one height and on one line, and so are the
 * numbers of rows below each other.
 */
#include "printed_digits.h"

#include <math.h>
#include <stdlib.h>

#include "base/ascending.h"
#include "base/error.h"
#include "reading.h"

#define SMALL 0.75    /* of the height of the larger lines: printed digits are lower */
#define EVEN 0.018    /* of their height: RMS deviation of printed digits from straight lines, at most, or */
#define MIN_EVEN 0.5  /* so many pixels, since boxes are of whole pixels */
#define LEAST 4       /* digits of a number whose regularity is measured, at least: fewer are regular by chance */
#define ROWS 3        /* numbers of rows, at least */
#define ROW_EVEN 0.06 /* of their height: how far the heights of the numbers of rows differ */
#define ROW_ASIDE 0.5 /* of their height: how far their left or right ends are from one vertical line */

static bool is_accepted(const lenet5_read_line *l)
{
    return l->decision == LENET5_ACCEPTED && l->digits > 0;
}

/* The mean height of a line's digits. */
static double digit_height(const lenet5_read_line *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->digits; i++)
        sum += (double)l->digit[i].box.height;
    return sum / (double)l->digits;
}

/* The mean square distance of the digits' tops, or feet, from their regression line. */
static double mean_square_residual(const lenet5_read_line *l, bool feet)
{
    const double n = (double)l->digits;
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < l->digits; i++) {
        const lenet5_box *b = &l->digit[i].box;
        const double u = (double)b->x + (double)b->width / 2, v = (double)b->y + (feet ? (double)b->height : 0);
        x += u, y += v, xx += u * u, xy += u * v, yy += v * v;
    }
    const double across = xx - x * x / n, both = xy - x * y / n;
    return fmax(0, yy - y * y / n - (across > 0 ? both * both / across : 0)) / n;
}

static bool is_even(const lenet5_read_line *l)
{
    return l->digits >= LEAST && sqrt(mean_square_residual(l, false) + mean_square_residual(l, true)) <=
                                     fmax(EVEN * digit_height(l), MIN_EVEN);
}

/* Whether two lines may be numbers of rows of the same form. */
static bool are_rows(const lenet5_read_line *a, const lenet5_read_line *b)
{
    const double high = digit_height(a), left = (double)a->box.x - (double)b->box.x;
    const double right = left + (double)a->box.width - (double)b->box.width;
    return fabs(high - digit_height(b)) <= ROW_EVEN * high && fmin(fabs(left), fabs(right)) <= ROW_ASIDE * high;
}

static bool is_number_of_row(const lenet5_reading *reading, const lenet5_read_line *l)
{
    size_t found = 0;
    for (size_t i = 0; i < reading->count && l->digits < LEAST; i++) {
        const lenet5_read_line *other = &reading->lines[i];
        found += is_accepted(other) && other->digits < LEAST && are_rows(l, other);
    }
    return found >= ROWS;
}

/* The third quartile of the heights of accepted lines; 0 for a single line. */
static lenet5_status usual_height(double *height, const lenet5_reading *reading, lenet5_error *error)
{
    double *heights = malloc((reading->count + 1) * sizeof *heights);
    size_t count = 0;
    if (!heights)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < reading->count; i++)
        if (is_accepted(&reading->lines[i]))
            heights[count++] = digit_height(&reading->lines[i]);
    qsort(heights, count, sizeof *heights, ascending_numbers);
    *height = count > 1 ? heights[3 * count / 4] : 0;
    free(heights);
    return LENET5_OK;
}

lenet5_status lenet5_reject_printed_digits(lenet5_reading *reading, budget *b, lenet5_error *error)
{
    double usual = 0;
    bool *print = calloc(reading->count + 1, sizeof *print);
    lenet5_status status = print ? usual_height(&usual, reading, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = lenet5_check_time(b, 10 * reading->count * reading->count, error);
    for (size_t i = 0; i < reading->count && status == LENET5_OK; i++) {
        const lenet5_read_line *l = &reading->lines[i];
        print[i] = is_accepted(l) && digit_height(l) < SMALL * usual && (is_even(l) || is_number_of_row(reading, l));
    }
    for (size_t i = 0; i < reading->count && status == LENET5_OK; i++)
        if (print[i]) {
            lenet5_reject_line(&reading->lines[i], LENET5_EVIDENCE_HEIGHT);
            reading->notes |= LENET5_NOTE_WORDS;
        }
    free(print);
    return status;
}
