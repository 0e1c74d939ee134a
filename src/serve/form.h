/* The files of a request: the body itself, or those of a form. */
#ifndef LENET5_SERVE_FORM_H
#define LENET5_SERVE_FORM_H

#include "server.h"

#define MAX_FILES 64                /* of a form */
#define MAX_FIELD ((size_t)4 << 20) /* bytes of an option in a form: as long a list of codes as there may be */

/* Times the largest picture: so many pixels a request may have in all its pictures. */
#define PICTURES_WORTH ((size_t)4)

typedef struct form_file {
    const char *name; /* "" where none is given */
    const uint8_t *bytes;
    size_t size;
} form_file;

/*
 * Fills files and returns how many there are, at least one; 0 once the request is refused. The other fields of a form
 * become options of the request. Nothing is copied: a form is taken apart where it lies, in the body, which belongs to
 * the caller's thread.
 */
size_t take_files(form_file files[MAX_FILES], request *r);

#endif
