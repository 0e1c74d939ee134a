#include "transposed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "common.h"
#include "data/dataset.h"

#define SAMPLE 500      /* pictures that are tried, evenly spaced */
#define MIN_MEAN 0.8    /* mean probability of the best digits after transposing, at least */
#define MIN_GAIN 0.25   /* of that mean by transposing */
#define MIN_PICTURES 20 /* of a set; fewer are left as they are */

static void transpose(uint8_t to[LENET5_PICTURE_BYTES], const uint8_t from[LENET5_PICTURE_BYTES])
{
    for (size_t row = 0; row < LENET5_PICTURE_SIDE; row++)
        for (size_t column = 0; column < LENET5_PICTURE_SIDE; column++)
            to[row * LENET5_PICTURE_SIDE + column] = from[column * LENET5_PICTURE_SIDE + row];
}

static double best_probability(lenet5_maps *maps, const lenet5_committee *models,
                               const uint8_t picture[LENET5_PICTURE_BYTES])
{
    float penalty[LENET5_CLASSES];
    lenet5_set_input(maps, picture);
    lenet5_committee_forward(penalty, maps, models);
    return 1 / (1 + lenet5_odds_against(&models->provenance.loss, penalty));
}

static bool lies_transposed(lenet5_maps *maps, const lenet5_dataset *set, const lenet5_committee *models)
{
    const size_t count = set->count < SAMPLE ? set->count : SAMPLE;
    double before = 0, after = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *picture = lenet5_dataset_picture(set, i * set->count / count);
        uint8_t transposed[LENET5_PICTURE_BYTES];
        transpose(transposed, picture);
        before += best_probability(maps, models, picture) / (double)count;
        after += best_probability(maps, models, transposed) / (double)count;
    }
    return count >= MIN_PICTURES && after >= MIN_MEAN && after >= before + MIN_GAIN;
}

/* Whether a sample of the pictures is recognised far better transposed. *transposed is untouched after a failure. */
static lenet5_status look_transposed(bool *transposed, const lenet5_dataset *set, const lenet5_committee *models,
                                     lenet5_error *error)
{
    if (set->height != LENET5_PICTURE_SIDE || set->width != LENET5_PICTURE_SIDE)
        return LENET5_OK;
    lenet5_maps *maps = malloc(sizeof *maps);
    if (!maps)
        return lenet5_fail_memory(error);
    *transposed = lies_transposed(maps, set, models);
    free(maps);
    return LENET5_OK;
}

lenet5_status transpose_if_needed(lenet5_dataset *set, const char *path, const lenet5_committee *models,
                                  lenet5_error *error)
{
    bool transposed = lenet5_is_emnist(path);
    const lenet5_status status = transposed ? LENET5_OK : look_transposed(&transposed, set, models, error);
    if (!transposed)
        return status;
    lenet5_dataset_transpose(set);
    print_line(stderr, "%s: rows and columns are exchanged, as in EMNIST; the pictures are transposed", path);
    return LENET5_OK;
}
