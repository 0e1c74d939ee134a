#include "route.h"

#include <assert.h>
#include <microhttpd.h>
#include <string.h>

static const char *const no_parameters[] = {NULL};
const route route_unknown = {"", "unknown", no_parameters, NULL, NULL};

static bool matches_path(const route *r, const char *path)
{
    return r->matches ? r->matches(path) : strcmp(r->path, path) == 0;
}

static bool takes_method(const route *r, const char *method)
{
    return strcmp(r->method, strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET : method) == 0;
}

const route *route_find(const char **allow, const route_table *table, const char *path, const char *method)
{
    size_t index = 0;
    while (index < table->count && !matches_path(&table->routes[index], path))
        index++;
    const route *found = route_at(table, index);
    *allow = found == &route_unknown || takes_method(found, method) ? NULL
             : strcmp(found->method, MHD_HTTP_METHOD_GET) == 0      ? "GET, HEAD"
                                                                    : found->method;
    return found;
}

size_t route_count(const route_table *table)
{
    return table->count + 1;
}

size_t route_index(const route_table *table, const route *r)
{
    const size_t index = r == &route_unknown ? table->count : (size_t)(r - table->routes);
    assert(index <= table->count);
    return index;
}

const route *route_at(const route_table *table, size_t index)
{
    return index < table->count ? &table->routes[index] : &route_unknown;
}
