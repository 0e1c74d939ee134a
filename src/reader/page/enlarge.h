/* Doubling of pictures whose strokes are about one pixel wide. */
#ifndef LENET5_READER_ENLARGE_H
#define LENET5_READER_ENLARGE_H

#include "reader/budget.h"
#include "transform.h"

/* From the doubled picture to the original. */
#define FROM_ENLARGED ((transform){0.5, 0, -0.25, 0, 0.5, -0.25})

/* Doubles a picture. Free its grey. */
lenet5_status lenet5_enlarge(lenet5_picture *larger, const lenet5_picture *picture, budget *b, lenet5_error *error);

#endif
