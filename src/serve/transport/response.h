/*
 * The response to a request: status, headers and body. It is set once; afterwards r->status is not 0. A function of a
 * route that fails sets an error and returns; functions that return bool are false once the request has failed.
 */
#ifndef LENET5_SERVE_RESPONSE_H
#define LENET5_SERVE_RESPONSE_H

#include "request.h"
#include "json/build.h"

#define JSON_TYPE "application/json"
#define JSON_LENGTH "Inference-Header-Content-Length" /* a header: bytes of the JSON that tensors follow */

#define RESPONSE_BUSY "too much is being sent and answered at once; try again later" /* 503: no memory budget is left */
#define RESPONSE_TOO_LONG "the body is longer than the server takes (--max-body)"    /* 413 */

/* Sets an error, as {"error": "..."}. */
void response_fail(request *r, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));
void response_fail_error(request *r, const lenet5_error *error);
void response_fail_memory(request *r);

/* Sets what has been written to r->response, with status 200. */
void response_set_text(request *r, const char *type);

/* Sets an object, whose reference it takes; NULL stands for memory that is out. */
void response_set_json(request *r, json_t *object);

/*
 * Reserves the memory of the response written so far. False once the request has failed: the response is longer than
 * --max-answer, or the budget is exhausted. Call it now and then while a response of any length is written; it is
 * called at the end in any case.
 */
bool response_reserve(request *r);

/* Hands the response to MHD. For the loop's thread alone. */
enum MHD_Result response_send(request *r, struct MHD_Connection *mhd);

#endif
