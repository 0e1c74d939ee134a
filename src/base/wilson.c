#include "wilson.h"

#include <math.h>

void lenet5_wilson(double *low, double *high, size_t errors, size_t count)
{
    const double z = 1.959963984540054; /* of 95 % */
    if (count == 0) {
        *low = 0;
        *high = 1;
        return;
    }
    const double n = (double)count;
    const double p = (double)errors / n;
    const double centre = p + z * z / (2 * n);
    const double spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = errors == 0 ? 0 : (centre - spread) / (1 + z * z / n);
    *high = errors == count ? 1 : (centre + spread) / (1 + z * z / n);
}
