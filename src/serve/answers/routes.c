#include "routes.h"

#include "assets.h"

#define GET MHD_HTTP_METHOD_GET
#define POST MHD_HTTP_METHOD_POST
#define VERSION_1 "/v2/models/lenet5/versions/1"

static const char *const none[] = {NULL};
static const char *const read_parameters[] = {"format", "max_error", "threshold", "n_best", "check", "method",
                                              "marks",  "list",      "explain",   "page",   NULL};
static const char *const classify_parameters[] = {"normalise", "width", "side", "maps", "threshold", "max_error", NULL};

static const route all[] = {
    {POST, "/v1/classify", classify_parameters, answer_classify, NULL},
    {POST, "/v1/read", read_parameters, answer_read, NULL},
    {GET, "/v1/network", none, answer_network, NULL},
    {GET, "/v1/training", none, answer_training, NULL},
    {GET, "/v2", none, answer_v2, NULL},
    {GET, "/v2/health/live", none, answer_v2_live, NULL},
    {GET, "/v2/health/ready", none, answer_v2_ready, NULL},
    {GET, "/v2/models/lenet5", none, answer_v2_model, NULL},
    {GET, "/v2/models/lenet5/ready", none, answer_v2_model_ready, NULL},
    {POST, "/v2/models/lenet5/infer", none, answer_v2_infer, NULL},
    {GET, VERSION_1, none, answer_v2_model, NULL},
    {GET, VERSION_1 "/ready", none, answer_v2_model_ready, NULL},
    {POST, VERSION_1 "/infer", none, answer_v2_infer, NULL},
    {GET, "/metrics", none, answer_metrics, NULL},
    {GET, "/watch.html", none, answer_watch_page, NULL},
    {GET, "page", none, answer_asset, assets_have},
};

const route_table routes = {all, sizeof all / sizeof all[0]};
