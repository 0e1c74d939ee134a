/* The page: the files of web/, which are embedded in the program. */
#ifndef LENET5_SERVE_ASSETS_H
#define LENET5_SERVE_ASSETS_H

#include <stdbool.h>

typedef struct assets assets;

/* Computes the ETags. NULL if memory is out. */
assets *assets_new(void);
void assets_free(assets *a);

/* Whether a path is that of a file. */
bool assets_have(const char *path);

#endif
