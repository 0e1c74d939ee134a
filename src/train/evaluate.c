/* Evaluates networks on a set of pictures and computes statistics of the result. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/lanes.h"
#include "data/dataset.h"
#include "evaluate.h"
#include "lenet5/training.h"
#include "net/bounds.h"

typedef struct evaluation_job {
    const lenet5_committee *committee;
    const lenet5_dataset *set;
    float (*penalty)[LENET5_CLASSES];
    const lenet5_warp *warp; /* distorts every picture; or NULL */
    lenet5_lanes *lanes;     /* (workers) */
} evaluation_job;

/* Sets the input to 16 pictures, distorted by warp unless that is NULL; first is the index of the first one. */
static void set_inputs(lenet5_lanes *lanes, const uint8_t *const pictures[LENET5_LANES], size_t first,
                       const lenet5_warp *warp)
{
    uint8_t shown[LENET5_LANES][32][32];
    const lenet5_kernels *kernels = lenet5_kernels_in_use();
    lenet5_warp own = *warp;
    for (size_t lane = 0; lane < LENET5_LANES; lane++) {
        own.seed = (uint32_t)(first + lane) * 1024; /* each picture has its own noise */
        kernels->distort(shown[lane], pictures[lane], &own);
    }
    kernels->lanes_input(lanes, (const uint8_t(*)[32][32])shown);
}

/* Evaluates 16 pictures; at the end of the set, its last picture fills the unused lanes. */
static void evaluate_lanes(void *argument, size_t index, size_t worker)
{
    evaluation_job *job = argument;
    lenet5_lanes *lanes = &job->lanes[worker];
    const size_t first = index * LENET5_LANES;
    const size_t count = lanes_left(first, job->set->count);
    const uint8_t *pictures[LENET5_LANES];
    float penalty[LENET5_LANES][LENET5_CLASSES];
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        pictures[lane] = lenet5_dataset_picture(job->set, first + (lane < count ? lane : count - 1));
    if (job->warp)
        set_inputs(lanes, pictures, first, job->warp);
    else
        lenet5_set_input_lanes(lanes, pictures);
    lenet5_committee_forward_lanes(penalty, lanes, job->committee);
    memcpy(job->penalty[first], penalty, count * sizeof penalty[0]);
}

