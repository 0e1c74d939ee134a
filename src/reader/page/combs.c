/*
 * A comb is a horizontal base with vertical teeth at even distances, the first and the last at its ends. Digits hide
 * some teeth, or lengthen them by a stroke; their positions follow from the others:
 *
 *     |   | \ |   |   |
 *     +---+--\+---+---+
 */
#include "combs.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/ascending.h"
#include "base/error.h"

#define MIN_PLACES 3      /* of a comb */
#define MAX_PLACES 64     /* the same; a ruler has more */
#define MAX_VERTICALS 256 /* on a base: teeth, and strokes of digits */
#define MIN_PITCH 6.0     /* pixels from one tooth to the next */
#define OFF_PITCH 0.2     /* of that distance: how far a tooth may be off, in perspective */
#define MIN_SEEN 0.6      /* share of teeth that are found, at least, if there is no ink where another would be, or */
#define FEWEST_SEEN 0.4   /* if there is ink where each would be */
#define MIN_THERE 0.8     /* share of teeth that are found, or have ink where they would be */
#define HIDDEN_INK 0.8    /* share of the rows of a hidden tooth that have ink: of a digit, or of the tooth */
#define CLOSED 0.9 /* of the distance between teeth: the length of a line that closes a tooth's top, as in a box */
#define MIN_OF_LIKE 0.75 /* share of the verticals like teeth that are teeth: the others are strokes */
#define SHORTEST 0.6     /* of the median length of the teeth: length of a tooth, at least, and */
#define LONGEST 1.25     /* at most; digits cover some, and lengthen others */
#define DIGIT 1.2        /* of the distance between teeth: height of the digits, which are higher than the teeth */
#define LENGTH_PIXELS 2  /* pixels: how far the end of a tooth is uncertain, where the base or a stroke blurs it */

/* A vertical segment that stands on a base. */
typedef struct tooth {
    double x, length;
    double closing; /* length of a line that closes its top; 0: there is none */
    uint32_t vertical;
} tooth;

typedef struct comb {
    const segments *all;
    const segment *base;
    uint32_t base_number;
    size_t count;
    tooth list[MAX_VERTICALS];         /* (count), from left to right */
    size_t places;                     /* for digits */
    double length, pitch;              /* of the teeth */
    const tooth *seen[MAX_PLACES + 1]; /* (places + 1); NULL: not found */
} comb;

/* The length of the longest line that closes the top of a vertical segment: the side of a box has one. */
static double closing_length(const comb *c, const junctions *met, const junction *j)
{
    const segment *u = &c->all->list[j->vertical];
    const double near = REACH_PIXELS + u->thickness + c->base->thickness;
    double longest = 0;
    for (size_t i = met->first_vertical[j->vertical]; i < met->first_vertical[j->vertical + 1]; i++) {
        const junction *top = &met->by_vertical[i];
        if (top->y <= (double)u->from + near && top->horizontal != j->horizontal)
            longest = fmax(longest, length_of(&c->all->list[top->horizontal]));
    }
    return longest;
}

/* Lists the vertical segments that stand on a base; none if there are too many. */
static void list_teeth(comb *c, const junctions *met, const junction *on, size_t count)
{
    c->count = 0;
    for (size_t i = 0; i < count; i++) {
        const segment *u = &c->all->list[on[i].vertical];
        if (fabs(on[i].y - (double)u->to) > REACH_PIXELS + u->thickness + c->base->thickness)
            continue;
        if (c->count == MAX_VERTICALS) {
            c->count = 0;
            return;
        }
        c->list[c->count++] =
            (tooth){on[i].x, on[i].y - (double)u->from, closing_length(c, met, &on[i]), on[i].vertical};
    }
}

/* Whether a vertical segment may be a tooth of a length; length 0: any. */
static bool is_tooth(const comb *c, const tooth *t, double length)
{
    return t->closing < CLOSED * c->pitch && (length == 0 || (t->length >= SHORTEST * length - LENGTH_PIXELS &&
                                                              t->length <= LONGEST * length + LENGTH_PIXELS));
}

