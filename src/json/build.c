#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* From here on, readers with doubles alone, as JavaScript, round whole numbers. */
#define FIRST_INEXACT ((uint64_t)1 << 53)

static void give_up(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

void add_member(json_t **object, const char *key, json_t *value)
{
    if (json_object_set_new(*object, key, value) != 0)
        give_up(object);
}

void add_item(json_t **array, json_t *value)
{
    if (json_array_append_new(*array, value) != 0)
        give_up(array);
}

json_t *any_string_json(const char *string)
{
    if (lenet5_is_utf8(string))
        return json_string(string);
    char *copy = strdup(string);
    for (char *c = copy; c && *c; c++)
        *c = *c & 0x80 ? '?' : *c;
    json_t *value = copy ? json_string(copy) : NULL;
    free(copy);
    return value;
}

json_t *whole_json(uint64_t number)
{
    return number < FIRST_INEXACT ? json_integer((json_int_t)number) : json_sprintf("%llu", (unsigned long long)number);
}
