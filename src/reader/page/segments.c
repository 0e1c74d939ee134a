/*
 * Line tracking. A horizontal line shows in each column as a run of ink a few pixels high, at about the same row as in
 * the column before. A track follows such runs from left to right by an alpha-beta filter, which predicts the position
 * of the next run. It continues through thicker ink, which crosses it, and over small gaps:
 *
 *              #                                      where #### crosses, the run is too high, and
 *     ---------#------   ------                       the track continues straight
 *              #      gap
 *
 * Vertical lines are the same with rows in place of columns, so that the map is read along its rows in both passes.
 *
 * In: a map and the width of a typical stroke. Out: segments with one trace a step. Invariants: a track's runs are
 * linked from the last to the first; a run belongs to at most one track; tracks are ordered by age. Cost: O(pixels +
 * runs), and at each step the number of open tracks.
 */
#include "segments.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "blank.h"

#define MIN_THICKEST 6     /* pixels: height of a thin run in a small picture, and */
#define THICKEST 2.4       /* times a stroke's width: the same in a large one */
#define MAX_RUNS 8000000   /* in one direction; noise has a run at every fourth pixel */
#define STEEPEST 0.27      /* pixels across a step: slope of a line, at most; it is that of 15 degrees of skew */
#define THICKER 1.6        /* times the track's thickness, plus */
#define THICKER_PIXELS 1.5 /* pixels: a thicker run is crossed by something */
#define GAP_PIXELS 4       /* pixels, plus */
#define GAP 2.0            /* times its thickness: paper that a track crosses, but */
#define MAX_GAP 12         /* pixels at most: dots and dashes of a rule are nearer, digits are farther apart */
#define SOLID_GAP 3        /* pixels: gap in a solid line, at most */
#define MAX_PAPER 0.1      /* share of a solid line's steps that are gaps; the bars of printed 7s in a row have more */
#define MANY_GAPS 14       /* gaps from which on a line is dashed */
#define MIN_DOTS 8         /* gaps of a dotted line, at least, and */
#define DOTTED 0.2         /* share of its steps that they take, and */
#define UNEVEN 2.5         /* times the mean gap: its longest, at most */
#define YOUNG 3.0          /* times its own runs: steps a track may continue without one, but */
#define MAX_CROSSING 6.0   /* times the thickest run at most, or as many as it has runs */
#define MIN_LENGTH 8       /* steps, and */
#define MIN_ELONGATION 2.5 /* times its thickness: length of a segment, at least */
#define MIN_OWN 0.3        /* share of its steps that cross nothing, at least */
#define BENT_PIXELS 0.7    /* pixels, and */
#define BENT 0.012         /* of its length: RMS deviation from a straight line, at most; paper is warped */

typedef struct run {
    uint32_t step, first, last;
    uint32_t before; /* the run before it in its track, or NO_RUN */
} run;

#define NO_RUN UINT32_MAX

typedef struct track {
    uint32_t last; /* its last run */
    uint32_t count;
    double at, slope;
    double thickness;
    uint32_t from;
    uint32_t gap, through; /* steps of paper, and of crossing ink, since the last run */
} track;

typedef struct tracer {
    const uint8_t *ink; /* (steps, across): the map, or its transpose */
    size_t steps, across;
    bool vertical;
    double thickest;
    run *runs;
    size_t run_count, run_room;
    track *tracks; /* the open ones */
    size_t count, room;
    uint32_t *near; /* (across): the track expected there, from 1 */
    segments *found;
    size_t trace_count, trace_room, segment_room;
    unsigned level; /* ink of at least this level continues a segment */
} tracer;

/* ---- Closed tracks ----------------------------------------------------------------------------------------------- */

typedef struct line_fit {
    double slope, deviation;
} line_fit;

static double middle_of(const run *r)
{
    return 0.5 * ((double)r->first + (double)r->last);
}

