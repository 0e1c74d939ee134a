/* Codes that exist, from a file that has one a line. */
#ifndef LENET5_CLI_READ_CODES_H
#define LENET5_CLI_READ_CODES_H

#include "lenet5.h"

typedef struct code_list {
    char **codes; /* (count) */
    size_t count;
} code_list;

/* Blank lines and what follows # are left out. A list has at most 16 MiB and a million codes. Returns an exit code;
 * free the list whatever it is. */
int load_codes(code_list *list, const char *path);

void free_codes(code_list *list);

#endif
