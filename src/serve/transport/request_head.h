/* The head of a request: its target, its framing, and what can be decided before the body is received. */
#ifndef LENET5_SERVE_REQUEST_HEAD_H
#define LENET5_SERVE_REQUEST_HEAD_H

#include "request.h"

/* Begins the request of a connection with its request line; MHD calls it. */
void *request_head_begin(void *context, const char *target, struct MHD_Connection *mhd);

/* Splits a request target into authority and path, without the query. Both are cut to the sizes given. */
void request_head_split(char *authority, size_t authority_size, char *path, size_t path_size, const char *target);

/*
 * Reads the headers, finds the route, and rejects what needs no body to be rejected. MHD_NO: the connection is closed.
 */
enum MHD_Result request_head_receive(request *r, const char *method, const char *version);

/* Compares a token with bytes that a client has sent, in time that does not depend on where they differ. */
bool request_head_is_token(const char *token, const uint8_t *bytes, size_t size);

#endif
