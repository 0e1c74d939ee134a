#include "strings.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cut.h"
#include "data/dataset.h"
#include "forward.h"
#include "net/input.h"
#include "reader/decode/decode.h"
#include "train/training.h"

#define RECIPE "strings"
#define MIN_DIGITS 3 /* of a string */
#define MAX_DIGITS 7
#define MAX_TRIES 64  /* choices of a digit until it is a 0; one in a thousand fails */
#define MAX_STYLES 16 /* of strings, each as often as it counts */
#define TIMES_IF_TOUCHING 2
#define MAX_ARCS 256 /* of a string: eight for each digit on average. One with more is skipped */

/*
 * The weight of a string's loss beside that of a picture. The search raises probabilities to the power of its sharpness;
 * this undoes it in the derivatives, so that by the logarithm of a digit's probability they are at most 1, as those of
 * eq. 9 are.
 */
static double loss_weight(const graph *g)
{
    return 1 / g->weights[SHARPNESS];
}

#define MAX_HELD_OUT 600 /* strings: an interval of +-1.4 % about 3 %, in a few seconds an epoch */
#define HELD_OUT_PART 16 /* strings read in one step: a quarter of a second, so that a training can be interrupted */
#define DIGITS_OF_HELD_OUT 5 /* digits of the held-out set for each string, the mean length of one */

/* Strings are numbered behind the pictures, as their generators are (train.c). */
#define FIRST_NUMBER ((uint64_t)1 << 31)

typedef struct drawn_string {
    char text[LENET5_MAX_STRING + 1];
    graph g;
    bool cut;     /* there is a graph, of at most MAX_ARCS arcs */
    size_t first; /* of its pictures in the step */
    of_digits log_weight[MAX_ARCS], d_log_weight[MAX_ARCS];
    path_sums sums;
    lenet5_status status;
    lenet5_error error;
} drawn_string;

struct string_source {
    extension extra;
    size_t count;                            /* strings of a step */
    drawn_string *strings;                   /* (count) */
    size_t *arcs;                            /* (count): of each string */
    double *losses;                          /* (count): of each string; INFINITY: no path reads the transcript */
    size_t pictures;                         /* of the current step */
    uint8_t (*pixels)[LENET5_PICTURE_BYTES]; /* (extra.most): of the pictures */
    of_digits *penalty;                      /* (extra.most) */
    float (*d_penalty)[LENET5_CLASSES];      /* (extra.most): 0 for a string that no path reads */
};

/* ---- Drawing and cutting ----------------------------------------------------------------------------------------- */

/* The digits of a string, as a set that the generator takes in its order. */
typedef struct digit_list {
    uint8_t pixels[MAX_DIGITS][LENET5_PICTURE_BYTES], labels[MAX_DIGITS];
} digit_list;

/* Copies a digit, distorted as single digits are: the network has learned the digits of the set as they are. */
static void copy_digit(uint8_t copy[LENET5_PICTURE_BYTES], lenet5_random *random, const uint8_t *digit,
                       const lenet5_training *training, const lenet5_distortion *distortion)
{
    uint8_t shown[32][32];
    lenet5_warp warp;
    memcpy(copy, digit, LENET5_PICTURE_BYTES);
    if (!distortion)
        return;
    lenet5_draw_warp(&warp, random, distortion, 1);
    training->kernels->distort(shown, digit, &warp);
    for (size_t row = 0; row < LENET5_PICTURE_SIDE; row++)
        memcpy(copy + row * LENET5_PICTURE_SIDE, &shown[row + INPUT_MARGIN][INPUT_MARGIN], LENET5_PICTURE_SIDE);
}

/*
 * A style. Those whose digits may touch are twice as likely as the others, since they are misread most; where digits are
 * shown as they are, there are only styles that leave them so.
 */
