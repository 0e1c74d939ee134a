/*
 * Templates of forms: the fields on a page, the format of each, and the marks by which a picture of the form is
 * registered. The file is JSON; docs/json.md describes it.
 */
#ifndef LENET5_CLI_TEMPLATE_H
#define LENET5_CLI_TEMPLATE_H

#include "codes.h"
#include "lenet5.h"
#include "registration_marks.h"

#define MAX_FIELDS 1000   /* of a template */
#define MAX_FIELD_NAME 80 /* bytes */

/* A member that the file lacks is NULL or 0. */
typedef struct form_field {
    char *name;
    lenet5_box region; /* in pixels of the form */
    char *format;
    char *list; /* the file */
    code_list codes;
    bool checked; /* check is in the file */
    lenet5_check check;
    double threshold; /* of max_error */
    size_t n_best;
} form_field;

typedef struct form_template {
    size_t width, height; /* of the form, in the pixels of its regions and marks */
    form_field *fields;   /* (count) */
    size_t count;
    bool marked;
    registration_marks marks;
    char sha256[SHA256_SIZE]; /* of its file, followed by the sums of its lists */
} form_template;

/*
 * Parses a template in memory, without loading its lists of codes. name stands for it in error messages, which include
 * the path of the value in it. Returns an exit code; free the template in any case.
 */
int template_parse(form_template *form, const char *text, size_t size, const char *name);

/* Loads a template from a file, and its lists, whose names are relative to the file's folder. */
int template_load(form_template *form, const char *path);

/* The options of a field: its own, and the defaults where it has none. */
lenet5_read_options template_options(const form_field *field, const lenet5_read_options *defaults);

/* The map from the form to a picture of it. name stands for the picture in messages. */
affine template_map(const form_template *form, const lenet5_picture *picture, const char *name);

void template_free(form_template *form);

#endif
