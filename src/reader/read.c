/* Pictures to strings: ink, printed lines, lines of writing, pieces, and the graph of what they may be. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "graph.h"
#include "sdnn.h"
#include "sheet.h"

#define THIN 1.6          /* pixels of a stroke that the network would see faint */
#define NOTED_SKEW 0.035  /* radians */
#define LANES_WORK 130000 /* units of a budget: what a network takes for LENET5_LANES pictures */

struct lenet5_reader {
    const lenet5_committee *committee;
    lenet5_committee builtin; /* which it may be */
    lenet5_lanes lanes;
};

lenet5_status lenet5_reader_new(lenet5_reader **reader, const lenet5_committee *committee, lenet5_error *error)
{
    const lenet5_model *model = committee ? NULL : lenet5_builtin_strings();
    if (!committee && !model)
        return lenet5_fail_memory(error);
    if (committee && (committee->count == 0 || committee->count > LENET5_MAX_COMMITTEE || !committee->networks))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a committee of %zu networks; it has 1 to %d",
                           committee->networks ? committee->count : 0, LENET5_MAX_COMMITTEE);
    lenet5_reader *r = aligned_alloc(64, (sizeof *r + 63) / 64 * 64);
    if (!r)
        return lenet5_fail_memory(error);
    if (model)
        r->builtin = (lenet5_committee){1, (lenet5_network *)&model->network, model->provenance}; /* only read */
    r->committee = model ? &r->builtin : committee;
    *reader = r;
    return LENET5_OK;
}

void lenet5_reader_free(lenet5_reader *reader)
{
    free(reader);
}

/* ---- The network on all arcs ----------------------------------------------------------------------------------------
 */

static void ask_lanes(lenet5_reader *r, arc *arcs, size_t count)
{
    const uint8_t *pictures[LENET5_LANES];
    float penalty[LENET5_LANES][LENET5_CLASSES];
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        pictures[lane] = arcs[lane < count ? lane : 0].picture;
    lenet5_set_input_lanes(&r->lanes, pictures);
    lenet5_committee_forward_lanes(penalty, &r->lanes, r->committee);
    for (size_t lane = 0; lane < count; lane++)
        lenet5_posterior(arcs[lane].posterior, &r->committee->provenance.loss, penalty[lane]);
}

static lenet5_status ask(lenet5_reader *r, graph *g, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t first = 0; first < g->count && status == LENET5_OK; first += LENET5_LANES) {
        status = lenet5_spend(b, LANES_WORK * r->committee->count, error);
        if (status == LENET5_OK)
            ask_lanes(r, g->arcs + first, g->count - first < LENET5_LANES ? g->count - first : LENET5_LANES);
    }
    return status;
}

/* A picture that is being read. */
typedef struct page {
    lenet5_reader *reader;
    const lenet5_read_options *options;
    budget budget;
    grammar format;
    skew_t skew;
    size_t width, height; /* of the picture */
} page;

/* ---- Boxes in the picture -------------------------------------------------------------------------------------------
 */

static double within(double value, size_t size)
{
    return fmax(0, fmin(value, (double)size));
}

static lenet5_box to_picture(const span *s, const text_line *l, const page *p)
{
    const float scale = (float)l->scale;
    double left = INFINITY, top = INFINITY, right = 0, bottom = 0;
    for (int corner = 0; corner < 4; corner++) {
        const float x = (float)(corner & 1 ? s->right : s->left);
        const float y = (float)(corner & 2 ? s->bottom : s->top);
        float place[2];
        lenet5_unskew(place, &p->skew, scale * (x + l->lean * (y - l->middle) + l->from_x),
                      scale * (y + l->fall * (x - l->centre) + l->from_y));
        left = fmin(left, (double)place[0]);
        top = fmin(top, (double)place[1]);
        right = fmax(right, (double)place[0]);
        bottom = fmax(bottom, (double)place[1]);
    }
    left = within(floor(left), p->width);
    top = within(floor(top), p->height);
    return (lenet5_box){(size_t)left, (size_t)top, (size_t)(within(ceil(right), p->width) - left),
                        (size_t)(within(ceil(bottom), p->height) - top)};
}

static span whole_line(const text_line *l)
{
    if (l->count == 0)
        return (span){0, 0, l->map.width, l->map.height};
    span all = l->pieces[0];
    for (size_t i = 1; i < l->count; i++)
        all = span_of_both(all, l->pieces[i]);
    return all;
}

/* ---- What an observer sees ------------------------------------------------------------------------------------------
 */

/* Colours for pieces, one after the other. */
static const uint8_t inks[][3] = {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {90, 90, 90}};

