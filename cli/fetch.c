/*
 * lenet5 fetch: downloads MNIST.
 *
 * A file is verified by the SHA-256 of its unpacked contents; its compression does not matter. It is downloaded to
 * NAME.gz.part, which a later run resumes, and renamed once the sum is right: a file of that name is always complete.
 * An existing file that differs is replaced only with --force, and only by a verified one.
 */
#include <errno.h>
#include <fcntl.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "common.h"
#include "extras.h"
#include "outputs.h"
#include "progress.h"
#include "transfer.h"

#define MAX_BYTES (32L << 20)      /* of a compressed file; the largest has 10 MB */
#define LONG_PATH (PATH_SIZE + 64) /* bytes: a folder and a name in it */

/* A file, and what it has to unpack to. */
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

/* Unpacks at most a buffer more than the right size, so that a compression bomb does no harm. */
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
    WRONG,  /* the content differs, or the part cannot be resumed */
    FAILED, /* an error of the mirror or the network: another mirror may help */
    STOPPED /* an error or interrupt that no other mirror helps against */
} outcome;

typedef struct job {
    const fetch_module *module;
    transfer transfer;
    const mnist_file *file;
    char path[LONG_PATH], part[LONG_PATH], url[LONG_PATH];
    bool present[FILES]; /* and intact */
    bool force;          /* replace other files of those names */
    progress progress;
} job;

static void show(job *j, double all, double now)
{
    const double seconds = lenet5_clock() - j->progress.started;
    char label[160];
    if (now <= 0)
        snprintf(label, sizeof label, "%s: waiting for the mirror", j->file->name);
    else if (all <= 0)
        snprintf(label, sizeof label, "%s: %.1f MB, %.1f MB/s", j->file->name, 1e-6 * now, 1e-6 * now / seconds);
    else
        snprintf(label, sizeof label, "%s: %.1f of %.1f MB, %.1f MB/s", j->file->name, 1e-6 * now, 1e-6 * all,
                 1e-6 * now / seconds);
    progress_show(&j->progress, all > 0 ? now / all : 0, label);
}

static bool watch(void *watcher, double all, double now)
{
    show(watcher, all, now);
    return !interrupted;
}

static void report_unwritable_part(const job *j, int reason)
{
    report_error("%s: cannot be written: %s", j->part, strerror(reason));
}

static bool open_part(job *j)
{
    struct stat status;
    FILE *stream = NULL;
    const int file = open(j->part, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (file >= 0 && fstat(file, &status) == 0 && !S_ISREG(status.st_mode))
        errno = EEXIST;
    else if (file >= 0)
        stream = fdopen(file, "ab");
    if (!stream) {
        report_unwritable_part(j, errno);
        if (file >= 0)
            close(file);
        return false;
    }
    j->transfer.stream = stream;
    j->transfer.size = (long)status.st_size;
    return true;
}

/* Removes an empty part. */
static void close_part(job *j)
{
    if (fclose(j->transfer.stream) != 0 && j->transfer.write_error == 0)
        j->transfer.write_error = errno;
    if (j->transfer.size == 0)
        unlink(j->part);
}

static outcome judge(job *j, transfer_end end)
{
    transfer *t = &j->transfer;
    if (t->write_error != 0)
        report_unwritable_part(j, t->write_error);
    if (t->write_error != 0 || interrupted)
        return STOPPED;
    if (end == TRANSFER_DONE && is_right(j->part, j->file))
        return FETCHED;
    if (end == TRANSFER_DONE)
        snprintf(t->reason, sizeof t->reason, "the file there is not MNIST: its SHA-256 is wrong");
    else if (end == TRANSFER_TOO_LARGE)
        snprintf(t->reason, sizeof t->reason, "the file there is not MNIST: it is far too large");
    return end == TRANSFER_FAILED ? FAILED : WRONG;
}

/* Downloads what is missing from the part. */
static outcome resume_part(job *j)
{
    if (!open_part(j))
        return STOPPED;
    progress_begin(&j->progress, false, 0);
    const transfer_end end = j->module->run(&j->transfer);
    progress_clear(&j->progress);
    close_part(j);
    return judge(j, end);
}

/* ---- One file ---------------------------------------------------------------------------------------------------- */

static outcome fetch_from(job *j, const char *mirror)
{
    const size_t length = strlen(mirror);
    const bool begun = access(j->part, F_OK) == 0;
    if (begun && is_right(j->part, j->file))
        return FETCHED;
    snprintf(j->url, sizeof j->url, "%s%s%s", mirror, length && mirror[length - 1] == '/' ? "" : "/", j->file->name);
    outcome result = resume_part(j);
    if (begun && result == WRONG && unlink(j->part) == 0)
        result = resume_part(j);
    if (result == WRONG)
        unlink(j->part);
    if (result == WRONG || result == FAILED)
        report_error("%s: %s", j->url, j->transfer.reason);
    return result;
}

/* Renames the part after syncing it to the disk. */
static outcome publish_part(const job *j)
{
    const int file = open(j->part, O_WRONLY | O_CLOEXEC);
    bool done = file >= 0 && fsync(file) == 0;
    int reason = errno;
    if (file >= 0)
        close(file);
    if (done && (j->force ? rename(j->part, j->path) != 0 : !rename_new(j->part, j->path))) {
        reason = errno;
        done = false;
    }
    if (done)
        return FETCHED;
    report_error("%s: cannot be renamed into place: %s", j->path, strerror(reason));
    return STOPPED;
}

static outcome fetch_file(job *j, const char *const *from)
{
    outcome result = FAILED;
    for (size_t i = 0; from[i] && (result == FAILED || result == WRONG); i++)
        result = fetch_from(j, from[i]);
    if (result == FETCHED)
        result = publish_part(j);
    if (result == FETCHED)
        print_line(stdout, "%s: fetched", j->path);
    flush_stream(stdout);
    return result;
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

/* Makes a file of that index the current one. */
static void select_file(job *j, const char *folder, size_t number)
{
    j->file = &files[number];
    snprintf(j->path, sizeof j->path, "%s/%s", folder, j->file->name);
    snprintf(j->part, sizeof j->part, "%s/%s.part", folder, j->file->name);
}

/* Before anything is downloaded: existing files are intact or may be replaced. */
static outcome check_existing(job *j, const char *folder)
{
    for (size_t i = 0; i < FILES; i++) {
        select_file(j, folder, i);
        j->present[i] = is_right(j->path, j->file);
        if (j->present[i] || !is_taken(j->path))
            continue;
        print_line(stderr, "%s: its SHA-256 is wrong", j->path);
        if (refuse_taken(j->path, j->force) != EXIT_DONE)
            return STOPPED;
    }
    return FETCHED;
}

/* Creates the folder and its parents where they are missing. */
static bool make_folder(const char *folder)
{
    char path[PATH_SIZE];
    int failure = 0; /* of the first parent that cannot be created: the cause */
    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST && !failure)
            failure = errno;
        *slash = '/';
    }
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    report_error("%s: the folder cannot be made: %s", folder, strerror(failure ? failure : errno));
    return false;
}

