/*
 * What the program loads when it first needs it. Leptonica, cairo and libcurl bring some fifty libraries with them, and
 * to load these takes longer than to read a digit; so what uses them is in modules of their own, within the program.
 */
#ifndef LENET5_CLI_EXTRAS_H
#define LENET5_CLI_EXTRAS_H

#include "lenet5.h"

/*
 * The one symbol of a module, a table of functions that has the module's name too. NULL if it cannot be loaded; error
 * then says why. Each module is loaded once; threads may call it side by side. The system has to have memfd_create and
 * /proc.
 */
const void *load_extra(const char *name, lenet5_error *error);

#endif
