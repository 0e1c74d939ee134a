/*
 * lenet5 fetch: brings MNIST.
 *
 * Each file is known by the SHA-256 of what it unpacks to, so that it does not matter who compressed it, or how. It
 * comes as NAME.gz.part, which a later run goes on with, and gets its name once its sum is right: what it leaves
 * under that name is whole, and a file that was there before is replaced by nothing less.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common.h"
#include "progress.h"

#define MOST_BYTES (32L << 20) /* of a compressed file; the largest has 10 MB */
#define CONNECT_SECONDS 15L
#define SLOWEST_BYTES 1024L /* a second, over SLOWEST_SECONDS */
#define SLOWEST_SECONDS 30L
#define MOST_REDIRECTIONS 5L
#define LONG_PATH (PATH_SIZE + 64) /* a folder, and one of the names below in it */

/* What a file has to unpack to. */
typedef struct mnist_file {
    const char *name, *sha256;
    size_t size;
} mnist_file;

#define FILES 4

static const mnist_file files[FILES] = {
    {"train-images-idx3-ubyte.gz", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47040016},
    {"train-labels-idx1-ubyte.gz", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60008},
    {"t10k-images-idx3-ubyte.gz", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7840016},
    {"t10k-labels-idx1-ubyte.gz", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10008},
};

static const char *const mirrors[] = {
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    NULL,
};

/* ---- The sums ---------------------------------------------------------------------------------------------------- */

static bool is_sum(struct sha256_ctx *context, const char *sha256)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE) + 1] = {0};
    sha256_digest(context, sizeof digest, digest);
    base16_encode_update(text, sizeof digest, digest);
    return strcmp(text, sha256) == 0;
}

/* Unpacks no further than a buffer past the right size, whatever the file claims to hold. */
static bool unpacks_to(gzFile stream, const mnist_file *file)
{
    uint8_t buffer[16384];
    struct sha256_ctx context;
    size_t size = 0;
    int count = 0;
    sha256_init(&context);
    while (size <= file->size && (count = gzread(stream, buffer, sizeof buffer)) > 0) {
        sha256_update(&context, (size_t)count, buffer);
        size += (size_t)count;
    }
    return count == 0 && size == file->size && !gzdirect(stream) && is_sum(&context, file->sha256);
}

static bool is_right(const char *path, const mnist_file *file)
{
    gzFile stream = gzopen(path, "rb");
    if (!stream)
        return false;
    const bool right = unpacks_to(stream, file);
    return gzclose_r(stream) == Z_OK && right; /* gzclose_r finds the end cut off */
}

/* ---- One transfer ------------------------------------------------------------------------------------------------ */

typedef enum outcome {
    FETCHED,
    WRONG,  /* something else came, or what is there cannot be gone on with */
    FAILED, /* for a reason of the mirror's or the network's */
    STOPPED /* no other mirror could help */
} outcome;

typedef struct transfer {
    CURL *curl;
    const mnist_file *file;
    char path[LONG_PATH], part[LONG_PATH];
    char url[LONG_PATH];
    char reason[CURL_ERROR_SIZE];
    FILE *stream; /* of the part */
    long size;    /* of the part so far */
    int write_error;
    bool too_large;
    progress progress;
} transfer;

static size_t keep(char *bytes, size_t one, size_t count, void *context)
{
    transfer *t = context;
    t->too_large = (long)count > MOST_BYTES - t->size;
    if (t->too_large)
        return 0;
    if (fwrite(bytes, one, count, t->stream) < count) {
        t->write_error = errno;
        return 0;
    }
    t->size += (long)count;
    return count;
}

static void show(transfer *t, double all, double now)
{
    const double seconds = seconds_now() - t->progress.started;
    char label[160];
    if (now <= 0)
        snprintf(label, sizeof label, "%s: waiting for the mirror", t->file->name);
    else if (all <= 0)
        snprintf(label, sizeof label, "%s: %.1f MB, %.1f MB/s", t->file->name, 1e-6 * now, 1e-6 * now / seconds);
    else
        snprintf(label, sizeof label, "%s: %.1f of %.1f MB, %.1f MB/s", t->file->name, 1e-6 * now, 1e-6 * all,
                 1e-6 * now / seconds);
    progress_show(&t->progress, all > 0 ? now / all : 0, label);
}

