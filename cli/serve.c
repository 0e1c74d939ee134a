/* lenet5 serve: the server and its page. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "common.h"
#include "extras.h"
#include "serve/serve.h"

#define MAX_SECRET 65536  /* bytes of a token, a certificate or a key */
#define STOP_SECONDS 30.0 /* for requests in flight when the server ends */
#define FOREVER 1e9       /* seconds: 31 years */

/* The contents of --token-file, --cert and --key. */
typedef struct secrets {
    char token[MAX_SECRET], cert[MAX_SECRET], key[MAX_SECRET];
} secrets;

typedef struct job {
    const cli_arguments *arguments;
    serve_options options;
    const char *token_file, *cert_file, *key_file; /* NULL: not given */
    lenet5_committee digits, strings;
    secrets secrets;
    double drain_seconds;
} job;

/*
 * Opens a regular file: reading a pipe could wait for ever, with the signals blocked. NULL once an error is reported.
 */
static FILE *open_secret(const char *path)
{
    struct stat about;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        report_error("%s: cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    const bool regular = fstat(file, &about) == 0 && S_ISREG(about.st_mode);
    FILE *stream = regular ? fdopen(file, "rb") : NULL;
    if (!regular)
        report_error("%s: is no regular file", path);
    else if (!stream)
        report_out_of_memory();
    if (!stream)
        close(file);
    return stream;
}

static int read_secret(char *bytes, const char *path)
{
    FILE *stream = open_secret(path);
    if (!stream)
        return EXIT_FAILED;
    const size_t size = fread(bytes, 1, MAX_SECRET, stream);
    const bool read = !ferror(stream);
    fclose(stream);
    if (!read || size == MAX_SECRET)
        return report_error("%s: %s", path, read ? "is too long" : "cannot be read");
    bytes[size] = '\0';
    if (strlen(bytes) < size)
        return report_error("%s: byte %zu: there is a NUL; the file has to be text", path, strlen(bytes));
    return EXIT_DONE;
}

/* Reads the first line. It has to have characters, all of them visible ASCII, which any client can send. */
static int read_token(char *token, const char *path)
{
    const int code = read_secret(token, path);
    if (code != EXIT_DONE)
        return code;
    token[strcspn(token, "\n")] = '\0';
    const size_t length = strlen(token);
    if (length > 0 && token[length - 1] == '\r')
        token[length - 1] = '\0';
    if (!token[0])
        return report_error("%s: line 1: there is no token", path);
    for (const char *c = token; *c; c++)
        if (*c <= ' ' || *c > '~')
            return report_error("%s: line 1: byte %zu: a token has no blanks, control characters or characters beyond "
                                "ASCII; openssl rand -base64 32 makes one",
                                path, (size_t)(c - token));
    return EXIT_DONE;
}

static int read_secrets(secrets *s, const job *j)
{
    int code = j->token_file ? read_token(s->token, j->token_file) : EXIT_DONE;
    if (code == EXIT_DONE && j->cert_file)
        code = read_secret(s->cert, j->cert_file);
    if (code == EXIT_DONE && j->key_file)
        code = read_secret(s->key, j->key_file);
    return code;
}

static int take_secrets(job *j)
{
    const cli_arguments *a = j->arguments;
    size_t count = 0;
    j->token_file = argument_text(a, "token-file");
    j->cert_file = argument_text(a, "cert");
    j->key_file = argument_text(a, "key");
    if (!j->cert_file != !j->key_file)
        return report_usage_error(a->command, "--cert and --key go together");
    j->options.token = j->token_file ? j->secrets.token : NULL;
    j->options.cert = j->cert_file ? j->secrets.cert : NULL;
    j->options.key = j->key_file ? j->secrets.key : NULL;
    const char *const files[] = {j->token_file, j->cert_file, j->key_file};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i])
            j->options.files[count++] = files[i];
    return read_secrets(&j->secrets, j);
}

