/*
 * A stroke that runs along a printed line and touches it makes the line's runs thicker there.
 */
#ifndef LENET5_READER_TRIM_H
#define LENET5_READER_TRIM_H

#include "segments.h"

/* Cuts the traces of the chosen segments back to the edges that each has nearby. */
lenet5_status lenet5_trim_segments(segments *all, const bool *chosen, budget *b, lenet5_error *error);

#endif
