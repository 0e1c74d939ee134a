/*
 * Reading without cuts (space displacement network, section VII of the paper). The line is scaled to the size that the
 * network was trained on, and the network is swept over it (lenet5_sweep). Where a digit is in the middle of its input
 * it recognises it; between digits it answers rubbish. It is swept twice, two columns apart, since positions four
 * columns apart are too coarse for a 1.
 *
 * The scores become a graph like that of pieces: nodes are positions, an arc takes some consecutive positions for one
 * digit, scored at the middle one, and positions without an arc should be rubbish.
 */
#include "sdnn.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/mean.h"
#include "weights.h"

#define DIGIT 20           /* rows of a digit in the strip */
#define MARGIN 20          /* columns of paper on both sides */
#define STEP 2             /* columns between positions */
#define POSITION_WORK 3000 /* units of work of one network at one position */
#define MAX_POSITIONS 256  /* nodes of a graph, less one */
_Static_assert(MAX_POSITIONS <= MAX_PIECES, "a graph has room for as many nodes as there may be pieces");
#define NARROWEST 4 /* positions of a digit, at least and at most */
#define WIDEST 11
#define LENGTH_COST 0.1 /* for each position of a digit: minus the log of its prior */
#define DOUBT 0.8       /* exponent of the probability that a skipped position is rubbish */

/* ---- The strip --------------------------------------------------------------------------------------------------- */

/* The mean ink under one pixel of the strip. */
static uint8_t ink_under(const ink_map *map, double left, double top, double side)
{
    enum { SAMPLES = 4 };
    double sum = 0;
    for (int i = 0; i < SAMPLES; i++)
        for (int k = 0; k < SAMPLES; k++)
            sum += lenet5_interpolate_ink(map, left + side * (i + 0.5) / SAMPLES - 0.5,
                                          top + side * (k + 0.5) / SAMPLES - 0.5);
    return (uint8_t)(sum / (SAMPLES * SAMPLES) + 0.5);
}

static void draw_strip(sweep *s, const text_line *line)
{
    const double side = 1 / (double)s->scale;
    const double top = (double)line->map.height / 2 - side * LENET5_SWEEP_HEIGHT / 2;
    for (size_t y = 0; y < LENET5_SWEEP_HEIGHT; y++)
        for (size_t x = 0; x < s->width; x++)
            s->strip[y * s->width + x] =
                ink_under(&line->map, side * ((double)x - MARGIN), top + side * (double)y, side);
}

/* ---- Scores                --------------------------------------------------------------------------------------- */

/* Adds a network's share of the mean penalties at every second position, from first on. */
static lenet5_status add_penalties(float (*mean)[LENET5_CLASSES], const sweep *s, const lenet5_committee *committee,
                                   size_t member, size_t first, lenet5_error *error)
{
    const size_t width = s->width - STEP * first;
    const size_t positions = lenet5_sweep_positions(width);
    uint8_t *shifted = malloc(LENET5_SWEEP_HEIGHT * width);
    float(*penalty)[LENET5_CLASSES] = malloc(positions * sizeof *penalty);
    lenet5_status status = shifted && penalty ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t y = 0; status == LENET5_OK && y < LENET5_SWEEP_HEIGHT; y++)
        memcpy(shifted + y * width, s->strip + y * s->width + STEP * first, width);
    if (status == LENET5_OK)
        status = lenet5_sweep(penalty, &committee->networks[member], shifted, width, error);
    for (size_t i = 0; status == LENET5_OK && i < positions && first + 2 * i < s->positions; i++)
        lenet5_add_share(mean[first + 2 * i], penalty[i], LENET5_CLASSES, committee->count);
    free(shifted);
    free(penalty);
    return status;
}

static lenet5_status score_positions(sweep *s, const lenet5_committee *committee, lenet5_error *error)
{
    float(*mean)[LENET5_CLASSES] = calloc(s->positions, sizeof *mean);
    lenet5_status status = mean ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t i = 0; i < committee->count; i++)
        for (size_t first = 0; first < 2 && status == LENET5_OK; first++)
            status = add_penalties(mean, s, committee, i, first, error);
    for (size_t position = 0; status == LENET5_OK && position < s->positions; position++)
        lenet5_posterior(s->posterior[position], &committee->provenance.loss, mean[position]);
    free(mean);
    return status;
}