static uint32_t thickness_of(const run *r)
{
    return r->last - r->first + 1;
}

static line_fit fit(const tracer *t, const track *c)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (uint32_t i = c->last; i != NO_RUN; i = t->runs[i].before) {
        const double step = (double)t->runs[i].step - (double)c->from;
        const double middle = middle_of(&t->runs[i]) - c->at;
        n++;
        x += step;
        y += middle;
        xx += step * step;
        xy += step * middle;
        yy += middle * middle;
    }
    const double across = n * xx - x * x;
    const double slope = across > 0 ? (n * xy - x * y) / across : 0;
    const double rest = yy - y * y / n - slope * (xy - x * y / n);
    return (line_fit){slope, sqrt(fmax(0, rest / n))};
}

static bool is_segment(const tracer *t, const track *c, const line_fit *f)
{
    const double length = (double)t->runs[c->last].step - (double)c->from + 1;
    return length >= MIN_LENGTH && length >= MIN_ELONGATION * c->thickness && (double)c->count >= MIN_OWN * length &&
           fabs(f->slope) <= STEEPEST && f->deviation <= BENT_PIXELS + BENT * length;
}

static bool goes_through(const tracer *t, uint32_t step, double at)
{
    return t->ink[step * t->across + (size_t)fmin(fmax(0, round(at)), (double)t->across - 1)] >= t->level;
}

/* The steps of paper between a run and the one before it. */
static uint32_t gap_before(const tracer *t, const run *after)
{
    const run *before = &t->runs[after->before];
    const double slope = (middle_of(after) - middle_of(before)) / ((double)after->step - (double)before->step);
    uint32_t gap = 0;
    for (uint32_t step = before->step + 1; step < after->step; step++)
        gap += !goes_through(t, step, middle_of(before) + slope * ((double)step - (double)before->step));
    return gap;
}

/*
 * The longest gap of a track if it is dotted: many gaps of about one length, and pieces of about one length between.
 * Else 0.
 */
static uint32_t gap_of_dots(const tracer *t, const track *c)
{
    uint32_t gaps = 0, total = 0, longest = 0, pieces = 1, piece = 1, longest_piece = 0;
    for (uint32_t i = c->last; t->runs[i].before != NO_RUN; i = t->runs[i].before) {
        const uint32_t gap = gap_before(t, &t->runs[i]);
        const bool goes_on = t->runs[t->runs[i].before].step + 1 == t->runs[i].step;
        gaps += gap > 0;
        total += gap;
        longest = gap > longest ? gap : longest;
        piece = goes_on ? piece + 1 : 1;
        pieces += !goes_on;
        longest_piece = piece > longest_piece ? piece : longest_piece;
    }
    const bool dotted = gaps >= MIN_DOTS && total >= DOTTED * (double)(t->runs[c->last].step - c->from) &&
                        longest <= UNEVEN * total / gaps + 1 && longest_piece <= UNEVEN * c->count / pieces + 1;
    return dotted ? longest : 0;
}

static bool make_room(tracer *t, size_t length)
{
    segments *found = t->found;
    if (found->count == t->segment_room) {
        const size_t room = 2 * t->segment_room + 64;
        segment *larger = realloc(found->list, room * sizeof *larger);
        if (!larger)
            return false;
        found->list = larger;
        t->segment_room = room;
    }
    if (t->trace_count + length > t->trace_room) {
        const size_t room = 2 * t->trace_room + length + 1024;
        trace *larger = realloc(found->traces, room * sizeof *larger);
        if (!larger)
            return false;
        found->traces = larger;
        t->trace_room = room;
    }
    return true;
}

