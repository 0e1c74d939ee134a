/*
 * Fits the weights of the search (src/reader/search/weights.h) to pictures with known strings.
 *
 *     fit_search [MODEL] < LIST > TABLES
 *
 * A line of LIST has tab-separated fields: a picture file, the format for reading it (may be empty), 1 if it is held
 * out, its weight, and the strings in it, if any. The program reads the pictures once and keeps for each line of
 * writing the graph with the network's outputs for its arcs, so that trying other weights only costs a search.
 *
 * Coordinate ascent changes one weight at a time, to raise the probability of the true string, or of no string if there
 * is none. After each round the held-out lines are evaluated; the rounds end when they stop improving. The program fits
 * the weights of the search, then the forms of marks, then the weights again, and prints both tables.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/edit_distance.h"
#include "lenet5.h"
#include "reader/search/search.h"
#include "reader/search/weights.h"

#define MAX_SAMPLES 100000
#define MAX_TEXTS 512
#define MAX_LINE 8192    /* bytes of a line of the list */
#define ANSWERS 5        /* strings that a search returns at most */
#define MIN_SHARE 1e-3   /* floor of the probabilities */
#define NEAR_ENOUGH 0.34 /* of a string's length: edits between the first answer and the truth */
#define FIRST_STEP 0.1   /* share of a number */
#define SMALL 0.1        /* least number that FIRST_STEP is a share of */
#define STEP_GAIN 0.5    /* log-likelihood of all lines that a step must gain */
#define MIN_GAIN 1e-4    /* mean log-likelihood of the held-out lines that a round must gain */
#define MAX_ROUNDS 8     /* usually fewer */
#define MAX_FORM_NUMBERS (MARK_FORMS * (1 + 3 * MEASURES))

static const struct {
    const char *name;
    double min, max;
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

/* The fitted numbers. */
typedef struct tables {
    double weights[SEARCH_WEIGHTS];
    mark_form forms[MARK_FORMS];
} tables;

/* A fitted number, its bounds and the next step. */
typedef struct number {
    double *at, min, max, step;
} number;

/* A picture of the list. */
typedef struct entry {
    const char *file, *format;
    bool held_out;
    double share; /* weight in the fit */
    const char *text[MAX_TEXTS];
    size_t texts; /* 0: no writing */
} entry;

/* A line of writing in a picture. */
typedef struct sample {
    graph g;
    grammar *format;
    char text[LENET5_MAX_STRING + 1]; /* the truth; empty: no string */
    bool held_out;
    double share;
    double key, probability; /* of the last search */
} sample;

static sample *samples[MAX_SAMPLES];
static size_t sample_count;
static const entry *current; /* the picture that is being read */
static grammar *current_format;

static void fail(const char *message)
{
    fprintf(stderr, "fit_search: %s\n", message);
    exit(1);
}

/* ---- Lines, as the reader searches them -------------------------------------------------------------------------- */

/* The true string of a line with this first answer; NULL if it is unknown. */
static const char *find_truth(const entry *e, const char *answer)
{
    const char *best = e->texts > 0 ? NULL : "";
    size_t min_distance = SIZE_MAX;
    for (size_t i = 0; i < e->texts; i++) {
        const size_t length = strlen(e->text[i]), distance = lenet5_edit_distance(answer, e->text[i]);
        if (length <= LENET5_MAX_STRING && distance < min_distance &&
            (double)distance <= NEAR_ENOUGH * (double)length) {
            min_distance = distance;
            best = e->text[i];
        }
    }
    return best;
}

static void add_sample(const graph *g, const char *text)
{
    if (sample_count == MAX_SAMPLES)
        fail("too many lines");
    sample *s = malloc(sizeof *s);
    arc *arcs = malloc((g->count + 1) * sizeof *arcs);
    if (!s || !arcs)
        fail("no memory");
    *s =
        (sample){.g = *g, .format = current_format, .held_out = current->held_out, .share = current->share, .key = NAN};
    s->g.arcs = arcs;
    strcpy(s->text, text);
    samples[sample_count++] = s;
    memcpy(s->g.arcs, g->arcs, g->count * sizeof *g->arcs);
}

lenet5_status __real_lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error);
lenet5_status __wrap_lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error);

