/*
 * From a picture to strings, stage by stage:
 *
 *     orientation.c                           in which rotation the picture is read
 *     page/prepare.c   ink.c, layout.c        the ink of the picture, without printed lines; the fields of a form
 *     lines/lines.c    pieces.c               the lines of writing; each one straightened and cut into pieces
 *     line.c           search/                the graph of a line, its scores, the best strings and their evidence
 *     page_context.c   words.c                the probabilities, by the other lines; which lines are words or print
 *
 * reading.h has the data that the stages share.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "orientation.h"
#include "page/layout.h"
#include "page/prepare.h"
#include "page/rotate.h"
#include "printed_digits.h"
#include "reading.h"
#include "show.h"

#define NOTED_SKEW 0.035 /* radians: skew from which on it is noted */
#define LIKELY 0.8       /* probability from which on a line among words is a number */
#define DOT 4.0 /* squares of a stroke's width: components with less ink are dots; a handwritten point has one or two */

lenet5_status lenet5_reader_new(lenet5_reader **reader, const lenet5_committee *committee, lenet5_error *error)
{
    const lenet5_model *model = committee ? NULL : lenet5_builtin_strings();
    const lenet5_model *single = lenet5_builtin(), *signs = lenet5_builtin_signs();
    if ((!committee && !model) || !single || !signs)
        return lenet5_fail_memory(error);
    if (committee && (committee->count == 0 || committee->count > LENET5_MAX_COMMITTEE || !committee->networks))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a committee of %zu networks; it has 1 to %d",
                           committee->networks ? committee->count : 0, LENET5_MAX_COMMITTEE);
    lenet5_reader *r = aligned_alloc(64, (sizeof *r + 63) / 64 * 64);
    if (!r)
        return lenet5_fail_memory(error);
    if (model)
        r->builtin = (lenet5_committee){1, (lenet5_network *)&model->network, model->provenance}; /* only read */
    r->single = (lenet5_committee){1, (lenet5_network *)&single->network, single->provenance};    /* only read */
    r->signs = (lenet5_committee){1, (lenet5_network *)&signs->network, signs->provenance};       /* only read */
    r->committee = model ? &r->builtin : committee;
    *reader = r;
    return LENET5_OK;
}

void lenet5_reader_free(lenet5_reader *reader)
{
    free(reader);
}

/* ---- The page ---------------------------------------------------------------------------------------------------- */

static void place_in_table(lenet5_read_line *line, const field *f)
{
    line->table = f->table;
    line->row = f->row;
    line->column = f->column;
}

static lenet5_status read_line(lenet5_reading *reading, const line_groups *groups, size_t number, page *p,
                               lenet5_error *error)
{
    const size_t before = reading->count;
    const lenet5_status status = lenet5_read_text_line(reading, groups, number, p, error);
    if (reading->count > before && groups->list[number].field != NO_FIELD)
        place_in_table(&reading->lines[before], &groups->printed->fields[groups->list[number].field]);
    return status;
}

static lenet5_status read_each(read_groups *r, const reading_limit *limit, page *p, lenet5_error *error)
{
    lenet5_reading *reading = r->reading;
    const line_groups *groups = r->groups;
    const size_t wanted = groups->count < limit->lines ? groups->count : limit->lines;
    lenet5_status status = LENET5_OK;
    size_t digits = 0;
    reading->lines = calloc(wanted + 1, sizeof *reading->lines);
    if (!reading->lines)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < wanted && digits < limit->digits && status == LENET5_OK; i++) {
        const size_t before = reading->count, number = i * groups->count / wanted;
        assert(number < groups->count && before < wanted);
        status = read_line(reading, groups, number, p, error);
        r->of[number] = reading->count > before ? before : NOT_READ;
        digits += reading->count > before ? reading->lines[before].digits : 0;
    }
    return status;
}

lenet5_status lenet5_decide(const read_groups *r, page *p, lenet5_error *error)
{
    const bool on_its_side = p->rotation.xx == 0;
    lenet5_apply_page_context(r->reading, p->options->threshold);
    lenet5_status status = p->format.any ? lenet5_reject_stray_letters(r, &p->budget, error) : LENET5_OK;
    if (status == LENET5_OK && !on_its_side)
        status = lenet5_reject_printed_digits(r->reading, &p->budget, error);
    return status;
}

