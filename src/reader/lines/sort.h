/* Sorting by position. */
#ifndef LENET5_READER_SORT_H
#define LENET5_READER_SORT_H

#include <stddef.h>

/* A position, from left to right or from the top down, and what is there. */
typedef struct sort_key {
    double at;
    size_t index; /* of what is sorted; it decides between equal positions */
} sort_key;

void lenet5_sort_keys(sort_key *list, size_t count);

#endif
