/*
 * Training: in each epoch all pictures in random order, minibatch by minibatch; each step is forward, backward and an
 * update of the weights (section II-G and appendix C of the paper).
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/utf8.h"
#include "cut_off.h"
#include "data/dataset.h"
#include "distort.h"
#include "evaluate.h"
#include "net/bounds.h"
#include "net/initialise.h"
#include "net/input.h"
#include "optimiser.h"
#include "share.h"
#include "training.h"

#define MONITOR_WINDOW 1000   /* pictures over which the loss is averaged to detect divergence */
#define DIVERGENCE_FACTOR 3.0 /* a mean loss above this multiple of the first window's means divergence */
#define TEACHER_SHARE 1.0f /* share of the label replaced by the teacher's answer; all of it gave the fewest errors */

/* Copies whole characters as far as there is room. Bytes that are not UTF-8, as in the name of a folder, become ?,
 * because model files hold UTF-8. */
static void copy_text(char *to, size_t size, const char *from)
{
    if (!from)
        return;
    size_t length = 0;
    while (*from) {
        uint32_t character;
        const size_t bytes = lenet5_utf8_next(&character, from);
        const size_t taken = bytes ? bytes : 1;
        if (length + taken >= size)
            break;
        memcpy(to + length, bytes ? from : "?", taken);
        length += taken;
        from += taken;
    }
    to[length] = '\0';
}

static bool can_be_taught(const lenet5_training_options *options)
{
    const recipe *r = lenet5_recipe_find(options->recipe);
    return r->method == ADAM && (!options->criterion || *options->criterion == LENET5_MAP);
}

static bool can_have_negatives(const lenet5_training_options *options)
{
    const double share = *options->negatives;
    return share == 0 || (share > 0 && share <= 1 && lenet5_recipe_find(options->recipe)->method == ADAM);
}

static lenet5_status check_options(const lenet5_training_options *options, lenet5_error *error)
{
    if (!options->recipe || !lenet5_recipe_find(options->recipe))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "unknown recipe \"%.40s\"",
                           options->recipe ? options->recipe : "");
    if (options->epochs > LENET5_MAX_EPOCHS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%u epochs; the maximum is %d", options->epochs,
                           LENET5_MAX_EPOCHS);
    if (options->batch && !lenet5_batch_fits(lenet5_recipe_find(options->recipe), options->batch))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "batches of %zu pictures; the maximum is %d, and 1 in recipe 1998", options->batch,
                           LENET5_MAX_BATCH);
    if (options->negatives && !can_have_negatives(options))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the negatives are 0 to 1 times the digits, and 0 in recipe 1998");
    if (options->criterion && *options->criterion != LENET5_MSE && *options->criterion != LENET5_MAP)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "criterion %d; it is %d, mse, or %d, map",
                           (int)*options->criterion, LENET5_MSE, LENET5_MAP);
    if (options->validation_pictures > LENET5_MAX_PICTURES)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%zu validation pictures; the maximum is %u",
                           options->validation_pictures, LENET5_MAX_PICTURES);
    if (options->teacher && !can_be_taught(options))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "a teacher needs the loss of eq. 9 and minibatches; recipe 1998 and eq. 8 have none");
    return LENET5_OK;
}

static lenet5_status check_all(const lenet5_training_options *options, const lenet5_dataset *set,
                               const lenet5_dataset *held_out, lenet5_error *error)
{
    lenet5_status status = check_options(options, error);
    if (status == LENET5_OK)
        status = lenet5_check_threads(options->threads, error);
    if (status == LENET5_OK && options->teacher)
        status = lenet5_check_committee(options->teacher, error);
    if (status == LENET5_OK)
        status = lenet5_check_digits(set, error);
    return status == LENET5_OK && held_out ? lenet5_check_digits(held_out, error) : status;
}

static lenet5_status check_extension(const lenet5_training_options *options, const extension *extra,
                                     lenet5_error *error)
{
    if ((lenet5_recipe_find(options->recipe)->strings > 0) == (extra != NULL))
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "recipe %s needs the reader of strings; lenet5 train --recipe %s has it", options->recipe,
                       options->recipe);
}