static bool has_number(const lenet5_reading *reading)
{
    bool found = false;
    for (size_t i = 0; i < reading->count; i++)
        found |= reading->lines[i].strings > 0 && reading->lines[i].string[0].probability >= LIKELY;
    return found;
}

/*
 * Decides again without the lines of words. Fragments of one or two symbols that were not accepted before are not
 * accepted now.
 */
static lenet5_status decide_again(const read_groups *r, page *p, lenet5_error *error)
{
    bool *fragment = calloc(r->reading->count + 1, sizeof *fragment);
    if (!fragment)
        return lenet5_fail_memory(error);
    lenet5_find_fragments(fragment, r);
    const lenet5_status status = lenet5_decide(r, p, error);
    for (size_t i = 0; i < r->reading->count; i++) {
        lenet5_read_line *l = &r->reading->lines[i];
        if (fragment[i] && l->decision == LENET5_ACCEPTED)
            lenet5_reject_line(l, LENET5_EVIDENCE_COMPANY);
    }
    free(fragment);
    return status;
}

/*
 * Drops words and decides again: the numbers among them are better evidence for each other without. If no format is
 * given and no line is likely a number in spite of the words, what is left may be letters of an empty form, and nothing
 * changes.
 */
static lenet5_status drop_words(read_groups *r, page *p, lenet5_error *error)
{
    bool left_out;
    const lenet5_status status = lenet5_drop_words(&left_out, r, &p->budget, error);
    const bool number = !p->format.any || has_number(r->reading);
    return status == LENET5_OK && left_out && number ? decide_again(r, p, error) : status;
}

static lenet5_status read_all(lenet5_reading *reading, const line_groups *groups, const reading_limit *limit, page *p,
                              lenet5_error *error)
{
    read_groups read;
    lenet5_status status = lenet5_read_groups_new(&read, reading, groups, error);
    if (status == LENET5_OK)
        status = read_each(&read, limit, p, error);
    if (status == LENET5_OK)
        status = lenet5_decide(&read, p, error);
    if (status == LENET5_OK && !is_limited(limit))
        status = drop_words(&read, p, error);
    lenet5_read_groups_free(&read);
    return status;
}

/* Counts the components that are more than dots. A digit has at least one, unless it touches a neighbour. */
static size_t count_strokes(const line_groups *groups)
{
    const components *c = &groups->components;
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        count += (double)c->list[i].area > DOT * groups->stroke * groups->stroke;
    return count;
}

lenet5_status lenet5_read_lines(lenet5_reading *reading, const ink_map *map, const layout *printed,
                                const reading_limit *limit, page *p, lenet5_error *error)
{
    line_groups groups = {0};
    lenet5_status status = lenet5_find_lines(&groups, map, printed, &p->budget, error);
    if (status == LENET5_OK)
        status = lenet5_show_layout(p->options, &groups, error);
    if (status == LENET5_OK)
        status = read_all(reading, &groups, limit, p, error);
    p->touches_border = groups.border;
    p->strokes = count_strokes(&groups);
    lenet5_lines_free(&groups);
    return status;
}

static unsigned notes_of(const ink_report *report, const layout *printed, const transform *level, bool border)
{
    unsigned notes = 0;
    notes |= report->empty ? LENET5_NOTE_EMPTY : 0;
    notes |= report->light && !report->empty ? LENET5_NOTE_LIGHT : 0;
    notes |= report->thin ? LENET5_NOTE_THIN : 0;
    notes |= border ? LENET5_NOTE_BORDER : 0;
    notes |= report->shadow ? LENET5_NOTE_SHADOW : 0;
    notes |= report->sheet ? LENET5_NOTE_SHEET : 0;
    notes |= report->pattern ? LENET5_NOTE_PATTERN : 0;
    notes |= printed->rules > 0 ? LENET5_NOTE_RULES : 0;
    notes |= fabs(level->yx) >= NOTED_SKEW ? LENET5_NOTE_SKEW : 0;
    return notes;
}

