/* The losses in double precision. */
#define LENET5_DOUBLE
#include "loss.c"
