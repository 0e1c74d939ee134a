/* A pen's strokes on paper with a printed pattern: security paper, hatching, guilloche. */
#ifndef LENET5_READER_PATTERN_H
#define LENET5_READER_PATTERN_H

#include "ink.h"

/* How many of the paper's pixels have each contrast, away from what is above the threshold. */
lenet5_status lenet5_paper_levels(uint32_t histogram[256], const ink_map *contrast, unsigned threshold, budget *b,
                                  lenet5_error *error);

/*
 * How much the paper's contrasts vary, away from what is above the threshold: half of what lies between their 16 and 84
 * per cent quantiles.
 */
lenet5_status lenet5_paper_noise(double *noise, const ink_map *contrast, unsigned threshold, budget *b,
                                 lenet5_error *error);

/* Whether what is above the threshold is everywhere alike, as no writing is. stroke: its width, in pixels. */
bool lenet5_is_uniform(const ink_map *levels, unsigned threshold, double stroke);

/*
 * Turns a map of contrasts into ink without the pattern, if strokes stand out from that: *contrast is by how much, of
 * 255. Else it becomes 0, and nothing changes.
 */
lenet5_status lenet5_remove_pattern(double *contrast, ink_map *map, budget *b, lenet5_error *error);

#endif
