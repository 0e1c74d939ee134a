/* Levenshtein's distance between two texts: the least number of characters to insert, delete or replace. */
#ifndef LENET5_BASE_EDIT_DISTANCE_H
#define LENET5_BASE_EDIT_DISTANCE_H

#include <stddef.h>
#include <string.h>

#define LENET5_MAX_EDIT_LENGTH 64 /* characters of the second text; a longer one counts as wholly different */

static inline size_t lenet5_edit_distance(const char *from, const char *to)
{
    size_t row[LENET5_MAX_EDIT_LENGTH + 1]; /* distances of from's beginning to every beginning of to */
    const size_t length = strlen(to);
    if (length > LENET5_MAX_EDIT_LENGTH)
        return length > strlen(from) ? length : strlen(from);
    for (size_t k = 0; k <= length; k++)
        row[k] = k;
    for (size_t i = 0; from[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < length; k++) {
            const size_t replaced = diagonal + (from[i] != to[k]);
            const size_t inserted = row[k] + 1, deleted = row[k + 1] + 1;
            diagonal = row[k + 1];
            row[k + 1] = inserted < deleted ? inserted : deleted;
            row[k + 1] = replaced < row[k + 1] ? replaced : row[k + 1];
        }
    }
    return row[length];
}

#endif