/* Fills the traces between two runs of a track, which something crosses. */
static void fill_between(trace *path, const tracer *t, const run *before, const run *after, double thickness)
{
    const double steps = (double)after->step - (double)before->step;
    for (uint32_t step = before->step + 1; step < after->step; step++) {
        const double share = ((double)step - (double)before->step) / steps;
        const double middle = middle_of(before) + share * (middle_of(after) - middle_of(before));
        const double first = fmax(0, round(middle - 0.5 * (thickness - 1)));
        trace *here = &path[step - before->step - 1];
        here->first = (uint32_t)first;
        here->last = (uint32_t)fmin(fmax(first, round(middle + 0.5 * (thickness - 1))), (double)t->across - 1);
        const bool inked =
            t->ink[step * t->across + (size_t)fmin(fmax(0, round(middle)), (double)t->across - 1)] >= t->level;
        here->crosses = inked ? CROSSES_INK : CROSSES_PAPER;
    }
}

static lenet5_status add_segment(tracer *t, const track *c, uint32_t gap, lenet5_error *error)
{
    const line_fit f = fit(t, c);
    if (!is_segment(t, c, &f) || t->found->count >= MAX_SEGMENTS)
        return LENET5_OK;
    const size_t length = t->runs[c->last].step - c->from + 1;
    if (!make_room(t, length))
        return lenet5_fail_memory(error);
    assert(t->found->count < t->segment_room && t->trace_count + length <= t->trace_room);
    trace *path = t->found->traces + t->trace_count;
    for (uint32_t i = c->last; i != NO_RUN; i = t->runs[i].before) {
        const run *r = &t->runs[i];
        assert(r->step >= c->from && r->step - c->from < length);
        path[r->step - c->from] = (trace){r->first, r->last, CROSSES_NOTHING};
        if (r->before != NO_RUN)
            fill_between(path + (t->runs[r->before].step + 1 - c->from), t, &t->runs[r->before], r, c->thickness);
    }
    t->found->list[t->found->count++] = (segment){.from = c->from,
                                                  .to = c->from + length,
                                                  .path = t->trace_count,
                                                  .slope = f.slope,
                                                  .thickness = c->thickness,
                                                  .bent = f.deviation,
                                                  .gap = gap,
                                                  .vertical = t->vertical};
    t->trace_count += length;
    return LENET5_OK;
}

/* Splits the part after the last gap that is too long for a solid line off a track. */
static track split_off(tracer *t, track *c)
{
    track part = *c;
    part.count = 0;
    c->last = NO_RUN;
    for (uint32_t i = part.last; i != NO_RUN; i = t->runs[i].before) {
        run *r = &t->runs[i];
        part.count++;
        part.from = r->step;
        if (r->before == NO_RUN || gap_before(t, r) <= SOLID_GAP)
            continue;
        c->last = r->before;
        c->count -= part.count;
        r->before = NO_RUN;
        break;
    }
    return part;
}

/* The median thickness of a track's runs. */
static uint32_t typical_thickness(const tracer *t, const track *c)
{
    enum { MOST = 256 };
    uint32_t counts[MOST] = {0}, below = 0;
    for (uint32_t i = c->last; i != NO_RUN; i = t->runs[i].before)
        counts[thickness_of(&t->runs[i]) < MOST ? thickness_of(&t->runs[i]) : MOST - 1]++;
    for (uint32_t thickness = 1; thickness < MOST; thickness++) {
        below += counts[thickness];
        if (2 * below >= c->count)
            return thickness;
    }
    return MOST;
}

/* Drops runs far thicker than most: they are of what crosses, or of what the track began in. */
static void drop_thick_runs(tracer *t, track *c)
{
    const double max = THICKER * typical_thickness(t, c) + THICKER_PIXELS;
    uint32_t count = 0, next = NO_RUN;
    double sum = 0;
    for (uint32_t i = c->last; i != NO_RUN; i = t->runs[i].before) {
        if (thickness_of(&t->runs[i]) > max)
            continue;
        if (next == NO_RUN)
            c->last = i;
        else
            t->runs[next].before = i;
        next = i;
        c->from = t->runs[i].step;
        sum += thickness_of(&t->runs[i]);
        count++;
    }
    t->runs[next].before = NO_RUN;
    c->count = count;
    c->thickness = sum / count;
}

