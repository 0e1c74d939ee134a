/*
 * The two optimisers. Stochastic diagonal Levenberg-Marquardt (appendix C of the paper) has a learning rate for each
 * parameter,
 *
 *     epsilon_k = eta / (mu + h_kk),      w_k -= epsilon_k dE/dw_k                              (eqs 21 and 18)
 *
 * where h_kk, the diagonal of the second derivatives in the Gauss-Newton approximation, is the mean over 500 pictures,
 * estimated before each epoch. Adam (Kingma and Ba 2014) updates by minibatches.
 */
#include "optimiser.h"

#include <math.h>
#include <string.h>

static const double MU = 0.02; /* the paper's (section III-B), as are the 500 pictures */
#define CURVATURE_PICTURES 500

static float *numbers(lenet5_network *network)
{
    return (float *)network;
}

static size_t curvature_pictures(const lenet5_training *training)
{
    return training->set->count < CURVATURE_PICTURES ? training->set->count : CURVATURE_PICTURES;
}

/* The groups of the pictures that this rank sums. */
typedef struct curvature_job {
    lenet5_training *training;
    size_t first;
} curvature_job;

static void add_curvature(void *argument, size_t piece, size_t worker)
{
    const curvature_job *job = argument;
    lenet5_training *training = job->training;
    const size_t index = job->first + piece;
    scratch *s = &training->scratch[worker];
    const size_t count = curvature_pictures(training);
    /* The curvature of eq. 8, whatever the loss: that of eq. 9 vanishes for pictures classified with certainty, and the
     * rates would grow too large. */
    const lenet5_loss distance = {LENET5_MSE, 0, training->loss.scale};
    memset(&training->curvature[index], 0, sizeof training->curvature[index]);
    for (size_t i = index; i < count; i += CURVATURE_GROUPS) {
        const uint32_t picture = training->order[i];
        float dd_f6[84];
        lenet5_set_input(&s->maps, lenet5_dataset_picture(training->set, picture));
        training->kernels->single_forward(&s->maps, &training->network);
        lenet5_loss_curvature(dd_f6, &distance, &s->maps, training->set->labels[picture]);
        training->kernels->single_curvature(&training->curvature[index], &s->delta, &training->network, &s->maps,
                                            dd_f6);
    }
}

/* Sums the second derivatives by groups, each by one rank. */
static lenet5_status sum_curvature(lenet5_training *training, lenet5_error *error)
{
    size_t first[MAX_RANKS + 1];
    rank_group *all = training->ranks;
    lenet5_rank_shares(first, all, CURVATURE_GROUPS);
    curvature_job job = {training, first[all->rank]};
    lenet5_workers_run(training->workers, add_curvature, &job, first[all->rank + 1] - job.first);
    return lenet5_exchange_rows(all, training->curvature, sizeof training->curvature[0], CURVATURE_GROUPS, error);
}

lenet5_status lenet5_estimate_rates(lenet5_training *training, lenet5_error *error)
{
    const lenet5_status status = sum_curvature(training, error);
    if (status != LENET5_OK)
        return status;
    const size_t count = curvature_pictures(training);
    const double eta = lenet5_eta(training->finished);
    float *rate = numbers(&training->rate);
    training->min_rate = INFINITY;
    training->max_rate = 0;
    for (size_t k = 0; k < LENET5_PARAMETERS; k++) {
        double h = 0;
        for (size_t i = 0; i < CURVATURE_GROUPS; i++)
            h += (double)numbers(&training->curvature[i])[k];
        rate[k] = (float)(eta / (MU + h / (double)count));
        training->min_rate = fmin(training->min_rate, (double)rate[k]);
        training->max_rate = fmax(training->max_rate, (double)rate[k]);
    }
    return LENET5_OK;
}

/* The one-cycle schedule, as a fraction of the peak rate: a linear rise over the first fifth of the training, then a
 * half-cosine fall to 0. */
static double one_cycle(double progress)
{
    const double rise = 0.2;
    return progress < rise ? progress / rise : 0.5 * (1 + cos(3.14159265358979323846 * (progress - rise) / (1 - rise)));
}

static double adam_rate(const lenet5_training *training)
{
    const double steps = (double)((training->length + training->batch - 1) / training->batch * training->epochs);
    return training->recipe->max_rate * one_cycle((double)training->steps / steps);
}

