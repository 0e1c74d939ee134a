#include "bounds.h"

#include "base/error.h"

bool lenet5_loss_fits(const lenet5_loss *loss)
{
    return (loss->criterion == LENET5_MSE || loss->criterion == LENET5_MAP) && loss->rubbish >= 0 &&
           loss->rubbish <= LENET5_MAX_RUBBISH && loss->scale >= LENET5_MIN_SCALE && loss->scale <= LENET5_MAX_SCALE;
}

lenet5_status lenet5_check_loss(const lenet5_loss *loss, lenet5_error *error)
{
    if (lenet5_loss_fits(loss))
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "the loss has criterion %d, j %g and scale %g; the criterion is mse or map, j is 0 to %g, and "
                       "the scale %g to %g",
                       (int)loss->criterion, loss->rubbish, loss->scale, LENET5_MAX_RUBBISH, LENET5_MIN_SCALE,
                       LENET5_MAX_SCALE);
}

lenet5_status lenet5_check_committee(const lenet5_committee *committee, lenet5_error *error)
{
    if (committee->count >= 1 && committee->count <= LENET5_MAX_COMMITTEE && committee->networks)
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a committee of %zu networks; it has 1 to %d",
                       committee->networks ? committee->count : 0, LENET5_MAX_COMMITTEE);
}
