#define _GNU_SOURCE /* O_PATH, program_invocation_name */
#include "messages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "options.h"

/* ---- Text -------------------------------------------------------------------------------------------------------- */

typedef struct range {
    uint32_t first, last;
} range;

/* Characters that are escaped: controls, and those that change the direction of writing or end a line. */
static const range hidden[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x61C, 0x61C},   {0x200E, 0x200F},
                               {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};

/* The number of bytes of the character at the beginning of text; 0 if it is invalid or escaped. */
static size_t shown_length(const char *text)
{
    uint32_t character;
    const size_t length = lenet5_utf8_next(&character, text);
    for (size_t i = 0; length > 0 && i < sizeof hidden / sizeof hidden[0]; i++)
        if (character >= hidden[i].first && character <= hidden[i].last)
            return 0;
    return length;
}

#define MAX_SHOWN 4 /* bytes of a character or of an escape */

/* Writes the next character of text, escaped if need be. Returns the number of bytes of text it stands for. */
static size_t show_next(char shown[MAX_SHOWN + 1], const char *text)
{
    const size_t length = shown_length(text);
    if (length > 0)
        snprintf(shown, MAX_SHOWN + 1, "%.*s", (int)length, text);
    else
        snprintf(shown, MAX_SHOWN + 1, "\\x%02x", (unsigned)(unsigned char)text[0]);
    return length ? length : 1;
}

void put_escaped(FILE *out, const char *text)
{
    char shown[MAX_SHOWN + 1];
    while (*text) {
        text += show_next(shown, text);
        fputs(shown, out);
    }
}

void escape_text(char *to, size_t size, const char *text)
{
    char shown[MAX_SHOWN + 1];
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

/* ---- Messages ---------------------------------------------------------------------------------------------------- */

#define MAX_LINE (COMMAND_SIZE + PATH_SIZE)

static _Thread_local FILE *thread_error_stream;
static _Thread_local char *thread_kept_error; /* NULL: errors are printed */

void set_error_stream(FILE *stream)
{
    thread_error_stream = stream;
}

FILE *error_stream(void)
{
    return thread_error_stream ? thread_error_stream : stderr;
}

void keep_error(char text[KEPT_ERROR_SIZE])
{
    thread_kept_error = text;
}

static void put_line(FILE *out, const char *begin, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void put_line(FILE *out, const char *begin, const char *format, va_list arguments)
{
    char text[MAX_LINE];
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
    if (!thread_kept_error)
        put_line(error_stream(), "lenet5: ", format, arguments);
    else if (thread_kept_error[0] == '\0')
        vsnprintf(thread_kept_error, KEPT_ERROR_SIZE, format, arguments);
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

static int report_unkept(const char *message)
{
    char *kept = thread_kept_error;
    keep_error(NULL);
    report_error("%s", message);
    keep_error(kept);
    return EXIT_FAILED;
}

int report_library_error(const lenet5_error *error)
{
    return error->status == LENET5_E_MEMORY ? report_unkept(error->message) : report_error("%s", error->message);
}

int report_out_of_memory(void)
{
    return report_unkept("out of memory");
}

/* ---- Streams and files ------------------------------------------------------------------------------------------- */

int output_errno;

void flush_stream(FILE *stream)
{
    if (fflush(stream) != 0 && stream == stdout && output_errno == 0)
        output_errno = errno;
}

void hold_standard_descriptors(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/", O_PATH) != file)
            _Exit(EXIT_FAILED);
}

static int read_bounded(char **text, size_t *size, FILE *stream, const char *path, size_t max)
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
        if (*size > max)
            return report_error("%s: longer than the limit of %zu bytes", path, max);
        if (*size < room - 1)
            return EXIT_DONE;
    }
}

int load_text(char **text, size_t *size, const char *path, size_t max)
{
    *text = NULL;
    *size = 0;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    const int code = read_bounded(text, size, stream, path, max);
    fclose(stream);
    return code;
}