static int read_numbers(job *j)
{
    const cli_arguments *a = j->arguments;
    const serve_options usual = SERVE_DEFAULTS;
    uint64_t body, answer, pixels, connections, each, queue;
    if (!argument_threads(&j->options.threads, a) ||
        !argument_whole(&body, a, "max-body", usual.max_body, 1024, (uint64_t)1 << 30) ||
        !argument_whole(&answer, a, "max-answer", usual.max_answer, 65536, (uint64_t)1 << 30) ||
        !argument_whole(&pixels, a, "max-pixels", usual.max_pixels, 1, LENET5_MAX_PICTURE_PIXELS) ||
        !argument_whole(&connections, a, "connections", usual.connections, 1, 100000) ||
        !argument_whole(&each, a, "connections-per-address", usual.connections_per_address, 1, 100000) ||
        !argument_whole(&queue, a, "queue", usual.queue, 1, 100000) ||
        !argument_real(&j->options.request_seconds, a, "request-time", usual.request_seconds, 0.1, 3600) ||
        !argument_real(&j->options.idle_seconds, a, "idle-time", usual.idle_seconds, 0.1, 3600) ||
        !argument_real(&j->options.read_seconds, a, "read-timeout", usual.read_seconds, 0.1, 3600) ||
        !argument_real(&j->drain_seconds, a, "drain", 0, 0, 3600))
        return EXIT_USAGE;
    j->options.max_body = (size_t)body;
    j->options.max_answer = (size_t)answer;
    j->options.max_pixels = (size_t)pixels;
    j->options.connections = (size_t)connections;
    j->options.connections_per_address = (size_t)each;
    j->options.queue = (size_t)queue;
    return EXIT_DONE;
}

