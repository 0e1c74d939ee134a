#define _GNU_SOURCE /* O_PATH, program_invocation_name */
#include "common.h"
#include "base/utf8.h"
#include "json/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- Options -------------------------------------------------------------------------------------------------- */

bool argument_threads(unsigned *threads, const cli_arguments *arguments)
{
    uint64_t given;
    const bool right = argument_whole(&given, arguments, "threads", 0, 1, LENET5_MAX_THREADS);
    *threads = (unsigned)given;
    return right;
}

size_t thread_count(unsigned asked, size_t jobs)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = asked ? asked : processors > 0 ? (size_t)processors : 1;
    threads = threads < LENET5_MAX_THREADS ? threads : LENET5_MAX_THREADS;
    return threads < jobs ? threads : jobs;
}

const char *recipe_at(size_t index)
{
    const lenet5_recipe_description *recipe = lenet5_recipe_at(index);
    return recipe ? recipe->name : NULL;
}

const char *style_at(size_t index)
{
    const lenet5_string_style *style = lenet5_string_style_at(index);
    return style ? style->name : NULL;
}

/* ---- Text ----------------------------------------------------------------------------------------------------- */

typedef struct range {
    uint32_t first, last;
} range;

/* Characters that are not shown: controls, and what turns the direction of writing or ends a line. */
static const range hidden[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x61C, 0x61C},   {0x200E, 0x200F},
                               {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};

/* How many bytes a character at the beginning of text has; 0 if it is none or is not shown. */
static size_t shown_length(const char *text)
{
    uint32_t character;
    const size_t length = lenet5_utf8_next(&character, text);
    for (size_t i = 0; length > 0 && i < sizeof hidden / sizeof hidden[0]; i++)
        if (character >= hidden[i].first && character <= hidden[i].last)
            return 0;
    return length;
}

#define LONGEST_SHOWN 4 /* bytes: those of a character, or an escape */

/* The next character of text as it is shown; returns how many bytes of text it stands for. */
static size_t show_next(char shown[LONGEST_SHOWN + 1], const char *text)
{
    const size_t length = shown_length(text);
    if (length > 0)
        snprintf(shown, LONGEST_SHOWN + 1, "%.*s", (int)length, text);
    else
        snprintf(shown, LONGEST_SHOWN + 1, "\\x%02x", (unsigned)(unsigned char)text[0]);
    return length ? length : 1;
}

void put_escaped(FILE *out, const char *text)
{
    char shown[LONGEST_SHOWN + 1];
    while (*text) {
        text += show_next(shown, text);
        fputs(shown, out);
    }
}

void escape_text(char *to, size_t size, const char *text)
{
    char shown[LONGEST_SHOWN + 1];
    size_t used = 0;
    while (*text) {
        text += show_next(shown, text);
        const size_t length = strlen(shown);
        if (used + length >= size)
            break;
        memcpy(to + used, shown, length);
        used += length;
    }
    to[used] = '\0';
}

static int read_bounded(char **text, size_t *size, FILE *stream, const char *path, size_t most)
{
    for (size_t room = 4096;; room *= 2) {
        char *larger = realloc(*text, room);
        if (!larger)
            return report_out_of_memory();
        *text = larger;
        *size += fread(*text + *size, 1, room - 1 - *size, stream);
        (*text)[*size] = '\0';
        if (ferror(stream))
            return report_error("%s: cannot be read: %s", path, strerror(errno));
        if (*size > most)
            return report_error("%s: byte %zu: the file goes on; at most %zu bytes of it can be read", path, most,
                                most);
        if (*size < room - 1)
            return EXIT_DONE;
    }
}

int load_text(char **text, size_t *size, const char *path, size_t most)
{
    *text = NULL;
    *size = 0;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    const int code = read_bounded(text, size, stream, path, most);
    fclose(stream);
    return code;
}

/* ---- Complaints ----------------------------------------------------------------------------------------------- */

#define LONGEST_LINE (COMMAND_SIZE + PATH_SIZE)

static _Thread_local FILE *thread_error_stream;

void set_error_stream(FILE *stream)
{
    thread_error_stream = stream;
}

FILE *error_stream(void)
{
    return thread_error_stream ? thread_error_stream : stderr;
}