/* Replaces all lines by one unread line that covers the picture. */
static lenet5_status report_crowded(lenet5_reading *reading, const page *p, lenet5_error *error)
{
    free(reading->lines);
    reading->count = 0;
    reading->notes |= LENET5_NOTE_CROWDED;
    reading->lines = calloc(1, sizeof *reading->lines);
    if (!reading->lines)
        return lenet5_fail_memory(error);
    reading->lines[reading->count++] =
        (lenet5_read_line){.decision = LENET5_UNSURE, .crowded = true, .box = {0, 0, p->width, p->height}};
    return LENET5_OK;
}

/* Removes printed lines from a map, and reads the rest. */
static lenet5_status read_map(lenet5_reading *reading, page *p, ink_map *map, const ink_report *report,
                              lenet5_error *error)
{
    layout printed = {0};
    transform level = IDENTITY;
    p->touches_border = false;
    lenet5_status status = lenet5_show_map(p->options, "ink", 0, map, NULL, error);
    if (status == LENET5_OK)
        status = lenet5_find_layout(&printed, map, &level, report, &p->budget, error);
    p->to_picture = transform_compose(&p->to_picture, &level);
    if (status == LENET5_OK && printed.rules > 0)
        status = lenet5_show_map(p->options, "without printed lines", 0, map, NULL, error);
    if (status == LENET5_OK)
        status = lenet5_read_lines(reading, map, &printed, &READ_ALL, p, error);
    reading->notes |= notes_of(report, &printed, &level, p->touches_border);
    lenet5_layout_free(&printed);
    return status == LENET5_CROWDED ? report_crowded(reading, p, error) : status;
}

static lenet5_status check_picture(const lenet5_picture *picture, const lenet5_read_options *options,
                                   lenet5_error *error)
{
    const size_t most = options->max_pixels ? options->max_pixels : LENET5_DEFAULT_PICTURE_PIXELS;
    if (picture->width == 0 || picture->height == 0 || picture->width > most / picture->height)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, LENET5_NO_OFFSET,
                           "a picture of %zux%zu; at most %zu pixels can be read", picture->width, picture->height,
                           most);
    return LENET5_OK;
}

/* ---- The stage --------------------------------------------------------------------------------------------------- */

/* Reads a picture as it is. If found is not NULL, tries its other rotations too. */
static lenet5_status read_as_it_is(lenet5_reading *reading, orientation *found, page *p, const lenet5_picture *picture,
                                   lenet5_error *error)
{
    ink_map map;
    ink_report report;
    transform inked = IDENTITY;
    lenet5_status status = lenet5_prepare(&map, &report, &inked, picture, &p->budget, error);
    if (status != LENET5_OK)
        return status;
    p->to_picture = transform_compose(&p->rotation, &inked);
    status = read_map(reading, p, &map, &report, error);
    if (status == LENET5_OK && found)
        status = lenet5_find_rotation(found, reading, &map, p, error);
    lenet5_ink_free(&map);
    return status;
}

/* Reads a picture rotated clockwise by quarters. */
static lenet5_status read_rotated(lenet5_reading *reading, unsigned quarters, page *p, const lenet5_picture *picture,
                                  lenet5_error *error)
{
    raster rotated;
    const raster given = {picture->width, picture->height, picture->grey};
    const box all = {0, 0, picture->width, picture->height};
    p->rotation = lenet5_rotation_transform(picture->width, picture->height, quarters);
    if (quarters == 0)
        return read_as_it_is(reading, NULL, p, picture, error);
    lenet5_status status = lenet5_rotate(&rotated, &given, all, quarters, &p->budget, error);
    if (status != LENET5_OK)
        return status;
    status = read_as_it_is(reading, NULL, p, &(lenet5_picture){rotated.width, rotated.height, rotated.pixels}, error);
    reading->turned = 360 / QUARTERS * quarters;
    reading->notes |= LENET5_NOTE_TURNED;
    free(rotated.pixels);
    return status;
}

/*
 * Reads a rotated picture in full, and keeps that reading if it is clearly better, as the sample was; else *quarters
 * becomes 0.
 */
static lenet5_status try_rotated(lenet5_reading *reading, unsigned *quarters, page *p, const lenet5_picture *picture,
                                 lenet5_error *error)
{
    lenet5_reading rotated = {0};
    const lenet5_status status = read_rotated(&rotated, *quarters, p, picture, error);
    const bool better = status == LENET5_OK && lenet5_rotation_is_clear(&rotated, reading);
    lenet5_reading_free(better ? reading : &rotated);
    if (better)
        *reading = rotated;
    else
        *quarters = 0;
    return status;
}