static const lenet5_string_style *choose_style(lenet5_random *random, bool undistorted)
{
    const lenet5_string_style *fit[MAX_STYLES] = {0};
    uint32_t count = 0;
    for (size_t i = 0; lenet5_string_style_at(i); i++) {
        const lenet5_string_style *style = lenet5_string_style_at(i);
        const size_t times = undistorted && style->ligatures > 0 ? 0 : style->gap[0] < 0 ? TIMES_IF_TOUCHING : 1;
        assert(count + times <= MAX_STYLES);
        for (size_t k = 0; k < times; k++)
            fit[count++] = style;
    }
    assert(count > 0);
    return fit[lenet5_random_below(random, count)];
}

/* Where the digits of a string come from. */
typedef struct digit_source {
    const lenet5_training *training;
    const lenet5_dataset *set;
    const lenet5_distortion *distortion; /* or NULL */
} digit_source;

/* A digit of the set, or a drawn one, as other people write it. */
static void choose_digit(uint8_t pixels[LENET5_PICTURE_BYTES], uint8_t *label, lenet5_random *random,
                         const digit_source *from)
{
    const double drawn = from->training->without_drawn ? 0 : from->training->recipe->hands;
    if (drawn > 0 && (double)lenet5_random_uniform(random, 0, 1) < drawn) {
        *label = (uint8_t)lenet5_random_below(random, LENET5_CLASSES);
        lenet5_draw_hand(pixels, random, *label, true);
    } else {
        const size_t chosen = lenet5_random_below(random, (uint32_t)from->set->count);
        memcpy(pixels, lenet5_dataset_picture(from->set, chosen), LENET5_PICTURE_BYTES);
        *label = from->set->labels[chosen];
    }
}

/* Makes one digit of a string. zero: chooses until it is a 0, since amounts end in zeros and few digits are. */
static void make_digit(digit_list *digits, size_t i, bool zero, lenet5_random *random, const digit_source *from)
{
    uint8_t chosen[LENET5_PICTURE_BYTES];
    size_t tries = 0;
    do
        choose_digit(chosen, &digits->labels[i], random, from);
    while (zero && digits->labels[i] != 0 && ++tries < MAX_TRIES);
    copy_digit(digits->pixels[i], random, chosen, from->training, from->distortion);
}

/*
 * Draws string number `number` of an epoch, of digits of set with a distortion or without. It depends on these and on
 * the seed alone. Epoch 0 is that of held-out strings.
 */
static lenet5_status draw_string(lenet5_string *string, const lenet5_training *training, unsigned epoch,
                                 uint64_t number, lenet5_error *error)
{
    const digit_source from = {training, epoch > 0 ? training->set : training->held_out,
                               epoch > 0 ? training->negatives.distortion : NULL};
    digit_list digits = {0};
    lenet5_random random;
    lenet5_random_seed(&random, training->provenance.seed, (uint64_t)epoch << 32 | (FIRST_NUMBER + number));
    const lenet5_string_style *style = choose_style(&random, training->undistorted);
    const size_t length = MIN_DIGITS + lenet5_random_below(&random, MAX_DIGITS - MIN_DIGITS + 1);
    const bool amount = style->ligatures > 0 && lenet5_random_below(&random, 3) > 0;
    const size_t zeros = amount ? 2 + lenet5_random_below(&random, 3) : 0;
    for (size_t i = 0; i < length; i++)
        make_digit(&digits, i, i + zeros >= length, &random, &from);
    const lenet5_dataset chosen = {.count = length,
                                   .height = LENET5_PICTURE_SIDE,
                                   .width = LENET5_PICTURE_SIDE,
                                   .pixels = digits.pixels[0],
                                   .labels = digits.labels};
    return lenet5_string_draw(string, &chosen, style->name, length, 0, lenet5_random_bits(&random), error);
}

typedef struct step_job {
    string_source *source;
    lenet5_training *training;
    size_t strings[MAX_RANKS + 1];  /* string strings[r] is the first one of rank r */
    size_t pictures[MAX_RANKS + 1]; /* likewise */
} step_job;

