/*
 * lenet5 fetch: downloads MNIST, QMNIST and USPS.
 *
 * A file is verified as its set allows: by the SHA-256 of its unpacked contents (MNIST, whose copies are compressed
 * differently), by that of the file itself (QMNIST), or, where no sum is published, by its number of digits of each
 * class (USPS). It is downloaded to NAME.gz.part, which a later run resumes, and renamed once it is verified: a file of
 * that name is always complete. An existing file that differs is replaced only with --force, and only by a verified
 * one.
 */
#include <errno.h>
#include <fcntl.h>
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
#include "sha256.h"
#include "transfer.h"

#define MAX_BYTES (32L << 20)      /* of a compressed file; the largest has 10 MB */
#define LONG_PATH (PATH_SIZE + 64) /* bytes: a folder and a name in it */

/* A file, and what it has to be: of that sum, or of those digits. */
typedef struct set_file {
    const char *name, *sha256; /* NULL: none is published */
    size_t size;               /* of the unpacked contents, whose sum it is; 0: the sum is of the file itself */
    size_t digits[LENET5_CLASSES];
} set_file;

#define MAX_FILES 4
#define MAX_MIRRORS 2

typedef struct data_set {
    const char *name, *title;
    const char *source; /* of files to put into the folder by hand */
    const char *mirrors[MAX_MIRRORS + 1];
    const char *purpose, *command; /* that is suggested for it */
    size_t count;
    set_file files[MAX_FILES];
} data_set;

/*
 * QMNIST: the sums are those of torchvision (torchvision/prototype/datasets/_builtin/mnist.py of
 * https://github.com/pytorch/vision). USPS: no sum is published; the numbers of digits are those of
 * https://hastie.su.domains/ElemStatLearn/datasets/zip.info.txt.
 */
static const data_set sets[] = {
    {"mnist",
     "MNIST",
     "any copy of MNIST",
     {"https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"},
     "train a network",
     "train",
     4,
     {{"train-images-idx3-ubyte.gz", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47040016, {0}},
      {"train-labels-idx1-ubyte.gz", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60008, {0}},
      {"t10k-images-idx3-ubyte.gz", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7840016, {0}},
      {"t10k-labels-idx1-ubyte.gz", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10008, {0}}}},
    {"qmnist",
     "QMNIST",
     "https://github.com/facebookresearch/qmnist",
     {"https://raw.githubusercontent.com/facebookresearch/qmnist/master/"},
     "test a model",
     "test",
     4,
     {{"qmnist-train-images-idx3-ubyte.gz", "9e26a7bf1683614e065d7b76460ccd52807165b3f22561fb782bd9f38c52b51d", 0, {0}},
      {"qmnist-train-labels-idx2-int.gz", "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f", 0, {0}},
      {"qmnist-test-images-idx3-ubyte.gz", "43fc22bf7498b8fc98de98369d72f752d0deabc280a43a7bcc364ab19e57b375", 0, {0}},
      {"qmnist-test-labels-idx2-int.gz", "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06", 0, {0}}}},
    {"usps",
     "USPS",
     "https://hastie.su.domains/ElemStatLearn/data.html (ZIP code)",
     {"https://hastie.su.domains/ElemStatLearn/datasets/", "https://web.stanford.edu/~hastie/ElemStatLearn/datasets/"},
     "test a model",
     "test",
     2,
     {{"zip.train.gz", NULL, 0, {1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644}},
      {"zip.test.gz", NULL, 0, {359, 264, 198, 166, 200, 160, 170, 147, 166, 177}}}},
};

#define SETS (sizeof sets / sizeof sets[0])

/* ---- The sums ---------------------------------------------------------------------------------------------------- */

/* Unpacks at most a buffer more than the right size, so that a compression bomb does no harm. */
static bool unpacks_to(gzFile stream, const set_file *file)
{
    uint8_t buffer[16384];
    char sum[SHA256_SIZE];
    struct sha256_ctx context;
    size_t size = 0;
    int count = 0;
    sha256_init(&context);
    while (size <= file->size && (count = gzread(stream, buffer, sizeof buffer)) > 0) {
        sha256_update(&context, (size_t)count, buffer);
        size += (size_t)count;
    }
    write_sha256(sum, &context);
    return count == 0 && size == file->size && !gzdirect(stream) && strcmp(sum, file->sha256) == 0;
}

