#include "parse_real.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NUMBER 60 /* bytes */

static const char *skip_digits(const char *at)
{
    return at + strspn(at, "0123456789");
}

/* The end of the number; text itself if there is none. */
static const char *end_of(const char *text)
{
    const char *whole = text + (*text == '-');
    const char *at = skip_digits(whole);
    if (at == whole || (*whole == '0' && at > whole + 1))
        return text;
    if (*at == '.' && skip_digits(at + 1) > at + 1)
        at = skip_digits(at + 1);
    if (*at == 'e' || *at == 'E') {
        const char *exponent = at + 1 + (at[1] == '+' || at[1] == '-');
        at = skip_digits(exponent) > exponent ? skip_digits(exponent) : at;
    }
    return at;
}

bool lenet5_parse_real(double *value, const char *text, const char **rest)
{
    char number[MAX_NUMBER + 8], *point;
    const char *end = end_of(text), *local = localeconv()->decimal_point;
    const size_t size = (size_t)(end - text);
    if (size == 0 || size > MAX_NUMBER || strlen(local) > 7)
        return false;
    memcpy(number, text, size);
    number[size] = '\0';
    point = strchr(number, '.');
    if (point) { /* strtod expects that of the locale */
        memmove(point + strlen(local), point + 1, strlen(point + 1) + 1);
        memcpy(point, local, strlen(local));
    }
    *value = strtod(number, NULL);
    *rest = end;
    return isfinite(*value);
}
