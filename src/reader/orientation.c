/*
 * If little can be read of a page as it is, it may have been scanned sideways or upside down. A sample of its lines is
 * then read in each rotation. A rotation is chosen if far more of it is sure, or as much with far less doubt.
 */
#include "orientation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/rotate.h"
#include "search/evidence.h"

#define SAMPLE_LINES 8         /* lines of a rotated map that are read: more of them change no decision */
#define SAMPLE_DIGITS 40       /* digits after which no further line of the sample is read */
#define SAMPLE_PIXELS 4000000u /* pixels of the sampled part: half an A4 page at 300 dpi */
#define SAMPLE_WORK 30000000u  /* units of work for one rotation: 40 digits take less than half of it */
#define PAPER 16               /* pixels of paper around the sampled part */
#define WINDOWS 4              /* positions of a part of the map that are tried, each way */
#define MIN_DIGITS 4           /* digits of a rotated page, at least: 9, 11 and 801 are digits upside down too */
#define ENOUGH 0.985           /* mean probability of a digit from which on no other rotation is tried */
#define MANY_DIGITS 8          /* digits of a rotated page from which on CLEAR is enough */
#define CLEAR 0.9              /* mean probability of a digit of a rotated page, at least; */
#define CLEAR_FEW 0.97         /* the same for fewer digits, which too often look like others upside down */
#define POOR 0.7               /* a page with few digits is rotated upside down only if its own mean is below this */
#define CLEAR_SHARE 0.3        /* share of sure digits (see evidence) of a rotated page, at least */
#define TIMES_SURER 1.5        /* times the sure digits of the page as it is, and */
#define MORE_SURE 1.5          /* so many more: sure digits of a rotated page */
#define BEST 0.995             /* the highest mean probability that a page of real digits reaches */
#define LESS_DOUBT 0.35 /* of the doubt (1 - mean) of the page as it is: what a rotation with many digits may have */
#define LOST 0.55       /* mean probability of a digit: a page with no more is illegible as it is, */
#define LEGIBLE 0.6     /* and is rotated where many digits have at least this, and */
#define LESS_LOST 0.5   /* at most this share of the doubt */
#define MIN_UPSIDE_DOWN_DIGITS 3  /* digits of a page that may have another reading upside down, at least, and */
#define MAX_UPSIDE_DOWN_DIGITS 20 /* at most: longer pages never consist of such digits alone */
#define SURER_UPSIDE_DOWN 0.92 /* of the doubt of the page as it is: with less of it upside down, nothing is accepted */

/* Measures of a page read in one rotation. */
typedef struct evidence {
    size_t digits; /* all digits */
    double sure;   /* digits in strings of two and more, each weighed by its string's probability */
    double digit;  /* mean probability of a digit, in which long strings, which are better evidence, weigh more */
} evidence;

/*
 * The probability of a line. For the page as it is, a sign that is read as a digit does not count against it, nor a
 * mark that the format makes a digit: neither is a reason to rotate.
 */
static double probability_of(const lenet5_read_line *l, bool rotated)
{
    double value[LENET5_EVIDENCE];
    memcpy(value, l->evidence, sizeof value);
    value[LENET5_EVIDENCE_SIGN] = 0;
    if (value[LENET5_EVIDENCE_ANY] == 0)
        value[LENET5_EVIDENCE_MARKS] = 0;
    return rotated ? l->string[0].probability : fmax(l->string[0].probability, lenet5_string_probability(value));
}

static evidence evidence_of(const lenet5_reading *reading, bool rotated)
{
    evidence e = {0, 0, 0};
    double weights = 0;
    for (size_t i = 0; i < reading->count; i++) {
        const lenet5_read_line *l = &reading->lines[i];
        if (l->digits == 0)
            continue;
        const double length = (double)l->digits, probability = probability_of(l, rotated);
        e.digits += l->digits;
        e.sure += l->digits > 1 ? length * probability : 0;
        e.digit += length * length * pow(probability, 1 / length);
        weights += length * length;
    }
    e.digit /= fmax(1, weights);
    return e;
}

/* ---- The sample -------------------------------------------------------------------------------------------------- */

/* Pixels of ink in a row, from one column to another. */
static size_t ink_in(const uint8_t *row, size_t left, size_t right)
{
    uint32_t ink = 0;
    for (size_t x = left; x < right; x++)
        ink += row[x] >= SURELY_INK;
    return ink;
}

static box bounds_of_ink(const ink_map *map)
{
    box b = EMPTY_BOX;
    for (size_t y = 0; y < map->height; y++) {
        const uint8_t *row = map->ink + y * map->width;
        size_t left = 0, right = map->width;
        if (ink_in(row, left, right) == 0)
            continue;
        while (row[left] < SURELY_INK)
            left++;
        while (row[right - 1] < SURELY_INK)
            right--;
        b = box_union(b, (box){left, y, right, y + 1});
    }
    return b;
}

