/*
 * Templates of forms: where fields of writing are on a page, what may stand in each, and the marks by which a picture
 * of the form is brought into register. The file is JSON, as docs/json.md says.
 */
#ifndef LENET5_CLI_TEMPLATE_H
#define LENET5_CLI_TEMPLATE_H

#include "codes.h"
#include "lenet5.h"
#include "marks.h"

#define MAX_FIELDS 1000
#define LONGEST_FIELD_NAME 80 /* bytes */

/* A member that is not in the file is NULL or 0. */
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
    size_t width, height; /* of the page that regions and marks are pixels of */
    form_field *fields;   /* (count) */
    size_t count;
    bool marked;
    form_marks marks;
} form_template;

/*
 * Parses a template that is in memory, without its lists of codes; name stands for it in complaints, which say where in
 * it what is wrong. Returns an exit code; free the template whatever it is.
 */
int template_parse(form_template *form, const char *text, size_t size, const char *name);

/* The same from a file, with the lists, whose names are relative to the file's folder. */
int template_load(form_template *form, const char *path);

/* What a field is read with: its own options, and those of others where it has none. */
lenet5_read_options template_options(const form_field *field, const lenet5_read_options *others);

/* The map from the form to a picture of it, which is called name where a note on its marks is made. */
affine template_map(const form_template *form, const lenet5_picture *picture, const char *name);

void template_free(form_template *form);

#endif
