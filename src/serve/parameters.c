/* What a request says: its headers, and the options of its query or form. */
#include <string.h>
#include <strings.h>

#include "server.h"
#include "json/values.h"

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

bool parameter_real(double *value, request *r, const char *name, double fallback, double least, double most)
{
    const char *given = parameter_of(r, name);
    *value = fallback;
    if (!given || parse_number(value, given, least, most))
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a number from %g to %g, not \"%.40s\"", name, least, most, given);
    return false;
}

bool parameter_whole(size_t *value, request *r, const char *name, size_t fallback, size_t least, size_t most)
{
    uint64_t number = fallback;
    const char *given = parameter_of(r, name);
    if (given && !parse_whole(&number, given, least, most)) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a whole number from %zu to %zu, not \"%.40s\"", name, least, most,
               given);
        return false;
    }
    *value = (size_t)number;
    return true;
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

bool parameter_share(double *share, request *r, const char *name)
{
    const char *given = parameter_of(r, name);
    *share = 0;
    if (!given || parse_share(share, given))
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is %s, not \"%.40s\"", name, SHARE_SYNTAX, given);
    return false;
}