/*
 * Reads a picture in the rotation that is best, without the observer. *begun becomes the budget to read it once more.
 */
static lenet5_status choose_rotation(lenet5_reading *reading, orientation *found, budget *begun, page *p,
                                     const lenet5_picture *picture, lenet5_error *error)
{
    const lenet5_read_options *asked = p->options;
    lenet5_read_options quiet = *asked;
    quiet.observer = NULL;
    p->options = &quiet;
    lenet5_status status = read_as_it_is(reading, found, p, picture, error);
    if (status == LENET5_OK && found->quarters > 0) {
        const budget left = p->budget;
        status = try_rotated(reading, &found->quarters, p, picture, error);
        *begun = found->quarters > 0 ? left : *begun;
    }
    p->options = asked;
    return status;
}

/*
 * With an observer the picture is read once more, in the best rotation and from the same budget: the observer sees that
 * one alone.
 */
static lenet5_status read_in_best_rotation(lenet5_reading *reading, page *p, const lenet5_picture *picture,
                                           lenet5_error *error)
{
    orientation found = {0, false};
    budget begun = p->budget;
    lenet5_status status = choose_rotation(reading, &found, &begun, p, picture, error);
    if (status == LENET5_OK && p->options->observer) {
        lenet5_reading_free(reading);
        p->budget = begun;
        status = read_rotated(reading, found.quarters, p, picture, error);
    }
    if (status == LENET5_OK && found.quarters == 0 && found.surer_upside_down)
        lenet5_reject_all_lines(reading);
    return status;
}

static lenet5_status read_page(lenet5_reading *reading, page *p, const lenet5_picture *picture, lenet5_error *error)
{
    lenet5_status status = lenet5_format_new(&p->format, p->options, error);
    if (status != LENET5_OK)
        return status;
    status = read_in_best_rotation(reading, p, picture, error);
    lenet5_format_free(&p->format);
    return status;
}

lenet5_status lenet5_read(lenet5_reading *reading, lenet5_reader *reader, const lenet5_picture *picture,
                          const lenet5_read_options *options, lenet5_error *error)
{
    lenet5_read_options used;
    lenet5_reading found = {0};
    lenet5_status status = lenet5_read_options_get(&used, options, error);
    if (status == LENET5_OK)
        status = check_picture(picture, &used, error);
    if (status != LENET5_OK)
        return status;
    page p = {.reader = reader,
              .options = &used,
              .budget = lenet5_budget_new(&used),
              .rotation = IDENTITY,
              .to_picture = IDENTITY,
              .width = picture->width,
              .height = picture->height};
    status = read_page(&found, &p, picture, error);
    if (status == LENET5_OK)
        *reading = found;
    else
        lenet5_reading_free(&found);
    return status;
}

const lenet5_read_line *lenet5_reading_line(const lenet5_reading *reading, size_t index)
{
    return index < reading->count ? &reading->lines[index] : NULL;
}

void lenet5_reading_free(lenet5_reading *reading)
{
    free(reading->lines);
    *reading = (lenet5_reading){0};
}

const char *lenet5_note_text(unsigned note)
{
    switch (note) {
    case LENET5_NOTE_EMPTY: return "no ink found";
    case LENET5_NOTE_LIGHT: return "light on dark, turned";
    case LENET5_NOTE_THIN: return "strokes hardly a pixel thin";
    case LENET5_NOTE_BORDER: return "a digit touches the border";
    case LENET5_NOTE_SHADOW: return "uneven light, evened out";
    case LENET5_NOTE_RULES: return "printed lines, taken out";
    case LENET5_NOTE_SHEET: return "a sheet of paper on something darker, which was left out";
    case LENET5_NOTE_CROWDED: return "too much ink to be writing";
    case LENET5_NOTE_WORDS: return "words or print, left out";
    case LENET5_NOTE_SKEW: return "skewed, turned upright";
    case LENET5_NOTE_PATTERN: return "a pattern of the paper, left out";
    case LENET5_NOTE_TURNED: return "turned by a quarter or half turn";
    case LENET5_NOTE_MARKS: return "marks between or beside the digits, left out";
    case LENET5_NOTE_BESIDE: return "writing beside the number, left out";
    default: return "";
    }
}