/* The linker redirects the reader's calls of the search here (--wrap). */
lenet5_status __wrap_lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error)
{
    const lenet5_status status = __real_lenet5_graph_solve(found, g, f, b, error);
    const char *text = status == LENET5_OK && found->count > 0 ? find_truth(current, found->list[0].digits) : NULL;
    if (text)
        add_sample(g, text);
    return status;
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

static grammar *format_of(const lenet5_read_options *options)
{
    lenet5_error error;
    grammar *f = calloc(1, sizeof *f);
    if (!f || lenet5_format_new(f, options, &error) != LENET5_OK)
        fail(f ? error.message : "no memory");
    return f;
}

static void read_entry(lenet5_reader *reader, const entry *e)
{
    lenet5_error error;
    lenet5_picture picture;
    lenet5_reading reading;
    const lenet5_read_options options = {.format = e->format[0] ? e->format : NULL};
    if (lenet5_picture_load(&picture, e->file, &error) != LENET5_OK)
        fail(error.message);
    current = e;
    current_format = format_of(&options);
    if (lenet5_read(&reading, reader, &picture, &options, &error) != LENET5_OK)
        fail(error.message);
    lenet5_reading_free(&reading);
    lenet5_picture_free(&picture);
}

/* Returns the next field of a line and terminates it. */
static char *take_field(char **rest)
{
    char *taken = *rest, *end = taken ? strchr(taken, '\t') : NULL;
    if (!taken)
        fail("a line of the list has too few fields");
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
            fail("a line of the list is too long");
        line[strcspn(line, "\n")] = '\0';
        entry e = {.file = take_field(&rest), .format = take_field(&rest)};
        e.held_out = atoi(take_field(&rest)) != 0;
        e.share = atof(take_field(&rest));
        while (rest && e.texts < MAX_TEXTS)
            e.text[e.texts++] = take_field(&rest);
        read_entry(reader, &e);
    }
}

/* ---- Trials ------------------------------------------------------------------------------------------------------ */

/* Searches a line for at most max strings. Returns the probability of the true string or, if there is none, what the
 * strings found leave of 1. has_truth: the true string is among those found, or there is none. */
static double search(sample *s, size_t max, bool *has_truth)
{
    static const lenet5_read_options defaults;
    solution found[ANSWERS];
    n_best list = {found, max, 0};
    double none = 1, right = 0;
    budget work = lenet5_budget_new(&defaults);
    if (__real_lenet5_graph_solve(&list, &s->g, s->format, &work, NULL) != LENET5_OK)
        fail("a line is too long to be searched");
    for (size_t i = 0; i < list.count; i++) {
        none -= found[i].probability;
        right += strcmp(found[i].digits, s->text) == 0 ? found[i].probability : 0;
    }
    *has_truth = right > 0 || !s->text[0];
    return s->text[0] ? right : fmax(0, none);
}

/* A number that almost surely changes if the inputs of a search change. */
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

/* The probability of the truth. Searches for several strings only if the best one is wrong. */
static double probability_of(sample *s, const tables *w)
{
    bool has_truth;
    s->g.weights = w->weights;
    s->g.forms = w->forms;
    lenet5_set_priors(&s->g);
    const double key = key_of(&s->g);
    if (key != s->key) {
        s->key = key;
        s->probability = search(s, 1, &has_truth);
        if (!has_truth)
            s->probability = search(s, ANSWERS, &has_truth);
    }
    return s->probability;
}

/* Mean log-likelihood of the lines that are held out, or of the others. */
static double log_likelihood(const tables *w, bool held_out)
{
    double sum = 0, shares = 0;
    for (size_t i = 0; i < sample_count; i++) {
        sample *s = samples[i];
        if (s->held_out != held_out)
            continue;
        sum += s->share * log(MIN_SHARE + probability_of(s, w));
        shares += s->share;
    }
    return shares > 0 ? sum / shares : 0;
}

/* Tries a number one step up and one step down; returns the log-likelihood afterwards. A step must gain STEP_GAIN,
 * because with many numbers and few lines some fit better by chance. */
