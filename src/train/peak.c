#include "peak.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "kernels/kernels.h"
#include "system/workers.h"

#define ROUNDS 100000 /* of multiply-adds: a piece of work of about a millisecond */

typedef struct peak_job {
    const lenet5_kernels *kernels;
    uint64_t multiply_adds[LENET5_MAX_THREADS]; /* by worker */
} peak_job;

static void measure(void *argument, size_t index, size_t worker)
{
    (void)index;
    peak_job *job = argument;
    job->multiply_adds[worker] += job->kernels->multiply_adds(ROUNDS);
}

static const lenet5_kernels *find_kernels(const char *isa)
{
    for (size_t i = 0; isa && lenet5_kernels_at(i); i++)
        if (strcmp(lenet5_kernels_at(i)->isa, isa) == 0)
            return lenet5_kernels_at(i);
    return NULL;
}

lenet5_status lenet5_measure_peak(double *multiply_adds_per_s, const char *isa, unsigned threads, lenet5_error *error)
{
    peak_job job = {.kernels = find_kernels(isa)};
    if (!job.kernels)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "this processor has no \"%.40s\"",
                           isa ? isa : "");
    const lenet5_status status = lenet5_check_threads(threads, error);
    if (status != LENET5_OK)
        return status;
    workers *pool = lenet5_workers_new(threads);
    if (!pool)
        return lenet5_fail_memory(error);
    const size_t count = lenet5_workers_count(pool);
    lenet5_workers_run(pool, measure, &job, 10 * count); /* the clock rises to its height */
    memset(job.multiply_adds, 0, sizeof job.multiply_adds);
    const double start = lenet5_clock();
    lenet5_workers_run(pool, measure, &job, 100 * count);
    const double seconds = lenet5_clock() - start;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += job.multiply_adds[i];
    lenet5_workers_free(pool);
    *multiply_adds_per_s = (double)sum / seconds;
    return LENET5_OK;
}