static size_t first_string(const step_job *job)
{
    return job->strings[job->training->ranks->rank];
}

static size_t last_string(const step_job *job)
{
    return job->strings[job->training->ranks->rank + 1];
}

/* The number of a step's first string in the epoch. */
static uint64_t first_number(const step_job *job)
{
    return job->training->position / job->training->batch * job->source->count;
}

static void forget(drawn_string *s)
{
    if (s->cut)
        lenet5_graph_free(&s->g);
    s->cut = false;
}

static void cut_piece(void *argument, size_t piece, size_t worker)
{
    (void)worker;
    const step_job *job = argument;
    const size_t index = first_string(job) + piece;
    const lenet5_training *t = job->training;
    drawn_string *s = &job->source->strings[index];
    lenet5_string string;
    forget(s);
    s->status = draw_string(&string, t, t->finished + 1, first_number(job) + index, &s->error);
    if (s->status != LENET5_OK)
        return;
    memcpy(s->text, string.text, sizeof s->text);
    s->status = lenet5_cut_string(&s->g, &s->cut, &string, &s->error);
    lenet5_string_free(&string);
    if (s->cut && s->g.count > MAX_ARCS)
        forget(s);
}

static lenet5_status first_failure(const drawn_string *strings, size_t count, lenet5_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (strings[i].status != LENET5_OK) {
            if (error)
                *error = strings[i].error;
            return strings[i].status;
        }
    return LENET5_OK;
}

/* Cuts the strings of this rank. */
static lenet5_status cut_strings(step_job *job, lenet5_error *error)
{
    const size_t count = last_string(job) - first_string(job);
    lenet5_workers_run(job->training->workers, cut_piece, job, count);
    return first_failure(job->source->strings + first_string(job), count, error);
}

/* Gives the pictures of all strings their places, string by string; each rank knows how many its own have. */
static lenet5_status place_pictures(step_job *job, lenet5_error *error)
{
    string_source *source = job->source;
    rank_group *all = job->training->ranks;
    for (size_t i = first_string(job); i < last_string(job); i++)
        source->arcs[i] = source->strings[i].cut ? source->strings[i].g.count : 0;
    const lenet5_status status = lenet5_exchange_rows(all, source->arcs, sizeof source->arcs[0], source->count, error);
    if (status != LENET5_OK)
        return status;
    source->pictures = 0;
    for (size_t i = 0; i < source->count; i++) {
        source->strings[i].first = source->pictures;
        source->pictures += source->arcs[i];
    }
    assert(source->pictures <= source->extra.most);
    for (size_t rank = 0; rank <= all->count; rank++)
        job->pictures[rank] =
            job->strings[rank] < source->count ? source->strings[job->strings[rank]].first : source->pictures;
    return LENET5_OK;
}

/* Copies the pictures of all arcs of this rank's strings to their places. */
static void copy_pictures(const step_job *job)
{
    string_source *source = job->source;
    for (size_t i = first_string(job); i < last_string(job); i++)
        for (size_t k = 0; k < source->arcs[i]; k++)
            memcpy(source->pixels[source->strings[i].first + k], source->strings[i].g.arcs[k].picture,
                   LENET5_PICTURE_BYTES);
}

/* ---- The losses -------------------------------------------------------------------------------------------------- */

static size_t pictures_of_rank(const step_job *job)
{
    const unsigned rank = job->training->ranks->rank;
    return job->pictures[rank + 1] - job->pictures[rank];
}

static void penalties_piece(void *argument, size_t index, size_t worker)
{
    const step_job *job = argument;
    const string_source *source = job->source;
    lenet5_lanes *maps = &job->training->scratch[worker].lanes;
    const size_t first = job->pictures[job->training->ranks->rank] + index * LENET5_LANES;
    const size_t count = lanes_left(index * LENET5_LANES, pictures_of_rank(job));
    lenet5_forward_further(maps, job->training, (const uint8_t(*)[LENET5_PICTURE_BYTES])source->pixels + first, count);
    for (size_t lane = 0; lane < count; lane++)
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            source->penalty[first + lane][digit] = (double)maps->penalty[digit][lane];
}

