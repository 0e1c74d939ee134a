/* Strokes that run along a printed segment and thicken its traces. */
#ifndef LENET5_READER_TRIM_H
#define LENET5_READER_TRIM_H

#include "segments.h"

/* Cuts the traces of the chosen segments back to the running median of their edges. */
lenet5_status lenet5_trim_segments(segments *all, const bool *chosen, budget *b, lenet5_error *error);

#endif
