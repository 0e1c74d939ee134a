/* Numbers as JSON writes them, in any locale. */
#ifndef LENET5_BASE_PARSE_REAL_H
#define LENET5_BASE_PARSE_REAL_H

#include <stdbool.h>

/* Reads a finite number of at most 60 bytes at the begin of text; *rest is what follows it. */
bool lenet5_parse_real(double *value, const char *text, const char **rest);

#endif
