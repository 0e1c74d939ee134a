/* The sources of pictures: files, folders, standard input; page by page, of PDF files too. */
#ifndef LENET5_CLI_READ_SOURCES_H
#define LENET5_CLI_READ_SOURCES_H

#include "lenet5.h"

typedef struct file_list {
    char **files; /* (count) */
    size_t count;
} file_list;

/* What a folder stands for: its pictures, or its PDF files too. */
typedef enum folder_content { PICTURES, PICTURES_AND_PDF } folder_content;

/*
 * Lists the files that arguments stand for, in their order. A folder stands for the regular files in it whose ending
 * is that of a picture, sorted by name; hidden files and subfolders are left out. Pipes and devices have to be named.
 * Returns an exit code: after reporting an error about a folder without a picture, the other arguments are still
 * listed. Free the list.
 */
int list_files(file_list *list, char *const *arguments, size_t count, folder_content content);

void free_files(file_list *list);

/* An open file, page by page. */
typedef struct source source;

/* Opens a file, "-" for standard input. A page may have up to max_pixels and, of a PDF, take up to seconds to render
 * (0: any time). Returns an exit code, as source_next does. Close it in any case. */
int source_open(source **s, const char *file, size_t max_pixels, double seconds);

/* Whether there is another page, or an error to report. */
bool source_left(source *s);

/* Decodes the next page. Free the picture. */
int source_next(lenet5_picture *picture, source *s);

void source_close(source *s);

#endif