static void loss_piece(void *argument, size_t piece, size_t worker)
{
    (void)worker;
    const step_job *job = argument;
    const string_source *source = job->source;
    const lenet5_loss *loss = &job->training->loss;
    const size_t index = first_string(job) + piece;
    drawn_string *s = &source->strings[index];
    source->losses[index] = INFINITY;
    if (!s->cut)
        return;
    of_digits *penalty = source->penalty + s->first;
    const double sharpness = s->g.weights[SHARPNESS];
    for (size_t i = 0; i < s->g.count; i++)
        lenet5_arc_log_weights(s->log_weight[i], &s->g.arcs[i], sharpness, loss, penalty[i]);
    source->losses[index] =
        lenet5_string_loss(s->d_log_weight, &s->sums, &s->g, (const of_digits *)s->log_weight, s->text);
    for (size_t i = 0; i < s->g.count && isfinite(source->losses[index]); i++) {
        of_digits d_penalty;
        lenet5_arc_gradient(d_penalty, s->d_log_weight[i], sharpness, loss, penalty[i]);
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            source->d_penalty[s->first + i][digit] = (float)(loss_weight(&s->g) * d_penalty[digit]);
    }
}

/* Adds the losses in their order; returns their number. */
static size_t add_losses(string_sums *sums, const string_source *source)
{
    size_t count = 0;
    for (size_t i = 0; i < source->count; i++) {
        const bool reachable = isfinite(source->losses[i]);
        sums->loss += reachable ? source->losses[i] : 0;
        count += reachable;
    }
    sums->count += (double)count;
    sums->skipped += (double)(source->count - count);
    return count;
}

/* Computes the derivatives for the pictures of this rank's strings, and exchanges them. */
static lenet5_status differentiate(step_job *job, lenet5_error *error)
{
    string_source *source = job->source;
    rank_group *all = job->training->ranks;
    memset(source->d_penalty, 0, source->pictures * sizeof source->d_penalty[0]);
    lenet5_workers_run(job->training->workers, penalties_piece, job, shards_of(pictures_of_rank(job)));
    lenet5_workers_run(job->training->workers, loss_piece, job, last_string(job) - first_string(job));
    const rank_table tables[] = {{source->losses, sizeof source->losses[0], job->strings},
                                 {source->pixels, sizeof source->pixels[0], job->pictures},
                                 {source->d_penalty, sizeof source->d_penalty[0], job->pictures}};
    return all->exchange(all, tables, sizeof tables / sizeof tables[0], error);
}

static lenet5_status draw_step(further_pictures *drawn, void *context, lenet5_training *training, lenet5_error *error)
{
    string_source *source = context;
    step_job job = {.source = source, .training = training};
    lenet5_rank_shares(job.strings, training->ranks, source->count);
    lenet5_status status = cut_strings(&job, error);
    if (status == LENET5_OK)
        status = place_pictures(&job, error);
    if (status != LENET5_OK)
        return status;
    copy_pictures(&job);
    status = differentiate(&job, error);
    if (status == LENET5_OK)
        *drawn = (further_pictures){.pixels = (const uint8_t(*)[LENET5_PICTURE_BYTES])source->pixels,
                                    .d_penalty = (const float(*)[LENET5_CLASSES])source->d_penalty,
                                    .count = source->pictures,
                                    .losses = add_losses(&training->strings, source)};
    return status;
}

/* ---- Held-out strings -------------------------------------------------------------------------------------------- */

typedef struct part_job {
    const lenet5_training *training;
    size_t first;                /* string of the part */
    size_t share[MAX_RANKS + 1]; /* string first + share[r] is the first one of rank r */
    lenet5_model model;
    lenet5_reader *readers[LENET5_MAX_THREADS]; /* (workers) */
    bool wrong[HELD_OUT_PART];
    lenet5_status status[HELD_OUT_PART];
    lenet5_error error[HELD_OUT_PART];
} part_job;

