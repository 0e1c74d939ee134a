/*
 * Formats as automata.
 *
 * A pattern (patterns.c) has its own states, of which those that can be reached are used. Without pattern and list, a
 * state is the number of digits read, times the values of the check digit's sums: for Luhn and mod 10, the sum so far
 * and the sum if one more digit followed; for mod 11, the weighted sum and the plain sum, by which it grows when all
 * weights grow by one.
 */
#include "format.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "patterns.h"

#define ENDLESS (LENET5_MAX_STRING + 1)

typedef struct shape {
    size_t min, max; /* digits */
    char mask[2 * LENET5_MAX_STRING];
    const pattern *pattern; /* NULL: none */
} shape;

static lenet5_status fail_format(const char *format, lenet5_error *error)
{
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "there is no format \"%.40s\": it is digits, N, MIN-MAX, zip5, zip9, amount, date, decimal, "
                       "phone or a mask such as ddddd-dddd, of at most %d digits",
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
    if (!whole(&s->min, &text))
        return false;
    s->max = s->min;
    if (*text == '-') {
        text++;
        if (!whole(&s->max, &text))
            return false;
    }
    return *text == '\0' && s->min <= s->max;
}

static bool parse_mask(shape *s, const char *text)
{
    size_t digits = 0;
    for (const char *c = text; *c; c++)
        digits += *c == 'd';
    if (digits == 0 || digits > LENET5_MAX_STRING || strlen(text) >= sizeof s->mask)
        return false;
    s->min = s->max = digits;
    strcpy(s->mask, text);
    return true;
}

static lenet5_status parse(shape *s, const char *format, lenet5_error *error)
{
    *s = (shape){.min = 1, .max = ENDLESS};
    if (!format || strcmp(format, "digits") == 0)
        return LENET5_OK;
    s->pattern = lenet5_pattern_named(format);
    if (s->pattern)
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

/* ---- Check digits ------------------------------------------------------------------------------------------------ */

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

/* ---- States ------------------------------------------------------------------------------------------------------ */

static lenet5_status allocate(grammar *f, size_t count, lenet5_error *error)
{
    f->count = count;
    f->next = malloc(count * sizeof *f->next);
    f->accepts = calloc(count, sizeof *f->accepts);
    if (!f->next || !f->accepts)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        for (size_t symbol = 0; symbol < SYMBOLS; symbol++)
            f->next[i][symbol] = DEAD;
    return LENET5_OK;
}

/* The states of a pattern that can be reached from the first one, renumbered. */
typedef struct reached {
    size_t count;
    int16_t number[PATTERN_STATES]; /* of each state, or DEAD */
    int16_t state[PATTERN_STATES];  /* (count) */
} reached;

static void reach(reached *r, const pattern *p)
{
    for (size_t i = 0; i < PATTERN_STATES; i++)
        r->number[i] = DEAD;
    r->count = 1;
    r->number[0] = r->state[0] = 0;
    for (size_t i = 0; i < r->count; i++)
        for (unsigned symbol = 0; symbol < SYMBOLS; symbol++) {
            const int32_t next = p->next(r->state[i], symbol);
            assert(next < PATTERN_STATES);
            if (next == DEAD || r->number[next] != DEAD)
                continue;
            assert(r->count < PATTERN_STATES);
            r->number[next] = (int16_t)r->count;
            r->state[r->count++] = (int16_t)next;
        }
}

static lenet5_status follow_pattern(grammar *f, const pattern *p, bool digits_only, lenet5_error *error)
{
    reached *r = malloc(sizeof *r);
    if (!r)
        return lenet5_fail_memory(error);
    reach(r, p);
    const lenet5_status status = allocate(f, r->count, error);
    for (size_t i = 0; i < r->count && status == LENET5_OK; i++) {
        f->accepts[i] = p->accepts(r->state[i]);
        for (unsigned symbol = 0; symbol < SYMBOLS; symbol++) {
            const int32_t next = p->next(r->state[i], symbol);
            f->next[i][symbol] = next == DEAD ? DEAD : r->number[next];
        }
    }
    f->has_marks = !digits_only;
    f->notes = digits_only;
    free(r);
    return status;
}

/*
 * Whether a mark may be in the ink behind that many digits: anywhere without a mask, else where the mask has it. Points
 * and commas, which look alike in handwriting, stand for each other.
 */
static bool may_stand(const shape *s, size_t digits, unsigned mark)
{
    const char *c = s->mask;
    if (*c == '\0')
        return true;
    for (; digits > 0; digits--)
        c = strchr(c, 'd') + 1;
    for (; *c && *c != 'd'; c++) {
        const unsigned here = symbol_of(*c);
        if (here == mark || (here == POINT && mark == COMMA) || (here == COMMA && mark == POINT))
            return true;
    }
    return false;
}

/* Digits go to the next length; marks change nothing. */
static lenet5_status lengths(grammar *f, const shape *s, lenet5_check check, lenet5_error *error)
{
    const size_t max = s->max == ENDLESS ? LENET5_MAX_STRING : s->max;
    const size_t sums = sum_count(check);
    const lenet5_status status = allocate(f, (max + 1) * sums, error);
    for (size_t length = 0; length <= max && status == LENET5_OK; length++)
        for (size_t i = 0; i < sums; i++) {
            const size_t state = length * sums + i;
            f->accepts[state] = length >= s->min && adds_up(check, i);
            for (unsigned digit = 0; digit < 10 && length < max; digit++)
                f->next[state][digit] = (int32_t)((length + 1) * sums + add_digit(check, i, digit));
            for (unsigned mark = LENET5_CLASSES; mark < SYMBOLS; mark++)
                f->next[state][mark] = may_stand(s, length, mark) ? (int32_t)state : DEAD;
        }
    f->notes = f->digits_alone = s->mask[0] == '\0';
    return status;
}

static lenet5_status automaton(grammar *f, const shape *s, const lenet5_read_options *options, lenet5_error *error)
{
    const lenet5_check check = options->check;
    if (s->pattern && check != LENET5_CHECK_NONE)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "the format %s has no check digit",
                           s->pattern->name);
    if (s->pattern)
        return follow_pattern(f, s->pattern, options->digits_only, error);
    if (s->max < ENDLESS || check != LENET5_CHECK_NONE)
        return lengths(f, s, check, error);
    f->any = true;
    return follow_pattern(f, &lenet5_any_pattern, options->digits_only, error);
}