static bool has_contents(const char *path, const set_file *file)
{
    gzFile stream = gzopen(path, "rb");
    if (!stream)
        return false;
    const bool right = unpacks_to(stream, file);
    return gzclose_r(stream) == Z_OK && right; /* gzclose_r finds the end cut off */
}

/* Writes the SHA-256 of a file itself. Returns false if it cannot be read. */
static bool sum_of_file(char sum[SHA256_SIZE], const char *path)
{
    uint8_t buffer[16384];
    struct sha256_ctx context;
    size_t count;
    FILE *stream = fopen(path, "rbe");
    if (!stream)
        return false;
    sha256_init(&context);
    while ((count = fread(buffer, 1, sizeof buffer, stream)) > 0)
        sha256_update(&context, count, buffer);
    write_sha256(sum, &context);
    const bool done = !ferror(stream);
    fclose(stream);
    return done;
}

/* Whether a file has the pictures of USPS: of their size, and as many of each digit. */
static bool has_digits(const char *path, const size_t digits[LENET5_CLASSES])
{
    lenet5_dataset set;
    size_t counts[LENET5_CLASSES] = {0};
    if (lenet5_dataset_read(&set, path, NULL, NULL) != LENET5_OK)
        return false;
    for (size_t i = 0; set.labels && i < set.count; i++)
        counts[set.labels[i]]++;
    lenet5_dataset_free(&set);
    return memcmp(counts, digits, sizeof counts) == 0;
}

static bool is_right(const char *path, const set_file *file)
{
    char sum[SHA256_SIZE];
    if (!file->sha256)
        return has_digits(path, file->digits);
    if (file->size)
        return has_contents(path, file);
    return sum_of_file(sum, path) && strcmp(sum, file->sha256) == 0;
}

static const char *fault_of(const set_file *file)
{
    return file->sha256 ? "its SHA-256 is wrong" : "it does not have the digits that its source counts";
}