static size_t count_held_out(const lenet5_training *training)
{
    const size_t most = training->held_out ? training->held_out->count / DIGITS_OF_HELD_OUT : 0;
    return most < MAX_HELD_OUT ? most : MAX_HELD_OUT;
}

static bool is_read_as(const lenet5_reading *reading, const char *text)
{
    const lenet5_read_line *line = reading->count == 1 ? lenet5_reading_line(reading, 0) : NULL;
    return line && line->strings > 0 && strcmp(line->string[0].text, text) == 0;
}

static lenet5_status read_string(bool *wrong, lenet5_reader *reader, const lenet5_string *string, lenet5_error *error)
{
    static const lenet5_read_options options = {.size = sizeof options, .digits_only = true};
    lenet5_picture picture;
    lenet5_reading reading;
    lenet5_status status = lenet5_rgb_to_grey(&picture, string->rgb, string->width, string->height, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_read(&reading, reader, &picture, &options, error);
    lenet5_picture_free(&picture);
    if (status != LENET5_OK)
        return status;
    *wrong = !is_read_as(&reading, string->text);
    lenet5_reading_free(&reading);
    return LENET5_OK;
}

static void read_piece(void *argument, size_t piece, size_t worker)
{
    part_job *job = argument;
    const lenet5_training *t = job->training;
    const size_t index = job->share[t->ranks->rank] + piece;
    lenet5_error *error = &job->error[index];
    lenet5_string string;
    job->status[index] = draw_string(&string, t, 0, job->first + index, error);
    if (job->status[index] != LENET5_OK)
        return;
    job->status[index] = read_string(&job->wrong[index], job->readers[worker], &string, error);
    lenet5_string_free(&string);
}

/* Reads the strings of this rank. */
static lenet5_status read_share(part_job *job, lenet5_error *error)
{
    const lenet5_training *t = job->training;
    const size_t begin = job->share[t->ranks->rank], end = job->share[t->ranks->rank + 1];
    lenet5_workers_run(t->workers, read_piece, job, end - begin);
    for (size_t i = begin; i < end; i++)
        if (job->status[i] != LENET5_OK) {
            if (error)
                *error = job->error[i];
            return job->status[i];
        }
    return LENET5_OK;
}

static lenet5_status read_part(held_out_strings *read, part_job *job, size_t count, lenet5_error *error)
{
    rank_group *all = job->training->ranks;
    lenet5_rank_shares(job->share, all, count);
    lenet5_status status = read_share(job, error);
    if (status == LENET5_OK)
        status = lenet5_exchange_rows(all, job->wrong, sizeof job->wrong[0], count, error);
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        read->errors += job->wrong[i];
    read->count += count;
    return LENET5_OK;
}

/* Reads count strings with a reader for each worker. */
static lenet5_status read_by_readers(held_out_strings *read, part_job *job, size_t count, lenet5_error *error)
{
    const size_t threads = lenet5_workers_count(job->training->workers);
    const lenet5_committee one = {1, &job->model.network, job->model.provenance};
    lenet5_status status = LENET5_OK;
    assert(threads <= LENET5_MAX_THREADS);
    for (size_t i = 0; i < threads && status == LENET5_OK; i++)
        status = lenet5_reader_new(&job->readers[i], &one, error);
    if (status == LENET5_OK)
        status = read_part(read, job, count, error);
    for (size_t i = 0; i < threads; i++)
        lenet5_reader_free(job->readers[i]);
    return status;
}

lenet5_status lenet5_strings_evaluate(held_out_strings *read, bool *done, const lenet5_training *training,
                                      lenet5_error *error)
{
    const size_t all = count_held_out(training), left = read->count < all ? all - read->count : 0;
    part_job *job = calloc(1, sizeof *job);
    if (!job)
        return lenet5_fail_memory(error);
    job->training = training;
    job->first = read->count;
    lenet5_training_model(&job->model, training);
    const lenet5_status status = read_by_readers(read, job, left < HELD_OUT_PART ? left : HELD_OUT_PART, error);
    free(job);
    *done = read->count >= all;
    return status;
}

static lenet5_status evaluate(bool *done, void *context, lenet5_training *training, lenet5_error *error)
{
    (void)context;
    string_sums *sums = &training->strings;
    held_out_strings read = {(size_t)sums->held_out_strings, (size_t)sums->held_out_errors};
    const lenet5_status status = lenet5_strings_evaluate(&read, done, training, error);
    sums->held_out_errors = (double)read.errors;
    sums->held_out_strings = (double)read.count;
    return status;
}

/* ---- The training ------------------------------------------------------------------------------------------------ */

const lenet5_recipe_description *lenet5_strings_recipe(void)
{
    return lenet5_recipe_find(RECIPE)->description;
}

string_epoch lenet5_strings_epoch(const lenet5_training *training, unsigned index)
{
    assert(index < training->finished);
    const string_sums *s = &training->string_history[index];
    return (string_epoch){.count = (size_t)s->count,
                          .skipped = (size_t)s->skipped,
                          .loss = s->count > 0 ? s->loss / s->count : 0,
                          .held_out = {(size_t)s->held_out_strings, (size_t)s->held_out_errors}};
}

void lenet5_strings_free(string_source *source)
{
    if (!source)
        return;
    for (size_t i = 0; source->strings && i < source->count; i++)
        forget(&source->strings[i]);
    free(source->strings);
    free(source->arcs);
    free(source->losses);
    free(source->pixels);
    free(source->penalty);
    free(source->d_penalty);
    free(source);
}

static lenet5_status source_new(string_source **source, lenet5_error *error)
{
    string_source *s = calloc(1, sizeof *s);
    if (!s)
        return lenet5_fail_memory(error);
    s->count = lenet5_recipe_find(RECIPE)->strings;
    s->extra = (extension){.most = s->count * MAX_ARCS, .context = s, .draw = draw_step, .evaluate = evaluate};
    s->strings = calloc(s->count, sizeof *s->strings);
    s->arcs = calloc(s->count, sizeof *s->arcs);
    s->losses = calloc(s->count, sizeof *s->losses);
    s->pixels = calloc(s->extra.most, sizeof *s->pixels);
    s->penalty = calloc(s->extra.most, sizeof *s->penalty);
    s->d_penalty = calloc(s->extra.most, sizeof *s->d_penalty);
    if (!s->strings || !s->arcs || !s->losses || !s->pixels || !s->penalty || !s->d_penalty) {
        lenet5_strings_free(s);
        return lenet5_fail_memory(error);
    }
    *source = s;
    return LENET5_OK;
}

lenet5_status lenet5_strings_begin(lenet5_training **training, string_source **source,
                                   const lenet5_training_options *options, const lenet5_dataset *set,
                                   const lenet5_dataset *held_out, lenet5_error *error)
{
    string_source *s;
    if (options->criterion && *options->criterion != LENET5_MAP)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "recipe " RECIPE " needs the probabilities of eq. 9, map; eq. 8 has none");
    lenet5_status status = source_new(&s, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_training_begin(training, options, set, held_out, &s->extra, error);
    if (status == LENET5_OK)
        *source = s;
    else
        lenet5_strings_free(s);
    return status;
}

lenet5_status lenet5_strings_continue(lenet5_training **training, string_source **source, const char *path,
                                      const lenet5_training_options *options, const lenet5_dataset *set,
                                      const lenet5_dataset *held_out, lenet5_error *error)
{
    string_source *s;
    lenet5_status status = source_new(&s, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_training_continue(training, path, options, set, held_out, &s->extra, error);
    if (status == LENET5_OK)
        *source = s;
    else
        lenet5_strings_free(s);
    return status;
}
