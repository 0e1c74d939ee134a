/* The distribution of a mean of few numbers. */
#ifndef LENET5_BASE_STUDENT_H
#define LENET5_BASE_STUDENT_H

#include <stddef.h>

/* The quantile of Student's t distribution for a two-sided interval of 95 %, 12.7 for one degree of freedom, 1.96 in the
 * limit. degrees: at least 1. */
double lenet5_student(size_t degrees);

#endif
