/* A picture twice as large, for strokes that are hardly a pixel wide. */
#ifndef LENET5_READER_ENLARGE_H
#define LENET5_READER_ENLARGE_H

#include "reader/budget.h"
#include "transform.h"

/* Where the places of the larger picture are in the smaller one. */
#define FROM_ENLARGED ((transform){0.5, 0, -0.25, 0, 0.5, -0.25})

/* Free its grey. */
lenet5_status lenet5_enlarge(lenet5_picture *larger, const lenet5_picture *picture, budget *b, lenet5_error *error);

#endif