static lenet5_status end_track(tracer *t, track *c, lenet5_error *error)
{
    if (t->runs[c->last].step - c->from + 1 < MIN_LENGTH)
        return LENET5_OK;
    drop_thick_runs(t, c);
    const uint32_t gap = gap_of_dots(t, c);
    if (gap > 0)
        return add_segment(t, c, gap, error);
    lenet5_status status = LENET5_OK;
    while (c->last != NO_RUN && status == LENET5_OK) {
        const track part = split_off(t, c);
        status = add_segment(t, &part, 0, error);
    }
    return status;
}

/* ---- Tracking ---------------------------------------------------------------------------------------------------- */

/* How far the next run of a track may be off its predicted position, in pixels. */
static double tolerance(const track *c)
{
    return 1 + 0.25 * c->thickness + 0.1 * fmin((double)(c->gap + c->through), 20);
}

/* Notes the track that is expected at each position; of several, the one with most runs. */
static void note_places(tracer *t)
{
    memset(t->near, 0, t->across * sizeof *t->near);
    for (size_t i = 0; i < t->count; i++) {
        const track *c = &t->tracks[i];
        const double reach = tolerance(c);
        const double last = fmin(floor(c->at + c->slope + reach), (double)t->across - 1);
        for (double position = fmax(0, ceil(c->at + c->slope - reach)); position <= last; position++) {
            uint32_t *near = &t->near[(size_t)position];
            if (*near == 0 || t->tracks[*near - 1].count < c->count)
                *near = (uint32_t)i + 1;
        }
    }
}

static track *track_near(tracer *t, const run *r)
{
    track *best = NULL;
    for (uint32_t position = r->first; position <= r->last; position++) {
        track *c = t->near[position] ? &t->tracks[t->near[position] - 1] : NULL;
        if (c && (!best || c->count > best->count))
            best = c;
    }
    if (!best)
        return NULL;
    const double thickness = thickness_of(r);
    const bool thicker = best->count > 3 && thickness > THICKER * best->thickness + THICKER_PIXELS;
    const bool apart = fabs(middle_of(r) - best->at - best->slope) > tolerance(best) + 0.5;
    const bool taken = t->runs[best->last].step == r->step;
    return thicker || apart || taken ? NULL : best;
}

static void go_on(track *c, uint32_t number, const run *r)
{
    const double steps = 1 + c->gap + c->through;
    const double off = middle_of(r) - c->at - c->slope;
    c->count++;
    const double alpha = fmax(0.12, 2.0 / (double)(c->count + 1));
    c->at += c->slope + alpha * off;
    c->slope += c->count < 6 ? 0 : alpha * alpha / (2 - alpha) * off / fmax(1, 0.2 * steps);
    c->thickness += (thickness_of(r) - c->thickness) * fmax(0.03, 1.0 / (double)c->count);
    c->last = number;
    c->gap = c->through = 0;
}

static bool add_run(tracer *t, uint32_t step, size_t first, size_t last)
{
    if (t->run_count == t->run_room) {
        const size_t room = 2 * t->run_room + 4096;
        run *larger = realloc(t->runs, room * sizeof *larger);
        if (!larger)
            return false;
        t->runs = larger;
        t->run_room = room;
    }
    t->runs[t->run_count++] = (run){step, (uint32_t)first, (uint32_t)last, NO_RUN};
    return true;
}

/* Appends the thin runs of a step. false: no memory. */
static bool find_runs(tracer *t, uint32_t step)
{
    const uint8_t *ink = t->ink + step * t->across;
    for (size_t i = skip_blank(ink, 0, t->across); i < t->across;) {
        const size_t first = i;
        while (i < t->across && ink[i] >= INK)
            i++;
        if (i > first && (double)(i - first) <= t->thickest && !add_run(t, step, first, i - 1))
            return false;
        i = skip_blank(ink, i > first ? i : i + 1, t->across);
    }
    return true;
}