/* Whether an item is a name as in Host, without a port: digits.example.com. */
static bool is_host(const char *item, size_t length)
{
    return length > 0 && strspn(item, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") >= length;
}

/*
 * Whether an item is an origin as browsers send it: https://example.com:8443, without a path. "null" is not: any site
 * can send that.
 */
static bool is_origin(const char *item, size_t length)
{
    const char *slashes = strstr(item, "://");
    const size_t scheme = slashes ? (size_t)(slashes - item) : length;
    return scheme > 0 && scheme + strlen("://") < length &&
           strcspn(slashes + strlen("://"), "/?#@ ,") + scheme + strlen("://") == length;
}

/*
 * Checks an option's list, separated by commas: each item has to be of a kind. *list is NULL if the option is not
 * given.
 */
static int read_list(const char **list, const job *j, const char *name, bool (*is_one)(const char *item, size_t length),
                     const char *example)
{
    *list = argument_text(j->arguments, name);
    for (const char *item = *list; item; item = strchr(item, ',') ? strchr(item, ',') + 1 : NULL) {
        const size_t length = strcspn(item, ",");
        if (!is_one(item, length))
            return report_usage_error(j->arguments->command, "--%s \"%.*s\": it is written as in %s", name, (int)length,
                                      item, example);
    }
    return EXIT_DONE;
}

static int read_names(job *j)
{
    const char *origins = argument_text(j->arguments, "allow-origin");
    int code = read_list(&j->options.hosts, j, "host", is_host, "digits.example.com");
    if (code == EXIT_DONE && origins && strcmp(origins, "*") == 0)
        j->options.origins = origins;
    else if (code == EXIT_DONE)
        code = read_list(&j->options.origins, j, "allow-origin", is_origin, "https://example.com");
    return code;
}

/* The names of serve_log. */
static const char *log_at(size_t index)
{
    static const char *const names[] = {"text", "json", "none", NULL};
    return names[index];
}

static int read_options(job *j)
{
    const char *listen = argument_text(j->arguments, "listen");
    size_t log;
    if (!argument_index(&log, j->arguments, "log", SERVE_LOG_TEXT))
        return EXIT_USAGE;
    j->options.log = (serve_log)log;
    j->options.reuse_port = argument_flag(j->arguments, "reuse-port");
    j->options.sandbox = !argument_flag(j->arguments, "no-sandbox");
    j->options.listen = listen ? listen : SERVE_DEFAULT_LISTEN;
    int code = read_numbers(j);
    if (code == EXIT_DONE)
        code = read_names(j);
    return code == EXIT_DONE ? take_secrets(j) : code;
}

/* Without --model, single digits and strings have a built-in model each. */
static int load_networks(job *j)
{
    const char *names = argument_text(j->arguments, "model");
    int code = load_named_models(&j->digits, names, lenet5_builtin());
    if (code == EXIT_DONE)
        code = load_named_models(&j->strings, names, lenet5_builtin_strings());
    j->options.digits = &j->digits;
    j->options.strings = &j->strings;
    return code;
}

static bool is_loopback(const char *url)
{
    return strstr(url, "//127.") || strstr(url, "//[::1]:");
}

/* In one write, so that a script that waits for the address reads all of it. */
static void report_start(const job *j, const char *url, const char *sandbox)
{
    const bool open = !is_loopback(url) && !j->options.token;
    fprintf(stderr, "listening on %s\nsandbox: %s\n%s%s", url, sandbox[0] ? sandbox : "none",
            open ? "anyone who can reach that address can use it; --token-file FILE requires a token\n" : "",
            isatty(STDERR_FILENO) ? "open it in a browser and draw; Ctrl-C ends it\n" : "");
}

static bool take_again(secrets *fresh, const job *j, const serve_module *module, server *s)
{
    lenet5_error error;
    if (read_secrets(fresh, j) != EXIT_DONE)
        return false;
    const lenet5_status status =
        module->reload(s, j->token_file ? fresh->token : NULL, j->cert_file ? fresh->cert : NULL,
                       j->key_file ? fresh->key : NULL, &error);
    if (status != LENET5_OK)
        report_library_error(&error);
    return status == LENET5_OK;
}

/* Reads the files again. If there is an error in one of them, the server keeps what it has. */
static void reload(const job *j, const serve_module *module, server *s)
{
    secrets *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        report_out_of_memory();
    if (!fresh || !take_again(fresh, j, module, s))
        fputs("nothing is reloaded; what was read before stays in use\n", stderr);
    else
        for (const char *const *file = j->options.files; *file; file++)
            print_line(stderr, "reloaded %s", *file);
    free(fresh);
}

/*
 * Waits for a signal that ends the server, for some seconds at most, and reloads at each SIGHUP. The server's threads
 * have inherited the blocked signals, so they arrive here.
 */
static void wait_for_end(double seconds, const sigset_t *signals, const job *j, const serve_module *module, server *s)
{
    const double until = lenet5_clock() + seconds;
    for (double left = seconds; left > 0; left = until - lenet5_clock()) {
        const struct timespec time = {.tv_sec = (time_t)left, .tv_nsec = (long)(1e9 * (left - floor(left)))};
        const int number = sigtimedwait(signals, NULL, &time);
        if (number == SIGHUP)
            reload(j, module, s);
        else if (number > 0)
            return;
    }
}

/* Whether stderr accepts a line at once: if nobody reads it, waiting for that would keep the server from ending. */
static bool is_read(void)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && out.revents == POLLOUT;
}

/* Sends the clients elsewhere and serves on, until --drain has passed or the next signal comes. */
static void drain(const sigset_t *signals, const job *j, const serve_module *module, server *s)
{
    module->drain(s);
    if (is_read())
        print_line(stderr, "draining for %g seconds; another signal ends the wait", j->drain_seconds);
    wait_for_end(j->drain_seconds, signals, j, module, s);
}

/* From now on a signal ends the program at once. */
static void unblock_signals(const sigset_t *signals)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, signals, NULL);
}

