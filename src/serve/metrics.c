/* What is counted of requests, for GET /metrics, and the access log. Each loop counts for itself. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "server.h"

/* ---- Counting ------------------------------------------------------------------------------------------------- */

/* Those that there may be; the last stands for any other. */
static const unsigned statuses[STATUSES] = {200, 204, 304, 400, 401, 403, 404, 405, 408,
                                            413, 414, 415, 421, 431, 503, 504, 0};

static const double latencies[LATENCIES] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                            0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};

bool counters_new(counters *c)
{
    const size_t routes_in_all = route_count();
    c->requests = calloc(routes_in_all * STATUSES, sizeof *c->requests);
    c->latencies = calloc(routes_in_all * (LATENCIES + 1), sizeof *c->latencies);
    c->nanoseconds = calloc(routes_in_all, sizeof *c->nanoseconds);
    return c->requests && c->latencies && c->nanoseconds;
}

void counters_free(counters *c)
{
    free(c->requests);
    free(c->latencies);
    free(c->nanoseconds);
}

static void add(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

void count_more(loop *l, counted which, uint64_t more)
{
    add(&l->counters.counts[which], more);
}

void count_less(loop *l, counted which)
{
    atomic_fetch_sub_explicit(&l->counters.counts[which], 1, memory_order_relaxed);
}

void count_request(request *r, double seconds)
{
    counters *c = &r->connection->loop->counters;
    const size_t index = route_index(r->route ? r->route : &unknown_route);
    size_t status = 0, latency = 0;
    while (statuses[status] && statuses[status] != r->status)
        status++;
    while (latency < LATENCIES && seconds > latencies[latency])
        latency++;
    add(&c->requests[index * STATUSES + status], 1);
    if (r->streams)
        return; /* which is as long as somebody watches */
    add(&c->latencies[index * (LATENCIES + 1) + latency], 1);
    add(&c->nanoseconds[index], (uint64_t)(1e9 * seconds));
}

/* ---- Telling -------------------------------------------------------------------------------------------------- */

/* One of the lists of counters, and in it one number; added up over all loops. */
typedef const _Atomic uint64_t *(*list_of)(const counters *c);

static const _Atomic uint64_t *requests(const counters *c)
{
    return c->requests;
}

static const _Atomic uint64_t *request_latencies(const counters *c)
{
    return c->latencies;
}

static const _Atomic uint64_t *nanoseconds(const counters *c)
{
    return c->nanoseconds;
}

static const _Atomic uint64_t *counts(const counters *c)
{
    return c->counts;
}

static uint64_t sum_of(const server *s, list_of list, size_t index)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < s->loop_count; i++)
        sum += atomic_load_explicit(&list(&s->loops[i].counters)[index], memory_order_relaxed);
    return sum;
}

static void put_head(FILE *out, const char *name, const char *kind, const char *help)
{
    fprintf(out, "# HELP lenet5_%s %s\n# TYPE lenet5_%s %s\n", name, help, name, kind);
}

static void put_one(FILE *out, const char *name, const char *kind, const char *help, double value)
{
    put_head(out, name, kind, help);
    fprintf(out, "lenet5_%s %.15g\n", name, value);
}

static void put_requests(FILE *out, const server *s)
{
    put_head(out, "requests_total", "counter", "Requests answered, by route and status.");
    for (size_t i = 0; i < route_count(); i++)
        for (size_t k = 0; k < STATUSES; k++) {
            const uint64_t count = sum_of(s, requests, i * STATUSES + k);
            if (count > 0)
                fprintf(out, "lenet5_requests_total{method=\"%s\",route=\"%s\",status=\"%u\"} %llu\n",
                        route_at(i)->method, route_at(i)->path, statuses[k], (unsigned long long)count);
        }
}

static void put_latencies_of(FILE *out, const server *s, size_t index)
{
    const char *name = route_at(index)->path, *method = route_at(index)->method;
    uint64_t sum = 0;
    for (size_t k = 0; k <= LATENCIES; k++) {
        char least[16] = "+Inf";
        if (k < LATENCIES)
            snprintf(least, sizeof least, "%g", latencies[k]);
        sum += sum_of(s, request_latencies, index * (LATENCIES + 1) + k);
        fprintf(out, "lenet5_request_seconds_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %llu\n", method, name, least,
                (unsigned long long)sum);
    }
    fprintf(out, "lenet5_request_seconds_sum{method=\"%s\",route=\"%s\"} %.9f\n", method, name,
            1e-9 * (double)sum_of(s, nanoseconds, index));
    fprintf(out, "lenet5_request_seconds_count{method=\"%s\",route=\"%s\"} %llu\n", method, name,
            (unsigned long long)sum);
}

