/*
 * Which hosts and sites may ask, as far as a browser reports them. A page of another site can point its own name at
 * this server (DNS rebinding), so Host has to name us. It can also have its readers' browsers send requests here, so
 * anything but GET and HEAD has to come from our own page or from a site of --allow-origin. Programs that are no
 * browsers send no Origin and are not affected.
 */
#ifndef LENET5_SERVE_ORIGIN_H
#define LENET5_SERVE_ORIGIN_H

#include "request.h"

#define FETCH_SITE "Sec-Fetch-Site"

/* Rejects the request and returns false if its Host or its site is not accepted. */
bool origin_check(request *r);

/* Whether this is a preflight of CORS from a site of --allow-origin, whatever the route. */
bool origin_is_preflight(const request *r);

void origin_add_headers(struct MHD_Response *response, const request *r);

#endif