/* SIGHUP is blocked only if there is a file to reload; otherwise it ends the program, as by default. */
static void block_signals(sigset_t *signals, const job *j)
{
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    if (j->options.files[0])
        sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static int serve(job *j)
{
    lenet5_error error;
    server *s;
    sigset_t signals;
    const serve_module *module = load_extra("lenet5_serve", &error);
    if (!module)
        return report_library_error(&error);
    load_extra(
        "lenet5_pictures",
        &error); /* before the sandbox hides its libraries; a failure is reported to clients that send pictures */
    block_signals(&signals, j);
    const lenet5_status status = module->start(&s, &j->options, &error);
    if (status == LENET5_E_ARGUMENT)
        return report_usage_error(j->arguments->command, "--listen %s", error.message);
    if (status != LENET5_OK)
        return report_library_error(&error);
    report_start(j, module->url(s), module->sandbox(s));
    wait_for_end(FOREVER, &signals, j, module, s);
    if (j->drain_seconds > 0)
        drain(&signals, j, module, s);
    unblock_signals(&signals);
    module->stop(s, STOP_SECONDS);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    job *j = calloc(1, sizeof *j);
    if (!j)
        return report_out_of_memory();
    j->arguments = arguments;
    int code = read_options(j);
    if (code == EXIT_DONE)
        code = load_networks(j);
    if (code == EXIT_DONE)
        code = serve(j);
    lenet5_committee_free(&j->digits);
    lenet5_committee_free(&j->strings);
    free(j);
    return code;
}

static const option options[] = {
    {"listen", "ADDR:PORT", VALUE_TEXT, NULL,
     "address and port; :PORT: every address, port 0: any free one. Default " SERVE_DEFAULT_LISTEN},
    FLAG("reuse-port", "share the address with other servers that have this option, of the same user"),
    OPTION_MODEL("the built-in ones"),
    OPTION_THREADS("threads for clients, and as many for pictures; default: the number of processors"),
    {"max-body", "BYTES", VALUE_WHOLE, NULL, "refuse longer requests; default 33554432"},
    {"max-answer", "BYTES", VALUE_WHOLE, NULL, "refuse requests whose answer would be longer; default 33554432"},
    {"max-pixels", "N", VALUE_WHOLE, NULL, "refuse larger pictures; default 40000000"},
    {"request-time", "SECONDS", VALUE_NUMBER, NULL, "time to receive a request; default 30"},
    {"idle-time", "SECONDS", VALUE_NUMBER, NULL, "time between two requests of a connection; default 60"},
    {"read-timeout", "SECONDS", VALUE_NUMBER, NULL, "time to read a page, three times that for a request; default 10"},
    {"drain", "SECONDS", VALUE_NUMBER, NULL,
     "time to serve on after SIGTERM, while /v2/health/ready answers 503; default 0"},
    {"connections", "N", VALUE_WHOLE, NULL, "open connections; default 4096"},
    {"connections-per-address", "N", VALUE_WHOLE, NULL,
     "open connections of one client address; default 256. Behind a proxy, as many as the proxy opens"},
    {"queue", "N", VALUE_WHOLE, NULL, "pictures waiting for a thread; default 64"},
    {"host", "NAME,...", VALUE_TEXT, NULL, "names of this server that clients may use, besides its address"},
    {"allow-origin", "ORIGIN,...", VALUE_TEXT, NULL,
     "origins whose pages may send requests: https://example.com; '*' for any"},
    {"token-file", "FILE", VALUE_FILE, NULL, "require the bearer token in its first line, except for /v2/health"},
    {"cert", "FILE.pem", VALUE_FILE, NULL, "serve TLS with this certificate; needs --key"},
    {"key", "FILE.pem", VALUE_FILE, NULL, "the private key of --cert"},
    FLAG("no-sandbox", "keep the rights to open files and connections, and the capabilities"),
    {"log", "NAME", VALUE_NAME, log_at, "a line for each request on stderr: text (default), json or none"},
    {0},
};

const cli_command serve_command = {
    .name = "serve",
    .summary = "read digits over HTTP, with a page to draw on",
    .usage = "[options]",
    .description = "Serves a page to draw digits and drop pictures on, and an HTTP interface: POST /v1/read reads\n"
                   "pictures, POST /v1/classify single digits, /v2 is the Open Inference Protocol, /metrics is\n"
                   "for Prometheus, and /openapi.json describes all of it. See docs/server.md. The page and the\n"
                   "models are built into the program.\n\n"
                   "SIGTERM and Ctrl-C stop the server after --drain and the requests in progress, within 30\n"
                   "seconds more. SIGHUP reloads the files of --token-file, --cert and --key.",
    .examples = "lenet5 serve                       # then open http://127.0.0.1:8080/\n"
                "lenet5 serve --listen 0.0.0.0:8443 --cert a.pem --key b.pem --token-file t\n"
                "curl --data-binary @letter.jpg http://127.0.0.1:8080/v1/read",
    .options = options,
    .run = run,
};
