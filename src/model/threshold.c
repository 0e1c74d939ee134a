/* The thresholds of a model, one for each error rate. */
#include "base/error.h"
#include "lenet5/model.h"

const double lenet5_risks[LENET5_RISKS] = {0.02, 0.01, 0.005, 0.002, 0.001, 0.0005};

lenet5_status lenet5_threshold(double *threshold, const lenet5_provenance *provenance, double max_error,
                               lenet5_error *error)
{
    size_t i = 0;
    if (!(max_error >= 0 && max_error <= 1))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "the error rate %g is not from 0 to 1",
                           max_error);
    while (i < LENET5_RISKS && lenet5_risks[i] > max_error)
        i++;
    if (i == LENET5_RISKS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "models have no threshold for an error rate of %g %%; the least is %g %%", 100 * max_error,
                           100 * lenet5_risks[LENET5_RISKS - 1]);
    if (provenance->thresholds[i] == 0)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the model has no thresholds; lenet5 calibrate adds them");
    *threshold = provenance->thresholds[i];
    return LENET5_OK;
}
