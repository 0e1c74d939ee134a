/* Things in the order of their places. */
#ifndef LENET5_READER_SORT_H
#define LENET5_READER_SORT_H

#include <stddef.h>

/* What is sorted by its place, from left to right or from the top down. */
typedef struct sort_key {
    double at;
    size_t index; /* decides where places are the same */
} sort_key;

void lenet5_sort_keys(sort_key *list, size_t count);

#endif
