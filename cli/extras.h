/*
 * Modules that the program loads when it first needs them. Leptonica, cairo and libcurl depend on some fifty libraries,
 * which take longer to load than a digit takes to read.
 */
#ifndef LENET5_CLI_EXTRAS_H
#define LENET5_CLI_EXTRAS_H

#include "lenet5.h"

/*
 * Returns the table of functions of a module, the symbol of the module's name. NULL if the module cannot be loaded;
 * error then has the reason. Each module is loaded once; may be called by several threads. Needs memfd_create and
 * /proc.
 */
const void *load_extra(const char *name, lenet5_error *error);

#endif