/* Tells curl to stop, after an interrupt, by returning anything but 0. */
static int watch(void *context, curl_off_t all, curl_off_t now, curl_off_t all_up, curl_off_t now_up)
{
    (void)all_up;
    (void)now_up;
    show(context, (double)all, (double)now);
    return interrupted != 0;
}

/* What the program's own mirrors have to keep to, and what a person's may use. */
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
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, MOST_REDIRECTIONS);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOWEST_SECONDS);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)MOST_BYTES);
}

static void set_transfer(transfer *t)
{
    curl_easy_setopt(t->curl, CURLOPT_URL, t->url);
    curl_easy_setopt(t->curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->size);
    curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(t->curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(t->curl, CURLOPT_XFERINFODATA, t);
}

static void complain_part(const transfer *t, int reason)
{
    complain("%s: cannot be written: %s", t->part, strerror(reason));
}

static bool open_part(transfer *t)
{
    struct stat status;
    t->stream = fopen(t->part, "ab");
    if (!t->stream || fstat(fileno(t->stream), &status) != 0) {
        complain_part(t, errno);
        if (t->stream)
            fclose(t->stream);
        return false;
    }
    t->size = (long)status.st_size;
    return true;
}

/* An empty part is of no use to anybody. */
static void close_part(transfer *t)
{
    if (fclose(t->stream) != 0 && t->write_error == 0)
        t->write_error = errno;
    if (t->size == 0)
        unlink(t->part);
}

/* Whether the mirror has refused to go on from where the part ends. */
static bool refused_to_resume(const transfer *t, CURLcode code)
{
    long response = 0;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &response);
    return code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME || response == 416;
}

static outcome judge(transfer *t, CURLcode code)
{
    const bool too_large = t->too_large || code == CURLE_FILESIZE_EXCEEDED;
    if (t->write_error != 0)
        complain_part(t, t->write_error);
    if (t->write_error != 0 || interrupted)
        return STOPPED;
    if (code == CURLE_OK && is_right(t->part, t->file))
        return FETCHED;
    if (code == CURLE_OK)
        snprintf(t->reason, sizeof t->reason, "what comes from there is not MNIST: its SHA-256 is wrong");
    else if (too_large)
        snprintf(t->reason, sizeof t->reason, "what comes from there is not MNIST: it is far too large");
    else if (!t->reason[0])
        snprintf(t->reason, sizeof t->reason, "%s", curl_easy_strerror(code));
    return code == CURLE_OK || too_large || refused_to_resume(t, code) ? WRONG : FAILED;
}

/* Adds to the part what is still missing. */
static outcome go_on(transfer *t)
{
    t->write_error = 0;
    t->too_large = false;
    t->reason[0] = '\0';
    if (!open_part(t))
        return STOPPED;
    set_transfer(t);
    progress_begin(&t->progress, false, 0);
    const CURLcode code = curl_easy_perform(t->curl);
    progress_clear(&t->progress);
    close_part(t);
    return judge(t, code);
}

/* ---- One file ---------------------------------------------------------------------------------------------------- */

static outcome fetch_from(transfer *t, const char *mirror)
{
    const size_t length = strlen(mirror);
    const bool begun = access(t->part, F_OK) == 0;
    if (begun && is_right(t->part, t->file))
        return FETCHED;
    snprintf(t->url, sizeof t->url, "%s%s%s", mirror, length && mirror[length - 1] == '/' ? "" : "/", t->file->name);
    outcome result = go_on(t);
    if (begun && result == WRONG && unlink(t->part) == 0)
        result = go_on(t);
    if (result == WRONG)
        unlink(t->part);
    if (result == WRONG || result == FAILED)
        complain("%s: %s", t->url, t->reason);
    return result;
}

