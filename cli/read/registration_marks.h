/* The registration marks of a form: black squares or discs near its corners, by which a picture of it is registered. */
#ifndef LENET5_CLI_REGISTRATION_MARKS_H
#define LENET5_CLI_REGISTRATION_MARKS_H

#include "picture_part.h"

#define REGISTRATION_MARKS 4 /* one near each corner */

typedef struct registration_marks {
    double centre[REGISTRATION_MARKS][2]; /* on the form */
    double size;                          /* the side of a square, the diameter of a disc */
} registration_marks;

/*
 * Searches for the marks near the positions that map gives, and refines map by least squares. Returns the number of
 * marks found: map stays as it is below MIN_REGISTRATION_MARKS, and also where no affine map fits them, for which 0 is
 * returned.
 */
size_t find_registration_marks(affine *map, const registration_marks *marks, const lenet5_picture *picture);

#define MIN_REGISTRATION_MARKS 3 /* that determine an affine map */

#endif
