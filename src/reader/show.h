/* What an observer sees of a reading. All functions do nothing without one. */
#ifndef LENET5_READER_SHOW_H
#define LENET5_READER_SHOW_H

#include "lines/lines.h"
#include "search/sdnn.h"
#include "search/search.h"

/*
 * Shows a map as black on white; owner (height, width), or NULL, has the number of the piece that each pixel belongs
 * to, from 1.
 */
lenet5_status lenet5_show_map(const lenet5_read_options *options, const char *name, size_t line, const ink_map *map,
                              const uint16_t *owner, lenet5_error *error);

/*
 * Shows the parts of a page whose printed lines are removed: cells in green, fields in blue, lines of writing in
 * orange, ink in no line in red.
 */
lenet5_status lenet5_show_layout(const lenet5_read_options *options, const line_groups *groups, lenet5_error *error);

/* Shows the arcs of a line; best: the chosen string, or NULL. */
void lenet5_show_arcs(const lenet5_read_options *options, size_t line, const graph *g, const solution *best);

lenet5_status lenet5_show_sweep(const lenet5_read_options *options, size_t line, const sweep *s, lenet5_error *error);

#endif
