/*
 * Fits the weights of the search (src/reader/search/weights.h) to pictures whose strings are known.
 *
 *     fit_search [MODEL] < LIST > TABLES
 *
 * A line of LIST, with tabs between: a picture file, the format that it is read with or nothing, 1 if it is held out,
 * how much it counts, and the strings that are written in it, if any. The pictures are read once. What the search is
 * given of each line, the graph with what the network says of its arcs, is kept, so that a trial of other weights
 * costs no more than the search.
 *
 * The weights are changed one at a time, so that the probability that the search gives to what is written grows: of the
 * right string, or of no string where none is written. Each round ends with the lines that are held out; the rounds end
 * where these do not gain. The costs of the search and the forms of marks take turns. The program prints both tables.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lenet5.h"
#include "reader/search/search.h"
#include "reader/search/weights.h"

#define MAX_SAMPLES 20000
#define MAX_TEXTS 512
#define MAX_LINE 8192    /* bytes of a line of the list */
#define ANSWERS 5        /* strings that a search is asked for */
#define MIN_SHARE 1e-3   /* a probability: what is less likely is as bad */
#define NEAR_ENOUGH 0.34 /* of a string's length: edits between what is read at first and what is written */
#define FIRST_STEP 0.1   /* of a number, */
#define SMALL 0.1        /* or of this where the number is smaller */
#define STEP_GAIN 0.5    /* of the logarithm over all lines: what a step has to gain */
#define MIN_GAIN 1e-4    /* of the mean logarithm, in a round, of the lines that are held out */
#define MAX_ROUNDS 8     /* the rounds end before, as a rule */
#define MAX_OF_FORMS (MARK_FORMS * (1 + 3 * MEASURES))

static const struct {
    const char *name;
    double least, most;
} kinds[SEARCH_WEIGHTS] = {
    [PRIOR_CUT] = {"PRIOR_CUT", 0, 100},
    [PRIOR_CUT_INK] = {"PRIOR_CUT_INK", 0, 100},
    [PRIOR_STROKES] = {"PRIOR_STROKES", 0, 100},
    [PRIOR_HOLE] = {"PRIOR_HOLE", 0, 100},
    [PRIOR_MARKED] = {"PRIOR_MARKED", 0, 100},
    [PRIOR_WIDTH] = {"PRIOR_WIDTH", 0, 100},
    [PRIOR_APART] = {"PRIOR_APART", 0, 100},
    [PRIOR_GAP] = {"PRIOR_GAP", 0, 100},
    [PRIOR_LOW] = {"PRIOR_LOW", 0, 100},
    [PRIOR_LOW_SQUARE] = {"PRIOR_LOW_SQUARE", 0, 100},
    [SKIP_PIECE] = {"SKIP_PIECE", 0.1, 100},
    [SKIP_AREA] = {"SKIP_AREA", 0, 1000},
    [SKIP_MARKED] = {"SKIP_MARKED", 0, 100},
    [SHARPNESS] = {"SHARPNESS", 0.5, 20},
    [OTHER_SHARE] = {"OTHER_SHARE", -15, 0},
    [BESIDE] = {"BESIDE", 0, 100},
    [BESIDE_PART] = {"BESIDE_PART", 0, 100},
    [BESIDE_LETTER] = {"BESIDE_LETTER", 0, 20},
    [BESIDE_DIGITS] = {"BESIDE_DIGITS", 0.01, 1},
    [CONFIDENCE] = {"CONFIDENCE", -100, 100},
    [CONFIDENCE_RUBBISH] = {"CONFIDENCE_RUBBISH", 0, 100},
    [CONFIDENCE_SHAPE] = {"CONFIDENCE_SHAPE", 0, 100},
    [CONFIDENCE_SOLID] = {"CONFIDENCE_SOLID", 0, 1000},
    [CONFIDENCE_CUT_ONE] = {"CONFIDENCE_CUT_ONE", 0, 100},
    [CONFIDENCE_ALL_CUT] = {"CONFIDENCE_ALL_CUT", 0, 100},
};

