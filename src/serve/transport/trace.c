#include "trace.h"

#include <stdbool.h>
#include <string.h>

#include "base/hex.h"

/* Where the fields of a traceparent begin: VERSION-TRACE_ID-PARENT_ID-FLAGS. */
enum { VERSION = 0, ID = 3, PARENT = 36, FLAGS = 53, END = 55 };

void trace_generate_id(char id[REQUEST_ID_SIZE], lenet5_random *random)
{
    const uint64_t bits[2] = {lenet5_random_bits(random), lenet5_random_bits(random)};
    lenet5_hex(id, (const uint8_t *)bits, sizeof bits);
}

void trace_begin(trace *t, lenet5_random *random)
{
    trace_generate_id(t->generated_id, random);
    t->request_id = t->generated_id;
    t->trace_id[0] = t->parent_id[0] = t->span_id[0] = '\0';
}

void trace_take_id(trace *t, const char *id)
{
    size_t length = 0;
    while (length <= MAX_REQUEST_ID && id[length] > ' ' && id[length] <= '~')
        length++;
    if (length > 0 && length <= MAX_REQUEST_ID && id[length] == '\0')
        t->request_id = id;
}

/* Whether text begins with exactly that many lowercase hexadecimal digits. */
static bool has_digits(const char *text, size_t count)
{
    return strspn(text, "0123456789abcdef") == count;
}

/* As has_digits, and not all of them are 0. */
static bool has_id(const char *text, size_t count)
{
    return has_digits(text, count) && strspn(text, "0") < count;
}

/* Blanks may follow. A version after 00 may have more fields; there is no version ff. */
static bool is_valid(const char *p)
{
    return has_digits(p + VERSION, 2) && strncmp(p, "ff", 2) != 0 && p[ID - 1] == '-' && has_id(p + ID, 32) &&
           p[PARENT - 1] == '-' && has_id(p + PARENT, 16) && p[FLAGS - 1] == '-' && has_digits(p + FLAGS, 2) &&
           (p[END + strspn(p + END, " \t")] == '\0' || (p[END] == '-' && strncmp(p, "00", 2) != 0));
}

static void copy_id(char *to, const char *from, size_t size)
{
    memcpy(to, from, size - 1);
    to[size - 1] = '\0';
}

static void generate_span(char id[SPAN_ID_SIZE], lenet5_random *random)
{
    uint64_t bits = 0;
    while (bits == 0) /* is no id */
        bits = lenet5_random_bits(random);
    lenet5_hex(id, (const uint8_t *)&bits, sizeof bits);
}

void trace_enter(trace *t, const char *traceparent, lenet5_random *random)
{
    if (!is_valid(traceparent))
        return;
    copy_id(t->trace_id, traceparent + ID, TRACE_ID_SIZE);
    copy_id(t->parent_id, traceparent + PARENT, SPAN_ID_SIZE);
    generate_span(t->span_id, random);
}