static void put_line(FILE *out, const char *begin, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void put_line(FILE *out, const char *begin, const char *format, va_list arguments)
{
    char text[LONGEST_LINE];
    vsnprintf(text, sizeof text, format, arguments);
    fputs(begin, out);
    put_escaped(out, text);
    fputc('\n', out);
}

void print_line(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_line(out, "", format, arguments);
    va_end(arguments);
}

static void append(char command[COMMAND_SIZE], const char *more, int length)
{
    const size_t used = strlen(command);
    snprintf(command + used, COMMAND_SIZE - used, "%.*s", length, more);
}

/* Appends a word; inside single quotes, a single quote is written as '\'' */
static void append_quoted(char command[COMMAND_SIZE], const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=,+-";
    const bool quoted = word[0] == '\0' || word[strspn(word, plain)] != '\0';
    append(command, "'", quoted);
    while (*word) {
        const int length = (int)strcspn(word, "'");
        append(command, word, length);
        word += length;
        append(command, "'\\''", *word ? 4 : 0);
        word += *word != '\0';
    }
    append(command, "'", quoted);
}

void add_word(char command[COMMAND_SIZE], const char *word)
{
    append(command, " ", 1);
    append_quoted(command, word);
}

void begin_command(char command[COMMAND_SIZE], const char *name)
{
    command[0] = '\0';
    append_quoted(command, strchr(program_invocation_name, '/') ? program_invocation_name : "lenet5");
    add_word(command, name);
}

void report_written(const char *what, const char *path)
{
    char command[COMMAND_SIZE];
    begin_command(command, "test");
    add_word(command, path);
    print_line(stderr, "the %s is %s; to test it: %s", what, path, command);
}

int vreport_error(const char *format, va_list arguments)
{
    put_line(error_stream(), "lenet5: ", format, arguments);
    return EXIT_FAILED;
}

int report_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int code = vreport_error(format, arguments);
    va_end(arguments);
    return code;
}

int report_library_error(const lenet5_error *error)
{
    return report_error("%s", error->message);
}

int report_out_of_memory(void)
{
    return report_error("out of memory");
}

lenet5_status fail_memory(lenet5_error *error)
{
    *error = (lenet5_error){.status = LENET5_E_MEMORY, .offset = LENET5_NO_OFFSET, .message = "out of memory"};
    return LENET5_E_MEMORY;
}

static int copy_model(lenet5_committee *committee, const lenet5_model *builtin)
{
    committee->networks = builtin ? malloc(sizeof *committee->networks) : NULL;
    if (!committee->networks)
        return report_out_of_memory();
    committee->count = 1;
    committee->networks[0] = builtin->network;
    committee->provenance = builtin->provenance;
    return EXIT_DONE;
}

int load_models(lenet5_committee *committee, const char *const *paths, size_t count, const lenet5_model *builtin)
{
    lenet5_error error;
    *committee = (lenet5_committee){0};
    if (count == 0)
        return copy_model(committee, builtin);
    return lenet5_committee_load(committee, paths, count, &error) == LENET5_OK ? EXIT_DONE
                                                                               : report_library_error(&error);
}

int load_named_models(lenet5_committee *models, const char *names, const lenet5_model *builtin)
{
    const char *paths[LENET5_MAX_COMMITTEE];
    char *list = strdup(names ? names : "");
    size_t count = 0;
    if (!list)
        return report_out_of_memory();
    for (char *rest = list, *name; names && count < LENET5_MAX_COMMITTEE && (name = strtok_r(rest, ",", &rest));)
        paths[count++] = name;
    const int code =
        names && count == 0 ? report_error("--model names no file") : load_models(models, paths, count, builtin);
    free(list);
    return code;
}

/* ---- Signals -------------------------------------------------------------------------------------------------- */

#define BACKSTOP_MICROSECONDS 300000 /* enough to save a checkpoint; any command ends within half a second */

volatile sig_atomic_t interrupted = 0;

_Noreturn void end_by_signal(int number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(number);
    _Exit(128 + number);
}

static void end_now(int number)
{
    static const char text[] = "lenet5: interrupted\n";
    const ssize_t unused = write(STDERR_FILENO, text, sizeof text - 1);
    (void)unused;
    (void)number;
    end_by_signal(interrupted);
}

/* setitimer is no more than a system call. */
static void interrupt(int number)
{
    const struct itimerval backstop = {.it_value = {.tv_usec = BACKSTOP_MICROSECONDS}};
    if (interrupted)
        end_now(number);
    interrupted = number;
    setitimer(ITIMER_REAL, &backstop, NULL);
}

