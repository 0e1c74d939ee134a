/* Running a network over a set of pictures, and the statistics of the outcome. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "evaluate.h"

#define BLOCK 64

typedef struct evaluation_job {
    const lenet5_network *network;
    const lenet5_dataset *set;
    float (*penalty)[LENET5_CLASSES];
    lenet5_maps *maps; /* one for each worker */
} evaluation_job;

static void evaluate_block(void *argument, size_t index, size_t worker)
{
    evaluation_job *job = argument;
    lenet5_maps *maps = &job->maps[worker];
    const size_t end = (index + 1) * BLOCK < job->set->count ? (index + 1) * BLOCK : job->set->count;
    for (size_t i = index * BLOCK; i < end; i++) {
        lenet5_set_input(maps, lenet5_dataset_picture(job->set, i));
        lenet5_forward(maps, job->network);
        memcpy(job->penalty[i], maps->penalty, sizeof maps->penalty);
    }
}

lenet5_status lenet5_penalties(float (*penalty)[LENET5_CLASSES], const lenet5_network *network,
                               const lenet5_dataset *set, workers *pool, lenet5_error *error)
{
    evaluation_job job = {network, set, penalty, calloc(lenet5_workers_count(pool), sizeof(lenet5_maps))};
    if (!job.maps)
        return lenet5_fail_memory(error);
    lenet5_workers_run(pool, evaluate_block, &job, (set->count + BLOCK - 1) / BLOCK);
    free(job.maps);
    return LENET5_OK;
}

lenet5_status lenet5_check_set(const lenet5_dataset *set, lenet5_error *error)
{
    if (set->count == 0 || !set->labels)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "the set has no pictures, or no labels");
    if (set->height != LENET5_PICTURE_SIDE || set->width != LENET5_PICTURE_SIDE)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the pictures are %zux%zu, not 28x28; they have to be normalised", set->width, set->height);
    return LENET5_OK;
}

static void count_answers(lenet5_evaluation *evaluation, const lenet5_dataset *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const unsigned answer = lenet5_best((const float *)evaluation->penalty[i]);
        evaluation->confusion[set->labels[i]][answer]++;
        evaluation->errors += answer != set->labels[i];
    }
}

lenet5_status lenet5_evaluate(lenet5_evaluation *evaluation, const lenet5_network *network, const lenet5_dataset *set,
                              unsigned threads, lenet5_error *error)
{
    lenet5_status status = lenet5_check_set(set, error);
    if (status != LENET5_OK)
        return status;
    lenet5_evaluation result = {.count = set->count, .penalty = malloc(set->count * sizeof *result.penalty)};
    workers *pool = lenet5_workers_new(threads);
    const double start = lenet5_clock();
    if (result.penalty && pool)
        status = lenet5_penalties(result.penalty, network, set, pool, error);
    else
        status = lenet5_fail_memory(error);
    result.seconds = lenet5_clock() - start;
    lenet5_workers_free(pool);
    if (status != LENET5_OK) {
        free(result.penalty);
        return status;
    }
    count_answers(&result, set);
    *evaluation = result;
    return LENET5_OK;
}

void lenet5_evaluation_free(lenet5_evaluation *evaluation)
{
    free(evaluation->penalty);
    memset(evaluation, 0, sizeof *evaluation);
}

void lenet5_wilson(double *low, double *high, size_t errors, size_t count)
{
    const double z = 1.959963984540054; /* of 95 % */
    const double n = (double)count;
    const double p = (double)errors / n;
    const double centre = p + z * z / (2 * n);
    const double spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = errors == 0 ? 0 : (centre - spread) / (1 + z * z / n);
    *high = errors == count ? 1 : (centre + spread) / (1 + z * z / n);
}

/* ---- Rejection: how sure an answer is, and whether it is right ------------------------------------------------------
 */

typedef struct answer {
    float gap; /* between the two least penalties */
    bool right;
} answer;

static answer judge(const float penalty[LENET5_CLASSES], unsigned label)
{
    const unsigned best = lenet5_best(penalty);
    float second = INFINITY;
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        if (digit != best && penalty[digit] < second)
            second = penalty[digit];
    return (answer){second - penalty[best], best == label};
}

/* The surest first; among equals the wrong ones first, so that a tie never flatters. */
static int surest_first(const void *a, const void *b)
{
    const answer *left = a;
    const answer *right = b;
    if (left->gap != right->gap)
        return left->gap > right->gap ? -1 : 1;
    return (int)left->right - (int)right->right;
}

lenet5_status lenet5_rejection(double *rejected, const lenet5_evaluation *evaluation, const lenet5_dataset *set,
                               double error_rate, lenet5_error *error)
{
    answer *answers = malloc(evaluation->count * sizeof *answers);
    if (!answers)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < evaluation->count; i++)
        answers[i] = judge((const float *)evaluation->penalty[i], set->labels[i]);
    qsort(answers, evaluation->count, sizeof *answers, surest_first);
    size_t accepted = 0;
    size_t errors = 0;
    for (size_t i = 0; i < evaluation->count; i++) {
        errors += !answers[i].right;
        if ((double)errors <= error_rate * (double)(i + 1))
            accepted = i + 1;
    }
    *rejected = 1 - (double)accepted / (double)evaluation->count;
    free(answers);
    return LENET5_OK;
}
