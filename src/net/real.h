/*
 * One source, two precisions. reference.c and loss.c are written for the type real and compiled twice: for float, the
 * precision of the public functions, and for double, with which verify.c differentiates numerically. REAL(name) is the
 * name of a type or function in the precision being compiled.
 */
#ifndef LENET5_REAL_H
#define LENET5_REAL_H

#include <math.h>

#include "lenet5/network.h"

LENET5_DEFINE_NETWORK(lenet5_network_double, double);
LENET5_DEFINE_MAPS(lenet5_maps_double, double);

#ifdef LENET5_DOUBLE
typedef double real;
#define REAL(name) name##_double
#define TANH tanh
#define EXP exp
#define LOG log
#else
typedef float real;
#define REAL(name) name
#define TANH tanhf
#define EXP expf
#define LOG logf
#endif

typedef REAL(lenet5_network) network_t;
typedef REAL(lenet5_maps) maps_t;

#endif
