#include "text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool grow(text_buffer *t, size_t room)
{
    char *bytes = realloc(t->bytes, room);
    if (!bytes)
        return false;
    t->bytes = bytes;
    t->room = room;
    return true;
}

/* Makes room for more bytes and returns where they go; NULL if memory is out. */
static char *reserve(text_buffer *t, size_t size)
{
    if (!t->failed && t->room - t->size < size)
        t->failed = !grow(t, 2 * t->room + size + 256);
    return t->failed ? NULL : t->bytes + t->size;
}

void text_put(text_buffer *t, const void *bytes, size_t size)
{
    char *to = size > 0 ? reserve(t, size) : NULL;
    if (to)
        memcpy(to, bytes, size);
    t->size += to ? size : 0;
}

void text_puts(text_buffer *t, const char *string)
{
    text_put(t, string, strlen(string));
}

#define MAX_NUMBER 32 /* characters: 20 digits of 64 bits, sign and point */

/*
 * Writes the digits of a number, with zeros in front up to a minimum, so that they end before end. Returns their begin.
 */
static char *write_digits(char *end, uint64_t number, unsigned min_digits)
{
    char *at = end;
    for (unsigned i = 0; i < min_digits || number > 0; i++) {
        *--at = (char)('0' + number % 10);
        number /= 10;
    }
    return at;
}

void text_whole(text_buffer *t, uint64_t number)
{
    char digits[MAX_NUMBER];
    const char *begin = write_digits(digits + sizeof digits, number, 1);
    text_put(t, begin, (size_t)(digits + sizeof digits - begin));
}

void text_fixed(text_buffer *t, double number, unsigned decimals)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    char digits[MAX_NUMBER];
    char *end = digits + sizeof digits;
    if (!isfinite(number)) {
        text_puts(t, "null");
        return;
    }
    assert(decimals < sizeof powers / sizeof powers[0]);
    const double scaled = fmin(fabs(number), 1e9) * powers[decimals] + 0.5;
    uint64_t whole = (uint64_t)scaled;
    const bool negative = number < 0 && whole > 0;
    for (; decimals > 0 && whole % 10 == 0; decimals--)
        whole /= 10;
    char *begin = write_digits(end, whole, decimals + 1);
    if (decimals > 0) { /* moves the digits before the point, to make room for it */
        const size_t before = (size_t)(end - begin) - decimals;
        memmove(begin - 1, begin, before);
        begin--;
        begin[before] = '.';
    }
    if (negative)
        *--begin = '-';
    text_put(t, begin, (size_t)(end - begin));
}

void text_fixed_row(text_buffer *t, const float *numbers, size_t count, unsigned decimals)
{
    for (size_t i = 0; i < count; i++) {
        text_put(t, ",", i > 0);
        text_fixed(t, (double)numbers[i], decimals);
    }
}

void text_fixed_list(text_buffer *t, const float *numbers, size_t count, unsigned decimals)
{
    text_put(t, "[", 1);
    text_fixed_row(t, numbers, count, decimals);
    text_put(t, "]", 1);
}

void text_fixed_tensor(text_buffer *t, const float *numbers, const size_t *shape, size_t dimensions, unsigned decimals)
{
    size_t step = 1;
    for (size_t i = 1; i < dimensions; i++)
        step *= shape[i];
    if (dimensions == 1) {
        text_fixed_list(t, numbers, shape[0], decimals);
        return;
    }
    for (size_t i = 0; i < shape[0]; i++) {
        text_put(t, i ? "," : "[", 1);
        text_fixed_tensor(t, numbers + i * step, shape + 1, dimensions - 1, decimals);
    }
    text_put(t, "]", 1);
}

static int append(const char *bytes, size_t size, void *to)
{
    text_put(to, bytes, size);
    return 0;
}

void text_json(text_buffer *t, json_t *value)
{
    if (!value || json_dump_callback(value, append, t, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9)) != 0)
        t->failed = true;
    json_decref(value);
}

void text_string(text_buffer *t, const char *string)
{
    text_json(t, any_string_json(string));
}

void text_free(text_buffer *t)
{
    free(t->bytes);
    *t = (text_buffer){0};
}
