/* GET /metrics: the counters of all loops, in Prometheus's text format. */
#include <stdio.h>
#include <stdlib.h>

#include "answers.h"
#include "base/clock.h"
#include "routes.h"
#include "serve/transport/loop.h"
#include "serve/transport/response.h"

/* Selects one of the lists of counters. */
typedef const _Atomic uint64_t *(*selector)(const counters *c);

static const _Atomic uint64_t *requests_of(const counters *c)
{
    return c->requests;
}

static const _Atomic uint64_t *latencies_of(const counters *c)
{
    return c->latencies;
}

static const _Atomic uint64_t *nanoseconds_of(const counters *c)
{
    return c->nanoseconds;
}

static const _Atomic uint64_t *counts_of(const counters *c)
{
    return c->counts;
}

/* Adds up one counter of all loops. */
static uint64_t sum_of(const transport *t, selector select, size_t index)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < t->loop_count; i++)
        sum += atomic_load_explicit(&select(loop_counters(t->loops[i]))[index], memory_order_relaxed);
    return sum;
}

static void put_head(FILE *out, const char *name, const char *kind, const char *help)
{
    fprintf(out, "# HELP lenet5_%s %s\n# TYPE lenet5_%s %s\n", name, help, name, kind);
}

static void put_value(FILE *out, const char *name, const char *kind, const char *help, double value)
{
    put_head(out, name, kind, help);
    fprintf(out, "lenet5_%s %.15g\n", name, value);
}

static void put_count(FILE *out, const transport *t, counter which, const char *name, const char *kind,
                      const char *help)
{
    put_value(out, name, kind, help, (double)sum_of(t, counts_of, which));
}

static void put_requests(FILE *out, const transport *t)
{
    put_head(out, "requests_total", "counter", "Requests answered, by route and status.");
    for (size_t i = 0; i < route_count(t->routes); i++)
        for (size_t k = 0; k < COUNTERS_STATUSES; k++) {
            const route *r = route_at(t->routes, i);
            const uint64_t count = sum_of(t, requests_of, i * COUNTERS_STATUSES + k);
            if (count > 0)
                fprintf(out, "lenet5_requests_total{method=\"%s\",route=\"%s\",status=\"%u\"} %llu\n", r->method,
                        r->path, counters_statuses[k], (unsigned long long)count);
        }
}

static void put_histogram(FILE *out, const transport *t, size_t index)
{
    const char *path = route_at(t->routes, index)->path, *method = route_at(t->routes, index)->method;
    uint64_t sum = 0;
    for (size_t k = 0; k <= COUNTERS_LATENCIES; k++) {
        char limit[16] = "+Inf";
        if (k < COUNTERS_LATENCIES)
            snprintf(limit, sizeof limit, "%g", counters_latencies[k]);
        sum += sum_of(t, latencies_of, index * (COUNTERS_LATENCIES + 1) + k);
        fprintf(out, "lenet5_request_seconds_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %llu\n", method, path, limit,
                (unsigned long long)sum);
    }
    fprintf(out, "lenet5_request_seconds_sum{method=\"%s\",route=\"%s\"} %.9f\n", method, path,
            1e-9 * (double)sum_of(t, nanoseconds_of, index));
    fprintf(out, "lenet5_request_seconds_count{method=\"%s\",route=\"%s\"} %llu\n", method, path,
            (unsigned long long)sum);
}

static void put_latencies(FILE *out, const transport *t)
{
    put_head(out, "request_seconds", "histogram", "From a request's first line to the end of its answer.");
    for (size_t i = 0; i < route_count(t->routes); i++) {
        uint64_t count = 0;
        for (size_t k = 0; k <= COUNTERS_LATENCIES; k++)
            count += sum_of(t, latencies_of, i * (COUNTERS_LATENCIES + 1) + k);
        if (count > 0)
            put_histogram(out, t, i);
    }
}

static void put_metrics(FILE *out, const answers *a)
{
    const transport *t = a->transport;
    put_requests(out, t);
    put_latencies(out, t);
    put_count(out, t, COUNT_DIGITS, "digits_total", "counter", "Single digits recognised.");
    put_count(out, t, COUNT_DIGITS_BATCHED, "digits_together_total", "counter",
              "Single digits recognised in batches of 16.");
    put_count(out, t, COUNT_DIGITS_REJECTED, "digits_rejected_total", "counter", "Single digits rejected as not sure.");
    put_count(out, t, COUNT_LINES_READ, "lines_read_total", "counter", "Lines of writing read in pictures.");
    put_count(out, t, COUNT_LINES_UNSURE, "lines_unsure_total", "counter", "Lines of writing that were not sure.");
    put_count(out, t, COUNT_IN_FLIGHT, "requests_in_flight", "gauge", "Requests that have begun and are not answered.");
    put_count(out, t, COUNT_CONNECTIONS, "connections", "gauge", "Clients that are connected.");
    put_value(out, "body_bytes", "gauge", "Memory for bodies, pictures of data URLs, and answers.",
              (double)atomic_load(&t->memory.reserved));
    put_value(out, "uptime_seconds", "gauge", "Seconds since the server started.", lenet5_clock() - a->started);
    put_head(out, "build_info", "gauge", "The version, and the instruction set in use.");
    fprintf(out, "lenet5_build_info{version=\"%s\",isa=\"%s\"} 1\n", lenet5_version(), lenet5_isa());
}

void answer_metrics(request *r)
{
    char *written = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&written, &size);
    if (out)
        put_metrics(out, request_answers(r));
    if (out && fclose(out) == 0)
        text_put(&r->response, written, size);
    else
        r->response.failed = true;
    free(written);
    response_set_text(r, "text/plain; version=0.0.4; charset=utf-8");
}
