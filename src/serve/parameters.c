/* What a request says: its headers, and the options of its query or form. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server.h"

const char *header_of(const request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection->mhd, MHD_HEADER_KIND, name);
}

bool has_type(const request *r, const char *type)
{
    const char *given = r->content_type;
    const size_t length = strlen(type);
    return given && strncasecmp(given, type, length) == 0 &&
           (type[length - 1] == '/' || given[length] == '\0' || strchr("; \t", given[length]));
}

const char *parameter_of(const request *r, const char *name)
{
    for (size_t i = 0; i < r->parameter_count; i++)
        if (strcmp(r->parameters[i].name, name) == 0)
            return r->parameters[i].value;
    return NULL;
}

/* The name as the route has it; NULL if it does not take such an option. */
static const char *known_name(const route *t, const char *name)
{
    const char *const *known = t->parameters;
    while (*known && strcmp(*known, name) != 0)
        known++;
    return *known;
}

parameter *parameter_add(request *r, const char *name)
{
    const char *known = known_name(r->route, name);
    if (!known)
        refuse(r, MHD_HTTP_BAD_REQUEST, "there is no option \"%.40s\" here; GET /openapi.json tells which there are",
               name);
    else if (r->parameter_count == MAX_PARAMETERS || parameter_of(r, known))
        refuse(r, MHD_HTTP_BAD_REQUEST, "the option \"%.40s\" is given twice", name);
    if (r->status)
        return NULL;
    parameter *added = &r->parameters[r->parameter_count++];
    *added = (parameter){.name = known, .value = ""};
    return added;
}

/* A number in decimal at the beginning of a value; end is where it ends, the beginning if there is none. */
static double number_of(const char *value, const char **end)
{
    char *after;
    const double number = strtod(value, &after);
    const bool plain = strspn(value, "0123456789.eE+-") >= (size_t)(after - value);
    *end = plain ? after : value;
    return number;
}

bool parameter_real(double *value, request *r, const char *name, double fallback, double least, double most)
{
    const char *given = parameter_of(r, name), *end;
    *value = given ? number_of(given, &end) : fallback;
    if (given && (end == given || *end || !(*value >= least && *value <= most))) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a number from %g to %g, not \"%.40s\"", name, least, most, given);
        return false;
    }
    return true;
}

bool parameter_whole(size_t *value, request *r, const char *name, size_t fallback, size_t least, size_t most)
{
    double real;
    if (!parameter_real(&real, r, name, (double)fallback, (double)least, (double)most))
        return false;
    *value = (size_t)real;
    if (real == floor(real))
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a whole number", name);
    return false;
}

bool parameter_flag(bool *value, request *r, const char *name)
{
    const char *given = parameter_of(r, name);
    *value = given && strcmp(given, "1") == 0;
    if (!given || *value || strcmp(given, "0") == 0)
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is 0 or 1, not \"%.40s\"", name, given);
    return false;
}

bool share_of(double *share, const char *text)
{
    const char *end;
    const double number = number_of(text, &end);
    const bool percent = strcmp(end, "%") == 0;
    *share = percent ? number / 100 : number;
    return end > text && (percent || !*end) && *share > 0 && *share <= 1;
}

bool parameter_share(double *share, request *r, const char *name)
{
    const char *given = parameter_of(r, name);
    *share = 0;
    if (!given || share_of(share, given))
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a share above 0, 1%% or 0.01, not \"%.40s\"", name, given);
    return false;
}