/* Adds some paper around a part of the map: ink at the border looks as if it continued beyond. */
static box with_paper(box part, const ink_map *map)
{
    part.left = part.left > PAPER ? part.left - PAPER : 0;
    part.top = part.top > PAPER ? part.top - PAPER : 0;
    part.right = part.right + PAPER < map->width ? part.right + PAPER : map->width;
    part.bottom = part.bottom + PAPER < map->height ? part.bottom + PAPER : map->height;
    return part;
}

/* Returns the window with most ink. windows: row by row. */
static box fullest(const box windows[WINDOWS * WINDOWS], const ink_map *map)
{
    size_t ink[WINDOWS * WINDOWS] = {0}, best = 0;
    for (size_t y = windows[0].top; y < windows[WINDOWS * WINDOWS - 1].bottom; y++)
        for (size_t column = 0, here = 0; column < WINDOWS; column++) {
            const box *first = &windows[column];
            if (column == 0 || first->left > (first - 1)->left) /* else the windows are as wide as the part */
                here = ink_in(map->ink + y * map->width, first->left, first->right);
            for (size_t i = column; i < WINDOWS * WINDOWS; i += WINDOWS)
                ink[i] += y >= windows[i].top && y < windows[i].bottom ? here : 0;
        }
    for (size_t i = 1; i < WINDOWS * WINDOWS; i++)
        best = ink[i] > ink[best] ? i : best;
    return windows[best];
}

/* The part of the map that is sampled: all ink, or where it is densest. */
static box sample_of(const ink_map *map)
{
    const box all = bounds_of_ink(map);
    size_t wide = all.right - all.left, tall = all.bottom - all.top;
    if (all.right == 0 || wide <= SAMPLE_PIXELS / tall)
        return all.right == 0 ? all : with_paper(all, map);
    while (wide > SAMPLE_PIXELS / tall)
        *(wide > tall ? &wide : &tall) /= 2;
    box windows[WINDOWS * WINDOWS];
    for (size_t i = 0; i < WINDOWS * WINDOWS; i++) {
        const size_t left = all.left + (all.right - all.left - wide) * (i % WINDOWS) / (WINDOWS - 1);
        const size_t top = all.top + (all.bottom - all.top - tall) * (i / WINDOWS) / (WINDOWS - 1);
        windows[i] = (box){left, top, left + wide, top + tall};
    }
    return fullest(windows, map);
}

/* Reads a sample in one rotation. Its map stands for the trial's picture, since it may be higher than the page's. */
static lenet5_status read_sample(evidence *e, const ink_map *map, const box *part, unsigned quarters, page *trial,
                                 lenet5_error *error)
{
    raster rotated;
    lenet5_reading reading = {0};
    lenet5_status status =
        lenet5_rotate(&rotated, &(raster){map->width, map->height, map->ink}, *part, quarters, &trial->budget, error);
    if (status != LENET5_OK)
        return status;
    const ink_map ink = {rotated.width, rotated.height, rotated.pixels};
    trial->to_picture = IDENTITY;
    trial->width = rotated.width;
    trial->height = rotated.height;
    status =
        lenet5_read_lines(&reading, &ink, &(layout){0}, &(reading_limit){SAMPLE_LINES, SAMPLE_DIGITS}, trial, error);
    if (status == LENET5_OK)
        *e = evidence_of(&reading, true);
    lenet5_reading_free(&reading);
    free(rotated.pixels);
    return status;
}

/* Measures a sample in one rotation; nothing if it is crowded. Its work is charged to the page. */
static lenet5_status try_rotation(evidence *e, const ink_map *map, const box *part, unsigned quarters, page *p,
                                  lenet5_error *error)
{
    page trial = *p;
    lenet5_read_options quiet = *p->options;
    quiet.observer = NULL;
    trial.options = &quiet;
    const uint64_t granted = p->budget.left < SAMPLE_WORK ? p->budget.left : SAMPLE_WORK;
    trial.budget.left = granted;
    *e = (evidence){0, 0, 0};
    const lenet5_status status = read_sample(e, map, part, quarters, &trial, error);
    p->budget.left -= granted - trial.budget.left;
    p->budget.unchecked = trial.budget.unchecked;
    return status == LENET5_CROWDED ? LENET5_OK : status;
}

/* ---- The decision ------------------------------------------------------------------------------------------------ */

/* Whether many more digits are sure, or as many digits with far less doubt. */
static bool is_surer(const evidence *rotated, const evidence *upright)
{
    const double sampled =
        fmin(1, (double)rotated->digits / fmax(1, (double)upright->digits)); /* the sampled share of the page */
    const double before = upright->sure * sampled;
    const bool clearer = rotated->digits >= MANY_DIGITS && 1 - rotated->digit <= LESS_DOUBT * (1 - upright->digit);
    return clearer ? rotated->sure >= before : rotated->sure >= TIMES_SURER * before + MORE_SURE;
}

/* Whether many digits are legible where the page as it is has none, though they are not sure. */
static bool is_legible(const evidence *rotated, const evidence *upright)
{
    return rotated->digits >= MANY_DIGITS && upright->digit <= LOST && rotated->digit >= LEGIBLE &&
           1 - rotated->digit <= LESS_LOST * (1 - upright->digit);
}