static lenet5_status show(const lenet5_read_options *options, const char *name, size_t line, const ink_map *map,
                          const uint16_t *owner, lenet5_error *error)
{
    static const uint8_t black[3];
    const lenet5_observer *observer = options->observer;
    if (!observer || !observer->stage)
        return LENET5_OK;
    uint8_t *rgb = malloc(3 * map->width * map->height);
    if (!rgb)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < map->width * map->height; i++) {
        const uint8_t *ink = owner && owner[i] ? inks[owner[i] % (sizeof inks / sizeof inks[0])] : black;
        for (size_t k = 0; k < 3; k++)
            rgb[3 * i + k] = (uint8_t)(255 - map->ink[i] * (255 - ink[k]) / 255);
    }
    observer->stage(observer->context, name, line, rgb, map->width, map->height);
    free(rgb);
    return LENET5_OK;
}

static void show_arcs(const lenet5_read_options *options, size_t line, const graph *g, const solution *best)
{
    const lenet5_observer *observer = options->observer;
    for (size_t i = 0; observer && observer->candidate && i < g->count; i++) {
        const arc *a = &g->arcs[i];
        lenet5_candidate c = {.first = a->first, .last = a->last, .prior = a->prior * a->shape};
        memcpy(c.picture, a->picture, sizeof c.picture);
        memcpy(c.posterior, a->posterior, sizeof c.posterior);
        for (size_t k = 0; best && k < best->length; k++)
            c.chosen |= best->arc[k] == i;
        if (c.chosen || options->method == LENET5_METHOD_PIECES) /* places are too many to be looked at */
            observer->candidate(observer->context, line, &c);
    }
}

/* ---- Lines ----------------------------------------------------------------------------------------------------------
 */

/*
 * Where nobody has said what is written, a single digit, or digits cut out of one piece of ink, are more often
 * something else than a digit that one would be sorry to lose.
 */
static double default_threshold(const graph *g, const grammar *f, const solution *s)
{
    if (!lenet5_format_is_any(f))
        return 0.5;
    if (s->length == 1)
        return 0.92;
    return !lenet5_all_cut(g, s) ? 0.5 : s->length == 2 ? 0.96 : 0.85;
}

static bool is_accepted(const graph *g, const grammar *f, const solution *s, double threshold)
{
    return s->probability >= (threshold > 0 ? threshold : default_threshold(g, f, s));
}

static void report(lenet5_read_line *out, const solution *solutions, size_t count, const graph *g, const text_line *l,
                   const page *p)
{
    assert(count <= LENET5_MAX_N_BEST);
    out->strings = count;
    for (size_t i = 0; i < count; i++) {
        lenet5_format_text(out->string[i].text, sizeof out->string[i].text, &p->format, solutions[i].digits);
        out->string[i].probability = solutions[i].probability;
    }
    if (count > 0 && is_accepted(g, &p->format, &solutions[0], p->options->threshold))
        out->decision = LENET5_ACCEPTED;
    out->digits = count > 0 ? solutions[0].length : 0;
    assert(out->digits <= LENET5_MAX_STRING);
    for (size_t i = 0; i < out->digits; i++) {
        const arc *a = &g->arcs[solutions[0].arc[i]];
        const unsigned digit = (unsigned)(solutions[0].digits[i] - '0');
        out->digit[i] = (lenet5_read_digit){digit, (double)a->posterior[digit], to_picture(&a->box, l, p)};
    }
}

static lenet5_status show_sweep(const lenet5_read_options *options, size_t line, const sweep *s, lenet5_error *error)
{
    size_t width, height;
    const lenet5_observer *observer = options->observer;
    if (!observer || !observer->stage || s->width == 0)
        return LENET5_OK;
    uint8_t *rgb = lenet5_sweep_picture(&width, &height, s);
    if (!rgb)
        return lenet5_fail_memory(error);
    observer->stage(observer->context, "sweep", line, rgb, width, height);
    free(rgb);
    return LENET5_OK;
}

/* The graph of a line with what the network says of its arcs, by the method that was asked for. */
static lenet5_status make_graph(graph *g, size_t number, const text_line *line, page *p, lenet5_error *error)
{
    sweep s;
    lenet5_status status;
    if (p->options->method == LENET5_METHOD_PIECES) {
        status = lenet5_graph_new(g, line, &p->budget, error);
        if (status == LENET5_OK) {
            status = ask(p->reader, g, &p->budget, error);
            if (status != LENET5_OK)
                lenet5_graph_free(g);
        }
        return status;
    }
    status = lenet5_sweep_line(&s, p->reader->committee, line, &p->budget, error);
    if (status != LENET5_OK)
        return status;
    status = show_sweep(p->options, number, &s, error);
    if (status == LENET5_OK)
        status = lenet5_sweep_graph(g, &s, line, error);
    lenet5_sweep_free(&s);
    return status;
}

