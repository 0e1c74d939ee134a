/* The data that the stages of reading share. read.c has their order. */
#ifndef LENET5_READER_READING_H
#define LENET5_READER_READING_H

#include "lines/box_index.h"
#include "lines/lines.h"
#include "lines/pieces.h"
#include "search/format.h"

struct lenet5_reader {
    const lenet5_committee *committee;
    lenet5_committee builtin; /* the network that is used where the caller has none */
    lenet5_committee single;  /* the built-in network for single digits: a second opinion */
    lenet5_committee signs;   /* the built-in network that separates digits from signs and letters */
    lenet5_lanes lanes;
    lenet5_maps maps;
};

/* A picture that is being read. */
typedef struct page {
    lenet5_reader *reader;
    const lenet5_read_options *options;
    budget budget;
    grammar format;
    transform rotation;   /* from the picture as it is read, rotated by quarters, to the given one */
    transform to_picture; /* from the map that is read to the given picture */
    size_t width, height; /* of the given picture */
    size_t strokes;       /* of the last map: components that are more than dots */
    bool touches_border;  /* of the last map: a component of a digit's size touches the border */
} page;

/*
 * Reads a group of components as a line and appends it to the reading; a line without pieces appends nothing, a crowded
 * one a line that is not read. The probabilities are those of the search.
 */
lenet5_status lenet5_read_text_line(lenet5_reading *reading, const line_groups *groups, size_t group, page *p,
                                    lenet5_error *error);

/*
 * Replaces the probabilities of the search by those of the evidence, other lines included, and decides which lines are
 * accepted. threshold: probability from which on; 0: the default.
 */
void lenet5_apply_page_context(lenet5_reading *reading, double threshold);

/* Makes a line not accepted, whatever its evidence. doubt: the kind of evidence that is the reason. */
void lenet5_reject_line(lenet5_read_line *l, unsigned doubt);

#define NOT_READ SIZE_MAX

/* The lines of a map with the readings that they became. */
typedef struct read_groups {
    lenet5_reading *reading;
    const line_groups *groups;
    size_t *of;     /* (groups->count): the line of the reading, or NOT_READ */
    box *boxes;     /* of the map's components */
    box_index near; /* of the boxes */
} read_groups;

/* Makes groups of which none is read yet; both arguments must outlive them. Free them, whatever the status. */
lenet5_status lenet5_read_groups_new(read_groups *r, lenet5_reading *reading, const line_groups *groups,
                                     lenet5_error *error);

void lenet5_read_groups_free(read_groups *r);

/* Drops lines of letters from a reading that has lines of digits too, and notes it. *left_out: there were any. */
lenet5_status lenet5_drop_words(bool *left_out, read_groups *r, budget *b, lenet5_error *error);

/* Marks the lines (r->reading->count) that may be fragments of words: one or two symbols, in no field, not accepted. */
void lenet5_find_fragments(bool *fragment, const read_groups *r);

/* Rejects accepted lines of one or two symbols among letters, and notes it. For readings without a format. */
lenet5_status lenet5_reject_stray_letters(const read_groups *r, budget *b, lenet5_error *error);

/* Decides on all lines: applies the page context first, since printed digits are looked for among accepted lines. */
lenet5_status lenet5_decide(const read_groups *r, page *p, lenet5_error *error);

/* How much of a map is read. */
typedef struct reading_limit {
    size_t lines;  /* at most, spread evenly over the page */
    size_t digits; /* once this many are read, no further line is */
} reading_limit;

#define READ_ALL ((reading_limit){SIZE_MAX, SIZE_MAX})

static inline bool is_limited(const reading_limit *limit)
{
    return limit->lines < SIZE_MAX;
}

/*
 * Finds the lines of a map and reads them, up to the limit. printed: its layout. Sets p->strokes and p->touches_border.
 * Free the reading, whatever the status, which may be LENET5_CROWDED.
 */
lenet5_status lenet5_read_lines(lenet5_reading *reading, const ink_map *map, const layout *printed,
                                const reading_limit *limit, page *p, lenet5_error *error);

/*
 * Copies the caller's options, which may be NULL, and completes them with defaults. Returns LENET5_E_ARGUMENT if an
 * option other than the format is out of range.
 */
lenet5_status lenet5_read_options_get(lenet5_read_options *used, const lenet5_read_options *options,
                                      lenet5_error *error);

#endif
