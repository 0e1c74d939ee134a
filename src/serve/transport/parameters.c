#include "parameters.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "response.h"
#include "json/values.h"

const char *parameter_get(const request *r, const char *name)
{
    for (size_t i = 0; i < r->parameter_count; i++)
        if (strcmp(r->parameters[i].name, name) == 0)
            return r->parameters[i].value;
    return NULL;
}

parameter *parameter_add(request *r, const char *name)
{
    const char *known = r->route->parameters[name_index(r->route->parameters, name)];
    if (!known)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "there is no option \"%.40s\" here; GET /openapi.json lists them", name);
    else if (r->parameter_count == MAX_PARAMETERS || parameter_get(r, known))
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the option \"%.40s\" is given twice", name);
    if (r->status)
        return NULL;
    assert(r->parameter_count < MAX_PARAMETERS);
    parameter *added = &r->parameters[r->parameter_count++];
    *added = (parameter){.name = known, .value = ""};
    return added;
}

bool parameter_real(double *value, request *r, const char *name, double fallback, double min, double max)
{
    const char *given = parameter_get(r, name);
    *value = fallback;
    if (!given || parse_number(value, given, min, max))
        return true;
    response_fail(r, MHD_HTTP_BAD_REQUEST, "%s is a number from %g to %g, not \"%.40s\"", name, min, max, given);
    return false;
}

bool parameter_whole(size_t *value, request *r, const char *name, size_t fallback, size_t min, size_t max)
{
    uint64_t number = fallback;
    const char *given = parameter_get(r, name);
    const bool parsed = !given || parse_whole(&number, given, min, max);
    *value = (size_t)number;
    if (!parsed)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "%s is a whole number from %zu to %zu, not \"%.40s\"", name, min, max,
                      given);
    return parsed;
}

bool parameter_flag(bool *value, request *r, const char *name)
{
    const char *given = parameter_get(r, name);
    *value = given && strcmp(given, "1") == 0;
    if (!given || *value || strcmp(given, "0") == 0)
        return true;
    response_fail(r, MHD_HTTP_BAD_REQUEST, "%s is 0 or 1, not \"%.40s\"", name, given);
    return false;
}

bool parameter_share(double *share, request *r, const char *name)
{
    const char *given = parameter_get(r, name);
    *share = 0;
    if (!given || parse_share(share, given))
        return true;
    response_fail(r, MHD_HTTP_BAD_REQUEST, "%s is %s, not \"%.40s\"", name, SHARE_SYNTAX, given);
    return false;
}

bool parameter_name(size_t *index, request *r, const char *name, const char *const *names)
{
    char all[128] = "";
    const char *given = parameter_get(r, name);
    *index = given ? name_index(names, given) : 0;
    if (names[*index])
        return true;
    for (size_t i = 0; names[i]; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", names[i]);
    response_fail(r, MHD_HTTP_BAD_REQUEST, "%s is one of %s, not \"%.40s\"", name, all, given);
    return false;
}