static lenet5_status read_line(lenet5_read_line *out, size_t number, const text_line *line, page *p,
                               lenet5_error *error)
{
    graph g;
    solution solutions[LENET5_MAX_N_BEST];
    size_t count;
    const size_t wanted = p->options->n_best ? p->options->n_best : 1;
    lenet5_status status = make_graph(&g, number, line, p, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_graph_solve(solutions, &count, wanted, &g, &p->format, &p->budget, error);
    if (status == LENET5_OK)
        status = show(p->options, "pieces", number, &line->map, line->owner, error);
    if (status == LENET5_OK)
        show_arcs(p->options, number, &g, count > 0 ? &solutions[0] : NULL);
    if (status == LENET5_OK)
        report(out, solutions, count, &g, line, p);
    lenet5_graph_free(&g);
    return status;
}

/* Adds a line to the reading; one without pieces adds nothing. */
static lenet5_status add_line(lenet5_reading *reading, const text_line *line, page *p, lenet5_error *error)
{
    if (line->count == 0 && !line->crowded)
        return LENET5_OK;
    const span all = whole_line(line);
    lenet5_read_line *out = &reading->lines[reading->count];
    *out = (lenet5_read_line){.decision = LENET5_UNSURE, .box = to_picture(&all, line, p)};
    reading->notes |= line->crowded ? LENET5_NOTE_CROWDED : 0;
    const lenet5_status status = line->crowded ? LENET5_OK : read_line(out, reading->count + 1, line, p, error);
    reading->count += status == LENET5_OK;
    return status;
}

static lenet5_status read_lines(lenet5_reading *reading, const line_groups *groups, const ink_map *map, page *p,
                                lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    reading->lines = calloc(groups->count + 1, sizeof *reading->lines);
    if (!reading->lines)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < groups->count && status == LENET5_OK; i++) {
        text_line line;
        status = lenet5_cut_line(&line, groups, i, map, &p->budget, error);
        if (status != LENET5_OK)
            break;
        status = add_line(reading, &line, p, error);
        lenet5_line_free(&line);
    }
    return status;
}

/* ---- The page ------------------------------------------------------------------------------------------------------
 */

static unsigned notes_of(const ink_report *report, const skew_t *skew, bool border)
{
    unsigned notes = 0;
    notes |= report->empty ? LENET5_NOTE_EMPTY : 0;
    notes |= report->light && !report->empty ? LENET5_NOTE_LIGHT : 0;
    notes |= report->stroke > 0 && report->stroke < THIN ? LENET5_NOTE_THIN : 0;
    notes |= border ? LENET5_NOTE_BORDER : 0;
    notes |= report->shadow ? LENET5_NOTE_SHADOW : 0;
    notes |= report->sheet ? LENET5_NOTE_SHEET : 0;
    notes |= report->rules > 0 ? LENET5_NOTE_RULES : 0;
    notes |= fabs((double)skew->sine) >= NOTED_SKEW ? LENET5_NOTE_SKEW : 0;
    return notes;
}

/* One line that is not read stands for all that is there. */
static lenet5_status give_up(lenet5_reading *reading, const page *p, lenet5_error *error)
{
    free(reading->lines);
    reading->count = 0;
    reading->notes |= LENET5_NOTE_CROWDED;
    reading->lines = calloc(1, sizeof *reading->lines);
    if (!reading->lines)
        return lenet5_fail_memory(error);
    reading->lines[reading->count++] =
        (lenet5_read_line){.decision = LENET5_UNSURE, .box = {0, 0, p->width, p->height}};
    return LENET5_OK;
}

static lenet5_status read_map(lenet5_reading *reading, page *p, ink_map *map, ink_report *report, lenet5_error *error)
{
    line_groups groups = {0};
    lenet5_status status = show(p->options, "ink", 0, map, NULL, error);
    if (status == LENET5_OK)
        status = lenet5_remove_rules(map, &p->skew, report, &p->budget, error);
    if (status == LENET5_OK && report->rules > 0)
        status = show(p->options, "without printed lines", 0, map, NULL, error);
    if (status == LENET5_OK)
        status = lenet5_find_lines(&groups, map, report->stroke, &p->budget, error);
    if (status == LENET5_OK)
        status = read_lines(reading, &groups, map, p, error);
    reading->notes |= notes_of(report, &p->skew, groups.border);
    lenet5_lines_free(&groups);
    return status == LENET5_CROWDED ? give_up(reading, p, error) : status;
}

/* ---- Options -------------------------------------------------------------------------------------------------------
 */

