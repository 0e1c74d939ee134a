/*
 * Fits the weights of the search (src/reader/search/weights.h) to pictures whose strings are known.
 *
 *     fit_search [MODEL] < LIST
 *
 * A line of LIST, with tabs between: a picture file, the format that it is read with or nothing, 1 if it is held out,
 * how much it counts, and the strings that are written in it, if any. The pictures are read once. What the search is
 * given of each line, the graph with what the network says of its arcs, is kept, so that a trial of other weights
 * costs no more than the search.
 *
 * The weights are changed one at a time, so that the probability that the search gives to what is written grows: of the
 * right string, or of no string where none is written. Each round ends with the lines that are held out; the rounds end
 * where these do not gain. The program prints the names of all weights with their values.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lenet5_reader.h"
#include "reader/search/search.h"
#include "reader/search/weights.h"

#define MOST_SAMPLES 20000
#define MOST_TEXTS 512
#define MOST_LINE 8192
#define ANSWERS 5        /* strings that a search is asked for */
#define LEAST_SHARE 1e-3 /* a probability: what is less likely is as bad */
#define NEAR_ENOUGH 0.34 /* of a string's length: edits between what is read at first and what is written */
#define FIRST_STEP 0.1   /* of a weight, or where it is small of 1 */
#define LEAST_GAIN 1e-4  /* of the mean logarithm, in a round, of the lines that are held out */
#define MOST_ROUNDS 12

static const struct {
    const char *name;
    double least, most;
} kinds[SEARCH_WEIGHTS] = {
    [PRIOR_CUT] = {"PRIOR_CUT", 0, 100},          [PRIOR_CUT_INK] = {"PRIOR_CUT_INK", 0, 100},
    [PRIOR_STROKES] = {"PRIOR_STROKES", 0, 100},  [PRIOR_MARKED] = {"PRIOR_MARKED", 0, 100},
    [PRIOR_WIDTH] = {"PRIOR_WIDTH", 0, 100},      [PRIOR_GAP] = {"PRIOR_GAP", 0, 100},
    [PRIOR_LOW] = {"PRIOR_LOW", 0, 100},          [PRIOR_LOW_SQUARE] = {"PRIOR_LOW_SQUARE", 0, 100},
    [SKIP_PIECE] = {"SKIP_PIECE", 0.1, 100},      [SKIP_AREA] = {"SKIP_AREA", 0, 1000},
    [SKIP_MARKED] = {"SKIP_MARKED", 0, 100},      [SHARPNESS] = {"SHARPNESS", 0.5, 20},
    [OTHER_SHARE] = {"OTHER_SHARE", -15, 0},      [BESIDE] = {"BESIDE", 0, 100},
    [BESIDE_DIGITS] = {"BESIDE_DIGITS", 0.01, 1}, [TRUST] = {"TRUST", -100, 100},
    [TRUST_RUBBISH] = {"TRUST_RUBBISH", 0, 100},  [TRUST_SHAPE] = {"TRUST_SHAPE", 0, 100},
    [TRUST_SOLID] = {"TRUST_SOLID", 0, 1000},     [TRUST_CUT_ONE] = {"TRUST_CUT_ONE", 0, 100},
    [TRUST_ALL_CUT] = {"TRUST_ALL_CUT", 0, 100},
};

/* A picture of the list. */
typedef struct entry {
    const char *file, *format;
    bool held;
    double share;
    const char *text[MOST_TEXTS];
    size_t texts; /* 0: nothing is written there */
} entry;

/* A line of one. */
typedef struct sample {
    graph g;
    grammar *format;
    char text[LENET5_MAX_STRING + 1]; /* what is written; empty: nothing */
    bool held;
    double share;
} sample;

static sample *samples[MOST_SAMPLES];
static size_t sample_count;
static const entry *at_hand;
static grammar *format_at_hand;

static void stop(const char *message)
{
    fprintf(stderr, "fit_search: %s\n", message);
    exit(1);
}

/* ---- Lines, as the reader searches them ----------------------------------------------------------------------------
 */

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
    if (sample_count == MOST_SAMPLES)
        stop("too many lines");
    sample *s = malloc(sizeof *s);
    arc *arcs = malloc((g->count + 1) * sizeof *arcs);
    if (!s || !arcs)
        stop("no memory");
    *s = (sample){.g = *g, .format = format_at_hand, .held = at_hand->held, .share = at_hand->share};
    s->g.arcs = arcs;
    strcpy(s->text, text);
    samples[sample_count++] = s;
    memcpy(s->g.arcs, g->arcs, g->count * sizeof *g->arcs);
}

lenet5_status __real_lenet5_graph_solve(solution *solutions, size_t *count, size_t count_most, graph *g,
                                        const grammar *f, budget *b, lenet5_error *error);
lenet5_status __wrap_lenet5_graph_solve(solution *solutions, size_t *count, size_t count_most, graph *g,
                                        const grammar *f, budget *b, lenet5_error *error);

