#include "values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Parses the decimal number at the beginning of a text. Returns the text behind it; NULL if there is no number. */
static const char *parse_decimal(double *number, const char *text)
{
    char *end;
    *number = strtod(text, &end);
    const size_t length = (size_t)(end - text);
    return length > 0 && strspn(text, "0123456789.eE+-") >= length ? end : NULL;
}

bool parse_number(double *number, const char *text, double min, double max)
{
    const char *end = parse_decimal(number, text);
    return end && *end == '\0' && *number >= min && *number <= max;
}

bool parse_whole(uint64_t *number, const char *text, uint64_t min, uint64_t max)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= min && *number <= max;
}

bool parse_share(double *share, const char *text)
{
    const char *end = parse_decimal(share, text);
    if (!end || *share <= 0)
        return false;
    if (*end == '\0')
        return *share < 1;
    *share /= 100;
    return strcmp(end, "%") == 0 && *share <= 1;
}

bool parse_share_json(double *share, const json_t *value)
{
    *share = json_number_value(value);
    return json_is_string(value) ? parse_share(share, json_string_value(value)) : *share > 0 && *share < 1;
}

size_t name_index(const char *const *names, const char *name)
{
    size_t index = 0;
    while (names[index] && strcmp(names[index], name) != 0)
        index++;
    return index;
}

const char *const check_names[] = {"none", "luhn", "mod10", "mod11", NULL};
const char *const method_names[] = {"pieces", "sdnn", NULL};

bool parse_check(lenet5_check *check, const char *name)
{
    const size_t index = name_index(check_names, name);
    if (!check_names[index])
        return false;
    *check = (lenet5_check)index;
    return true;
}