/*
 * Each worker updates its own share of the rows of C5 and F6, the same in every step, LENET5_ROWS at a time, so that
 * their gradient is used while it is in the cache. The last worker also updates all other parameters.
 */
typedef struct update_job {
    lenet5_training *training;
    lenet5_adam step;
    size_t shards;
} update_job;

static void apply(const update_job *job, size_t first, const float *gradient, size_t count)
{
    lenet5_training *t = job->training;
    t->kernels->adam(numbers(&t->network) + first, numbers(&t->first) + first, numbers(&t->second) + first,
                     numbers(&t->average) + first, gradient, &job->step, count);
}

/* Prefetches, for writing, the parameters and moments of some rows while their gradient is being summed. */
static void prefetch(const update_job *job, size_t first, size_t count)
{
    const lenet5_training *t = job->training;
    const lenet5_network *const needed[] = {&t->network, &t->first, &t->second, &t->average};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        for (size_t k = first; k < first + count; k += 16)
            __builtin_prefetch((const float *)needed[i] + k, 1, 2);
}

static void update_c5(const update_job *job, lenet5_rows *rows, size_t unit)
{
    prefetch(job, LENET5_INDEX(c5.weight) + unit * 400, LENET5_ROWS * 400);
    job->training->kernels->c5_rows(rows, job->training->shards, job->shards, unit);
    apply(job, LENET5_INDEX(c5.weight) + unit * 400, rows->c5[0], LENET5_ROWS * 400);
    apply(job, LENET5_INDEX(c5.bias) + unit, rows->bias, LENET5_ROWS);
}

static void update_f6(const update_job *job, lenet5_rows *rows, size_t unit)
{
    prefetch(job, LENET5_INDEX(f6.weight) + unit * 120, LENET5_ROWS * 120);
    job->training->kernels->f6_rows(rows, job->training->shards, job->shards, unit);
    for (size_t row = 0; row < LENET5_ROWS; row++)
        apply(job, LENET5_INDEX(f6.weight) + (unit + row) * 120, rows->f6[row], 120);
    apply(job, LENET5_INDEX(f6.bias) + unit, rows->bias, LENET5_ROWS);
}

static void update_shared(const update_job *job)
{
    float *sum = job->training->sums[0].gradient;
    for (size_t i = 1; i < job->shards; i++)
        for (size_t k = 0; k < LENET5_SHARED_PARAMETERS; k++)
            sum[k] += job->training->sums[i].gradient[k];
    apply(job, 0, sum, LENET5_SHARED_PARAMETERS);
}

/* The first row of a worker's share. */
static size_t share(const lenet5_training *training, size_t rows, size_t worker)
{
    return rows / LENET5_ROWS * worker / lenet5_workers_count(training->workers) * LENET5_ROWS;
}

static void update_share(void *argument, size_t index, size_t worker)
{
    (void)index;
    const update_job *job = argument;
    lenet5_training *t = job->training;
    lenet5_rows *rows = &t->scratch[worker].rows;
    for (size_t unit = share(t, 120, worker); unit < share(t, 120, worker + 1); unit += LENET5_ROWS)
        update_c5(job, rows, unit);
    for (size_t unit = share(t, 84, worker); unit < share(t, 84, worker + 1); unit += LENET5_ROWS)
        update_f6(job, rows, unit);
    if (worker + 1 == lenet5_workers_count(t->workers))
        update_shared(job);
}

void lenet5_adam_update(lenet5_training *training, size_t shards, size_t losses)
{
    const double keep_first = 0.9;   /* beta1 */
    const double keep_second = 0.99; /* beta2 */
    const double step = (double)++training->steps;
    const double rate = adam_rate(training);
    const double corrected = rate * sqrt(1 - pow(keep_second, step)) / (1 - pow(keep_first, step));
    update_job job = {.training = training,
                      .step = {.mean = 1 / (float)losses,
                               .keep_first = (float)keep_first,
                               .keep_second = (float)keep_second,
                               .keep_average = (float)fmin(training->recipe->averaging, step / (step + 10)),
                               .rate = (float)corrected},
                      .shards = shards};
    lenet5_workers_run_each(training->workers, update_share, &job);
    training->max_rate = fmax(training->max_rate, rate);
    training->min_rate = fmin(training->min_rate, rate);
}
