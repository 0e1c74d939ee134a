/*
 * Calibration: fits the scale (an inverse temperature) and j of eq. 9 so that its probabilities match frequencies, and
 * finds the least probability of an answer for each target error rate, on the set and on drawn digits.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "data/dataset.h"
#include "evaluate.h"
#include "negatives.h"
#include "net/bounds.h"
#include "net/input.h"
#include "recipe.h"

#define MIN_PICTURES 100                /* a smaller set resolves no error rate of 1 % or below */
#define DIGITS_PER_NEGATIVE 30          /* as recipe best shows them: 0.03 negatives a digit */
#define DRAWN_DIGITS 20000u             /* at 0.1 %, 20 errors */
#define FIRST_DRAWN (UINT64_C(1) << 63) /* of their random streams: above those of all epochs of a training */

/* % of drawn digits: a network that misreads more has classes other than the digits. MNIST alone gives 10 %. */
#define MOST_DRAWN_ERRORS 50

/* The penalties of digits and negatives, and the digits' labels. */
typedef struct sample {
    float (*penalty)[LENET5_CLASSES]; /* (count) */
    const uint8_t *labels;            /* (digits) */
    size_t digits, count;             /* pictures from index `digits` on are negatives */
} sample;

static void read_negatives(sample *s, const lenet5_committee *committee, const negatives *n, lenet5_maps *maps)
{
    for (size_t i = s->digits; i < s->count; i++) {
        uint8_t shown[32][32];
        lenet5_random random;
        lenet5_random_seed(&random, 1998, i);
        lenet5_draw_negative(shown, &random, n);
        lenet5_set_whole_input(maps, (const uint8_t(*)[32])shown);
        lenet5_committee_forward(s->penalty[i], maps, committee);
    }
}

/* The mean of -log of the probability of each picture's true class. */
static double cross_entropy(const sample *s, const lenet5_loss *loss)
{
    double sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        const float *penalty = s->penalty[i];
        const double best = (double)penalty[lenet5_best(penalty)];
        const double truth = i < s->digits ? (double)penalty[s->labels[i]] : loss->rubbish;
        sum += log1p(lenet5_odds_against(loss, penalty)) + loss->scale * (truth - best);
    }
    return sum / (double)s->count;
}

/* Minimises the cross-entropy by coordinate search in log(scale) and log(j); the step is halved when no direction
 * helps. */
static void fit(lenet5_loss *loss, const sample *s)
{
    double least = cross_entropy(s, loss);
    for (double step = 0.5; step > 1e-3;) {
        bool better = false;
        for (int direction = 0; direction < 4; direction++) {
            lenet5_loss tried = *loss;
            double *number = direction < 2 ? &tried.scale : &tried.rubbish;
            *number *= exp(direction % 2 ? step : -step);
            if (!lenet5_loss_fits(&tried))
                continue;
            const double entropy = cross_entropy(s, &tried);
            if (entropy < least) {
                least = entropy;
                *loss = tried;
                better = true;
            }
        }
        step = better ? step : step / 2;
    }
}

/* ---- Thresholds -------------------------------------------------------------------------------------------------- */

/* Raises the thresholds to those that hold for a set. */
static lenet5_status raise_thresholds(lenet5_provenance *p, const lenet5_evaluation *evaluation,
                                      const lenet5_dataset *set, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < LENET5_RISKS && status == LENET5_OK; i++) {
        double rejected, threshold = 0;
        status = lenet5_rejection(&rejected, &threshold, evaluation, set, &p->loss, lenet5_risks[i], error);
        p->thresholds[i] = fmax(p->thresholds[i], threshold);
    }
    return status;
}

/* Draws a digit as a training shows it, without its margin. */
static void draw_digit(uint8_t pixels[LENET5_PICTURE_BYTES], lenet5_random *random, unsigned label, const recipe *r)
{
    uint8_t shown[32][32];
    lenet5_warp warp;
    lenet5_draw_hand(pixels, random, label, r->cut_off > 0);
    lenet5_draw_warp(&warp, random, r->distortion, 1);
    lenet5_kernels_in_use()->distort(shown, pixels, &warp);
    for (size_t y = 0; y < 28; y++)
        memcpy(pixels + 28 * y, shown[y + INPUT_MARGIN] + INPUT_MARGIN, 28);
}

