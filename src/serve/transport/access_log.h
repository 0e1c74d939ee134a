/* The access log: a line for each request, as text or as JSON. */
#ifndef LENET5_SERVE_ACCESS_LOG_H
#define LENET5_SERVE_ACCESS_LOG_H

#include "options.h"
#include "request.h"

/* Appends a request's line to the log of its loop. */
void access_log_write(text_buffer *log, serve_log format, const request *r, double seconds);

/*
 * Writes whole lines to stderr and empties the log. What stderr does not accept at once is lost: a log that nobody
 * reads must not hold up the responses.
 */
void access_log_flush(text_buffer *log);

#endif