/* Reports a verified file, with its sum if there is none to compare it with. */
static void report_file(const char *path, const set_file *file, const char *state)
{
    char sum[SHA256_SIZE];
    if (!file->sha256 && sum_of_file(sum, path))
        print_line(stdout, "%s: %s, verified by its digits; its SHA-256 is %s", path, state, sum);
    else
        print_line(stdout, "%s: %s", path, state);
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
    const data_set *set;
    const set_file *file;
    char path[LONG_PATH], part[LONG_PATH], url[LONG_PATH];
    bool present[MAX_FILES]; /* and intact */
    bool force;              /* replace other files of those names */
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
        snprintf(t->reason, sizeof t->reason, "the file there is not %s: %s", j->set->title, fault_of(j->file));
    else if (end == TRANSFER_TOO_LARGE)
        snprintf(t->reason, sizeof t->reason, "the file there is not %s: it is far too large", j->set->title);
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
        report_file(j->path, j->file, "fetched");
    flush_stream(stdout);
    return result;
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

/* Makes a file of that index the current one. */
static void select_file(job *j, const char *folder, size_t number)
{
    j->file = &j->set->files[number];
    snprintf(j->path, sizeof j->path, "%s/%s", folder, j->file->name);
    snprintf(j->part, sizeof j->part, "%s/%s.part", folder, j->file->name);
}

/* Before anything is downloaded: existing files are intact or may be replaced. */
static outcome check_existing(job *j, const char *folder)
{
    for (size_t i = 0; i < j->set->count; i++) {
        select_file(j, folder, i);
        j->present[i] = is_right(j->path, j->file);
        if (j->present[i] || !is_taken(j->path))
            continue;
        print_line(stderr, "%s: %s", j->path, fault_of(j->file));
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

static void advise(const data_set *set, const char *folder)
{
    print_line(stderr, "put these %s files into %s:", set->count == 2 ? "two" : "four", folder);
    for (size_t i = 0; i < set->count; i++)
        fprintf(stderr, "  %s\n", set->files[i].name);
    fprintf(stderr,
            "from %s, and run the same command again, which verifies them;\n"
            "or pass a mirror that can be reached: --mirror URL\n",
            set->source);
}

static outcome fetch_all(job *j, const char *folder, const char *const *from)
{
    outcome result = check_existing(j, folder);
    for (size_t i = 0; i < j->set->count && result == FETCHED; i++) {
        select_file(j, folder, i);
        if (j->present[i])
            report_file(j->path, j->file, "present");
        else
            result = fetch_file(j, from);
    }
    return result;
}

/* Suggests a command that uses what was fetched. named: the command has to name the folder. */
static void suggest_use(const data_set *set, const char *folder, bool named)
{
    char command[COMMAND_SIZE];
    begin_command(command, set->command);
    if (named)
        add_word(command, "--data");
    if (named)
        add_word(command, folder);
    print_line(stderr, "%s is in %s; to %s on it: %s", set->title, folder, set->purpose, command);
}

static int report(const data_set *set, outcome result, const char *folder, bool named)
{
    if (result == FETCHED)
        suggest_use(set, folder, named);
    else if (interrupted)
        fputs("interrupted; the same command continues the download\n", stderr);
    else if (result != STOPPED)
        advise(set, folder);
    return result == FETCHED ? EXIT_DONE : EXIT_FAILED;
}

static const char *set_at(size_t index)
{
    return index < SETS ? sets[index].name : NULL;
}

static const data_set *find_set(const char *name)
{
    for (size_t i = 0; i < SETS; i++)
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    return NULL;
}

static int run(const cli_arguments *arguments)
{
    char folder[PATH_SIZE];
    lenet5_error error;
    const char *mirror = argument_text(arguments, "mirror");
    const char *const given[] = {mirror, NULL};
    const data_set *set = find_set(arguments->operands[0]);
    if (!set)
        return report_unknown_name(arguments->command, "set", arguments->operands[0], set_at);
    const bool is_default = set == sets; /* the set that the other commands use by default */
    if (!(is_default ? data_folder(folder, arguments) : set_folder(folder, arguments, set->name)))
        return report_no_data_folder();
    const fetch_module *module = load_extra("lenet5_fetch", &error);
    if (!module)
        return report_library_error(&error);
    if (!make_folder(folder))
        return EXIT_FAILED;
    job j = {.module = module, .set = set, .force = argument_flag(arguments, "force")};
    j.transfer = (transfer){.url = j.url, .max = MAX_BYTES, .watch = watch, .watcher = &j};
    if (!module->open(&j.transfer, !mirror))
        return report_error("libcurl cannot be initialised");
    watch_interrupts();
    const outcome result = fetch_all(&j, folder, mirror ? given : set->mirrors);
    module->close(&j.transfer);
    return report(set, result, folder, !is_default || data_is_named(arguments));
}

static const option options[] = {
    {"data", "DIR", VALUE_FOLDER, NULL, "the folder to download to"},
    {"mirror", "URL", VALUE_TEXT, NULL, "download from this folder (https, http or file) instead of the usual mirrors"},
    FLAG("force", "replace existing files of these names that are not the set's"),
    {0},
};

const cli_command fetch_command = {
    .name = "fetch",
    .summary = "download MNIST, QMNIST or USPS",
    .usage = "SET [options]",
    .description = "Downloads the files of a set, and verifies them. SET is one of:\n\n"
                   "  mnist    60,000 + 10,000 digits; four files, 12 MB, verified by the SHA-256\n"
                   "           of their contents\n"
                   "  qmnist   MNIST again, with all 60,000 digits of its test set; four files,\n"
                   "           verified by their SHA-256\n"
                   "  usps     7,291 + 2,007 digits of 16x16 pixels, from envelopes; two files,\n"
                   "           2 MB, verified by their number of each digit, as no sum is\n"
                   "           published; the SHA-256 is printed\n\n"
                   "Files that are present and intact are kept; a different file of one of these names is an\n"
                   "error without --force. An interrupted download stays as NAME.part, and the next run resumes it.\n"
                   "Files that were put into the folder by hand are verified in the same way.\n\n"
                   "The folder is --data, else lenet5/SET in $XDG_DATA_HOME, else in $HOME/.local/share; for MNIST,\n"
                   "$LENET5_DATA comes before these. The other commands search the same places for MNIST; use\n"
                   "another set with --data.",
    .examples = "lenet5 fetch mnist\n"
                "lenet5 fetch mnist --mirror file:///media/usb/mnist\n"
                "lenet5 fetch usps --data usps && lenet5 test --data usps",
    .options = options,
    .operand = VALUE_NAME,
    .operand_at = set_at,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
