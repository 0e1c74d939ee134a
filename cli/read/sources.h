/* Where pictures come from: files, the pictures of a folder, standard input; one page after the other, PDF's too. */
#ifndef LENET5_CLI_READ_SOURCES_H
#define LENET5_CLI_READ_SOURCES_H

#include "lenet5.h"

typedef struct file_list {
    char **files; /* (count) */
    size_t count;
} file_list;

/*
 * The files that arguments stand for, in their order: a folder for the pictures in it, by name, of which only regular
 * files are taken and others complained about; pipes and devices are read where they are named. Returns an exit code: a
 * folder without a picture is complained about, and the other arguments are listed all the same. Free the list.
 */
int list_files(file_list *list, char *const *arguments, size_t count);

void free_files(file_list *list);

/* A file at hand, page by page. */
typedef struct source source;

/* Opens a file, "-" for standard input, whose pages may have so many pixels and, of a PDF, take so many seconds to be
 * rendered (0: any). Returns an exit code, as source_next does. */
int source_open(source **s, const char *file, size_t max_pixels, double seconds);

bool source_left(source *s);

int source_next(lenet5_picture *picture, source *s);

void source_close(source *s);

#endif