static const char *const measures[MEASURES] = {
    [MEASURE_WIDTH] = "WIDTH",     [MEASURE_HEIGHT] = "HEIGHT", [MEASURE_TOP] = "TOP",       [MEASURE_FOOT] = "FOOT",
    [MEASURE_ASPECT] = "ASPECT",   [MEASURE_BANDS] = "BANDS",   [MEASURE_BAND] = "BAND",     [MEASURE_FILL] = "FILL",
    [MEASURE_CORNERS] = "CORNERS", [MEASURE_RUNS] = "RUNS",     [MEASURE_LAYERS] = "LAYERS", [MEASURE_LEAN] = "LEAN",
    [MEASURE_BEND] = "BEND",       [MEASURE_STRAY] = "STRAY",   [MEASURE_OVER] = "OVER",
};

static const char *const marks[MARKS] = {"POINT",  "COMMA", "COLON", "HYPHEN", "SLASH",
                                         "EQUALS", "PLUS",  "OPEN",  "CLOSE"};

/* What is fitted. */
typedef struct tables {
    double weights[SEARCH_WEIGHTS];
    mark_form forms[MARK_FORMS];
} tables;

/* A number of them, between bounds. */
typedef struct number {
    double *at, least, most, step;
} number;

/* A picture of the list. */
typedef struct entry {
    const char *file, *format;
    bool held;
    double share;
    const char *text[MAX_TEXTS];
    size_t texts; /* 0: nothing is written there */
} entry;

/* A line of one. */
typedef struct sample {
    graph g;
    grammar *format;
    char text[LENET5_MAX_STRING + 1]; /* what is written; empty: nothing */
    bool held;
    double share;
    double key, probability; /* of the last search */
} sample;

static sample *samples[MAX_SAMPLES];
static size_t sample_count;
static const entry *at_hand;
static grammar *format_at_hand;

static void stop(const char *message)
{
    fprintf(stderr, "fit_search: %s\n", message);
    exit(1);
}

/* ---- Lines, as the reader searches them -------------------------------------------------------------------------- */

static size_t least_of(size_t a, size_t b, size_t c)
{
    const size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Characters to be changed, added or dropped to make one string another. */
static size_t edits(const char *a, const char *b)
{
    size_t row[LENET5_MAX_STRING + 1];
    const size_t length = strlen(b);
    for (size_t i = 0; i <= length; i++)
        row[i] = i;
    for (size_t k = 1; a[k - 1]; k++) {
        size_t before = row[0];
        row[0] = k;
        for (size_t i = 1; i <= length; i++) {
            const size_t both = before + (a[k - 1] != b[i - 1]);
            before = row[i];
            row[i] = least_of(both, row[i] + 1, row[i - 1] + 1);
        }
    }
    return row[length];
}

/* What is written in a line that was read so; NULL if that is not known. */
static const char *written(const entry *e, const char *read)
{
    const char *best = e->texts > 0 ? NULL : "";
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < e->texts; i++) {
        const size_t away = strlen(e->text[i]) > LENET5_MAX_STRING ? SIZE_MAX : edits(read, e->text[i]);
        if (away < least && (double)away <= NEAR_ENOUGH * (double)strlen(e->text[i])) {
            least = away;
            best = e->text[i];
        }
    }
    return best;
}

static void keep(const graph *g, const char *text)
{
    if (sample_count == MAX_SAMPLES)
        stop("too many lines");
    sample *s = malloc(sizeof *s);
    arc *arcs = malloc((g->count + 1) * sizeof *arcs);
    if (!s || !arcs)
        stop("no memory");
    *s = (sample){.g = *g, .format = format_at_hand, .held = at_hand->held, .share = at_hand->share, .key = NAN};
    s->g.arcs = arcs;
    strcpy(s->text, text);
    samples[sample_count++] = s;
    memcpy(s->g.arcs, g->arcs, g->count * sizeof *g->arcs);
}

lenet5_status __real_lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error);
lenet5_status __wrap_lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error);