static bool begin_track(tracer *t, uint32_t number)
{
    if (t->count == t->room) {
        const size_t room = 2 * t->room + 256;
        track *larger = realloc(t->tracks, room * sizeof *larger);
        if (!larger)
            return false;
        t->tracks = larger;
        t->room = room;
    }
    const run *r = &t->runs[number];
    t->tracks[t->count++] =
        (track){.last = number, .count = 1, .at = middle_of(r), .thickness = thickness_of(r), .from = r->step};
    return true;
}

/* Moves a track without a run on; returns whether it continues. */
static bool go_without(const tracer *t, track *c, uint32_t step)
{
    c->at += c->slope;
    if (c->at < 0 || c->at > (double)t->across - 1 || fabs(c->slope) > STEEPEST)
        return false;
    if (t->ink[step * t->across + (size_t)round(c->at)] >= t->level)
        c->through++;
    else
        c->gap++;
    const double gap = fmin(fmin(GAP_PIXELS + GAP * c->thickness, MAX_GAP), YOUNG * c->count + 1);
    return c->gap <= gap && c->through <= fmax(fmin(MAX_CROSSING * t->thickest, YOUNG * c->count), c->count);
}

static lenet5_status follow(tracer *t, uint32_t step, lenet5_error *error)
{
    const size_t first = t->run_count, before = t->count;
    if (!find_runs(t, step))
        return lenet5_fail_memory(error);
    if (t->run_count > first)
        note_places(t);
    for (size_t i = first; i < t->run_count; i++) {
        track *c = track_near(t, &t->runs[i]);
        if (c) {
            t->runs[i].before = c->last;
            go_on(c, (uint32_t)i, &t->runs[i]);
        } else if (!begin_track(t, (uint32_t)i)) {
            return lenet5_fail_memory(error);
        }
    }
    lenet5_status status = LENET5_OK;
    size_t left = 0;
    for (size_t i = 0; i < t->count && status == LENET5_OK; i++) {
        track *c = &t->tracks[i];
        if (i >= before || t->runs[c->last].step == step || go_without(t, c, step))
            t->tracks[left++] = *c;
        else
            status = end_track(t, c, error);
    }
    t->count = left;
    return status;
}

static lenet5_status trace_all(tracer *t, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    t->near = malloc(t->across * sizeof *t->near);
    if (!t->near)
        status = lenet5_fail_memory(error);
    for (size_t step = 0; step < t->steps && status == LENET5_OK && t->run_count < MAX_RUNS; step++) {
        status = follow(t, (uint32_t)step, error);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, t->across + 10 * t->count, error);
    }
    for (size_t i = 0; i < t->count && status == LENET5_OK; i++)
        status = end_track(t, &t->tracks[i], error);
    free(t->near);
    free(t->tracks);
    free(t->runs);
    t->near = NULL;
    t->tracks = NULL;
    t->runs = NULL;
    t->count = t->room = t->run_count = t->run_room = 0;
    return status;
}

/* ---- Both directions --------------------------------------------------------------------------------------------- */

/* to: blank. */
static void transpose(uint8_t *to, const ink_map *map)
{
    enum { BLOCK = 32 };
    for (size_t top = 0; top < map->height; top += BLOCK)
        for (size_t left = 0; left < map->width; left += BLOCK) {
            const size_t right = left + BLOCK < map->width ? left + BLOCK : map->width;
            for (size_t y = top; y < top + BLOCK && y < map->height; y++) {
                const uint8_t *row = map->ink + y * map->width;
                for (size_t x = skip_blank(row, left, right); x < right; x = skip_blank(row, x + 1, right))
                    to[x * map->height + y] = row[x];
            }
        }
}

