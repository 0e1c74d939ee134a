/* Which path is answered by whom. */
#include <string.h>

#include "assets.h"
#include "server.h"

static const char *const none[] = {NULL};
static const char *const of_read[] = {"format", "max_error", "threshold", "n_best", "check", "method",
                                      "marks",  "list",      "explain",   "page",   NULL};
static const char *const of_classify[] = {"normalise", "width", "side", "maps", "threshold", "max_error", NULL};

#define GET MHD_HTTP_METHOD_GET
#define POST MHD_HTTP_METHOD_POST
#define VERSION_1 "/v2/models/lenet5/versions/1"

const route routes[] = {
    {POST, "/v1/classify", of_classify, answer_classify},
    {POST, "/v1/read", of_read, answer_read},
    {GET, "/v1/network", none, answer_network},
    {GET, "/v1/training", none, answer_training},
    {GET, "/v2", none, answer_v2},
    {GET, "/v2/health/live", none, answer_v2_live},
    {GET, "/v2/health/ready", none, answer_v2_ready},
    {GET, "/v2/models/lenet5", none, answer_v2_model},
    {GET, "/v2/models/lenet5/ready", none, answer_v2_model_ready},
    {POST, "/v2/models/lenet5/infer", none, answer_v2_infer},
    {GET, VERSION_1, none, answer_v2_model},
    {GET, VERSION_1 "/ready", none, answer_v2_model_ready},
    {POST, VERSION_1 "/infer", none, answer_v2_infer},
    {GET, "/metrics", none, answer_metrics},
    {GET, "/watch.html", none, answer_watch_page},
    {0},
};

const route page_route = {GET, "page", none, answer_asset};
const route unknown_route = {"", "unknown", none, NULL};

#define ROUTES (sizeof routes / sizeof routes[0] - 1)

size_t route_count(void)
{
    return ROUTES + 2;
}

size_t route_index(const route *r)
{
    return r == &unknown_route ? ROUTES + 1 : r == &page_route ? ROUTES : (size_t)(r - routes);
}

const route *route_at(size_t index)
{
    return index < ROUTES ? &routes[index] : index == ROUTES ? &page_route : &unknown_route;
}

static bool takes(const route *t, const char *method)
{
    return strcmp(t->method, strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? GET : method) == 0;
}

const route *route_find(const char **allow, const char *path, const char *method)
{
    const route *found = &unknown_route;
    for (size_t i = 0; i < ROUTES && found == &unknown_route; i++)
        if (strcmp(routes[i].path, path) == 0)
            found = &routes[i];
    if (found == &unknown_route && asset_exists(path))
        found = &page_route;
    *allow = found == &unknown_route || takes(found, method) ? NULL
             : strcmp(found->method, GET) == 0               ? "GET, HEAD"
                                                             : found->method;
    return found;
}