/* The column of tooth i at even distances. */
static double tooth_position(const comb *c, size_t i)
{
    return (double)c->base->from + (double)i * c->pitch;
}

/* Finds the tooth of a length nearest to each position; returns the number of positions that have one. */
static size_t find_nearest(comb *c, double length)
{
    size_t seen = 0;
    for (size_t i = 0, first = 0; i <= c->places; i++) {
        const double x = tooth_position(c, i), near = OFF_PITCH * c->pitch;
        c->seen[i] = NULL;
        while (first < c->count && c->list[first].x < x - near)
            first++;
        for (size_t k = first; k < c->count && c->list[k].x <= x + near; k++) {
            const tooth *t = &c->list[k];
            if (is_tooth(c, t, length) && (!c->seen[i] || fabs(t->x - x) < fabs(c->seen[i]->x - x)))
                c->seen[i] = t;
        }
        seen += c->seen[i] != NULL;
    }
    return seen;
}

/* The median length of the teeth that are found, since digits lengthen some. */
static double middle_length(const comb *c)
{
    double lengths[MAX_PLACES + 1];
    size_t count = 0;
    for (size_t i = 0; i <= c->places; i++)
        if (c->seen[i])
            lengths[count++] = c->seen[i]->length;
    if (count == 0)
        return 0;
    qsort(lengths, count, sizeof *lengths, ascending_numbers);
    return lengths[count / 2];
}

/* The column of tooth i; of a hidden one, interpolated between the nearest that are found. */
static double tooth_at(const comb *c, size_t i)
{
    size_t before = i, after = i;
    while (before > 0 && !c->seen[before])
        before--;
    while (after < c->places && !c->seen[after])
        after++;
    const tooth *left = c->seen[before], *right = c->seen[after];
    if (!left)
        return right->x - c->pitch * (double)(after - i);
    if (!right)
        return left->x + c->pitch * (double)(i - before);
    return after > before ? left->x + (right->x - left->x) * (double)(i - before) / (double)(after - before) : left->x;
}

/* The mean distance of the teeth from the first found to the last. */
static double seen_pitch(const comb *c)
{
    size_t first = 0, last = c->places;
    while (!c->seen[first])
        first++;
    while (!c->seen[last])
        last--;
    return (c->seen[last]->x - c->seen[first]->x) / (double)(last - first);
}

/* Whether there is ink where a hidden tooth would be. */
static bool is_covered(const comb *c, const ink_map *map, size_t i)
{
    const double x = round(tooth_at(c, i)), foot = lenet5_segment_at(c->all, c->base, x);
    size_t steps = 0, inked = 0;
    for (double y = round(foot - c->length); y < foot; y++, steps++)
        inked += is_inked(map, x - 1, y) || is_inked(map, x, y) || is_inked(map, x + 1, y);
    return (double)inked >= HIDDEN_INK * (double)steps;
}

/* Counts the vertical segments that are like teeth. */
static size_t count_like_teeth(const comb *c)
{
    size_t like = 0;
    for (size_t i = 0; i < c->count; i++)
        like += is_tooth(c, &c->list[i], c->length);
    return like;
}

/* Whether a base is a comb with that many places for digits. */
static bool has_places(comb *c, const ink_map *map, size_t places)
{
    const double teeth = (double)(places + 1);
    assert(places >= MIN_PLACES && places <= MAX_PLACES);
    c->places = places;
    c->pitch = length_of(c->base) / (double)places;
    if (c->pitch < MIN_PITCH || (double)find_nearest(c, 0) < FEWEST_SEEN * teeth)
        return false;
    c->length = middle_length(c);
    const size_t seen = find_nearest(c, c->length);
    if (seen < 2 || (double)seen < FEWEST_SEEN * teeth || (!c->seen[0] && !c->seen[places]) ||
        (double)seen < MIN_OF_LIKE * (double)count_like_teeth(c))
        return false;
    c->pitch = seen_pitch(c);
    size_t there = seen;
    for (size_t i = 0; i <= places; i++)
        there += !c->seen[i] && is_covered(c, map, i);
    return (double)there >= ((double)seen >= MIN_SEEN * teeth ? MIN_THERE : 1) * teeth;
}

