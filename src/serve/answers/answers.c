#include "answers.h"

#include <stdlib.h>

#include "assets.h"
#include "base/clock.h"
#include "base/error.h"
#include "batcher.h"
#include "channel.h"
#include "pool.h"
#include "routes.h"

lenet5_status answers_new(answers *a, transport *t, unsigned loops, lenet5_error *error)
{
    *a = (answers){.transport = t, .channel = channel_new(), .assets = assets_new(), .started = lenet5_clock()};
    t->answers = a;
    t->routes = &routes;
    a->batchers = calloc(loops, sizeof *a->batchers);
    if (!a->channel || !a->assets || !a->batchers)
        return lenet5_fail_memory(error);
    for (; a->loops < loops; a->loops++)
        if (!(a->batchers[a->loops] = batcher_new(t->options.digits)))
            return lenet5_fail_memory(error);
    return LENET5_OK;
}

lenet5_status answers_run(answers *a, lenet5_error *error)
{
    return pool_start(&a->pool, &a->transport->options, a->loops, error);
}

void answers_free(answers *a)
{
    pool_stop(a->pool);
    for (unsigned i = 0; i < a->loops; i++)
        batcher_free(a->batchers[i]);
    free(a->batchers);
    assets_free(a->assets);
    channel_free(a->channel);
}