static void advise(const char *folder)
{
    print_line(stderr, "put these four files into %s:", folder);
    for (size_t i = 0; i < FILES; i++)
        fprintf(stderr, "  %s\n", files[i].name);
    fputs("from any copy of MNIST, or pass a mirror that can be reached: --mirror URL\n", stderr);
}

static outcome fetch_all(job *j, const char *folder, const char *const *from)
{
    outcome result = check_existing(j, folder);
    for (size_t i = 0; i < FILES && result == FETCHED; i++) {
        select_file(j, folder, i);
        if (j->present[i])
            print_line(stdout, "%s: present", j->path);
        else
            result = fetch_file(j, from);
    }
    return result;
}

/* Suggests the command that trains on what was fetched. */
static void suggest_training(const char *folder, bool named)
{
    char command[COMMAND_SIZE];
    begin_command(command, "train");
    if (named)
        add_word(command, "--data");
    if (named)
        add_word(command, folder);
    print_line(stderr, "MNIST is in %s; to train a network on it: %s", folder, command);
}

static int report(outcome result, const char *folder, bool named)
{
    if (result == FETCHED)
        suggest_training(folder, named);
    else if (interrupted)
        fputs("interrupted; the same command continues the download\n", stderr);
    else if (result != STOPPED)
        advise(folder);
    return result == FETCHED ? EXIT_DONE : EXIT_FAILED;
}

static const char *set_at(size_t index)
{
    return index == 0 ? "mnist" : NULL;
}

static int run(const cli_arguments *arguments)
{
    char folder[PATH_SIZE];
    lenet5_error error;
    const char *mirror = argument_text(arguments, "mirror");
    const char *const given[] = {mirror, NULL};
    if (strcmp(arguments->operands[0], set_at(0)) != 0)
        return report_unknown_name(arguments->command, "set", arguments->operands[0], set_at);
    if (!data_folder(folder, arguments))
        return report_no_data_folder();
    const fetch_module *module = load_extra("lenet5_fetch", &error);
    if (!module)
        return report_library_error(&error);
    if (!make_folder(folder))
        return EXIT_FAILED;
    job j = {.module = module, .force = argument_flag(arguments, "force")};
    j.transfer = (transfer){.url = j.url, .max = MAX_BYTES, .watch = watch, .watcher = &j};
    if (!module->open(&j.transfer, !mirror))
        return report_error("libcurl cannot be initialised");
    watch_interrupts();
    const outcome result = fetch_all(&j, folder, mirror ? given : mirrors);
    module->close(&j.transfer);
    return report(result, folder, data_is_named(arguments));
}

static const option options[] = {
    {"data", "DIR", VALUE_FOLDER, NULL, "the folder to download to; default as for --data of lenet5 train"},
    {"mirror", "URL", VALUE_TEXT, NULL, "download from this folder (https, http or file) instead of the usual mirrors"},
    FLAG("force", "replace existing files of these names that are not MNIST's"),
    {0},
};

const cli_command fetch_command = {
    .name = "fetch",
    .summary = "download MNIST",
    .usage = "mnist [options]",
    .description = "Downloads the four files of MNIST, 12 MB, and verifies the SHA-256 of their contents. Files\n"
                   "that are present and intact are kept; a different file of one of these names is an error\n"
                   "without --force. An interrupted download stays as NAME.part, and the next run resumes it.\n\n"
                   "The folder is --data, else $LENET5_DATA, else lenet5/mnist in $XDG_DATA_HOME, else in\n"
                   "$HOME/.local/share. The other commands search the same places.",
    .examples = "lenet5 fetch mnist\n"
                "lenet5 fetch mnist --mirror file:///media/usb/mnist",
    .options = options,
    .operand = VALUE_NAME,
    .operand_at = set_at,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
