/* Committees: several networks that answer by their mean penalty. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mean.h"
#include "model.h"

void lenet5_committee_free(lenet5_committee *committee)
{
    free(committee->networks);
    *committee = (lenet5_committee){0};
}

static void no_answer(float *penalty, size_t count)
{
    for (size_t i = 0; i < count; i++)
        penalty[i] = INFINITY;
}

void lenet5_committee_forward(float penalty[LENET5_CLASSES], lenet5_maps *maps, const lenet5_committee *committee)
{
    memset(penalty, 0, LENET5_CLASSES * sizeof *penalty);
    for (size_t i = 0; i < committee->count; i++) {
        lenet5_forward(maps, &committee->networks[i]);
        lenet5_add_share(penalty, maps->penalty, LENET5_CLASSES, committee->count);
    }
    if (committee->count == 0)
        no_answer(penalty, LENET5_CLASSES);
}

void lenet5_committee_forward_lanes(float penalty[LENET5_LANES][LENET5_CLASSES], lenet5_lanes *maps,
                                    const lenet5_committee *committee)
{
    lenet5_lane mean[LENET5_CLASSES] = {0};
    for (size_t i = 0; i < committee->count; i++) {
        lenet5_forward_lanes(maps, &committee->networks[i]);
        lenet5_add_share(mean[0], maps->penalty[0], LENET5_CLASSES * LENET5_LANES, committee->count);
    }
    if (committee->count == 0)
        no_answer(mean[0], LENET5_CLASSES * LENET5_LANES);
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            penalty[lane][digit] = mean[digit][lane];
}
