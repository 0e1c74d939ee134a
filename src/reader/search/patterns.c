/*
 * The patterns:
 *
 *     any       digits with any marks between and beside them, but no two marks in a row, except at the end, and no
 *               unbalanced parentheses
 *     decimal   17   -3   17,5      a sign, digits, and a point or a comma with digits behind it
 *     amount    1.234.567,00   31.964.-   (7.00)   =125=
 *               a sign, digits or groups of three, two digits after a point or a comma, and what fills the rest
 *     date      12/08/2024   1.2.24   2024-08-12     with one separator of / . -; days and months up to 31
 *     phone     +82-2-123-4567   (555)123.4567     5 to 15 digits, a plus, marks between, one part in parentheses
 */
#include "patterns.h"

#include <string.h>

#include "alphabet.h"
#include "format.h"

/* Extracts bits from first on of a state. */
static int32_t part(int32_t state, int first, int bits)
{
    return state >> first & ((1 << bits) - 1);
}

static bool is_point(unsigned symbol)
{
    return symbol == POINT || symbol == COMMA;
}

static bool is_sign(unsigned symbol)
{
    return symbol == PLUS || symbol == HYPHEN;
}

/* ---- Any number -------------------------------------------------------------------------------------------------- */

/* The last symbol; ANY_WITHIN is added inside parentheses. */
enum { ANY_START = 0, ANY_SIGN, ANY_DIGIT, ANY_MARK, ANY_END, ANY_WITHIN };

static int32_t any_mark(int32_t last, unsigned symbol)
{
    if (last == ANY_START)
        return is_sign(symbol) || symbol == EQUALS ? ANY_SIGN : DEAD;
    if (last == ANY_SIGN)
        return DEAD;
    if (last == ANY_DIGIT)
        return ANY_MARK;
    /* after another mark, only the fill of a cheque's line: .- ,-- .= */
    return symbol == HYPHEN || symbol == EQUALS || symbol == POINT ? ANY_END : DEAD;
}

static int32_t any_next(int32_t state, unsigned symbol)
{
    const int32_t last = state % ANY_WITHIN, within = state - last;
    if (is_digit(symbol))
        return last == ANY_END ? DEAD : within + ANY_DIGIT;
    if (symbol == OPEN)
        return within || last == ANY_END ? DEAD : ANY_WITHIN + ANY_START;
    if (symbol == CLOSE)
        return within && last >= ANY_DIGIT ? ANY_DIGIT : DEAD;
    const int32_t next = any_mark(last, symbol);
    return next == DEAD ? DEAD : within + next;
}

static bool any_accepts(int32_t state)
{
    return state == ANY_DIGIT || state == ANY_MARK || state == ANY_END;
}

const pattern lenet5_any_pattern = {"digits", any_next, any_accepts};

/* ---- Decimals ---------------------------------------------------------------------------------------------------- */

enum { DECIMAL_START = 0, DECIMAL_SIGN, DECIMAL_WHOLE, DECIMAL_POINT, DECIMAL_PART };

static int32_t decimal_next(int32_t state, unsigned symbol)
{
    switch (state) {
    case DECIMAL_START: return is_digit(symbol) ? DECIMAL_WHOLE : is_sign(symbol) ? DECIMAL_SIGN : DEAD;
    case DECIMAL_SIGN: return is_digit(symbol) ? DECIMAL_WHOLE : DEAD;
    case DECIMAL_WHOLE: return is_digit(symbol) ? DECIMAL_WHOLE : is_point(symbol) ? DECIMAL_POINT : DEAD;
    default: return is_digit(symbol) ? DECIMAL_PART : DEAD;
    }
}

static bool decimal_accepts(int32_t state)
{
    return state == DECIMAL_WHOLE || state == DECIMAL_PART;
}

/* ---- Amounts ----------------------------------------------------------------------------------------------------- */

enum {
    AMOUNT_START = 0,
    AMOUNT_SIGN,
    AMOUNT_1, /* digits before any point */
    AMOUNT_2,
    AMOUNT_3,
    AMOUNT_MORE,   /* more than three of them: there are no groups */
    AMOUNT_POINT,  /* before a group or two digits */
    AMOUNT_POINT1, /* and the digits after it */
    AMOUNT_POINT2,
    AMOUNT_GROUP,
    AMOUNT_LAST, /* the same where no group may follow */
    AMOUNT_LAST1,
    AMOUNT_LAST2,
    AMOUNT_END, /* the fill of the line */
    AMOUNT_CLOSED,
    AMOUNT_WITHIN /* added inside parentheses */
};

