/* The list of valid codes, from a file with one code a line. */
#ifndef LENET5_CLI_READ_CODES_H
#define LENET5_CLI_READ_CODES_H

#include "lenet5.h"
#include "sha256.h"

typedef struct code_list {
    char **codes; /* (count) */
    size_t count;
    char sha256[SHA256_SIZE]; /* of the file */
} code_list;

/* Loads a list. Blank lines and comments, from # on, are ignored. A list has at most 16 MiB and a million codes.
 * Returns an exit code; free the list in any case. */
int load_codes(code_list *list, const char *path);

void free_codes(code_list *list);

#endif
