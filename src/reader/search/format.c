/*
 * Formats.
 *
 * Without a list the states are how many digits have been read, each as often as the check digit's sums have values:
 * with Luhn and mod 10 the sum so far and the sum that it would be were there another digit to the right; with mod 11
 * the sum and the plain sum of the digits, by which it grows when all weights grow by one.
 */
#include "format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

#define ENDLESS (LENET5_MAX_STRING + 1)

typedef struct shape {
    size_t least, most; /* digits */
    char mask[2 * LENET5_MAX_STRING];
} shape;

static lenet5_status fail_format(const char *format, lenet5_error *error)
{
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "there is no format \"%.40s\": it is digits, N, MIN-MAX, zip5, zip9 or a mask such as "
                       "ddddd-dddd, of at most %d digits",
                       format, LENET5_MAX_STRING);
}

static bool whole(size_t *number, const char **text)
{
    *number = 0;
    if (**text < '0' || **text > '9')
        return false;
    while (**text >= '0' && **text <= '9' && *number <= LENET5_MAX_STRING)
        *number = 10 * *number + (size_t)(*(*text)++ - '0');
    return *number >= 1 && *number <= LENET5_MAX_STRING;
}

static bool parse_lengths(shape *s, const char *text)
{
    if (!whole(&s->least, &text))
        return false;
    s->most = s->least;
    if (*text == '-') {
        text++;
        if (!whole(&s->most, &text))
            return false;
    }
    return *text == '\0' && s->least <= s->most;
}

static bool parse_mask(shape *s, const char *text)
{
    size_t digits = 0;
    for (const char *c = text; *c; c++)
        digits += *c == 'd';
    if (digits == 0 || digits > LENET5_MAX_STRING || strlen(text) >= sizeof s->mask)
        return false;
    s->least = s->most = digits;
    strcpy(s->mask, text);
    return true;
}

static lenet5_status parse(shape *s, const char *format, lenet5_error *error)
{
    *s = (shape){.least = 1, .most = ENDLESS};
    if (!format || strcmp(format, "digits") == 0)
        return LENET5_OK;
    if (strcmp(format, "zip5") == 0)
        format = "5";
    if (strcmp(format, "zip9") == 0)
        format = "ddddd-dddd";
    if (!lenet5_is_printable(format))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the format is not text that can be printed: it is UTF-8 without control characters");
    return parse_lengths(s, format) || parse_mask(s, format) ? LENET5_OK : fail_format(format, error);
}

/* ---- Check digits ---------------------------------------------------------------------------------------------------
 */

static size_t sum_count(lenet5_check check)
{
    return check == LENET5_CHECK_NONE ? 1 : check == LENET5_CHECK_MOD11 ? 121 : 100;
}

static size_t add_digit(lenet5_check check, size_t sums, unsigned digit)
{
    const size_t doubled = 2 * digit < 10 ? 2 * digit : 2 * digit - 9;
    switch (check) {
    case LENET5_CHECK_LUHN: return (sums % 10 + digit) % 10 * 10 + (sums / 10 + doubled) % 10;
    case LENET5_CHECK_MOD10: return (sums % 10 + digit) % 10 * 10 + (sums / 10 + 3 * digit) % 10;
    case LENET5_CHECK_MOD11: return (sums / 11 + sums % 11 + digit) % 11 * 11 + (sums % 11 + digit) % 11;
    default: return 0;
    }
}

static bool adds_up(lenet5_check check, size_t sums)
{
    return check == LENET5_CHECK_NONE || sums / (check == LENET5_CHECK_MOD11 ? 11 : 10) == 0;
}

/* ---- States ---------------------------------------------------------------------------------------------------------
 */

static lenet5_status allocate(grammar *f, size_t count, lenet5_error *error)
{
    f->count = count;
    f->next = malloc(count * sizeof *f->next);
    f->accepts = calloc(count, sizeof *f->accepts);
    if (!f->next || !f->accepts)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        for (size_t digit = 0; digit < 10; digit++)
            f->next[i][digit] = DEAD;
    return LENET5_OK;
}

/* Where strings may be of any length and nothing is checked, one state has read nothing yet and the other something. */
static lenet5_status any_string(grammar *f, lenet5_error *error)
{
    const lenet5_status status = allocate(f, 2, error);
    for (size_t i = 0; i < 2 && status == LENET5_OK; i++)
        for (size_t digit = 0; digit < 10; digit++)
            f->next[i][digit] = 1;
    if (status == LENET5_OK)
        f->accepts[1] = true;
    return status;
}