static int32_t amount_digit(int32_t at)
{
    static const int32_t next[] = {[AMOUNT_START] = AMOUNT_1,      [AMOUNT_SIGN] = AMOUNT_1,
                                   [AMOUNT_1] = AMOUNT_2,          [AMOUNT_2] = AMOUNT_3,
                                   [AMOUNT_3] = AMOUNT_MORE,       [AMOUNT_MORE] = AMOUNT_MORE,
                                   [AMOUNT_POINT] = AMOUNT_POINT1, [AMOUNT_POINT1] = AMOUNT_POINT2,
                                   [AMOUNT_POINT2] = AMOUNT_GROUP, [AMOUNT_GROUP] = DEAD,
                                   [AMOUNT_LAST] = AMOUNT_LAST1,   [AMOUNT_LAST1] = AMOUNT_LAST2,
                                   [AMOUNT_LAST2] = DEAD,          [AMOUNT_END] = DEAD,
                                   [AMOUNT_CLOSED] = DEAD};
    return next[at];
}

static bool amount_may_end(int32_t at)
{
    return at >= AMOUNT_1 && at < AMOUNT_CLOSED && at != AMOUNT_POINT1 && at != AMOUNT_LAST1;
}

static int32_t amount_mark(int32_t at, unsigned symbol)
{
    if (at == AMOUNT_START)
        return is_sign(symbol) || symbol == EQUALS ? AMOUNT_SIGN : DEAD;
    if (is_point(symbol) && ((at >= AMOUNT_1 && at <= AMOUNT_3) || at == AMOUNT_GROUP))
        return AMOUNT_POINT;
    if (is_point(symbol) && at == AMOUNT_MORE)
        return AMOUNT_LAST;
    const bool fills = is_point(symbol) || symbol == HYPHEN || symbol == EQUALS;
    return fills && amount_may_end(at) ? AMOUNT_END : DEAD;
}

static int32_t amount_next(int32_t state, unsigned symbol)
{
    const int32_t at = state % AMOUNT_WITHIN, within = state - at;
    if (symbol == OPEN)
        return state == AMOUNT_START || state == AMOUNT_SIGN ? AMOUNT_WITHIN + at : DEAD;
    if (symbol == CLOSE)
        return within && amount_may_end(at) ? AMOUNT_CLOSED : DEAD;
    const int32_t next = is_digit(symbol) ? amount_digit(at) : amount_mark(at, symbol);
    return next == DEAD ? DEAD : within + next;
}

static bool amount_accepts(int32_t state)
{
    return state == AMOUNT_CLOSED || (state < AMOUNT_WITHIN && amount_may_end(state));
}

/* ---- Dates ------------------------------------------------------------------------------------------------------- */

/*
 *     bits 0-4   value of the day or month that is read
 *          5-7   digits read of this part
 *          8-9   parts before it
 *          10-11 the separator
 *          12    the year stands first
 *          13    the first of day and month is more than 12: the second is the month
 */
enum {
    DATE_DIGIT = 1 << 5,
    DATE_PART = 1 << 8,
    DATE_SEPARATOR = 1 << 10,
    DATE_YEAR_FIRST = 1 << 12,
    DATE_DAY = 1 << 13
};

typedef struct date {
    int32_t value, digits, parts, separator; /* separator: 0 none, else 1 plus its index in / . - */
    bool year_first, day;
} date;

static date date_of(int32_t state)
{
    return (date){part(state, 0, 5),  part(state, 5, 3),       part(state, 8, 2),
                  part(state, 10, 2), part(state, 12, 1) != 0, part(state, 13, 1) != 0};
}

static int32_t date_state(const date *d)
{
    return d->value + d->digits * DATE_DIGIT + d->parts * DATE_PART + d->separator * DATE_SEPARATOR +
           (d->year_first ? DATE_YEAR_FIRST : 0) + (d->day ? DATE_DAY : 0);
}

