/* Boxes of a row that differ from the others, for what is written in them. */
#ifndef LENET5_READER_SPLITS_H
#define LENET5_READER_SPLITS_H

#include "frames.h"

double lenet5_frame_width(const frame *f);
double lenet5_frame_height(const frame *f);

/* Whether two frames are of one size, nearly. */
bool lenet5_frames_similar(const frame *a, const frame *b);

/* How many frames are as large as one, itself counted. */
size_t lenet5_count_similar(const frames *f, const frame *like);

/*
 * Drops a frame: its sides that are of no other one are written, unless they are printed without it. combed: of each
 * segment, whether it is.
 */
void lenet5_drop_frame(frames *f, size_t which, const bool *combed);

/* Whether each of the frames has another of its size, as boxes and tables have that are found whole. */
bool lenet5_all_have_similar(const frames *f);

/* Drops frames among strokes that are like their sides: the display of a meter, whose 8 is two boxes. */
lenet5_status lenet5_drop_displays(frames *f, const segments *all, budget *b, lenet5_error *error);

/* Joins what a stroke divides, which is not printed, and divides what a stroke joins. */
lenet5_status lenet5_repair_frames(frames *f, const segments *all, const ink_map *map, budget *b, lenet5_error *error);

/* Drops what letters enclose: with thick strokes, and far lower than the cell around it, or alone and far smaller than
 * boxes. */
lenet5_status lenet5_drop_letters(frames *f, const bool *combed, budget *b, lenet5_error *error);

/* Of frames that share three sides one is none. */
lenet5_status lenet5_drop_overlaid(frames *f, const bool *combed, budget *b, lenet5_error *error);

#endif