/* Gives the part its name, once its bytes would outlast a power failure. */
static outcome settle(const transfer *t)
{
    const int file = open(t->part, O_WRONLY | O_CLOEXEC);
    bool done = file >= 0 && fsync(file) == 0;
    int reason = errno;
    if (file >= 0)
        close(file);
    if (done && rename(t->part, t->path) != 0) {
        reason = errno;
        done = false;
    }
    if (done)
        return FETCHED;
    complain("%s: cannot be put in place: %s", t->path, strerror(reason));
    return STOPPED;
}

static outcome fetch_file(transfer *t, const char *const *from)
{
    if (is_right(t->path, t->file)) {
        printf("%s: is there\n", t->path);
        return FETCHED;
    }
    if (access(t->path, F_OK) == 0)
        fprintf(stderr, "%s: its SHA-256 is wrong; fetching it anew\n", t->path);
    outcome result = FAILED;
    for (size_t i = 0; from[i] && (result == FAILED || result == WRONG); i++)
        result = fetch_from(t, from[i]);
    if (result == FETCHED)
        result = settle(t);
    if (result == FETCHED)
        printf("%s: fetched\n", t->path);
    fflush(stdout);
    return result;
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

/* With the folders above it; those that are there are left alone. */
static bool make_folder(const char *folder)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    complain("%s: the folder cannot be made: %s", folder, strerror(errno));
    return false;
}

static void advise(const char *folder)
{
    fprintf(stderr, "put these four files into %s:\n", folder);
    for (size_t i = 0; i < FILES; i++)
        fprintf(stderr, "  %s\n", files[i].name);
    fputs("from any copy of MNIST, or name a mirror that can be reached: --mirror URL\n", stderr);
}

static outcome fetch_all(CURL *curl, const char *folder, const char *const *from)
{
    transfer t = {.curl = curl};
    outcome result = FETCHED;
    for (size_t i = 0; i < FILES && result == FETCHED; i++) {
        t.file = &files[i];
        snprintf(t.path, sizeof t.path, "%s/%s", folder, t.file->name);
        snprintf(t.part, sizeof t.part, "%s/%s.part", folder, t.file->name);
        result = fetch_file(&t, from);
    }
    return result;
}

static int report(outcome result, const char *folder, bool named)
{
    if (result == FETCHED)
        fprintf(stderr, "MNIST is in %s; lenet5 train%s%s trains a network on it\n", folder, named ? " --data " : "",
                named ? folder : "");
    else if (interrupted)
        fputs("interrupted; the same command goes on from here\n", stderr);
    else if (result != STOPPED)
        advise(folder);
    return result == FETCHED ? EXIT_DONE : EXIT_FAILED;
}

static int run(const cli_arguments *arguments)
{
    char folder[PATH_SIZE];
    const char *mirror = argument_text(arguments, "mirror");
    const char *const given[] = {mirror, NULL};
    if (strcmp(arguments->others[0], "mnist") != 0)
        return complain_usage(arguments->command, "there is no set %s to fetch; there is: mnist", arguments->others[0]);
    data_folder(folder, arguments);
    if (!make_folder(folder))
        return EXIT_FAILED;
    CURL *curl = curl_easy_init();
    if (!curl)
        return complain("libcurl cannot be set up");
    watch_interrupts();
    set_protocols(curl, !mirror);
    set_limits(curl);
    const outcome result = fetch_all(curl, folder, mirror ? given : mirrors);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return report(result, folder, argument_text(arguments, "data") != NULL);
}

static const option options[] = {
    {"data", "DIR", "where to put it; default: $LENET5_DATA, else the XDG folder"},
    {"mirror", "URL", "the folder to fetch from, in place of the usual ones"},
    {0},
};

const cli_command fetch_command = {
    .name = "fetch",
    .summary = "download MNIST",
    .usage = "mnist [options]",
    .description = "Downloads the four files of MNIST, 12 MB, and checks the SHA-256 of what they unpack\n"
                   "to. Files that are there and right are kept. What Ctrl-C or a broken line leaves is\n"
                   "kept as NAME.part, and the next run goes on from there.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
