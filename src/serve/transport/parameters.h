/*
 * Parameters of a request, from its query or a form. Functions that return bool are false once the request has failed:
 * the value is wrong. A parameter that is not given has its fallback.
 */
#ifndef LENET5_SERVE_PARAMETERS_H
#define LENET5_SERVE_PARAMETERS_H

#include "request.h"

/* Adds a parameter, whose value the caller sets. NULL once the request has failed: its route does not take it, or it is
 * given twice. */
parameter *parameter_add(request *r, const char *name);

/* Returns a parameter's value; NULL if it is not given. */
const char *parameter_get(const request *r, const char *name);

/* Numbers from min to max. */
bool parameter_whole(size_t *value, request *r, const char *name, size_t fallback, size_t min, size_t max);
bool parameter_real(double *value, request *r, const char *name, double fallback, double min, double max);

/* "0", the fallback, or "1". */
bool parameter_flag(bool *value, request *r, const char *name);

/* A share (json/values.h); the fallback is 0. */
bool parameter_share(double *share, request *r, const char *name);

/* The index of a name in a list ended by NULL; the fallback is 0, the first. */
bool parameter_name(size_t *index, request *r, const char *name, const char *const *names);

#endif
