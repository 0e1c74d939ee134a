/* Frames that a stroke of a digit divides. */
#ifndef LENET5_READER_SPLITS_H
#define LENET5_READER_SPLITS_H

#include "frames.h"

/* Joins them again; the stroke is not printed. */
lenet5_status lenet5_join_frames(frames *f, const segments *all, budget *b, lenet5_error *error);

#endif
