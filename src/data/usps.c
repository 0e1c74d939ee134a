/*
 * The text files of USPS: a line for each digit, with its label and 16x16 values of -1 (paper) to 1 (ink), row by row.
 * There are two forms, and the first line decides which of them a file has:
 *
 *     6.0000 -1.0000 -0.6310 ... -1.0000        zip.train, zip.test: the page of "The Elements of Statistical Learning"
 *     7 1:-1 2:-0.631 ... 256:-1                usps, usps.t: LIBSVM's page; the label plus 1, the values' indices
 *
 * Memory grows with the lines that arrive.
 */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "files.h"

#define SIDE 16u
#define PIXELS (SIDE * SIDE)
#define MAX_LINE 16384u       /* bytes; a line of USPS has up to 4,100 */
#define MAX_PICTURES 100000u  /* of a file; USPS has 9,298 in all */
#define FIRST_PICTURES 1024u  /* that memory is allocated for at first */
#define GREATEST_EXPONENT 99u /* greater ones count as this */

typedef struct usps_file {
    gzFile stream;
    const char *path;
    uint64_t offset; /* of the line, in the unpacked file */
    size_t number;   /* of the line, from 1 */
    bool indexed;    /* LIBSVM's form */
    char line[MAX_LINE];
} usps_file;

static lenet5_status fail_line(const usps_file *file, lenet5_status status, lenet5_error *error, const char *format,
                               ...) __attribute__((format(printf, 4, 5)));

static lenet5_status fail_line(const usps_file *file, lenet5_status status, lenet5_error *error, const char *format,
                               ...)
{
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return lenet5_fail(error, status, file->offset, "%s: line %zu: %s", file->path, file->number, text);
}

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Parses the exponent of a number, if any. Returns false if an e has no digits. */
static bool parse_exponent(const char **at, double *factor)
{
    const char *next = *at;
    *factor = 1;
    if (*next != 'e' && *next != 'E')
        return true;
    next++;
    const bool negative = *next == '-';
    next += *next == '-' || *next == '+';
    if (!is_digit(*next))
        return false;
    unsigned exponent = 0;
    for (; is_digit(*next); next++)
        exponent = exponent < GREATEST_EXPONENT ? 10 * exponent + (unsigned)(*next - '0') : exponent;
    exponent = exponent < GREATEST_EXPONENT ? exponent : GREATEST_EXPONENT;
    *factor = pow(10, negative ? -(double)exponent : exponent);
    *at = next;
    return true;
}

