/* How sure an answer is. */
#include <math.h>

#include "lenet5/network.h"

double lenet5_odds_against(const lenet5_loss *loss, const float penalty[LENET5_CLASSES])
{
    const unsigned best = lenet5_best(penalty);
    const double least = (double)penalty[best];
    double odds = exp(-loss->scale * (loss->rubbish - least));
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        if (digit != best)
            odds += exp(-loss->scale * ((double)penalty[digit] - least));
    return odds >= 0 ? odds : INFINITY; /* NaN becomes INFINITY */
}
