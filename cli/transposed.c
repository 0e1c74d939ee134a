#include "transposed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

#define SAMPLE 500   /* pictures that are looked at, evenly among all */
#define SURE 0.8     /* mean probability of the digits that are read in a set that lies as it should */
#define CLEARLY 0.25 /* less than that of the set when it is transposed */
#define LEAST 20     /* pictures of a set of which this can be said */

static void transpose(uint8_t to[LENET5_PICTURE_BYTES], const uint8_t from[LENET5_PICTURE_BYTES])
{
    for (size_t row = 0; row < LENET5_PICTURE_SIDE; row++)
        for (size_t column = 0; column < LENET5_PICTURE_SIDE; column++)
            to[row * LENET5_PICTURE_SIDE + column] = from[column * LENET5_PICTURE_SIDE + row];
}

static double sureness(lenet5_maps *maps, const lenet5_committee *models, const uint8_t picture[LENET5_PICTURE_BYTES])
{
    float penalty[LENET5_CLASSES];
    lenet5_set_input(maps, picture);
    lenet5_committee_forward(penalty, maps, models);
    return 1 / (1 + lenet5_odds_against(&models->provenance.loss, penalty));
}

static bool lies_transposed(lenet5_maps *maps, const lenet5_dataset *set, const lenet5_committee *models)
{
    const size_t count = set->count < SAMPLE ? set->count : SAMPLE;
    double as_it_is = 0, exchanged = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *picture = lenet5_dataset_picture(set, i * set->count / count);
        uint8_t turned[LENET5_PICTURE_BYTES];
        transpose(turned, picture);
        as_it_is += sureness(maps, models, picture) / (double)count;
        exchanged += sureness(maps, models, turned) / (double)count;
    }
    return count >= LEAST && exchanged >= SURE && exchanged >= as_it_is + CLEARLY;
}

lenet5_status turn_if_transposed(lenet5_dataset *set, const char *name, const lenet5_committee *models,
                                 lenet5_error *error)
{
    if (set->height != LENET5_PICTURE_SIDE || set->width != LENET5_PICTURE_SIDE)
        return LENET5_OK;
    lenet5_maps *maps = malloc(sizeof *maps);
    if (!maps)
        return fail_memory(error);
    if (lies_transposed(maps, set, models)) {
        for (size_t i = 0; i < set->count; i++) {
            uint8_t turned[LENET5_PICTURE_BYTES];
            uint8_t *picture = set->pixels + i * LENET5_PICTURE_BYTES;
            transpose(turned, picture);
            memcpy(picture, turned, sizeof turned);
        }
        print_line(stderr, "%s: rows and columns are exchanged, as EMNIST stores them; they are read upright", name);
    }
    free(maps);
    return LENET5_OK;
}
