/* The module lenet5_fetch: downloads with libcurl. */
#include "transfer.h"

#include <curl/curl.h>
#include <errno.h>

#include "lenet5.h"

#define CONNECT_SECONDS 15L
#define SLOWEST_BYTES 1024L /* per second, on average over SLOWEST_SECONDS; a slower transfer fails */
#define SLOWEST_SECONDS 30L
#define MAX_REDIRECTIONS 5L

_Static_assert(REASON_SIZE >= CURL_ERROR_SIZE, "curl writes up to that many bytes");

/* Protocols of the program's own mirrors, and of those that --mirror names. */
static void set_protocols(CURL *curl, bool own)
{
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, own ? "https" : "https,http,file");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, own ? "https" : "https,http");
}

static void set_limits(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "lenet5/" LENET5_VERSION);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, MAX_REDIRECTIONS);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOWEST_SECONDS);
}

static bool open_transfers(transfer *t, bool own)
{
    t->curl = curl_easy_init();
    if (!t->curl)
        return false;
    set_protocols(t->curl, own);
    set_limits(t->curl);
    return true;
}

static void close_transfers(transfer *t)
{
    curl_easy_cleanup(t->curl);
    curl_global_cleanup();
}

/* Callback of curl, which fails if less than count is returned. */
static size_t keep(char *bytes, size_t one, size_t count, void *context)
{
    transfer *t = context;
    t->too_large = (long)count > t->max - t->size;
    if (t->too_large)
        return 0;
    if (fwrite(bytes, one, count, t->stream) < count) {
        t->write_error = errno;
        return 0;
    }
    t->size += (long)count;
    return count;
}

/* Callback of curl, which stops if anything but 0 is returned. */
static int watch(void *context, curl_off_t all, curl_off_t now, curl_off_t all_up, curl_off_t now_up)
{
    const transfer *t = context;
    (void)all_up;
    (void)now_up;
    return !t->watch(t->watcher, (double)all, (double)now);
}

static void set_transfer(transfer *t)
{
    curl_easy_setopt(t->curl, CURLOPT_URL, t->url);
    curl_easy_setopt(t->curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->max);
    curl_easy_setopt(t->curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->size);
    curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(t->curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(t->curl, CURLOPT_XFERINFODATA, t);
}

static bool is_refusal(const transfer *t, CURLcode code)
{
    long response = 0;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &response);
    return code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME || response == 416;
}

static transfer_end run(transfer *t)
{
    t->write_error = 0;
    t->too_large = false;
    t->reason[0] = '\0';
    set_transfer(t);
    const CURLcode code = curl_easy_perform(t->curl);
    if (code == CURLE_OK)
        return TRANSFER_DONE;
    if (t->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return TRANSFER_TOO_LARGE;
    if (!t->reason[0])
        snprintf(t->reason, sizeof t->reason, "%s", curl_easy_strerror(code));
    return is_refusal(t, code) ? TRANSFER_REFUSED : TRANSFER_FAILED;
}

LENET5_API const fetch_module lenet5_fetch = {open_transfers, run, close_transfers};
