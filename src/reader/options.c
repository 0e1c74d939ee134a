/* Checks of the options of a reading. */
#include "base/options.h"
#include "base/error.h"
#include "reading.h"
#include "search/weights.h"

static lenet5_status check_numbers(const lenet5_read_options *options, lenet5_error *error)
{
    if (options->method != LENET5_METHOD_PIECES && options->method != LENET5_METHOD_SDNN)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "method %d; there are %d, pieces, and %d, sdnn",
                           (int)options->method, LENET5_METHOD_PIECES, LENET5_METHOD_SDNN);
    if ((int)options->check < LENET5_CHECK_NONE || options->check > LENET5_CHECK_MOD11)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "check digit %d; there are %d, none, to %d",
                           (int)options->check, LENET5_CHECK_NONE, LENET5_CHECK_MOD11);
    if (options->list_count > 0 && !options->list)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a list of %zu codes that is not there",
                           options->list_count);
    if (options->max_pixels > LENET5_MAX_PICTURE_PIXELS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "max_pixels is %zu; it is at most %u",
                           options->max_pixels, LENET5_MAX_PICTURE_PIXELS);
    if (!(options->seconds >= 0))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a time limit of %g seconds; it is 0 or more",
                           options->seconds);
    if (options->n_best > LENET5_MAX_N_BEST || !(options->threshold >= 0 && options->threshold <= 1))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "a threshold of %g, %zu strings; it is from 0 to 1, and at most %d are possible",
                           options->threshold, options->n_best, LENET5_MAX_N_BEST);
    return LENET5_OK;
}

_Static_assert(sizeof(void *) != 8 || sizeof(lenet5_read_options) == 112,
               "the struct has grown: pass the size of version 0.2.0 as first_size (docs/abi.md)");

lenet5_status lenet5_read_options_get(lenet5_read_options *used, const lenet5_read_options *options,
                                      lenet5_error *error)
{
    *used = (lenet5_read_options){0};
    const lenet5_status status =
        options ? lenet5_options_copy(used, sizeof *used, sizeof *used, options, error) : LENET5_OK;
    return status == LENET5_OK ? check_numbers(used, error) : status;
}

lenet5_status lenet5_read_options_validate(const lenet5_read_options *options, lenet5_error *error)
{
    grammar f;
    lenet5_read_options used;
    lenet5_status status = lenet5_read_options_get(&used, options, error);
    if (status == LENET5_OK)
        status = lenet5_format_new(&f, &used, error);
    if (status == LENET5_OK)
        lenet5_format_free(&f);
    return status;
}

lenet5_status lenet5_read_threshold(double *threshold, double max_error, lenet5_error *error)
{
    if (!(max_error >= 0 && max_error <= 1))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "an error of %g; it is from 0 to 1", max_error);
    for (size_t i = 0; i < sizeof error_thresholds / sizeof error_thresholds[0]; i++)
        if (error_thresholds[i].error <= max_error) {
            *threshold = error_thresholds[i].threshold;
            return LENET5_OK;
        }
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "no threshold is known for an error of %g %%; the least is 1 %%", 100 * max_error);
}
