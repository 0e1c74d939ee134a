/* The marks of a form: black squares or discs near its corners, by which a picture of it is brought into register. */
#ifndef LENET5_CLI_MARKS_H
#define LENET5_CLI_MARKS_H

#include "view.h"

#define MARKS 4

typedef struct form_marks {
    double centre[MARKS][2]; /* on the form */
    double size;             /* the side of a square, the diameter of a disc */
} form_marks;

/*
 * Looks for the marks near where map has them, and makes of map the one that takes them to where they are, by least
 * squares. Returns how many were found; map is left as it is where these are too few, or not where one map has them.
 */
size_t find_marks(affine *map, const form_marks *marks, const lenet5_picture *picture);

/* How many it takes. */
#define MIN_MARKS 3

#endif