/* Characters between the digits of a code. */
static const char separators[] = " -./";

/* Extracts the digits of a code. Returns their number; 0: it is no code. */
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
    f->notes = true;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        int32_t state = 0;
        for (const char *digit = codes[i]; *digit; digit++) {
            int32_t *next = &f->next[state][*digit - '0'];
            if (*next == DEAD)
                *next = (int32_t)used++;
            state = *next;
        }
        assert(used <= f->count);
        f->accepts[state] = true;
    }
    f->count = status == LENET5_OK ? used : 0;
    for (size_t state = 0; state < f->count; state++)
        for (unsigned mark = LENET5_CLASSES; mark < SYMBOLS; mark++)
            f->next[state][mark] = (int32_t)state;
    return status;
}

/* ---- Lists ------------------------------------------------------------------------------------------------------- */

static int in_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Sorts the codes, and drops duplicates. */
static void sort(grammar *f)
{
    size_t count = 0;
    qsort(f->codes, f->code_count, sizeof *f->codes, in_order);
    for (size_t i = 0; i < f->code_count; i++)
        if (i == 0 || strcmp(f->codes[i], f->codes[count - 1]) != 0)
            memmove(f->codes[count++], f->codes[i], sizeof *f->codes);
    f->code_count = count;
}

/* Takes the codes of the list that the other format accepts. */
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
        f->code_count +=
            lenet5_format_accepts(other, f->codes[f->code_count]) || lenet5_format_accepts(other, options->list[i]);
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
    status = automaton(f, &s, options, error);
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

bool lenet5_format_accepts(const grammar *f, const char *text)
{
    int32_t state = 0;
    if (f->code_count > 0)
        return bsearch(text, f->codes, f->code_count, sizeof *f->codes, in_order);
    for (; *text && state != DEAD; text++) {
        const unsigned symbol = symbol_of(*text);
        state = symbol == NO_SYMBOL ? DEAD : f->next[state][symbol];
    }
    return state != DEAD && f->accepts[state];
}

void lenet5_format_free(grammar *f)
{
    free(f->next);
    free(f->accepts);
    free(f->codes);
    *f = (grammar){0};
}
