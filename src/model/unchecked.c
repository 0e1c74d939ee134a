#include "sum.h"

bool lenet5_data_match(const char *sum, const uint8_t *data, size_t size)
{
    (void)sum;
    (void)data;
    (void)size;
    return true;
}