static lenet5_status check_numbers(const lenet5_read_options *options, lenet5_error *error)
{
    if (options->method != LENET5_METHOD_PIECES && options->method != LENET5_METHOD_SDNN)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "method %d; there are %d, pieces, and %d, sdnn",
                           (int)options->method, LENET5_METHOD_PIECES, LENET5_METHOD_SDNN);
    if ((int)options->check < LENET5_CHECK_NONE || options->check > LENET5_CHECK_MOD11)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "check digit %d; there are %d, none, to %d",
                           (int)options->check, LENET5_CHECK_NONE, LENET5_CHECK_MOD11);
    if (options->list_count > 0 && !options->list)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a list of %zu codes that is not there",
                           options->list_count);
    if (options->most_pixels > LENET5_MOST_PICTURE_PIXELS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "most_pixels is %zu; it is at most %u",
                           options->most_pixels, LENET5_MOST_PICTURE_PIXELS);
    if (!(options->seconds >= 0))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a time limit of %g seconds; it is 0 or more",
                           options->seconds);
    if (options->n_best > LENET5_MAX_N_BEST || !(options->threshold >= 0 && options->threshold <= 1))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "a threshold of %g, %zu strings; it is from 0 to 1, and at most %d can be told",
                           options->threshold, options->n_best, LENET5_MAX_N_BEST);
    return LENET5_OK;
}

lenet5_status lenet5_read_options_check(const lenet5_read_options *options, lenet5_error *error)
{
    grammar f;
    lenet5_status status = check_numbers(options, error);
    if (status == LENET5_OK)
        status = lenet5_format_new(&f, options, error);
    if (status == LENET5_OK)
        lenet5_format_free(&f);
    return status;
}

static lenet5_status check_picture(const lenet5_picture *picture, const lenet5_read_options *options,
                                   lenet5_error *error)
{
    const size_t most = options->most_pixels ? options->most_pixels : LENET5_MAX_PICTURE_PIXELS;
    if (picture->width == 0 || picture->height == 0 || picture->width > most / picture->height)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, LENET5_NO_OFFSET,
                           "a picture of %zux%zu; at most %zu pixels can be read", picture->width, picture->height,
                           most);
    return LENET5_OK;
}

/* ---- All of it -----------------------------------------------------------------------------------------------------
 */

static lenet5_status find_ink(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                              lenet5_error *error)
{
    lenet5_picture cleared;
    lenet5_status status = lenet5_clear_sheet(&cleared, picture, b, error);
    if (status == LENET5_OK)
        status = lenet5_find_ink(map, report, cleared.grey ? &cleared : picture, b, error);
    report->sheet = cleared.grey;
    free(cleared.grey);
    return status;
}

static lenet5_status read_page(lenet5_reading *reading, page *p, const lenet5_picture *picture, lenet5_error *error)
{
    ink_map map;
    ink_report report;
    lenet5_status status = lenet5_format_new(&p->format, p->options, error);
    if (status != LENET5_OK)
        return status;
    status = find_ink(&map, &report, picture, &p->budget, error);
    if (status == LENET5_OK) {
        status = read_map(reading, p, &map, &report, error);
        lenet5_ink_free(&map);
    }
    lenet5_format_free(&p->format);
    return status;
}

lenet5_status lenet5_read(lenet5_reading *reading, lenet5_reader *reader, const lenet5_picture *picture,
                          const lenet5_read_options *options, lenet5_error *error)
{
    static const lenet5_read_options defaults;
    const lenet5_read_options *used = options ? options : &defaults;
    lenet5_reading found = {0};
    lenet5_status status = check_numbers(used, error);
    if (status == LENET5_OK)
        status = check_picture(picture, used, error);
    if (status != LENET5_OK)
        return status;
    page p = {.reader = reader,
              .options = used,
              .budget = lenet5_budget_new(used),
              .skew = {.cosine = 1},
              .width = picture->width,
              .height = picture->height};
    status = read_page(&found, &p, picture, error);
    if (status == LENET5_OK)
        *reading = found;
    else
        lenet5_reading_free(&found);
    return status;
}

lenet5_status lenet5_read_threshold(double *threshold, double max_error, lenet5_error *error)
{
    /* For strings of known length made of training digits that a network of the same recipe had not seen, in the style
     * that needs most. */
    static const struct {
        double error, threshold;
    } known[] = {{0.05, 0.5}, {0.03, 0.6}, {0.02, 0.8}, {0.01, 0.95}};
    if (!(max_error >= 0 && max_error <= 1))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "an error of %g; it is from 0 to 1", max_error);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].error <= max_error) {
            *threshold = known[i].threshold;
            return LENET5_OK;
        }
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "an error of %g %% is less than the reader can vouch for; 1 %% is the least", 100 * max_error);
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
    case LENET5_NOTE_SKEW: return "skewed, turned upright";
    default: return "";
    }
}
