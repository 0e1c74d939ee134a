#include "sort.h"

#include <stdlib.h>

static int by_position(const void *a, const void *b)
{
    const sort_key *left = a, *right = b;
    if (left->at != right->at)
        return left->at > right->at ? 1 : -1;
    return (left->index > right->index) - (left->index < right->index);
}

void lenet5_sort_keys(sort_key *list, size_t count)
{
    qsort(list, count, sizeof *list, by_position);
}
