/*
 * Training: pass after pass through the pictures in random order, batch after batch, each one forward, backward and
 * into an update of the weights (section II-G and appendix C of the paper).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "evaluate.h"
#include "net/input.h"
#include "optimiser.h"
#include "training.h"

#define STRETCH 1000 /* pictures over which the loss is watched */
#define FAR_MORE 3.0 /* times the first stretch's loss: diverged */

static void copy_text(char *to, size_t size, const char *from)
{
    if (!from)
        return;
    size_t length = strlen(from) < size ? strlen(from) : size - 1;
    while (length > 0 && ((unsigned char)from[length] & 0xC0) == 0x80) /* not within a character of UTF-8 */
        length--;
    memcpy(to, from, length);
    to[length] = '\0';
}

static lenet5_status check_options(const lenet5_training_options *options, const lenet5_dataset *set,
                                   const lenet5_dataset *held_out, lenet5_error *error)
{
    if (!options->recipe || !lenet5_recipe_find(options->recipe))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "there is no recipe \"%.40s\"",
                           options->recipe ? options->recipe : "");
    if (options->passes > LENET5_MAX_PASSES)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%u passes; at most %d are possible",
                           options->passes, LENET5_MAX_PASSES);
    const lenet5_status status = lenet5_check_set(set, error);
    return status == LENET5_OK && held_out ? lenet5_check_set(held_out, error) : status;
}

static void describe(lenet5_training *training, const lenet5_training_options *options)
{
    lenet5_provenance *p = &training->provenance;
    copy_text(p->recipe, sizeof p->recipe, options->recipe);
    copy_text(p->data_name, sizeof p->data_name, options->data_name);
    copy_text(p->held_out_name, sizeof p->held_out_name, training->held_out ? options->held_out_name : "");
    copy_text(p->data_sha256, sizeof p->data_sha256,
              options->data_sha256 ? options->data_sha256 : training->set->sha256);
    p->loss = training->loss;
    p->seed = options->seed;
    p->training_pictures = training->set->count;
    p->validation_pictures = options->validation_pictures;
    p->held_out_pictures = training->held_out ? training->held_out->count : 0;
}

lenet5_status lenet5_training_prepare(lenet5_training **training, const lenet5_training_options *options,
                                      const lenet5_dataset *set, const lenet5_dataset *held_out, lenet5_error *error)
{
    const lenet5_status status = check_options(options, set, held_out, error);
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
    t->passes = options->passes ? options->passes : t->recipe->description->passes;
    t->order = malloc(set->count * sizeof *t->order);
    t->history = calloc(t->passes, sizeof *t->history);
    t->workers = lenet5_workers_new(options->threads);
    if (!t->order || !t->history || !t->workers) {
        lenet5_training_free(t);
        return lenet5_fail_memory(error);
    }
    describe(t, options);
    *training = t;
    return LENET5_OK;
}

lenet5_status lenet5_training_new(lenet5_training **training, const lenet5_training_options *options,
                                  const lenet5_dataset *set, const lenet5_dataset *held_out, lenet5_error *error)
{
    lenet5_training *t;
    const lenet5_status status = lenet5_training_prepare(&t, options, set, held_out, error);
    if (status != LENET5_OK)
        return status;
    lenet5_random_seed(&t->random, options->seed, 0);
    lenet5_start(&t->network, &t->random);
    t->average = t->network;
    for (size_t i = 0; i < set->count; i++)
        t->order[i] = (uint32_t)i;
    *training = t;
    return LENET5_OK;
}

void lenet5_training_free(lenet5_training *training)
{
    if (!training)
        return;
    lenet5_workers_free(training->workers);
    free(training->order);
    free(training->history);
    free(training);
}

/* ---- One step ------------------------------------------------------------------------------------------------------
 */

static void begin_pass(lenet5_training *training)
{
    lenet5_shuffle(training->order, &training->random, training->set->count);
    training->loss_sum = 0;
    training->errors = 0;
    training->seconds = 0;
    training->least_rate = INFINITY;
    training->greatest_rate = 0;
    if (training->recipe->method == DIAGONAL_LEVENBERG_MARQUARDT)
        lenet5_estimate_rates(training);
}

typedef struct batch_job {
    lenet5_training *training;
    size_t count;
} batch_job;

/* A picture as this pass shows it: its place depends on the seed, the pass and the picture, and on nothing else. */
static void show_picture(lenet5_maps *maps, const lenet5_training *training, uint32_t picture)
{
    const uint32_t shift = training->recipe->shift;
    lenet5_random random;
    lenet5_random_seed(&random, training->provenance.seed, (uint64_t)(training->finished + 1) << 32 | picture);
    const size_t top = INPUT_MARGIN - shift + lenet5_random_below(&random, 2 * shift + 1);
    const size_t left = INPUT_MARGIN - shift + lenet5_random_below(&random, 2 * shift + 1);
    lenet5_place_input(maps, lenet5_dataset_picture(training->set, picture), top, left);
}