static void describe(lenet5_training *training, const lenet5_training_options *options)
{
    lenet5_provenance *p = &training->provenance;
    copy_text(p->recipe, sizeof p->recipe, options->recipe);
    copy_text(p->data_name, sizeof p->data_name, options->data_name);
    copy_text(p->held_out_name, sizeof p->held_out_name, training->held_out ? options->held_out_name : "");
    copy_text(p->data_sha256, sizeof p->data_sha256,
              options->data_sha256 ? options->data_sha256 : training->set->sha256);
    if (training->teacher)
        lenet5_committee_sha256(p->teacher_sha256, training->teacher);
    p->loss = training->loss;
    p->seed = options->seed;
    p->training_pictures = training->set->count;
    p->validation_pictures = options->validation_pictures;
    p->held_out_pictures = training->held_out ? training->held_out->count : 0;
}

/* Memory in whole cache lines. */
static void *allocate(size_t count, size_t size)
{
    const size_t bytes = (count * size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

static bool allocate_all(lenet5_training *t, unsigned threads)
{
    const size_t shards = shards_of(t->batch) + (t->extension ? shards_of(t->extension->most) : 0);
    t->order = malloc(t->length * sizeof *t->order);
    t->history = calloc(t->epochs, sizeof *t->history);
    t->string_history = calloc(t->epochs, sizeof *t->string_history);
    t->workers = lenet5_workers_new(threads);
    if (!t->order || !t->history || !t->string_history || !t->workers)
        return false;
    t->scratch = allocate(lenet5_workers_count(t->workers), sizeof *t->scratch);
    if (t->recipe->method == DIAGONAL_LEVENBERG_MARQUARDT) {
        t->curvature = allocate(CURVATURE_GROUPS, sizeof *t->curvature);
        return t->scratch && t->curvature;
    }
    t->shards = allocate(shards, sizeof *t->shards);
    t->sums = allocate(shards, sizeof *t->sums);
    return t->scratch && t->shards && t->sums;
}

lenet5_status lenet5_training_prepare(lenet5_training **training, const lenet5_training_options *options,
                                      const lenet5_dataset *set, const lenet5_dataset *held_out, const extension *extra,
                                      lenet5_error *error)
{
    lenet5_status status = check_all(options, set, held_out, error);
    if (status == LENET5_OK)
        status = check_extension(options, extra, error);
    if (status != LENET5_OK)
        return status;
    lenet5_training *t = calloc(1, sizeof *t);
    if (!t)
        return lenet5_fail_memory(error);
    t->recipe = lenet5_recipe_find(options->recipe);
    t->loss = t->recipe->loss;
    if (options->criterion)
        t->loss.criterion = *options->criterion;
    t->set = set;
    t->held_out = held_out;
    t->epochs = options->epochs ? options->epochs : t->recipe->description->epochs;
    t->batch = options->batch ? options->batch : t->recipe->description->batch;
    t->negative_share = options->negatives ? *options->negatives : t->recipe->negatives;
    t->without_drawn = options->without_drawn;
    t->hands = options->without_drawn ? 0 : (size_t)(t->recipe->hands * (double)set->count);
    t->length = set->count + t->hands + (size_t)(t->negative_share * (double)set->count);
    t->undistorted = options->undistorted;
    t->shift = options->undistorted ? 0 : t->recipe->shift;
    t->teacher = options->teacher;
    t->extension = extra;
    t->alone = lenet5_one_rank();
    t->ranks = &t->alone;
    t->kernels = lenet5_kernels_in_use();
    t->negatives = (negatives){.set = set,
                               .distortion = options->undistorted ? NULL : t->recipe->distortion,
                               .kernels = t->kernels,
                               .strings = t->recipe->cut_off > 0,
                               .ligatures = options->without_drawn ? 0 : t->recipe->ligatures};
    if (!allocate_all(t, options->threads)) {
        lenet5_training_free(t);
        return lenet5_fail_memory(error);
    }
    describe(t, options);
    *training = t;
    return LENET5_OK;
}

lenet5_status lenet5_training_begin(lenet5_training **training, const lenet5_training_options *options,
                                    const lenet5_dataset *set, const lenet5_dataset *held_out, const extension *extra,
                                    lenet5_error *error)
{
    lenet5_training *t;
    lenet5_training_options used;
    lenet5_status status = lenet5_options_copy(&used, sizeof used, FIRST_OPTIONS_SIZE, options, error);
    if (status == LENET5_OK)
        status = lenet5_training_prepare(&t, &used, set, held_out, extra, error);
    if (status != LENET5_OK)
        return status;
    lenet5_random_seed(&t->random, used.seed, 0);
    lenet5_initialise(&t->network, &t->random);
    if (used.start) {
        t->network = t->start = *used.start;
        t->kept = t->recipe->kept;
    }
    t->average = t->network;
    for (size_t i = 0; i < t->length; i++)
        t->order[i] = (uint32_t)i;
    *training = t;
    return LENET5_OK;
}

lenet5_status lenet5_training_new(lenet5_training **training, const lenet5_training_options *options,
                                  const lenet5_dataset *set, const lenet5_dataset *held_out, lenet5_error *error)
{
    return lenet5_training_begin(training, options, set, held_out, NULL, error);
}

void lenet5_training_free(lenet5_training *training)
{
    if (!training)
        return;
    lenet5_workers_free(training->workers);
    free(training->order);
    free(training->history);
    free(training->string_history);
    free(training->scratch);
    free(training->shards);
    free(training->sums);
    free(training->curvature);
    free(training);
}

/* ---- One step ---------------------------------------------------------------------------------------------------- */

static lenet5_status begin_epoch(lenet5_training *training, lenet5_error *error)
{
    lenet5_shuffle(training->order, &training->random, training->length);
    training->loss_sum = 0;
    training->errors = 0;
    training->seconds = 0;
    training->strings = (string_sums){0};
    training->min_rate = INFINITY;
    training->max_rate = 0;
    return training->recipe->method == DIAGONAL_LEVENBERG_MARQUARDT ? lenet5_estimate_rates(training, error)
                                                                    : LENET5_OK;
}

/* The generator for a picture in an epoch: it depends on the seed, the epoch and the picture alone. */
static lenet5_random picture_random(const lenet5_training *training, unsigned epoch, uint32_t picture)
{
    lenet5_random random;
    lenet5_random_seed(&random, training->provenance.seed, (uint64_t)epoch << 32 | picture);
    return random;
}

static void choose_place(size_t *top, size_t *left, lenet5_random *random, uint32_t shift)
{
    *top = INPUT_MARGIN - shift + lenet5_random_below(random, 2 * shift + 1);
    *left = INPUT_MARGIN - shift + lenet5_random_below(random, 2 * shift + 1);
}

typedef struct batch_job {
    lenet5_training *training;
    size_t count;             /* pictures of the epoch's order */
    size_t first;             /* shard of this rank */
    further_pictures further; /* in shards of their own, behind */
} batch_job;

/* The pictures of an epoch: those of the set, then drawn digits, then negatives; the latter two are drawn anew in every
 * epoch. */
static bool is_of_set(const lenet5_training *training, uint32_t picture)
{
    return picture < training->set->count;
}

static unsigned label_of(const lenet5_training *training, uint32_t picture)
{
    if (is_of_set(training, picture))
        return training->set->labels[picture];
    return picture < training->set->count + training->hands ? picture % LENET5_CLASSES : LENET5_RUBBISH;
}

static void show_distorted(uint8_t shown[32][32], const lenet5_training *training, const uint8_t *pixels,
                           unsigned label, lenet5_random *random)
{
    const double cut_off = training->recipe->cut_off;
    if (cut_off > 0 && (double)lenet5_random_uniform(random, 0, 1) < cut_off) {
        lenet5_draw_cut_off(shown, random, pixels, label, &training->negatives);
        return;
    }
    lenet5_warp warp;
    lenet5_draw_warp(&warp, random, training->negatives.distortion, 1);
    training->kernels->distort(shown, pixels, &warp);
}

static void show_picture(uint8_t shown[32][32], const lenet5_training *training, unsigned epoch, uint32_t picture)
{
    lenet5_random random = picture_random(training, epoch, picture);
    const unsigned label = label_of(training, picture);
    if (label == LENET5_RUBBISH) {
        lenet5_draw_negative(shown, &random, &training->negatives);
        return;
    }
    uint8_t drawn[LENET5_PICTURE_BYTES];
    const uint8_t *pixels = drawn;
    if (is_of_set(training, picture))
        pixels = lenet5_dataset_picture(training->set, picture);
    else
        lenet5_draw_hand(drawn, &random, label, training->negatives.strings);
    if (training->negatives.distortion) {
        show_distorted(shown, training, pixels, label, &random);
        return;
    }
    size_t top, left;
    choose_place(&top, &left, &random, training->shift);
    memset(shown, 0, 32 * 32);
    lenet5_place_bytes(shown, pixels, top, left);
}

void lenet5_training_show(uint8_t shown[32][32], const lenet5_training *training, unsigned epoch, size_t picture)
{
    show_picture(shown, training, epoch, (uint32_t)picture);
}

/* Sets the input to the pictures of a shard; lanes from count on are blank. */
static void show_shard(scratch *s, const lenet5_training *training, const uint32_t *pictures, size_t count)
{
    memset(s->pictures + count, 0, (LENET5_LANES - count) * sizeof s->pictures[0]);
    for (size_t lane = 0; lane < count; lane++)
        show_picture(s->pictures[lane], training, training->finished + 1, pictures[lane]);
    training->kernels->lanes_input(&s->lanes, (const uint8_t(*)[32][32])s->pictures);
}

static void take_lane(float penalty[LENET5_CLASSES], const lenet5_lane lanes[LENET5_CLASSES], size_t lane)
{
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
        penalty[digit] = lanes[digit][lane];
}

/* Drawn digits, and negatives for strings, keep their label: it is more reliable than a teacher's answer. */
static float teacher_share(const lenet5_training *training, uint32_t picture)
{
    if (is_of_set(training, picture))
        return TEACHER_SHARE;
    const bool negative = label_of(training, picture) == LENET5_RUBBISH;
    return negative && !training->negatives.strings ? TEACHER_SHARE : 0;
}

/* Adds the loss of a shard to sums and sets d_penalty to its derivatives, 0 in lanes from count on. taught has the
 * penalties of the teacher, if there is one. */
static void shard_loss(lenet5_lane d_penalty[LENET5_CLASSES], shard_sums *sums, const lenet5_training *training,
                       const lenet5_lanes *maps, const float taught[LENET5_LANES][LENET5_CLASSES],
                       const uint32_t *pictures, size_t count)
{
    memset(d_penalty, 0, LENET5_CLASSES * sizeof d_penalty[0]);
    for (size_t lane = 0; lane < count; lane++) {
        const unsigned label = label_of(training, pictures[lane]);
        float penalty[LENET5_CLASSES], d[LENET5_CLASSES];
        take_lane(penalty, (const lenet5_lane *)maps->penalty, lane);
        sums->loss += (double)lenet5_loss_gradient(d, &training->loss, penalty, label);
        sums->errors += label != LENET5_RUBBISH && lenet5_best(penalty) != label;
        if (training->teacher)
            sums->loss += (double)lenet5_loss_soften(d, &training->loss, penalty, label, taught[lane],
                                                     teacher_share(training, pictures[lane]));
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            d_penalty[digit][lane] = d[digit];
    }
}

/* Forward for a shard of the epoch's order. */
static void forward_shard(lenet5_lane d_penalty[LENET5_CLASSES], scratch *s, shard_sums *sums, const batch_job *job,
                          size_t first)
{
    const lenet5_training *training = job->training;
    const uint32_t *pictures = training->order + training->position + first;
    const size_t count = lanes_left(first, job->count);
    float taught[LENET5_LANES][LENET5_CLASSES];
    show_shard(s, training, pictures, count);
    if (training->teacher)
        lenet5_committee_forward_lanes(taught, &s->lanes, training->teacher);
    training->kernels->lanes_forward(&s->lanes, &training->network);
    shard_loss(d_penalty, sums, training, &s->lanes, (const float(*)[LENET5_CLASSES])taught, pictures, count);
}

void lenet5_forward_further(lenet5_lanes *maps, const lenet5_training *training,
                            const uint8_t (*pixels)[LENET5_PICTURE_BYTES], size_t count)
{
    const uint8_t *pictures[LENET5_LANES];
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        pictures[lane] = pixels[lane < count ? lane : 0];
    lenet5_set_input_lanes(maps, pictures);
    training->kernels->lanes_forward(maps, &training->network);
}

/* Forward for a shard of further pictures, with derivatives of 0 in the lanes behind the last one. */
static void forward_further(lenet5_lane d_penalty[LENET5_CLASSES], scratch *s, const batch_job *job, size_t first)
{
    const float(*d)[LENET5_CLASSES] = job->further.d_penalty + first;
    const size_t count = lanes_left(first, job->further.count);
    lenet5_forward_further(&s->lanes, job->training, job->further.pixels + first, count);
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            d_penalty[digit][lane] = lane < count ? d[lane][digit] : 0;
}

/* Forward and backward for one shard. */
static void train_shard(void *argument, size_t piece, size_t worker)
{
    const batch_job *job = argument;
    const size_t index = job->first + piece;
    lenet5_training *training = job->training;
    scratch *s = &training->scratch[worker];
    shard_sums *sums = &training->sums[index];
    const size_t own = shards_of(job->count);
    lenet5_lane d_penalty[LENET5_CLASSES];
    memset(sums, 0, sizeof *sums);
    if (index < own)
        forward_shard(d_penalty, s, sums, job, index * LENET5_LANES);
    else
        forward_further(d_penalty, s, job, (index - own) * LENET5_LANES);
    training->kernels->lanes_backward(sums->gradient, &s->lanes_delta, &training->network, &s->lanes,
                                      (const lenet5_lane *)d_penalty);
    training->kernels->lanes_keep(&training->shards[index], &s->lanes_delta, &s->lanes);
}

/* Draws what the extension adds to a step. */
static lenet5_status draw_further(further_pictures *drawn, lenet5_training *training, lenet5_error *error)
{
    const extension *extra = training->extension;
    if (!extra)
        return LENET5_OK;
    const lenet5_status status = extra->draw(drawn, extra->context, training, error);
    assert(status != LENET5_OK || drawn->count <= extra->most);
    return status;
}

/* Forward and backward for all shards of a step, each by one rank. */
static lenet5_status train_shards(batch_job *job, size_t shards, lenet5_error *error)
{
    lenet5_training *training = job->training;
    size_t first[MAX_RANKS + 1];
    lenet5_rank_shares(first, training->ranks, shards);
    job->first = first[training->ranks->rank];
    lenet5_workers_run(training->workers, train_shard, job, first[training->ranks->rank + 1] - job->first);
    const rank_table tables[] = {{training->shards, sizeof training->shards[0], first},
                                 {training->sums, sizeof training->sums[0], first}};
    return training->ranks->exchange(training->ranks, tables, sizeof tables / sizeof tables[0], error);
}

/* One step with a minibatch; *loss becomes the sum of the losses of its pictures. */
static lenet5_status learn_batch(double *loss, lenet5_training *training, size_t count, lenet5_error *error)
{
    batch_job job = {.training = training, .count = count};
    lenet5_status status = draw_further(&job.further, training, error);
    if (status != LENET5_OK)
        return status;
    const size_t shards = shards_of(count) + shards_of(job.further.count);
    status = train_shards(&job, shards, error);
    if (status != LENET5_OK)
        return status;
    lenet5_adam_update(training, shards, count + job.further.losses);
    *loss = 0;
    for (size_t i = 0; i < shards; i++) {
        *loss += training->sums[i].loss;
        training->errors += training->sums[i].errors;
    }
    return LENET5_OK;
}

/*
 * One step with a single picture, whose gradient updates the weights as it is computed; returns its loss. All ranks do
 * it alike, since the next step needs the weights.
 */
static double learn_single(lenet5_training *training)
{
    const uint32_t picture = training->order[training->position];
    const unsigned label = training->set->labels[picture];
    scratch *s = training->scratch;
    float d_penalty[LENET5_CLASSES];
    size_t top, left;
    lenet5_random random = picture_random(training, training->finished + 1, picture);
    choose_place(&top, &left, &random, training->shift);
    lenet5_place_input(&s->maps, lenet5_dataset_picture(training->set, picture), top, left);
    training->kernels->single_forward(&s->maps, &training->network);
    const double loss = (double)lenet5_loss_gradient(d_penalty, &training->loss, s->maps.penalty, label);
    training->errors += lenet5_best(s->maps.penalty) != label;
    training->kernels->single_learn(&training->network, &s->delta, &training->rate, &s->maps, d_penalty);
    training->steps++;
    return loss;
}

#define STEPS_BETWEEN_EXCHANGES 256 /* of single pictures: 11 ms on one core */

/* The same, and now and then an exchange, so that all ranks stop after the same step. */
static lenet5_status learn_alike(double *loss, lenet5_training *training, lenet5_error *error)
{
    *loss = learn_single(training);
    if (training->steps % STEPS_BETWEEN_EXCHANGES > 0)
        return LENET5_OK;
    return training->ranks->exchange(training->ranks, NULL, 0, error);
}

static lenet5_status monitor_loss(lenet5_training *training, double loss, size_t count, lenet5_error *error)
{
    loss_monitor *m = &training->monitor;
    m->loss += loss;
    m->pictures += (double)count;
    if (isfinite(loss) && m->pictures < MONITOR_WINDOW)
        return LENET5_OK;
    const double mean = m->loss / m->pictures;
    if (!isfinite(loss) || (m->baseline > 0 && mean > DIVERGENCE_FACTOR * m->baseline))
        return lenet5_fail(
            error, LENET5_E_DIVERGED, LENET5_NO_OFFSET,
            "the training has diverged in epoch %u, after %zu pictures: the mean loss is %g; the last checkpoint is "
            "valid; try another seed or recipe",
            training->finished + 1, training->position, mean);
    m->baseline = m->baseline > 0 ? m->baseline : mean;
    m->loss = 0;
    m->pictures = 0;
    return LENET5_OK;
}

/* Counts the misread pictures of a set that has some. */
static lenet5_status count_misread(size_t *errors, const lenet5_training *training, const lenet5_dataset *set,
                                   lenet5_error *error)
{
    float(*penalty)[LENET5_CLASSES] = malloc(set->count * sizeof *penalty);
    if (!penalty)
        return lenet5_fail_memory(error);
    const lenet5_committee one = {.count = 1, .networks = (lenet5_network *)lenet5_training_network(training)};
    const lenet5_status status = lenet5_penalties(penalty, &one, set, NULL, training->workers, error);
    for (size_t i = 0; status == LENET5_OK && i < set->count; i++)
        *errors += lenet5_best((const float *)penalty[i]) != set->labels[i];
    free(penalty);
    return status;
}

/* Each rank counts in its share of the held-out set. */
static lenet5_status count_held_out(size_t *errors, const lenet5_training *training, lenet5_error *error)
{
    size_t first[MAX_RANKS + 1], own = 0;
    lenet5_status status = LENET5_OK;
    lenet5_rank_shares(first, training->ranks, training->held_out->count);
    const size_t begin = first[training->ranks->rank], count = first[training->ranks->rank + 1] - begin;
    if (count > 0) {
        const lenet5_dataset part = lenet5_dataset_slice(training->held_out, begin, count);
        status = count_misread(&own, training, &part, error);
    }
    return status == LENET5_OK ? lenet5_rank_sum(errors, training->ranks, own, error) : status;
}

static lenet5_status compare_weights(const lenet5_training *training, lenet5_error *error)
{
    return lenet5_rank_compare(training->ranks, &training->network, sizeof training->network, "weights",
                               "continue from the last checkpoint, with the same program and processors on all hosts",
                               error);
}

static lenet5_status end_epoch(lenet5_training *training, lenet5_error *error)
{
    lenet5_status status = compare_weights(training, error);
    lenet5_epoch epoch = {.epoch = training->finished + 1,
                          .loss = training->loss_sum / (double)training->length,
                          .training_errors = training->errors,
                          .training_pictures = training->set->count,
                          .seconds = training->seconds,
                          .min_rate = training->min_rate,
                          .max_rate = training->max_rate};
    if (status == LENET5_OK && training->held_out) {
        epoch.held_out_pictures = training->held_out->count;
        status = count_held_out(&epoch.held_out_errors, training, error);
    }
    if (status != LENET5_OK)
        return status;
    training->string_history[training->finished] = training->strings;
    training->history[training->finished++] = epoch;
    training->position = 0;
    return LENET5_OK;
}

/* Moves the weights of the model towards those begun with, on the straight line between the two. */
static void keep_start(lenet5_training *training)
{
    const float share = (float)training->kept;
    const float *start = (const float *)&training->start;
    float *weight = (float *)&training->average;
    for (size_t k = 0; k < LENET5_PARAMETERS; k++)
        weight[k] += share * (start[k] - weight[k]);
}

static bool is_last_step(const lenet5_training *training)
{
    return training->position == training->length && training->finished + 1 == training->epochs;
}

static lenet5_status train_batch(lenet5_training *training, lenet5_error *error)
{
    const double start = lenet5_clock();
    lenet5_status status = training->position == 0 ? begin_epoch(training, error) : LENET5_OK;
    if (status != LENET5_OK)
        return status;
    const size_t left = training->length - training->position;
    const size_t count = left < training->batch ? left : training->batch;
    double loss = 0;
    if (training->recipe->method == DIAGONAL_LEVENBERG_MARQUARDT)
        status = learn_alike(&loss, training, error);
    else
        status = learn_batch(&loss, training, count, error);
    if (status == LENET5_OK)
        status = monitor_loss(training, loss, count, error);
    if (status != LENET5_OK)
        return status;
    training->loss_sum += loss;
    training->position += count;
    if (training->kept > 0 && is_last_step(training))
        keep_start(training);
    training->seconds += lenet5_clock() - start;
    return LENET5_OK;
}

lenet5_status lenet5_training_step(lenet5_training *training, lenet5_error *error)
{
    if (lenet5_training_finished(training))
        return LENET5_OK;
    lenet5_status status = lenet5_workers_check(training->workers, error);
    if (status == LENET5_OK && training->position < training->length)
        status = train_batch(training, error);
    bool done = training->position == training->length;
    if (status == LENET5_OK && done && training->extension)
        status = training->extension->evaluate(&done, training->extension->context, training, error);
    if (status == LENET5_OK && done)
        status = end_epoch(training, error);
    return status;
}

lenet5_status lenet5_training_share(lenet5_training *training, rank_group *ranks, lenet5_error *error)
{
    const uint64_t place[] = {training->steps, training->finished, training->position};
    training->ranks = ranks;
    const lenet5_status status = lenet5_rank_compare(ranks, place, sizeof place, "steps behind it",
                                                     "continue from the same checkpoint on all hosts", error);
    return status == LENET5_OK ? compare_weights(training, error) : status;
}

/* ---- Accessors --------------------------------------------------------------------------------------------------- */

bool lenet5_training_finished(const lenet5_training *training)
{
    return training->finished == training->epochs;
}

unsigned lenet5_training_epochs_done(const lenet5_training *training)
{
    return training->finished;
}

unsigned lenet5_training_epochs_total(const lenet5_training *training)
{
    return training->epochs;
}

size_t lenet5_training_pictures_seen(const lenet5_training *training)
{
    return training->position;
}

size_t lenet5_training_epoch_length(const lenet5_training *training)
{
    return training->length;
}

const lenet5_epoch *lenet5_training_epoch(const lenet5_training *training, unsigned index)
{
    return index < training->finished ? &training->history[index] : NULL;
}

double lenet5_training_loss(const lenet5_training *training)
{
    return training->position ? training->loss_sum / (double)training->position : 0;
}

const lenet5_network *lenet5_training_network(const lenet5_training *training)
{
    return training->recipe->method == ADAM ? &training->average : &training->network;
}

void lenet5_training_model(lenet5_model *model, const lenet5_training *training)
{
    model->network = *lenet5_training_network(training);
    model->provenance = training->provenance;
    const calibration *fitted = training->recipe->calibration;
    if (fitted && training->loss.criterion == LENET5_MAP) {
        model->provenance.loss.rubbish = fitted->rubbish;
        model->provenance.loss.scale = fitted->scale;
        memcpy(model->provenance.thresholds, fitted->thresholds, sizeof fitted->thresholds);
    }
    model->provenance.epochs = training->finished;
    if (training->finished > 0)
        model->provenance.held_out_errors = training->history[training->finished - 1].held_out_errors;
}