/* The reader calls this in place of the search (--wrap). */
lenet5_status __wrap_lenet5_graph_solve(solution *solutions, size_t *count, size_t count_most, graph *g,
                                        const grammar *f, budget *b, lenet5_error *error)
{
    const lenet5_status status = __real_lenet5_graph_solve(solutions, count, count_most, g, f, b, error);
    const char *text = status == LENET5_OK && *count > 0 ? written(at_hand, solutions[0].digits) : NULL;
    if (text)
        keep(g, text);
    return status;
}

/* ---- Pictures -------------------------------------------------------------------------------------------------------
 */

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
    static char line[MOST_LINE];
    while (fgets(line, sizeof line, stdin)) {
        char *rest = line;
        line[strcspn(line, "\n")] = '\0';
        entry e = {.file = take_field(&rest), .format = take_field(&rest)};
        e.held = atoi(take_field(&rest)) != 0;
        e.share = atof(take_field(&rest));
        while (rest && e.texts < MOST_TEXTS)
            e.text[e.texts++] = take_field(&rest);
        read_entry(reader, &e);
    }
}

/* ---- Trials ---------------------------------------------------------------------------------------------------------
 */

/* Searches a line; returns the probability of a string, which is set to what the others leave where it is empty. */
static double search(sample *s, size_t most, bool *best)
{
    static const lenet5_read_options defaults;
    solution found[ANSWERS];
    size_t count;
    double none = 1, right = 0;
    budget work = lenet5_budget_new(&defaults);
    if (__real_lenet5_graph_solve(found, &count, most, &s->g, s->format, &work, NULL) != LENET5_OK)
        stop("a line is too long to be searched");
    for (size_t i = 0; i < count; i++) {
        none -= found[i].probability;
        right += strcmp(found[i].digits, s->text) == 0 ? found[i].probability : 0;
    }
    *best = right > 0 || !s->text[0];
    return s->text[0] ? right : fmax(0, none);
}

/* The probability of what is written, with some weights. Other strings than the best are looked for only where it is
 * none of them. */
static double probability_of(sample *s, const double *weights)
{
    bool is_best;
    s->g.weights = weights;
    lenet5_set_priors(&s->g);
    const double probability = search(s, 1, &is_best);
    return is_best ? probability : search(s, ANSWERS, &is_best);
}

/* Mean logarithm of the probabilities of the lines that are held out or of the others. */
static double merit(const double *weights, bool held)
{
    double sum = 0, shares = 0;
    for (size_t i = 0; i < sample_count; i++) {
        sample *s = samples[i];
        if (s->held != held)
            continue;
        sum += s->share * log(LEAST_SHARE + probability_of(s, weights));
        shares += s->share;
    }
    return shares > 0 ? sum / shares : 0;
}

/* Tries a weight one step up and one down; returns the merit of what is kept. */
static double try_weight(double *weights, double *step, size_t which, double best)
{
    const double before = weights[which];
    for (int way = 0; way < 2; way++) {
        weights[which] = fmax(kinds[which].least, fmin(kinds[which].most, before + *step));
        const double found = weights[which] != before ? merit(weights, false) : best;
        if (found > best) {
            *step *= 1.5;
            return found;
        }
        *step = -*step;
    }
    weights[which] = before;
    *step /= 2;
    return best;
}

static void fit(double weights[SEARCH_WEIGHTS])
{
    double trial[SEARCH_WEIGHTS], step[SEARCH_WEIGHTS];
    double best = merit(weights, false), held = merit(weights, true);
    memcpy(trial, weights, sizeof trial);
    for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
        step[i] = FIRST_STEP * fmax(1, fabs(weights[i]));
    fprintf(stderr, "%zu lines; at first %.5f, held out %.5f\n", sample_count, best, held);
    for (int round = 0; round < MOST_ROUNDS; round++) {
        for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
            best = try_weight(trial, &step[i], i, best);
        const double now = merit(trial, true);
        fprintf(stderr, "round %d: %.5f, held out %.5f\n", round + 1, best, now);
        if (now < held + LEAST_GAIN)
            break;
        held = now;
        memcpy(weights, trial, sizeof trial);
    }
}

int main(int argc, char **argv)
{
    lenet5_error error;
    lenet5_reader *reader;
    lenet5_committee committee = {0};
    double weights[SEARCH_WEIGHTS];
    memcpy(weights, search_weights, sizeof weights);
    if (argc > 1 && lenet5_committee_load(&committee, (const char *const *)&argv[1], 1, &error) != LENET5_OK)
        stop(error.message);
    if (lenet5_reader_new(&reader, argc > 1 ? &committee : NULL, &error) != LENET5_OK)
        stop(error.message);
    read_list(reader);
    fit(weights);
    for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
        printf("%s\t%.3f\n", kinds[i].name, weights[i]);
    lenet5_reader_free(reader);
    return 0;
}