static lenet5_status draw_digits(lenet5_dataset *set, const recipe *r, lenet5_error *error)
{
    const lenet5_status status = lenet5_dataset_allocate(set, DRAWN_DIGITS, error);
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < DRAWN_DIGITS; i++) {
        lenet5_random random;
        lenet5_random_seed(&random, 1998, FIRST_DRAWN + i);
        set->labels[i] = (uint8_t)(i % LENET5_CLASSES);
        draw_digit(set->pixels + i * LENET5_PICTURE_BYTES, &random, set->labels[i], r);
    }
    return LENET5_OK;
}

static bool knows_drawn_digits(const lenet5_evaluation *evaluation, const lenet5_dataset *drawn)
{
    size_t errors = 0;
    for (size_t i = 0; i < drawn->count; i++)
        errors += lenet5_best(evaluation->penalty[i]) != drawn->labels[i];
    return errors <= MOST_DRAWN_ERRORS * drawn->count / 100;
}

/*
 * Other people's digits are misread more often than those of the set, and drawn digits stand for them: raises the
 * thresholds to those that hold for drawn digits too. Leaves them if the network's classes are other than the digits.
 */
static lenet5_status heed_drawn_digits(lenet5_committee *committee, const recipe *r, unsigned threads,
                                       lenet5_error *error)
{
    lenet5_dataset drawn;
    lenet5_evaluation evaluation;
    lenet5_status status = draw_digits(&drawn, r, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_committee_evaluate(&evaluation, committee, &drawn, NULL, threads, error);
    if (status == LENET5_OK) {
        if (knows_drawn_digits(&evaluation, &drawn))
            status = raise_thresholds(&committee->provenance, &evaluation, &drawn, error);
        lenet5_evaluation_free(&evaluation);
    }
    lenet5_dataset_free(&drawn);
    return status;
}

/* ---- Both -------------------------------------------------------------------------------------------------------- */

static lenet5_status calibrate(lenet5_committee *committee, const lenet5_evaluation *evaluation,
                               const lenet5_dataset *set, unsigned threads, lenet5_error *error)
{
    /* Negatives only for recipes trained on them: the fit for another network would make every digit doubtful. */
    const recipe *r = lenet5_recipe_find(committee->provenance.recipe);
    const size_t negative_count = r && r->negatives > 0 ? set->count / DIGITS_PER_NEGATIVE : 0;
    const negatives n = {.set = set, .kernels = lenet5_kernels_in_use(), .strings = r && r->cut_off > 0};
    sample s = {.labels = set->labels, .digits = set->count, .count = set->count + negative_count};
    lenet5_maps *maps = malloc(sizeof *maps);
    s.penalty = malloc(s.count * sizeof *s.penalty);
    lenet5_status status = maps && s.penalty ? LENET5_OK : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        memcpy(s.penalty, evaluation->penalty, s.digits * sizeof *s.penalty);
        read_negatives(&s, committee, &n, maps);
        fit(&committee->provenance.loss, &s);
        memset(committee->provenance.thresholds, 0, sizeof committee->provenance.thresholds);
        status = raise_thresholds(&committee->provenance, evaluation, set, error);
    }
    if (status == LENET5_OK && r && r->hands > 0)
        status = heed_drawn_digits(committee, r, threads, error);
    free(maps);
    free(s.penalty);
    return status;
}

lenet5_status lenet5_calibrate(lenet5_committee *committee, const lenet5_dataset *set, unsigned threads,
                               lenet5_error *error)
{
    lenet5_evaluation evaluation;
    if (set->count < MIN_PICTURES)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "%zu pictures are too few to calibrate on; use at least %d", set->count, MIN_PICTURES);
    lenet5_status status = lenet5_check_loss(&committee->provenance.loss, error);
    if (status == LENET5_OK)
        status = lenet5_committee_evaluate(&evaluation, committee, set, NULL, threads, error);
    if (status != LENET5_OK)
        return status;
    lenet5_committee calibrated = *committee;
    status = calibrate(&calibrated, &evaluation, set, threads, error);
    if (status == LENET5_OK)
        committee->provenance = calibrated.provenance;
    lenet5_evaluation_free(&evaluation);
    return status;
}
