/* The module lenet5_serve, which the program loads when it serves. */
#include "serve.h"

LENET5_API extern const serve_module lenet5_serve;
const serve_module lenet5_serve = {serve_start,   serve_url,   serve_sandbox, serve_reload,
                                   serve_publish, serve_drain, serve_stop};
