/* The reference passes in double precision. */
#define LENET5_DOUBLE
#include "reference.c"