static lenet5_status lengths(grammar *f, const shape *s, lenet5_check check, lenet5_error *error)
{
    const size_t most = s->most == ENDLESS ? LENET5_MAX_STRING : s->most;
    const size_t sums = sum_count(check);
    const lenet5_status status = allocate(f, (most + 1) * sums, error);
    for (size_t length = 0; length <= most && status == LENET5_OK; length++)
        for (size_t i = 0; i < sums; i++) {
            const size_t state = length * sums + i;
            f->accepts[state] = length >= s->least && adds_up(check, i);
            for (unsigned digit = 0; digit < 10 && length < most; digit++)
                f->next[state][digit] = (int32_t)((length + 1) * sums + add_digit(check, i, digit));
        }
    return status;
}

/* What may stand between the digits of a code. */
static const char separators[] = " -./";

/* The digits of a code. Returns how many there are; 0 if it is no code. */
static size_t digits_of(char digits[LENET5_MAX_STRING + 1], const char *code)
{
    size_t count = 0;
    for (; *code; code++) {
        if (*code < '0' || *code > '9') {
            if (!strchr(separators, *code))
                return 0;
            continue;
        }
        if (count == LENET5_MAX_STRING)
            return 0;
        digits[count++] = *code;
    }
    digits[count] = '\0';
    return count;
}

lenet5_status lenet5_format_tree(grammar *f, code_digits *codes, size_t count, lenet5_error *error)
{
    size_t used = 1;
    *f = (grammar){0};
    const lenet5_status status = allocate(f, count * LENET5_MAX_STRING + 1, error);
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        int32_t state = 0;
        for (const char *digit = codes[i]; *digit; digit++) {
            int32_t *next = &f->next[state][*digit - '0'];
            if (*next == DEAD)
                *next = (int32_t)used++;
            state = *next;
        }
        f->accepts[state] = true;
    }
    f->count = used;
    return status;
}

/* ---- Lists ----------------------------------------------------------------------------------------------------------
 */

static int in_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Puts the codes in order and drops those that are there twice. */
static void sort(grammar *f)
{
    size_t count = 0;
    qsort(f->codes, f->code_count, sizeof *f->codes, in_order);
    for (size_t i = 0; i < f->code_count; i++)
        if (i == 0 || strcmp(f->codes[i], f->codes[count - 1]) != 0)
            memmove(f->codes[count++], f->codes[i], sizeof *f->codes);
    f->code_count = count;
}

/* The codes of the list that are of the other format. */
static lenet5_status take_list(grammar *f, const grammar *other, const lenet5_read_options *options,
                               lenet5_error *error)
{
    if (options->list_count > LENET5_MAX_LIST)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a list of %zu codes; it has at most %d",
                           options->list_count, LENET5_MAX_LIST);
    f->codes = malloc((options->list_count + 1) * sizeof *f->codes);
    if (!f->codes)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < options->list_count; i++) {
        if (digits_of(f->codes[f->code_count], options->list[i]) == 0)
            return lenet5_fail(
                error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                "code %zu of the list is not a code: it has 1 to %d digits, and nothing else but blanks, "
                "hyphens, points and slashes",
                i + 1, LENET5_MAX_STRING);
        f->code_count += lenet5_format_accepts(other, f->codes[f->code_count]);
    }
    if (f->code_count == 0)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "none of the %zu codes listed is of the format, with its check digit if it has one",
                           options->list_count);
    sort(f);
    return LENET5_OK;
}

lenet5_status lenet5_format_new(grammar *f, const lenet5_read_options *options, lenet5_error *error)
{
    shape s;
    *f = (grammar){0};
    lenet5_status status = parse(&s, options->format, error);
    if (status != LENET5_OK)
        return status;
    const bool any = s.most == ENDLESS && options->check == LENET5_CHECK_NONE;
    status = any ? any_string(f, error) : lengths(f, &s, options->check, error);
    if (status == LENET5_OK && options->list) {
        grammar listed = {0};
        status = take_list(&listed, f, options, error);
        lenet5_format_free(f);
        *f = listed;
    }
    memcpy(f->mask, s.mask, sizeof s.mask);
    if (status != LENET5_OK)
        lenet5_format_free(f);
    return status;
}

void lenet5_format_text(char *text, size_t size, const grammar *f, const char *digits)
{
    size_t length = 0;
    if (f->mask[0] == '\0') {
        snprintf(text, size, "%s", digits);
        return;
    }
    for (const char *c = f->mask; *c && length + 1 < size; c++)
        text[length++] = *c == 'd' && *digits ? *digits++ : *c;
    text[length] = '\0';
}

bool lenet5_format_accepts(const grammar *f, const char *digits)
{
    int32_t state = 0;
    if (f->code_count > 0)
        return bsearch(digits, f->codes, f->code_count, sizeof *f->codes, in_order);
    for (; *digits && state != DEAD; digits++)
        state = f->next[state][*digits - '0'];
    return state != DEAD && f->accepts[state];
}

bool lenet5_format_is_any(const grammar *f)
{
    return f->count == 2 && f->next[1][0] == 1; /* the loop of any_string */
}

void lenet5_format_free(grammar *f)
{
    free(f->next);
    free(f->accepts);
    free(f->codes);
    *f = (grammar){0};
}
