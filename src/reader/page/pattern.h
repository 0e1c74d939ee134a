/* Strokes on paper with a printed pattern: security paper, hatching, guilloche. */
#ifndef LENET5_READER_PATTERN_H
#define LENET5_READER_PATTERN_H

#include "ink.h"

/* Histogram of the contrasts of paper away from ink above the threshold. */
lenet5_status lenet5_paper_levels(uint32_t histogram[256], const ink_map *contrast, unsigned threshold, budget *b,
                                  lenet5_error *error);

/* Half of the range from the 16 % to the 84 % quantile of the paper's contrasts: a robust standard deviation. */
lenet5_status lenet5_paper_noise(double *noise, const ink_map *contrast, unsigned threshold, budget *b,
                                 lenet5_error *error);

/* Whether ink above the threshold covers the map evenly, as no writing does. stroke: its width, in pixels. */
bool lenet5_is_uniform(const ink_map *levels, unsigned threshold, double stroke);

/*
 * Turns contrasts into ink without the pattern, if strokes stand out. *contrast: of the raw ink, and then of the
 * smoothed one; 0: strokes do not stand out, and the map is unchanged.
 */
lenet5_status lenet5_remove_pattern(double *contrast, ink_map *map, budget *b, lenet5_error *error);

#endif