/* Forward and backward for each picture of one shard. */
static void train_shard(void *argument, size_t index, size_t worker)
{
    (void)worker;
    const batch_job *job = argument;
    lenet5_training *training = job->training;
    shard *s = &training->shards[index];
    const size_t end = (index + 1) * SHARD < job->count ? (index + 1) * SHARD : job->count;
    memset(&s->gradient, 0, sizeof s->gradient);
    s->loss = 0;
    s->errors = 0;
    for (size_t i = index * SHARD; i < end; i++) {
        const uint32_t picture = training->order[training->position + i];
        const unsigned label = training->set->labels[picture];
        float d_penalty[LENET5_CLASSES];
        show_picture(&s->maps, training, picture);
        lenet5_forward(&s->maps, &training->network);
        s->loss += (double)lenet5_loss_gradient(d_penalty, &training->loss, s->maps.penalty, label);
        s->errors += lenet5_best(s->maps.penalty) != label;
        lenet5_backward(&s->gradient, &s->delta, &training->network, &s->maps, d_penalty);
    }
}

/* Adds the gradients of the other shards to the first one's; returns the loss of the batch. */
static double gather(lenet5_training *training, size_t shards)
{
    float *sum = (float *)&training->shards[0].gradient;
    double loss = training->shards[0].loss;
    training->errors += training->shards[0].errors;
    for (size_t i = 1; i < shards; i++) {
        const float *gradient = (const float *)&training->shards[i].gradient;
        for (size_t k = 0; k < LENET5_PARAMETERS; k++)
            sum[k] += gradient[k];
        loss += training->shards[i].loss;
        training->errors += training->shards[i].errors;
    }
    return loss;
}

static lenet5_status watch_loss(lenet5_training *training, double loss, size_t count, lenet5_error *error)
{
    watch *w = &training->watch;
    w->loss += loss;
    w->pictures += (double)count;
    if (isfinite(loss) && w->pictures < STRETCH)
        return LENET5_OK;
    const double mean = w->loss / w->pictures;
    if (!isfinite(loss) || (w->yardstick > 0 && mean > FAR_MORE * w->yardstick))
        return lenet5_fail(
            error, LENET5_E_DIVERGED, LENET5_NO_OFFSET,
            "the training has diverged in pass %u, after %zu pictures: the loss is %g; the last checkpoint "
            "is sound, another seed or recipe may fare better",
            training->finished + 1, training->position, mean);
    w->yardstick = w->yardstick > 0 ? w->yardstick : mean;
    w->loss = 0;
    w->pictures = 0;
    return LENET5_OK;
}

static lenet5_status count_held_out(size_t *errors, const lenet5_training *training, lenet5_error *error)
{
    const lenet5_dataset *set = training->held_out;
    float(*penalty)[LENET5_CLASSES] = malloc(set->count * sizeof *penalty);
    if (!penalty)
        return lenet5_fail_memory(error);
    const lenet5_status status =
        lenet5_penalties(penalty, lenet5_training_network(training), set, training->workers, error);
    *errors = 0;
    for (size_t i = 0; status == LENET5_OK && i < set->count; i++)
        *errors += lenet5_best((const float *)penalty[i]) != set->labels[i];
    free(penalty);
    return status;
}

static lenet5_status end_pass(lenet5_training *training, lenet5_error *error)
{
    lenet5_pass pass = {.pass = training->finished + 1,
                        .loss = training->loss_sum / (double)training->set->count,
                        .training_errors = training->errors,
                        .training_pictures = training->set->count,
                        .seconds = training->seconds,
                        .least_rate = training->least_rate,
                        .greatest_rate = training->greatest_rate};
    if (training->held_out) {
        pass.held_out_pictures = training->held_out->count;
        const lenet5_status status = count_held_out(&pass.held_out_errors, training, error);
        if (status != LENET5_OK)
            return status;
    }
    training->history[training->finished++] = pass;
    training->position = 0;
    return LENET5_OK;
}

static lenet5_status train_batch(lenet5_training *training, lenet5_error *error)
{
    const double start = lenet5_clock();
    if (training->position == 0)
        begin_pass(training);
    const size_t left = training->set->count - training->position;
    const size_t batch = training->recipe->description->batch;
    batch_job job = {training, left < batch ? left : batch};
    const size_t shards = (job.count + SHARD - 1) / SHARD;
    lenet5_workers_run(training->workers, train_shard, &job, shards);
    const double loss = gather(training, shards);
    const lenet5_status status = watch_loss(training, loss, job.count, error);
    if (status != LENET5_OK)
        return status;
    lenet5_update(training, job.count);
    training->loss_sum += loss;
    training->position += job.count;
    training->seconds += lenet5_clock() - start;
    return LENET5_OK;
}

lenet5_status lenet5_training_step(lenet5_training *training, lenet5_error *error)
{
    if (lenet5_training_finished(training))
        return LENET5_OK;
    lenet5_status status = LENET5_OK;
    if (training->position < training->set->count)
        status = train_batch(training, error);
    if (status == LENET5_OK && training->position == training->set->count)
        status = end_pass(training, error);
    return status;
}

/* ---- What a caller may ask -----------------------------------------------------------------------------------------
 */

bool lenet5_training_finished(const lenet5_training *training)
{
    return training->finished == training->passes;
}

unsigned lenet5_training_passes(const lenet5_training *training)
{
    return training->finished;
}

unsigned lenet5_training_passes_in_all(const lenet5_training *training)
{
    return training->passes;
}

size_t lenet5_training_pictures_seen(const lenet5_training *training)
{
    return training->position;
}

const lenet5_pass *lenet5_training_pass(const lenet5_training *training, unsigned index)
{
    return &training->history[index];
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
    model->provenance.passes = training->finished;
    if (training->finished > 0)
        model->provenance.held_out_errors = training->history[training->finished - 1].held_out_errors;
}
