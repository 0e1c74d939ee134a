/* The files of a request: its body, or those of a form (multipart/form-data, RFC 7578). */
#ifndef LENET5_SERVE_FORM_H
#define LENET5_SERVE_FORM_H

#include "request.h"

#define MAX_FILES 64                /* of a form */
#define MAX_FIELD ((size_t)4 << 20) /* bytes of a parameter in a form: 100,000 codes of 40 letters */

typedef struct form_file {
    const char *name; /* "" if it is not given */
    const uint8_t *bytes;
    size_t size;
} form_file;

/*
 * Fills files and returns their number, at least 1; 0 once the request has failed. The other fields of a form become
 * parameters of the request. Nothing is copied: a form is parsed in place, in the body, which belongs to the caller's
 * thread.
 */
size_t form_parse(form_file files[MAX_FILES], request *r);

#endif