static bool in_year(const date *d)
{
    return d->year_first ? d->parts == 0 : d->parts == 2;
}

/* Whether the day or month read so far is valid. */
static bool is_day(const date *d)
{
    const bool month = d->day || (d->year_first && d->parts == 1);
    return d->digits >= 1 && d->digits <= 2 && d->value >= 1 && (!month || d->value <= 12);
}

static int32_t date_digit(date d, unsigned digit)
{
    const int32_t value = 10 * d.value + (int32_t)digit;
    d.digits++;
    if (!in_year(&d) && d.parts == 0 && (d.digits > 2 || value > 31))
        d.year_first = true;
    if (in_year(&d)) {
        d.value = 0;
        return d.digits > 4 ? DEAD : date_state(&d);
    }
    if (d.digits > 2 || value > 31)
        return DEAD;
    d.value = value;
    return date_state(&d);
}

static int32_t date_separator(date d, int32_t separator)
{
    if (d.parts == 2 || (d.separator && d.separator != separator))
        return DEAD;
    if (d.year_first && d.parts == 0 ? d.digits != 4 : !is_day(&d))
        return DEAD;
    d.day = !d.year_first && d.parts == 0 && d.value > 12;
    d.separator = separator;
    d.value = d.digits = 0;
    d.parts++;
    return date_state(&d);
}

static int32_t date_next(int32_t state, unsigned symbol)
{
    const date d = date_of(state);
    if (is_digit(symbol))
        return date_digit(d, symbol);
    return symbol == SLASH    ? date_separator(d, 1)
           : symbol == POINT  ? date_separator(d, 2)
           : symbol == HYPHEN ? date_separator(d, 3)
                              : DEAD;
}

static bool date_accepts(int32_t state)
{
    const date d = date_of(state);
    return d.parts == 2 && (d.year_first ? is_day(&d) : d.digits == 2 || d.digits == 4);
}

/* ---- Telephone numbers ------------------------------------------------------------------------------------------- */

#define MIN_PHONE_DIGITS 5  /* of the shortest number, as lenet5/reading.h promises */
#define MAX_PHONE_DIGITS 15 /* as E.164 allows */

/* Bits 0-3: digits; 4-5: last symbol; 6-7: parentheses. */
enum { PHONE_START = 0, PHONE_PLUS = 1 << 4, PHONE_MARK = 2 << 4, PHONE_AFTER_DIGIT = 3 << 4 };
enum { PHONE_OPEN = 1 << 6, PHONE_CLOSED = 2 << 6 };

static int32_t phone_next(int32_t state, unsigned symbol)
{
    const int32_t digits = part(state, 0, 4), last = part(state, 4, 2) << 4, around = part(state, 6, 2) << 6;
    if (is_digit(symbol))
        return digits == MAX_PHONE_DIGITS ? DEAD : digits + 1 + PHONE_AFTER_DIGIT + around;
    switch (symbol) {
    case PLUS: return state == 0 ? PHONE_PLUS : DEAD;
    case OPEN: return around == 0 ? digits + PHONE_MARK + PHONE_OPEN : DEAD;
    case CLOSE:
        return around == PHONE_OPEN && last == PHONE_AFTER_DIGIT ? digits + PHONE_AFTER_DIGIT + PHONE_CLOSED : DEAD;
    case HYPHEN:
    case POINT:
    case SLASH: return last == PHONE_AFTER_DIGIT && around != PHONE_OPEN ? digits + PHONE_MARK + around : DEAD;
    default: return DEAD;
    }
}

static bool phone_accepts(int32_t state)
{
    return part(state, 0, 4) >= MIN_PHONE_DIGITS && part(state, 4, 2) << 4 == PHONE_AFTER_DIGIT &&
           part(state, 6, 2) != 1;
}

/* ---- By name ----------------------------------------------------------------------------------------------------- */

const pattern *lenet5_pattern_named(const char *name)
{
    static const pattern patterns[] = {{"amount", amount_next, amount_accepts},
                                       {"date", date_next, date_accepts},
                                       {"decimal", decimal_next, decimal_accepts},
                                       {"phone", phone_next, phone_accepts}};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (strcmp(patterns[i].name, name) == 0)
            return &patterns[i];
    return NULL;
}
