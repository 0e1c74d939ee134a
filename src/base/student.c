#include "student.h"

#include <math.h>

#define HALF_PI 1.57079632679489661923
#define INTERVALS 2000 /* of Simpson's rule: an error below 1e-6 of the quantile up to 10,000 degrees */
#define BISECTIONS 60

/* The integral of cos^(degrees - 1) from 0 to an angle: with t = sqrt(degrees) tan(angle), the density of t. */
static double integral(double angle, size_t degrees)
{
    const double step = angle / INTERVALS, power = (double)degrees - 1;
    double sum = 1 + pow(cos(angle), power);
    for (int i = 1; i < INTERVALS; i++)
        sum += (i % 2 ? 4 : 2) * pow(cos(i * step), power);
    return sum * step / 3;
}

double lenet5_student(size_t degrees)
{
    const double wanted = 0.95 * integral(HALF_PI, degrees);
    double low = 0, high = HALF_PI;
    for (int i = 0; i < BISECTIONS; i++) {
        const double middle = (low + high) / 2;
        if (integral(middle, degrees) < wanted)
            low = middle;
        else
            high = middle;
    }
    return sqrt((double)degrees) * tan(low);
}