lenet5_status lenet5_penalties(float (*penalty)[LENET5_CLASSES], const lenet5_committee *committee,
                               const lenet5_dataset *set, const lenet5_warp *warp, workers *pool, lenet5_error *error)
{
    evaluation_job job = {committee, set, penalty, warp, lenet5_lanes_new(lenet5_workers_count(pool))};
    if (!job.lanes)
        return lenet5_fail_memory(error);
    lenet5_workers_run(pool, evaluate_lanes, &job, (set->count + LENET5_LANES - 1) / LENET5_LANES);
    lenet5_lanes_free(job.lanes);
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

static lenet5_status evaluate(lenet5_evaluation *evaluation, const lenet5_committee *committee,
                              const lenet5_dataset *set, const lenet5_warp *warp, unsigned threads, lenet5_error *error)
{
    lenet5_status status = lenet5_check_digits(set, error);
    if (status == LENET5_OK)
        status = lenet5_check_committee(committee, error);
    if (status == LENET5_OK)
        status = lenet5_check_threads(threads, error);
    if (status != LENET5_OK)
        return status;
    lenet5_evaluation result = {.count = set->count, .penalty = malloc(set->count * sizeof *result.penalty)};
    workers *pool = lenet5_workers_new(threads);
    const double start = lenet5_clock();
    if (result.penalty && pool)
        status = lenet5_penalties(result.penalty, committee, set, warp, pool, error);
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

lenet5_status lenet5_evaluate(lenet5_evaluation *evaluation, const lenet5_network *network, const lenet5_dataset *set,
                              unsigned threads, lenet5_error *error)
{
    const lenet5_committee one = {.count = 1, .networks = (lenet5_network *)network}; /* only read */
    return evaluate(evaluation, &one, set, NULL, threads, error);
}

static bool within(float number, float least, float most)
{
    return number >= least && number <= most; /* false for NaN */
}

static lenet5_status check_view(const lenet5_view *view, lenet5_error *error)
{
    const float most = 1000;
    if (within(view->right, -most, most) && within(view->down, -most, most) && within(view->rotation, -most, most) &&
        within(view->shear, -most, most) && within(view->noise, 0, 255) &&
        (view->size == 0 || within(view->size, 1 / most, most)))
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "the view's right %g, down %g, rotation %g, size %g, shear %g or noise %g is out of range",
                       (double)view->right, (double)view->down, (double)view->rotation, (double)view->size,
                       (double)view->shear, (double)view->noise);
}

/* The inverse map: the position in the picture of each pixel of the input. */
static lenet5_warp inverse(const lenet5_view *view)
{
    const float step = 1 / (view->size > 0 ? view->size : 1);
    const float c = cosf(view->rotation) * step;
    const float s = sinf(view->rotation) * step;
    lenet5_warp warp = {.by_column = {c + view->shear * s, -s},
                        .by_row = {s - view->shear * c, c},
                        .strength = 256,
                        .noise = (int)lrintf(view->noise)};
    for (size_t axis = 0; axis < 2; axis++)
        warp.middle[axis] = 13.5f - view->right * warp.by_column[axis] - view->down * warp.by_row[axis];
    return warp;
}

lenet5_status lenet5_committee_evaluate(lenet5_evaluation *evaluation, const lenet5_committee *committee,
                                        const lenet5_dataset *set, const lenet5_view *view, unsigned threads,
                                        lenet5_error *error)
{
    const lenet5_status status = view ? check_view(view, error) : LENET5_OK;
    if (status != LENET5_OK)
        return status;
    const lenet5_warp warp = view ? inverse(view) : (lenet5_warp){0};
    return evaluate(evaluation, committee, set, view ? &warp : NULL, threads, error);
}

void lenet5_evaluation_free(lenet5_evaluation *evaluation)
{
    free(evaluation->penalty);
    memset(evaluation, 0, sizeof *evaluation);
}

/* ---- Rejection: the probability of an answer, and whether it is right -------------------------------------------- */

typedef struct answer {
    double odds; /* against the answer: (1 - p) / p */
    bool right;
} answer;

/* The most probable first; among equals the wrong ones first, so that a tie never improves the result. */
static int surest_first(const void *a, const void *b)
{
    const answer *left = a;
    const answer *right = b;
    if (left->odds != right->odds)
        return left->odds < right->odds ? -1 : 1;
    return (int)left->right - (int)right->right;
}

static bool is_of(const lenet5_evaluation *evaluation, const lenet5_dataset *set)
{
    return evaluation->count > 0 && evaluation->count == set->count && set->labels;
}

static lenet5_status check_rejection(const lenet5_evaluation *evaluation, const lenet5_dataset *set,
                                     const lenet5_loss *loss, double error_rate, lenet5_error *error)
{
    if (!(error_rate >= 0 && error_rate <= 1))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "the error rate %g is not from 0 to 1",
                           error_rate);
    if (!is_of(evaluation, set))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the evaluation has %zu pictures; the set has %zu, or no labels", evaluation->count,
                           set->count);
    return lenet5_check_loss(loss, error);
}

lenet5_status lenet5_rejection(double *rejected, double *threshold, const lenet5_evaluation *evaluation,
                               const lenet5_dataset *set, const lenet5_loss *loss, double error_rate,
                               lenet5_error *error)
{
    const lenet5_status status = check_rejection(evaluation, set, loss, error_rate, error);
    if (status != LENET5_OK)
        return status;
    answer *answers = malloc(evaluation->count * sizeof *answers);
    if (!answers)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < evaluation->count; i++) {
        const float *penalty = evaluation->penalty[i];
        answers[i] = (answer){lenet5_odds_against(loss, penalty), lenet5_best(penalty) == set->labels[i]};
    }
    qsort(answers, evaluation->count, sizeof *answers, surest_first);
    size_t accepted = 0;
    size_t errors = 0;
    for (size_t i = 0; i < evaluation->count; i++) {
        errors += !answers[i].right;
        if ((double)errors <= error_rate * (double)(i + 1))
            accepted = i + 1;
    }
    *rejected = 1 - (double)accepted / (double)evaluation->count;
    if (threshold)
        *threshold = accepted > 0 ? 1 / (1 + answers[accepted - 1].odds) : 1;
    free(answers);
    return LENET5_OK;
}

double lenet5_calibration_error(const lenet5_evaluation *evaluation, const lenet5_dataset *set, const lenet5_loss *loss)
{
    enum { RANGES = 15 };
    double difference[RANGES] = {0}; /* between the probabilities' sum and the number of right answers */
    if (!is_of(evaluation, set))
        return NAN;
    for (size_t i = 0; i < evaluation->count; i++) {
        const float *penalty = evaluation->penalty[i];
        const double probability = 1 / (1 + lenet5_odds_against(loss, penalty));
        const size_t range = (size_t)fmin(RANGES * probability, RANGES - 1);
        difference[range] += probability - (lenet5_best(penalty) == set->labels[i]);
    }
    double sum = 0;
    for (size_t i = 0; i < RANGES; i++)
        sum += fabs(difference[i]);
    return sum / (double)evaluation->count;
}
