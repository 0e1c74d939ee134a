/*
 * Stochastic diagonal Levenberg-Marquardt (appendix C of the paper): each parameter has a learning rate of its own,
 *
 *     epsilon_k = eta / (mu + h_kk),      w_k -= epsilon_k dE/dw_k                              (eqs 21 and 18)
 *
 * where h_kk, the second derivative of the loss in the Gauss-Newton approximation, is a mean over 500 pictures, taken
 * anew before each pass. And Adam, for mini-batches.
 */
#include "optimiser.h"

#include <math.h>
#include <string.h>

static const double MU = 0.02;
#define CURVATURE_PICTURES 500

static float *numbers(lenet5_network *network)
{
    return (float *)network;
}

static size_t curvature_pictures(const lenet5_training *training)
{
    return training->set->count < CURVATURE_PICTURES ? training->set->count : CURVATURE_PICTURES;
}

static void add_curvature(void *job, size_t index, size_t worker)
{
    (void)worker;
    lenet5_training *training = job;
    shard *s = &training->shards[index];
    const size_t count = curvature_pictures(training);
    /* Eq. 8's, whatever the loss: where eq. 9 is content its own vanishes, and the rates would grow too large. */
    const lenet5_loss distance = {LENET5_MSE, 0, training->loss.scale};
    memset(&s->gradient, 0, sizeof s->gradient);
    for (size_t i = index; i < count; i += SHARDS) {
        const uint32_t picture = training->order[i];
        float dd_f6[84];
        lenet5_set_input(&s->maps, lenet5_dataset_picture(training->set, picture));
        lenet5_forward(&s->maps, &training->network);
        lenet5_loss_curvature(dd_f6, &distance, &s->maps, training->set->labels[picture]);
        lenet5_curvature(&s->gradient, &s->delta, &training->network, &s->maps, dd_f6);
    }
}

void lenet5_estimate_rates(lenet5_training *training)
{
    lenet5_workers_run(training->workers, add_curvature, training, SHARDS);
    const size_t count = curvature_pictures(training);
    const double eta = lenet5_eta(training->finished);
    float *rate = numbers(&training->rate);
    training->least_rate = INFINITY;
    training->greatest_rate = 0;
    for (size_t k = 0; k < LENET5_PARAMETERS; k++) {
        double h = 0;
        for (size_t i = 0; i < SHARDS; i++)
            h += (double)numbers(&training->shards[i].gradient)[k];
        rate[k] = (float)(eta / (MU + h / (double)count));
        training->least_rate = fmin(training->least_rate, (double)rate[k]);
        training->greatest_rate = fmax(training->greatest_rate, (double)rate[k]);
    }
}

static void levenberg_marquardt_step(lenet5_training *training, size_t count)
{
    float *w = numbers(&training->network);
    const float *rate = numbers(&training->rate);
    const float *gradient = numbers(&training->shards[0].gradient);
    const float mean = 1 / (float)count;
    for (size_t k = 0; k < LENET5_PARAMETERS; k++)
        w[k] -= rate[k] * (mean * gradient[k]);
}

/* One cycle: the rate rises over the first fifth of the training, and falls to 0 along half a cosine. */
static double cycle(double progress)
{
    const double rise = 0.2;
    return progress < rise ? progress / rise : 0.5 * (1 + cos(3.14159265358979323846 * (progress - rise) / (1 - rise)));
}

static double adam_rate(const lenet5_training *training)
{
    const size_t batch = training->recipe->description->batch;
    const double steps = (double)((training->set->count + batch - 1) / batch * training->passes);
    return training->recipe->greatest_rate * cycle((double)training->steps / steps);
}

static void adam_step(lenet5_training *training, size_t count)
{
    const float keep_first = 0.9f;
    const float keep_second = 0.99f;
    const double step = (double)training->steps;
    const double rate =
        adam_rate(training) * sqrt(1 - pow((double)keep_second, step)) / (1 - pow((double)keep_first, step));
    const float keep_average = (float)fmin(training->recipe->averaging, step / (step + 10));
    float *w = numbers(&training->network);
    float *first = numbers(&training->first);
    float *second = numbers(&training->second);
    float *average = numbers(&training->average);
    const float *gradient = numbers(&training->shards[0].gradient);
    const float mean = 1 / (float)count;
    for (size_t k = 0; k < LENET5_PARAMETERS; k++) {
        const float g = mean * gradient[k];
        first[k] += (1 - keep_first) * (g - first[k]);
        second[k] += (1 - keep_second) * (g * g - second[k]);
        w[k] -= (float)rate * first[k] / (sqrtf(second[k]) + 1e-8f);
        average[k] += (1 - keep_average) * (w[k] - average[k]);
    }
    training->greatest_rate = fmax(training->greatest_rate, adam_rate(training));
    training->least_rate = fmin(training->least_rate, adam_rate(training));
}

void lenet5_update(lenet5_training *training, size_t count)
{
    training->steps++;
    if (training->recipe->method == ADAM)
        adam_step(training, count);
    else
        levenberg_marquardt_step(training, count);
}