static bool is_clear(const evidence *rotated, const evidence *upright, unsigned quarters)
{
    const bool many = rotated->digits >= MANY_DIGITS, upside_down = quarters == QUARTERS / 2;
    if (is_legible(rotated, upright))
        return true;
    return rotated->digits >= MIN_DIGITS && rotated->digit >= (many ? CLEAR : CLEAR_FEW) &&
           (many || !upside_down || upright->digit < POOR) && rotated->sure >= CLEAR_SHARE * (double)rotated->digits &&
           is_surer(rotated, upright);
}

/* Of two clear rotations, the one with less doubt is better: a wrong one may have more digits, cut out of others. */
static bool is_better(const evidence *a, const evidence *b)
{
    return a->digits >= MANY_DIGITS && b->digits >= MANY_DIGITS ? a->digit > b->digit : a->sure > b->sure;
}

/* Whether any rotation could be clear, if each stroke of the page were a digit of the highest probability. */
static bool may_be_rotated(const evidence *upright, size_t strokes)
{
    size_t most = strokes > upright->digits ? strokes : upright->digits;
    most = most > MIN_DIGITS ? most : MIN_DIGITS; /* touching digits make few strokes */
    return is_clear(&(evidence){most, (double)most, BEST}, upright, 1);
}

/*
 * Whether so many digits are sure that the page is not on its side. It may be upside down: 0, 1, 6, 8 and 9 are digits
 * there too.
 */
static bool is_level(const lenet5_reading *upright)
{
    size_t digits = 0, sure = 0;
    for (size_t i = 0; i < upright->count; i++) {
        const lenet5_read_line *l = &upright->lines[i];
        digits += l->digits;
        sure += l->digits > 1 && l->string[0].probability >= CLEAR ? l->digits : 0;
    }
    return sure >= MANY_DIGITS && (double)sure >= CLEAR_SHARE * (double)digits;
}

/* Whether all digits of a line are digits upside down too: 3, 4 and 7 are not. */
static bool may_be_upside_down_line(const lenet5_read_line *l)
{
    for (size_t i = 0; i < l->digits; i++)
        if (l->digit[i].digit == 3 || l->digit[i].digit == 4 || l->digit[i].digit == 7)
            return false;
    return true;
}

/* Whether all digits of a page may be digits upside down too, and a line is accepted. */
static bool may_be_upside_down(const lenet5_reading *upright, const evidence *as_it_is)
{
    bool accepted = false;
    bool may = as_it_is->digits >= MIN_UPSIDE_DOWN_DIGITS && as_it_is->digits <= MAX_UPSIDE_DOWN_DIGITS;
    for (size_t i = 0; i < upright->count && may; i++) {
        accepted |= upright->lines[i].decision == LENET5_ACCEPTED;
        may &= may_be_upside_down_line(&upright->lines[i]);
    }
    return may && accepted;
}

static bool is_surer_upside_down(const evidence *rotated, const evidence *upright)
{
    return rotated->digits >= upright->digits && 1 - rotated->digit <= SURER_UPSIDE_DOWN * (1 - upright->digit);
}

lenet5_status lenet5_find_rotation(orientation *found, const lenet5_reading *upright, const ink_map *map, page *p,
                                   lenet5_error *error)
{
    const evidence as_it_is = evidence_of(upright, false);
    lenet5_status status = LENET5_OK;
    evidence best = {0, 0, 0};
    *found = (orientation){0, false};
    if (upright->notes & (LENET5_NOTE_CROWDED | LENET5_NOTE_EMPTY))
        return LENET5_OK;
    const bool all = as_it_is.digit < ENOUGH && may_be_rotated(&as_it_is, p->strokes);
    const bool upside_down = may_be_upside_down(upright, &as_it_is), sideways = all && !is_level(upright);
    if (!all && !upside_down)
        return LENET5_OK;
    status = lenet5_check_time(&p->budget, 2 * map->width * map->height, error);
    const box part = sample_of(map);
    for (unsigned quarters = 1; quarters < QUARTERS && part.right > 0 && status == LENET5_OK; quarters++) {
        evidence e;
        if (!sideways && quarters != QUARTERS / 2)
            continue;
        status = try_rotation(&e, map, &part, quarters, p, error);
        if (status != LENET5_OK)
            break;
        if (all && is_clear(&e, &as_it_is, quarters) && is_better(&e, &best)) {
            best = e;
            found->quarters = quarters;
        }
        found->surer_upside_down |= upside_down && quarters == QUARTERS / 2 && is_surer_upside_down(&e, &as_it_is);
    }
    return status;
}

void lenet5_reject_all_lines(lenet5_reading *upright)
{
    for (size_t i = 0; i < upright->count; i++) {
        if (upright->lines[i].decision == LENET5_ACCEPTED)
            lenet5_reject_line(&upright->lines[i], LENET5_EVIDENCE_ODDS);
    }
}

bool lenet5_rotation_is_clear(const lenet5_reading *rotated, const lenet5_reading *upright)
{
    const evidence seen = evidence_of(rotated, true), as_it_is = evidence_of(upright, false);
    return is_clear(&seen, &as_it_is, rotated->turned * QUARTERS / 360);
}