lenet5_status lenet5_sweep_line(sweep *s, const lenet5_committee *committee, const text_line *line, budget *b,
                                lenet5_error *error)
{
    *s = (sweep){.scale = DIGIT / (float)line->height};
    const double width = ceil((double)s->scale * (double)line->map.width) + 2 * MARGIN;
    if (width > MAX_POSITIONS * STEP + LENET5_SWEEP_HEIGHT)
        return LENET5_OK;
    s->width = (size_t)fmax(width, LENET5_SWEEP_HEIGHT + STEP);
    s->positions = (s->width - LENET5_SWEEP_HEIGHT) / STEP;
    s->strip = malloc(LENET5_SWEEP_HEIGHT * s->width);
    s->posterior = malloc(s->positions * sizeof *s->posterior);
    lenet5_status status = s->strip && s->posterior ? LENET5_OK : lenet5_fail_memory(error);
    assert(s->positions <= MAX_POSITIONS);
    if (status == LENET5_OK)
        status = lenet5_spend(b, POSITION_WORK * s->positions * committee->count, error);
    if (status == LENET5_OK) {
        draw_strip(s, line);
        status = score_positions(s, committee, error);
    }
    if (status != LENET5_OK)
        lenet5_sweep_free(s);
    return status;
}

void lenet5_sweep_free(sweep *s)
{
    free(s->strip);
    free(s->posterior);
    *s = (sweep){0};
}

/* ---- The graph --------------------------------------------------------------------------------------------------- */

/* The column of the line's map at a position. */
static size_t column_of(const sweep *s, double position, size_t width)
{
    const double column = (STEP * position + LENET5_SWEEP_HEIGHT / 2.0 - MARGIN) / (double)s->scale;
    return (size_t)fmax(0, fmin(column, (double)width));
}

/* Copies the middle of the network's input at a position, in the size of a picture. */
static void copy_window(uint8_t picture[LENET5_PICTURE_BYTES], const sweep *s, size_t position)
{
    enum { AROUND = (LENET5_SWEEP_HEIGHT - LENET5_PICTURE_SIDE) / 2 };
    for (size_t y = 0; y < LENET5_PICTURE_SIDE; y++)
        memcpy(picture + y * LENET5_PICTURE_SIDE, s->strip + (y + AROUND) * s->width + STEP * position + AROUND,
               LENET5_PICTURE_SIDE);
}

static void add_arc(graph *g, const sweep *s, const text_line *line, size_t first, size_t last)
{
    assert(g->count < g->room);
    arc *a = &g->arcs[g->count++];
    const size_t position = (first + last - 1) / 2;
    *a = (arc){.first = first, .last = last, .prior = exp(-LENGTH_COST * (double)(last - first)), .shape = 1};
    a->box = (box){column_of(s, (double)first - 0.5, line->map.width), 0,
                   column_of(s, (double)last - 0.5, line->map.width), line->map.height};
    memcpy(a->posterior, s->posterior[position], sizeof a->posterior);
    copy_window(a->picture, s, position);
}

lenet5_status lenet5_sweep_graph(graph *g, const sweep *s, const text_line *line, lenet5_error *error)
{
    *g = (graph){.weights = search_weights,
                 .swept = true,
                 .nodes = s->positions + 1,
                 .room = (WIDEST - NARROWEST + 1) * s->positions + 1};
    g->arcs = malloc(g->room * sizeof *g->arcs);
    if (!g->arcs)
        return lenet5_fail_memory(error);
    for (size_t first = 0; first < s->positions; first++) {
        g->skip[first] = pow((double)s->posterior[first][LENET5_RUBBISH], DOUBT);
        for (size_t last = first + NARROWEST; last <= first + WIDEST && last <= s->positions; last++)
            add_arc(g, s, line, first, last);
        g->begin[first + 1] = g->count;
    }
    return LENET5_OK;
}

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

#define ENLARGED 4
#define ROW 12 /* pixels of a digit's row */

static void set_pixel(uint8_t *rgb, double red, double green, double blue)
{
    rgb[0] = (uint8_t)red;
    rgb[1] = (uint8_t)green;
    rgb[2] = (uint8_t)blue;
}

uint8_t *lenet5_sweep_picture(size_t *width, size_t *height, const sweep *s)
{
    const size_t strip = ENLARGED * LENET5_SWEEP_HEIGHT;
    *width = ENLARGED * s->width;
    *height = strip + ROW * LENET5_CLASSES;
    uint8_t *rgb = malloc(3 * *width * *height);
    for (size_t y = 0; rgb && y < *height; y++)
        for (size_t x = 0; x < *width; x++) {
            uint8_t *pixel = rgb + 3 * (y * *width + x);
            const long position = ((long)(x / ENLARGED) - LENET5_SWEEP_HEIGHT / 2) / STEP;
            const size_t digit = y < strip ? 0 : (y - strip) / ROW;
            if (y < strip) {
                const double paper = 255 - s->strip[y / ENLARGED * s->width + x / ENLARGED];
                set_pixel(pixel, paper, paper, paper);
            } else if (position < 0 || (size_t)position >= s->positions || (y - strip) % ROW == 0)
                set_pixel(pixel, 230, 230, 230);
            else {
                const double light = 1 - (double)s->posterior[position][digit];
                set_pixel(pixel, 255 * light, 114 + 141 * light, 178 + 77 * light);
            }
        }
    return rgb;
}