static double try_number(number *n, const tables *trial, double best)
{
    const double before = *n->at, enough = best + STEP_GAIN / (double)sample_count;
    for (int side = 0; side < 2; side++) {
        *n->at = fmax(n->min, fmin(n->max, before + n->step));
        const double found = *n->at != before ? log_likelihood(trial, false) : best;
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

/* Fits some numbers of trial. Sets best to the tables with the greatest log-likelihood of the held-out lines, which is
 * returned; held_out is its value before. */
static double fit(tables *best, tables *trial, number *numbers, size_t count, double held_out)
{
    double fitted = log_likelihood(trial, false);
    for (int round = 0; round < MAX_ROUNDS; round++) {
        for (size_t i = 0; i < count; i++)
            fitted = try_number(&numbers[i], trial, fitted);
        const double now = log_likelihood(trial, true);
        fprintf(stderr, "%zu numbers, round %d: %.5f, held out %.5f\n", count, round + 1, fitted, now);
        if (now < held_out + MIN_GAIN)
            break;
        held_out = now;
        *best = *trial;
    }
    *trial = *best;
    return held_out;
}

static void add_number(number *numbers, size_t *count, double *at, double min, double max)
{
    numbers[(*count)++] = (number){at, min, max, FIRST_STEP * fmax(fabs(*at), SMALL)};
}

static size_t list_weights(number numbers[SEARCH_WEIGHTS], tables *w)
{
    size_t count = 0;
    for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
        add_number(numbers, &count, &w->weights[i], kinds[i].min, kinds[i].max);
    return count;
}

static size_t list_forms(number numbers[MAX_FORM_NUMBERS], tables *w)
{
    size_t count = 0;
    for (mark_form *form = w->forms; form < w->forms + MARK_FORMS; form++) {
        add_number(numbers, &count, &form->cost, -20, 20);
        for (mark_range *r = form->range; r < form->range + MEASURES; r++) {
            if (r->soft <= 0)
                continue;
            add_number(numbers, &count, &r->soft, 1e-4, 10);
            add_number(numbers, &count, &r->min, -10, 10);
            add_number(numbers, &count, &r->max, -10, 10);
        }
    }
    return count;
}

static void fit_all(tables *w)
{
    tables trial = *w;
    number weights[SEARCH_WEIGHTS], forms[MAX_FORM_NUMBERS];
    const size_t weight_count = list_weights(weights, &trial), form_count = list_forms(forms, &trial);
    double held_out = log_likelihood(w, true);
    fprintf(stderr, "%zu lines; at first %.5f, held out %.5f\n", sample_count, log_likelihood(w, false), held_out);
    held_out = fit(w, &trial, weights, weight_count, held_out);
    held_out = fit(w, &trial, forms, form_count, held_out);
    fit(w, &trial, weights, weight_count, held_out);
}

/* Prints the tables in the form of weights.h. */
static void print_tables(const tables *w)
{
    printf("static const double search_weights[SEARCH_WEIGHTS] = {\n");
    for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
        printf("    [%s] = %.3f,\n", kinds[i].name, w->weights[i]);
    printf("};\n\nstatic const mark_form mark_forms[MARK_FORMS] = {\n");
    for (size_t i = 0; i < MARK_FORMS; i++) {
        printf("    {%s,\n     %.3g,\n     {", marks[w->forms[i].mark - LENET5_CLASSES], w->forms[i].cost);
        const char *separator = "";
        for (size_t k = 0; k < MEASURES; k++) {
            const mark_range *r = &w->forms[i].range[k];
            if (r->soft > 0)
                printf("%s[MEASURE_%s] = {%.3g, %.3g, %.3g}", separator, measures[k], r->min, r->max, r->soft);
            separator = r->soft > 0 ? ",\n      " : separator;
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
        fail(error.message);
    if (lenet5_reader_new(&reader, argc > 1 ? &committee : NULL, &error) != LENET5_OK)
        fail(error.message);
    read_list(reader);
    fit_all(&w);
    print_tables(&w);
    lenet5_reader_free(reader);
    return 0;
}
