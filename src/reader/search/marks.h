/* Which marks some ink of a line may be, by its place, size and shape. */
#ifndef LENET5_READER_MARKS_H
#define LENET5_READER_MARKS_H

#include "alphabet.h"
#include "reader/lines/pieces.h"

/* Where the digits beside some ink stand, in rows of the line's map. */
typedef struct footing {
    double base, height; /* height is 0 where nothing stands beside it */
    double lean;         /* to the right, for a height of 1: what has been undone of the line */
} footing;

/* The footing for pieces first to last - 1, which do not count for it. */
footing lenet5_footing(const text_line *line, size_t first, size_t last);

/*
 * The share of each mark, and what is left to all digits is 1 minus their sum. ink: (height, width of box), that of the
 * pieces alone.
 */
void lenet5_mark_shares(double share[MARKS], const uint8_t *ink, const span *box, const footing *beside);

#endif