static bool is_comb(comb *c, const ink_map *map)
{
    const double max = (double)c->count / FEWEST_SEEN;
    for (size_t places = max < MAX_PLACES ? (size_t)max : MAX_PLACES; places >= MIN_PLACES; places--)
        if (has_places(c, map, places))
            return true;
    return false;
}

/* ---- Frames of a comb -------------------------------------------------------------------------------------------- */

static point foot_of(const comb *c, size_t i)
{
    const double x = tooth_at(c, i);
    return (point){x, lenet5_segment_at(c->all, c->base, x)};
}

static bool add_places(frames *found, const comb *c)
{
    const double height = fmax(c->length, DIGIT * c->pitch);
    bool added = true;
    for (size_t i = 0; i < c->places && added; i++) {
        const point from = foot_of(c, i), to = foot_of(c, i + 1);
        const frame f = {{{from.x, from.y - height}, {to.x, to.y - height}, to, from},
                         {c->base_number, c->base_number, c->base_number, c->base_number},
                         c->base->thickness,
                         false,
                         false};
        added = lenet5_add_frame(found, &f);
    }
    return added;
}

/* The segment of a hidden tooth. */
static drawn_line hidden_tooth(const comb *c, size_t i)
{
    const point foot = foot_of(c, i);
    drawn_line mean = {true, fmax(0, round(foot.y - c->length)), round(foot.y), foot.x, 0, 0};
    double seen = 0;
    for (size_t k = 0; k <= c->places; k++) {
        const segment *s = c->seen[k] ? &c->all->list[c->seen[k]->vertical] : NULL;
        mean.thickness += s ? s->thickness : 0;
        mean.slope += s ? s->slope : 0;
        seen += s != NULL;
    }
    mean.thickness /= fmax(1, seen);
    mean.slope /= fmax(1, seen);
    return mean;
}

/* Marks the segments from before on, which were added, as printed. */
static bool mark_added(frames *found, size_t before, size_t count)
{
    bool *printed = realloc(found->printed, (count + 1) * sizeof *printed);
    if (!printed)
        return false;
    for (size_t i = before; i < count; i++)
        printed[i] = true;
    found->printed = printed;
    return true;
}

/* Marks the base and the teeth as printed, adds segments for hidden teeth and a frame for each place. */
static lenet5_status take_out(frames *found, segments *all, const comb *c, const ink_map *map, lenet5_error *error)
{
    drawn_line hidden[MAX_PLACES + 1];
    size_t count = 0;
    const size_t before = all->count;
    found->printed[c->base_number] = true;
    for (size_t i = 0; i <= c->places; i++)
        if (c->seen[i])
            found->printed[c->seen[i]->vertical] = true;
        else
            hidden[count++] = hidden_tooth(c, i);
    assert(count <= c->places + 1);
    bool added = add_places(found, c);
    for (size_t i = 0; i < count && added; i++)
        added = lenet5_add_line(all, &hidden[i], map);
    return added && mark_added(found, before, all->count) ? LENET5_OK : lenet5_fail_memory(error);
}

lenet5_status lenet5_find_combs(frames *found, segments *all, const junctions *met, const ink_map *map, budget *b,
                                lenet5_error *error)
{
    const size_t all_before = all->count; /* combs append to them */
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < all_before && status == LENET5_OK; i++) {
        const size_t count = met->first_horizontal[i + 1] - met->first_horizontal[i];
        if (count < MIN_PLACES || !lenet5_is_solid(all, &all->list[i])) /* it is 0 for a vertical segment */
            continue;
        comb c = {.all = all, .base = &all->list[i], .base_number = (uint32_t)i};
        list_teeth(&c, met, met->by_horizontal + met->first_horizontal[i], count);
        if (is_comb(&c, map))
            status = take_out(found, all, &c, map, error);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, 10 * count + 3 * MAX_PLACES * c.count, error);
    }
    return status;
}