/* Parses a decimal number after blanks, in any locale, and moves *at behind it. Returns false if there is none. */
static bool parse_number(const char **at, double *number)
{
    const char *next = skip_blanks(*at);
    const bool negative = *next == '-';
    double value = 0, place = 1, factor;
    next += *next == '-' || *next == '+';
    const char *digits = next;
    for (; is_digit(*next); next++)
        value = 10 * value + (*next - '0');
    const bool whole = next > digits;
    if (*next == '.')
        for (next++; is_digit(*next); next++)
            value += (place /= 10) * (*next - '0');
    if ((!whole && place >= 1) || !parse_exponent(&next, &factor))
        return false;
    *number = (negative ? -value : value) * factor;
    *at = next;
    return true;
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

static lenet5_status parse_label(const usps_file *file, const char **at, uint8_t *label, lenet5_error *error)
{
    double number;
    const double first = file->indexed ? 1 : 0;
    if (!parse_number(at, &number))
        return fail_line(file, LENET5_E_DATA_TEXT, error, "begins with no label; remove the line");
    if (!(number >= first && number <= first + 9) || number > floor(number))
        return fail_line(file, LENET5_E_IDX_LABEL, error, "the label is %g; it must be %g to %g%s", number, first,
                         first + 9, file->indexed ? ", a digit plus 1" : "");
    *label = (uint8_t)(number - first);
    return LENET5_OK;
}

/* Moves *at behind the index of the value at place, from 0, and its colon. */
static bool skip_index(const char **at, size_t place)
{
    double index;
    if (!parse_number(at, &index) || index < (double)place + 1 || index > (double)place + 1 || **at != ':')
        return false;
    ++*at;
    return true;
}

static lenet5_status parse_values(const usps_file *file, const char *at, uint8_t pixels[PIXELS], lenet5_error *error)
{
    for (size_t i = 0; i < PIXELS; i++) {
        double value;
        if (!*skip_blanks(at))
            return fail_line(file, LENET5_E_DATA_TEXT, error, "ends after %zu of %u values; get the file again", i,
                             PIXELS);
        if (file->indexed && !skip_index(&at, i))
            return fail_line(file, LENET5_E_DATA_TEXT, error,
                             "value %zu does not begin with its index, %zu:; all %u values are needed", i + 1, i + 1,
                             PIXELS);
        if (!parse_number(&at, &value) || !strchr(" \t\r\n", *at))
            return fail_line(file, LENET5_E_DATA_TEXT, error, "value %zu is no number; get the file again", i + 1);
        if (!(value >= -1 && value <= 1))
            return fail_line(file, LENET5_E_DATA_TEXT, error, "value %zu is %g; values are -1 (paper) to 1 (ink)",
                             i + 1, value);
        pixels[i] = (uint8_t)lround((value + 1) / 2 * 255);
    }
    if (*skip_blanks(at))
        return fail_line(file, LENET5_E_DATA_TEXT, error, "goes on after %u values, those of 16x16 pixels", PIXELS);
    return LENET5_OK;
}

static lenet5_status parse_line(usps_file *file, lenet5_dataset *set, lenet5_error *error)
{
    const char *at = file->line;
    if (file->number == 1)
        file->indexed = strchr(file->line, ':');
    lenet5_status status = parse_label(file, &at, &set->labels[set->count], error);
    if (status == LENET5_OK)
        status = parse_values(file, at, set->pixels + set->count * PIXELS, error);
    return status;
}

/* Reads the next line. *end: there is none. */
static lenet5_status next_line(usps_file *file, bool *end, lenet5_error *error)
{
    file->number++;
    file->offset = (uint64_t)gztell(file->stream);
    *end = !gzgets(file->stream, file->line, MAX_LINE);
    const char *fault = lenet5_gz_fault(file->stream);
    if (fault)
        return fail_line(file, LENET5_E_READ, error, "cannot be read: %s; get the file again", fault);
    if (!*end && !strchr(file->line, '\n') && !gzeof(file->stream))
        return fail_line(file, LENET5_E_DATA_TEXT, error,
                         "has a zero byte or more than %u bytes; this is no text file of USPS", MAX_LINE);
    return LENET5_OK;
}

/* ---- The file ---------------------------------------------------------------------------------------------------- */

/* Makes room for one more picture. */
static lenet5_status make_room(const usps_file *file, lenet5_dataset *set, size_t *room, lenet5_error *error)
{
    if (set->count < *room)
        return LENET5_OK;
    if (set->count == MAX_PICTURES)
        return fail_line(file, LENET5_E_DATA_TEXT, error, "the file has more than %u lines; divide it", MAX_PICTURES);
    size_t larger = *room ? 2 * *room : FIRST_PICTURES;
    larger = larger < MAX_PICTURES ? larger : MAX_PICTURES;
    uint8_t *pixels = realloc(set->pixels, larger * PIXELS);
    if (pixels)
        set->pixels = pixels;
    uint8_t *labels = pixels ? realloc(set->labels, larger) : NULL;
    if (!labels)
        return lenet5_fail_memory(error);
    set->labels = labels;
    *room = larger;
    return LENET5_OK;
}

bool lenet5_is_usps(gzFile stream)
{
    const int first = gzgetc(stream);
    if (first >= 0)
        gzungetc(first, stream);
    return first >= '0' && first <= '9';
}

lenet5_status lenet5_usps_read(lenet5_dataset *set, gzFile stream, const char *path, lenet5_error *error)
{
    usps_file file = {.stream = stream, .path = path};
    size_t room = 0;
    bool end = false;
    lenet5_status status = LENET5_OK;
    set->height = set->width = SIDE;
    while (status == LENET5_OK && (status = next_line(&file, &end, error)) == LENET5_OK && !end) {
        status = make_room(&file, set, &room, error);
        if (status == LENET5_OK) {
            assert(set->count < room);
            status = parse_line(&file, set, error);
            set->count++;
        }
    }
    return status;
}