lenet5_status lenet5_find_segments(segments *found, const ink_map *map, double stroke, unsigned level, budget *b,
                                   lenet5_error *error)
{
    *found = (segments){0};
    uint8_t *transposed = calloc(map->width * map->height, 1);
    if (!transposed)
        return lenet5_fail_memory(error);
    transpose(transposed, map);
    tracer t = {.ink = transposed,
                .level = level,
                .steps = map->width,
                .across = map->height,
                .thickest = fmax(MIN_THICKEST, THICKEST * stroke),
                .found = found};
    lenet5_status status = trace_all(&t, b, error);
    free(transposed);
    t.ink = map->ink;
    t.steps = map->height;
    t.across = map->width;
    t.vertical = true;
    status = status == LENET5_OK ? trace_all(&t, b, error) : status;
    if (found->count == MAX_SEGMENTS)
        found->count = 0;
    return status;
}

/* The places that a drawn line covers at a step, clamped to the map. */
static trace trace_at(const drawn_line *l, double step, double across)
{
    const double middle = l->across - l->slope * (l->to - 1 - step), half = 0.5 * (l->thickness - 1);
    const double first = fmin(fmax(0, round(middle - half)), across - 1);
    return (trace){(uint32_t)first, (uint32_t)fmin(fmax(first, round(middle + half)), across - 1), CROSSES_NOTHING};
}

bool lenet5_add_line(segments *all, const drawn_line *added, const ink_map *map)
{
    const double steps = (double)(added->vertical ? map->height : map->width);
    const double across = (double)(added->vertical ? map->width : map->height);
    const segment *last = all->count > 0 ? &all->list[all->count - 1] : NULL;
    const size_t path = last ? last->path + last->to - last->from : 0;
    const size_t from = (size_t)fmin(added->from, steps - 1);
    const size_t length = (size_t)fmax(1, fmin(added->to, steps) - (double)from);
    segment *list = realloc(all->list, (all->count + 1) * sizeof *list);
    all->list = list ? list : all->list;
    trace *traces = realloc(all->traces, (path + length) * sizeof *traces);
    all->traces = traces ? traces : all->traces;
    if (!list || !traces)
        return false;
    for (size_t i = 0; i < length; i++)
        traces[path + i] = trace_at(added, (double)(from + i), across);
    list[all->count++] = (segment){.from = from,
                                   .to = from + length,
                                   .path = path,
                                   .slope = added->slope,
                                   .thickness = added->thickness,
                                   .vertical = added->vertical};
    return true;
}

double lenet5_segment_at(const segments *all, const segment *s, double step)
{
    assert(s->from < s->to);
    const double within = fmin(fmax(step, (double)s->from), (double)(s->to - 1));
    const trace *here = &all->traces[s->path + (size_t)(within - (double)s->from)];
    return 0.5 * ((double)here->first + (double)here->last) + s->slope * (step - within);
}

size_t lenet5_longest_gap(const segments *all, const segment *s, double from, double to)
{
    size_t longest = 0, gap = 0;
    for (double step = from; step < to; step++) {
        const bool beyond = step < (double)s->from || step >= (double)s->to;
        const bool paper = beyond || all->traces[s->path + (size_t)step - s->from].crosses == CROSSES_PAPER;
        gap = paper ? gap + 1 : 0;
        longest = gap > longest ? gap : longest;
    }
    return longest;
}

bool lenet5_is_solid(const segments *all, const segment *s)
{
    size_t paper = 0, gaps = 0;
    for (size_t step = s->from; step < s->to; step++) {
        const trace *here = &all->traces[s->path + step - s->from];
        paper += here->crosses == CROSSES_PAPER;
        gaps += here->crosses == CROSSES_PAPER && (here - 1)->crosses != CROSSES_PAPER;
    }
    return gaps >= MANY_GAPS || (double)paper <= MAX_PAPER * (double)(s->to - s->from);
}

void lenet5_segments_free(segments *found)
{
    free(found->list);
    free(found->traces);
    *found = (segments){0};
}