/* The reader calls this in place of the search (--wrap). */
lenet5_status __wrap_lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error)
{
    const lenet5_status status = __real_lenet5_graph_solve(found, g, f, b, error);
    const char *text = status == LENET5_OK && found->count > 0 ? written(at_hand, found->list[0].digits) : NULL;
    if (text)
        keep(g, text);
    return status;
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

static grammar *format_of(const lenet5_read_options *options)
{
    lenet5_error error;
    grammar *f = calloc(1, sizeof *f);
    if (!f || lenet5_format_new(f, options, &error) != LENET5_OK)
        stop(f ? error.message : "no memory");
    return f;
}

static void read_entry(lenet5_reader *reader, const entry *e)
{
    lenet5_error error;
    lenet5_picture picture;
    lenet5_reading reading;
    const lenet5_read_options options = {.format = e->format[0] ? e->format : NULL};
    if (lenet5_picture_load(&picture, e->file, &error) != LENET5_OK)
        stop(error.message);
    at_hand = e;
    format_at_hand = format_of(&options);
    if (lenet5_read(&reading, reader, &picture, &options, &error) != LENET5_OK)
        stop(error.message);
    lenet5_reading_free(&reading);
    lenet5_picture_free(&picture);
}

/* Takes a field from a line; its end is 0 then. */
static char *take_field(char **rest)
{
    char *taken = *rest, *end = taken ? strchr(taken, '\t') : NULL;
    if (!taken)
        stop("a line of the list has too few fields");
    if (end)
        *end = '\0';
    *rest = end ? end + 1 : NULL;
    return taken;
}

static void read_list(lenet5_reader *reader)
{
    static char line[MAX_LINE];
    while (fgets(line, sizeof line, stdin)) {
        char *rest = line;
        if (!strchr(line, '\n') && !feof(stdin))
            stop("a line of the list is too long");
        line[strcspn(line, "\n")] = '\0';
        entry e = {.file = take_field(&rest), .format = take_field(&rest)};
        e.held = atoi(take_field(&rest)) != 0;
        e.share = atof(take_field(&rest));
        while (rest && e.texts < MAX_TEXTS)
            e.text[e.texts++] = take_field(&rest);
        read_entry(reader, &e);
    }
}

/* ---- Trials ------------------------------------------------------------------------------------------------------ */

/* Searches a line; returns the probability of a string, which is set to what the others leave where it is empty. */
static double search(sample *s, size_t most, bool *best)
{
    static const lenet5_read_options defaults;
    solution found[ANSWERS];
    n_best list = {found, most, 0};
    double none = 1, right = 0;
    budget work = lenet5_budget_new(&defaults);
    if (__real_lenet5_graph_solve(&list, &s->g, s->format, &work, NULL) != LENET5_OK)
        stop("a line is too long to be searched");
    for (size_t i = 0; i < list.count; i++) {
        none -= found[i].probability;
        right += strcmp(found[i].digits, s->text) == 0 ? found[i].probability : 0;
    }
    *best = right > 0 || !s->text[0];
    return s->text[0] ? right : fmax(0, none);
}

/* A number that differs where a search may find something else. */
static double key_of(const graph *g)
{
    double key = 0;
    for (size_t i = 0; i < g->count; i++) {
        const arc *a = &g->arcs[i];
        key = 0.9 * key + a->prior + 2 * a->shape;
        for (size_t mark = 0; a->marked && mark < MARKS; mark++)
            key += (double)(3 + mark) * a->mark[mark];
    }
    for (size_t piece = 0; piece + 1 < g->nodes; piece++)
        key = 0.9 * key + g->skip[piece];
    for (size_t i = ARC_MEASURES; i < SEARCH_WEIGHTS; i++)
        key += (double)(13 + i) * g->weights[i];
    return key;
}

/* The probability of what is written. Other strings than the best are looked for only where it is none of them. */
static double probability_of(sample *s, const tables *w)
{
    bool is_best;
    s->g.weights = w->weights;
    s->g.forms = w->forms;
    lenet5_set_priors(&s->g);
    const double key = key_of(&s->g);
    if (key != s->key) {
        s->key = key;
        s->probability = search(s, 1, &is_best);
        if (!is_best)
            s->probability = search(s, ANSWERS, &is_best);
    }
    return s->probability;
}

/* Mean logarithm of the probabilities of the lines that are held out or of the others. */
static double merit(const tables *w, bool held)
{
    double sum = 0, shares = 0;
    for (size_t i = 0; i < sample_count; i++) {
        sample *s = samples[i];
        if (s->held != held)
            continue;
        sum += s->share * log(MIN_SHARE + probability_of(s, w));
        shares += s->share;
    }
    return shares > 0 ? sum / shares : 0;
}

/* Tries a number one step up and one down; returns the merit of what is kept. A step has to be worth it: with so many
 * numbers and so few lines, chance alone makes some of them fit better. */
static double try_number(number *n, const tables *trial, double best)
{
    const double before = *n->at, enough = best + STEP_GAIN / (double)sample_count;
    for (int way = 0; way < 2; way++) {
        *n->at = fmax(n->least, fmin(n->most, before + n->step));
        const double found = *n->at != before ? merit(trial, false) : best;
        if (found > enough) {
            n->step *= 1.5;
            return found;
        }
        n->step = -n->step;
    }
    *n->at = before;
    n->step /= 2;
    return best;
}

/* Fits some numbers of trial, and leaves in best what the lines that are held out like most. Returns their merit. */
static double fit(tables *best, tables *trial, number *numbers, size_t count, double held)
{
    double merit_now = merit(trial, false);
    for (int round = 0; round < MAX_ROUNDS; round++) {
        for (size_t i = 0; i < count; i++)
            merit_now = try_number(&numbers[i], trial, merit_now);
        const double now = merit(trial, true);
        fprintf(stderr, "%zu numbers, round %d: %.5f, held out %.5f\n", count, round + 1, merit_now, now);
        if (now < held + MIN_GAIN)
            break;
        held = now;
        *best = *trial;
    }
    *trial = *best;
    return held;
}

static void add_number(number *numbers, size_t *count, double *at, double least, double most)
{
    numbers[(*count)++] = (number){at, least, most, FIRST_STEP * fmax(fabs(*at), SMALL)};
}

static size_t list_weights(number numbers[SEARCH_WEIGHTS], tables *w)
{
    size_t count = 0;
    for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
        add_number(numbers, &count, &w->weights[i], kinds[i].least, kinds[i].most);
    return count;
}

static size_t list_forms(number numbers[MAX_OF_FORMS], tables *w)
{
    size_t count = 0;
    for (mark_form *form = w->forms; form < w->forms + MARK_FORMS; form++) {
        add_number(numbers, &count, &form->cost, -20, 20);
        for (mark_range *r = form->range; r < form->range + MEASURES; r++) {
            if (r->soft <= 0)
                continue;
            add_number(numbers, &count, &r->soft, 1e-4, 10);
            add_number(numbers, &count, &r->least, -10, 10);
            add_number(numbers, &count, &r->most, -10, 10);
        }
    }
    return count;
}

static void fit_all(tables *w)
{
    tables trial = *w;
    number weights[SEARCH_WEIGHTS], forms[MAX_OF_FORMS];
    const size_t weight_count = list_weights(weights, &trial), form_count = list_forms(forms, &trial);
    double held = merit(w, true);
    fprintf(stderr, "%zu lines; at first %.5f, held out %.5f\n", sample_count, merit(w, false), held);
    held = fit(w, &trial, weights, weight_count, held);
    held = fit(w, &trial, forms, form_count, held);
    fit(w, &trial, weights, weight_count, held);
}

/* As weights.h has them. */
static void print_tables(const tables *w)
{
    printf("static const double search_weights[SEARCH_WEIGHTS] = {\n");
    for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
        printf("    [%s] = %.3f,\n", kinds[i].name, w->weights[i]);
    printf("};\n\nstatic const mark_form mark_forms[MARK_FORMS] = {\n");
    for (size_t i = 0; i < MARK_FORMS; i++) {
        printf("    {%s,\n     %.3g,\n     {", marks[w->forms[i].mark - LENET5_CLASSES], w->forms[i].cost);
        const char *between = "";
        for (size_t k = 0; k < MEASURES; k++) {
            const mark_range *r = &w->forms[i].range[k];
            if (r->soft > 0)
                printf("%s[MEASURE_%s] = {%.3g, %.3g, %.3g}", between, measures[k], r->least, r->most, r->soft);
            between = r->soft > 0 ? ",\n      " : between;
        }
        printf("}},\n");
    }
    printf("};\n");
}

int main(int argc, char **argv)
{
    lenet5_error error;
    lenet5_reader *reader;
    lenet5_committee committee = {0};
    tables w;
    memcpy(w.weights, search_weights, sizeof w.weights);
    memcpy(w.forms, mark_forms, sizeof w.forms);
    if (argc > 1 && lenet5_committee_load(&committee, (const char *const *)&argv[1], 1, &error) != LENET5_OK)
        stop(error.message);
    if (lenet5_reader_new(&reader, argc > 1 ? &committee : NULL, &error) != LENET5_OK)
        stop(error.message);
    read_list(reader);
    fit_all(&w);
    print_tables(&w);
    lenet5_reader_free(reader);
    return 0;
}
