/* The files that the arguments of a command stand for. */
#ifndef LENET5_CLI_READ_FILES_H
#define LENET5_CLI_READ_FILES_H

#include <stddef.h>

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

#endif