static void put_latencies(FILE *out, const server *s)
{
    put_head(out, "request_seconds", "histogram", "From a request's first line to the end of its answer.");
    for (size_t i = 0; i < route_count(); i++) {
        uint64_t count = 0;
        for (size_t k = 0; k <= LATENCIES; k++)
            count += sum_of(s, request_latencies, i * (LATENCIES + 1) + k);
        if (count > 0)
            put_latencies_of(out, s, i);
    }
}

static void put_metrics(FILE *out, const server *s)
{
    put_requests(out, s);
    put_latencies(out, s);
    put_one(out, "digits_total", "counter", "Single digits recognised.", (double)sum_of(s, counts, COUNT_DIGITS));
    put_one(out, "digits_together_total", "counter", "Of them, those that were recognised by sixteens.",
            (double)sum_of(s, counts, COUNT_TOGETHER));
    put_one(out, "digits_rejected_total", "counter", "Of them, those that were not sure.",
            (double)sum_of(s, counts, COUNT_REJECTED));
    put_one(out, "lines_read_total", "counter", "Lines of writing read in pictures.",
            (double)sum_of(s, counts, COUNT_LINES_READ));
    put_one(out, "lines_unsure_total", "counter", "Lines of writing that were not sure.",
            (double)sum_of(s, counts, COUNT_LINES_UNSURE));
    put_one(out, "requests_in_flight", "gauge", "Requests that have begun and are not answered.",
            (double)sum_of(s, counts, COUNT_IN_FLIGHT));
    put_one(out, "connections", "gauge", "Clients that are connected.", (double)sum_of(s, counts, COUNT_CONNECTIONS));
    put_one(out, "body_bytes", "gauge", "Memory for bodies, pictures of data URLs, and answers.",
            (double)atomic_load(&s->held));
    put_one(out, "uptime_seconds", "gauge", "Since the server has started.", lenet5_clock() - s->started);
    put_head(out, "build_info", "gauge", "The version, and the instruction set in use.");
    fprintf(out, "lenet5_build_info{version=\"%s\",isa=\"%s\"} 1\n", lenet5_version(), lenet5_isa());
}

void answer_metrics(request *r)
{
    char *written = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&written, &size);
    if (out)
        put_metrics(out, r->connection->loop->server);
    if (out && fclose(out) == 0)
        text_put(&r->answer, written, size);
    else
        r->answer.failed = true;
    free(written);
    answer_text(r, "text/plain; version=0.0.4; charset=utf-8");
}

/* ---- The access log ------------------------------------------------------------------------------------------- */

/* An IPv4 client by its IPv4 address, also where it has come to [::]. */
static void name_client(char name[64], const request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    const socklen_t size =
        address && address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    static const char mapped[] = "::ffff:";
    if (!address || getnameinfo(address, size, name, 64, NULL, 0, NI_NUMERICHOST) != 0)
        strcpy(name, "-");
    else if (strncmp(name, mapped, sizeof mapped - 1) == 0 && strchr(name, '.'))
        memmove(name, name + sizeof mapped - 1, strlen(name + sizeof mapped - 1) + 1);
}

static void name_moment(char moment[32])
{
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(moment, 32, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(moment + strlen(moment), 32 - strlen(moment), ".%03uZ", (unsigned)(now.tv_nsec / 1000000) % 1000);
}

/* What came from outside is told as JSON tells it in both forms, so that nothing in it can look like another line. */
void log_request(const request *r, double seconds)
{
    char client[64], moment[32], figures[96];
    loop *l = r->connection->loop;
    const serve_log how = l->server->options.log;
    if (how == SERVE_LOG_NONE)
        return;
    name_client(client, r);
    name_moment(moment);
    const bool json = how == SERVE_LOG_JSON;
    text_puts(&l->log, json ? "{\"time\":\"" : "");
    text_puts(&l->log, moment);
    text_puts(&l->log, json ? "\",\"client\":\"" : " ");
    text_puts(&l->log, client);
    text_puts(&l->log, json ? "\",\"method\":" : " ");
    text_string(&l->log, r->method);
    text_puts(&l->log, json ? ",\"path\":" : " ");
    text_string(&l->log, r->path);
    snprintf(figures, sizeof figures, json ? ",\"status\":%u,\"bytes\":%zu,\"ms\":%.3f}\n" : " %u %zu %.3f ms\n",
             r->status, r->answer_size, 1e3 * seconds);
    text_puts(&l->log, figures);
}
