#include "access_log.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"

/* Writes the client's address; an IPv4 client that has connected to [::] by its IPv4 address. */
static void format_client(char name[64], const request *r)
{
    static const char mapped[] = "::ffff:";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    const socklen_t size =
        address && address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (!address || getnameinfo(address, size, name, 64, NULL, 0, NI_NUMERICHOST) != 0)
        strcpy(name, "-");
    else if (strncmp(name, mapped, sizeof mapped - 1) == 0 && strchr(name, '.'))
        memmove(name, name + sizeof mapped - 1, strlen(name + sizeof mapped - 1) + 1);
}

static void format_time(char text[32])
{
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + strlen(text), 32 - strlen(text), ".%03uZ", (unsigned)(now.tv_nsec / 1000000) % 1000);
}

static void put_id(text_buffer *log, bool json, const char *name, const char *id)
{
    text_puts(log, json ? ",\"" : " ");
    text_puts(log, name);
    text_puts(log, json ? "\":" : "=");
    text_string(log, id);
}

static void put_trace(text_buffer *log, bool json, const trace *t)
{
    put_id(log, json, "request_id", t->request_id);
    if (!t->trace_id[0])
        return;
    put_id(log, json, "trace_id", t->trace_id);
    put_id(log, json, "span_id", t->span_id);
    put_id(log, json, "parent_id", t->parent_id);
}

/*
 * Method, path and request id come from the client: both formats write them as JSON strings, so that they cannot fake a
 * line.
 */
void access_log_write(text_buffer *log, serve_log format, const request *r, double seconds)
{
    char client[64], time[32], figures[96];
    if (format == SERVE_LOG_NONE)
        return;
    format_client(client, r);
    format_time(time);
    const bool json = format == SERVE_LOG_JSON;
    text_puts(log, json ? "{\"time\":\"" : "");
    text_puts(log, time);
    text_puts(log, json ? "\",\"client\":\"" : " ");
    text_puts(log, client);
    text_puts(log, json ? "\",\"method\":" : " ");
    text_string(log, r->method);
    text_puts(log, json ? ",\"path\":" : " ");
    text_string(log, r->path);
    snprintf(figures, sizeof figures, json ? ",\"status\":%u,\"bytes\":%zu,\"ms\":%.3f" : " %u %zu %.3f ms", r->status,
             r->response_size, 1e3 * seconds);
    text_puts(log, figures);
    put_trace(log, json, &r->trace);
    text_puts(log, json ? "}\n" : "\n");
}

/* Writes of at most PIPE_BUF bytes are atomic, so that lines of two loops do not mix. */
void access_log_flush(text_buffer *log)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    for (size_t written = 0; written < log->size && poll(&out, 1, 0) == 1 && out.revents == POLLOUT;) {
        size_t size = log->size - written;
        size = size < PIPE_BUF ? size : PIPE_BUF;
        while (size > 0 && log->bytes[written + size - 1] != '\n')
            size--;
        if (size == 0 || (write(STDERR_FILENO, log->bytes + written, size) < 0 && errno != EINTR))
            break;
        written += size;
    }
    log->size = 0;
    log->failed = false;
}
