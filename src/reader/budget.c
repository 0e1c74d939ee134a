#include "budget.h"

#include <math.h>

#include "base/clock.h"
#include "base/error.h"

#define CHECK_EVERY 2000000u /* units, a few ms: rarely enough that the clock and the callback cost nothing */

budget lenet5_budget_new(const lenet5_read_options *options)
{
    return (budget){.left = MAX_WORK,
                    .deadline = options->seconds > 0 ? lenet5_clock() + options->seconds : INFINITY,
                    .options = options};
}

static lenet5_status check_limits(const budget *b, lenet5_error *error)
{
    const lenet5_read_options *o = b->options;
    if (o->stop && o->stop(o->stop_context))
        return lenet5_fail(error, LENET5_E_STOPPED, LENET5_NO_OFFSET, "reading was stopped");
    if (lenet5_clock() > b->deadline)
        return lenet5_fail(error, LENET5_E_TIME, LENET5_NO_OFFSET, "not read within the time limit of %g seconds",
                           o->seconds);
    return LENET5_OK;
}

lenet5_status lenet5_check_time(budget *b, uint64_t work, lenet5_error *error)
{
    b->unchecked += work;
    if (b->unchecked < CHECK_EVERY)
        return LENET5_OK;
    b->unchecked = 0;
    return check_limits(b, error);
}

lenet5_status lenet5_spend(budget *b, uint64_t work, lenet5_error *error)
{
    if (work > b->left)
        return LENET5_CROWDED;
    b->left -= work;
    return lenet5_check_time(b, work, error);
}