void watch_interrupts(void)
{
    struct sigaction action = {.sa_handler = interrupt}, last = {.sa_handler = end_now};
    sigemptyset(&action.sa_mask);
    sigemptyset(&last.sa_mask);
    sigaction(SIGALRM, &last, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void hold_standard_descriptors(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/", O_PATH) != file)
            _Exit(EXIT_FAILED);
}

/* ---- Data ----------------------------------------------------------------------------------------------------- */

static const char *variable_of(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

bool data_folder(char path[PATH_SIZE], const cli_arguments *arguments)
{
    const char *given = argument_text(arguments, "data"), *variable = variable_of("LENET5_DATA");
    const char *xdg = variable_of("XDG_DATA_HOME"), *home = variable_of("HOME");
    path[0] = '\0';
    if (given || variable)
        snprintf(path, PATH_SIZE, "%s", given ? given : variable);
    else if (xdg)
        snprintf(path, PATH_SIZE, "%s/lenet5/mnist", xdg);
    else if (home)
        snprintf(path, PATH_SIZE, "%s/.local/share/lenet5/mnist", home);
    return path[0] != '\0';
}

int report_no_data_folder(void)
{
    return report_error("no folder for data sets is known: pass --data DIR, or set HOME, XDG_DATA_HOME or LENET5_DATA");
}

bool data_is_named(const cli_arguments *arguments)
{
    return argument_text(arguments, "data") || variable_of("LENET5_DATA");
}

/* Sets that are known by the SHA-256 of their pictures and labels, wherever they lie. */
static const struct {
    const char *sha256, *name;
} known_sets[] = {
    {"edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b", "MNIST"},
    {"c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b", "MNIST"},
    {"16d82e2b505296aa2b78bd5ea0992634f30419a4c97def7c907d154a35ac6157", "Fashion-MNIST"},
    {"9f1ec356a747bfe4ebab3cfb722d3694c9ca737e2570f6f90cf31d7b6fd689d4", "Fashion-MNIST"},
};

static void name_set(named_set *loaded, const char *folder)
{
    for (size_t i = 0; i < sizeof known_sets / sizeof known_sets[0]; i++)
        if (strcmp(known_sets[i].sha256, loaded->set.sha256) == 0) {
            snprintf(loaded->name, sizeof loaded->name, "%s", known_sets[i].name);
            return;
        }
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    const size_t length = end - begin < sizeof loaded->name ? end - begin : sizeof loaded->name - 1;
    memcpy(loaded->name, folder + begin, length);
    loaded->name[length] = '\0';
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static lenet5_status fail_missing(lenet5_error *error, const char *origin, const char *folder, const char *what)
{
    *error = (lenet5_error){.status = LENET5_E_DATA_MISSING, .offset = LENET5_NO_OFFSET};
    snprintf(error->message, sizeof error->message, "%s: %.*s: %s", origin, PATH_SIZE / 8, folder, what);
    return error->status;
}

lenet5_status load_set(named_set *loaded, const cli_arguments *arguments, lenet5_part part, lenet5_error *error)
{
    char folder[PATH_SIZE];
    const bool named = data_folder(folder, arguments) && data_is_named(arguments);
    if (!folder[0])
        return fail_missing(error, "data", "", "no folder is known");
    if (named && !is_folder(folder))
        return fail_missing(error, argument_text(arguments, "data") ? "--data" : "LENET5_DATA", folder,
                            "this folder does not exist");
    const lenet5_status status = lenet5_dataset_load(&loaded->set, folder, part, error);
    if (status == LENET5_OK)
        name_set(loaded, folder);
    return status;
}

lenet5_status synthetic_set(named_set *drawn, lenet5_part part, lenet5_error *error)
{
    snprintf(drawn->name, sizeof drawn->name, SYNTHETIC_NAME);
    if (part == LENET5_TRAIN)
        return lenet5_dataset_synthesise(&drawn->set, SYNTHETIC_TRAINING, 1998, error);
    return lenet5_dataset_synthesise(&drawn->set, SYNTHETIC_TEST, 2026, error);
}

int output_errno;

void flush_stream(FILE *stream)
{
    if (fflush(stream) != 0 && stream == stdout && output_errno == 0)
        output_errno = errno;
}

int put_json(FILE *out, json_t *object)
{
    text_buffer line = {0};
    text_json(&line, object);
    text_puts(&line, "\n");
    const bool whole = !line.failed;
    if (whole)
        fwrite(line.bytes, 1, line.size, out);
    text_free(&line);
    return whole ? EXIT_DONE : report_out_of_memory();
}

int print_json(json_t *object)
{
    const int code = put_json(stdout, object);
    flush_stream(stdout);
    return code;
}

double percent(size_t part, size_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

int ascending(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}
