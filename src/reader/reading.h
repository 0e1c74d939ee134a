/* A picture that is being read, as the stages of reading share it. */
#ifndef LENET5_READER_READING_H
#define LENET5_READER_READING_H

#include "lines/box_index.h"
#include "lines/lines.h"
#include "lines/pieces.h"
#include "search/format.h"

struct lenet5_reader {
    const lenet5_committee *committee;
    lenet5_committee builtin; /* which it may be */
    lenet5_committee single;  /* the network that is built in for single digits: a second opinion */
    lenet5_committee signs;   /* and the one that tells digits from signs and letters */
    lenet5_lanes lanes;
    lenet5_maps maps;
};

/* A picture that is being read. */
typedef struct page {
    lenet5_reader *reader;
    const lenet5_read_options *options;
    budget budget;
    grammar format;
    transform rotation;   /* of the picture as it is read, in the one that was given: by quarters */
    transform to_picture; /* of the map that is read, in the picture that was given */
    size_t width, height; /* of the picture */
    size_t strokes;       /* of the map that was read last: components that are more than dots */
    bool touches_border;  /* of that map: something of a digit's size touches the border */
} page;

/*
 * Reads a line that has been cut into pieces, and adds it to the reading; one without pieces adds nothing. Its
 * probabilities are those of the search.
 */
lenet5_status lenet5_read_text_line(lenet5_reading *reading, const text_line *line, page *p, lenet5_error *error);

/*
 * Turns the probabilities of the search into those of the evidence, with what the lines say for each other, and
 * decides. threshold: of an accepted string; 0: the default.
 */
void lenet5_apply_page_context(lenet5_reading *reading, double threshold);

/* Makes sure that a line is not accepted, whatever its evidence; doubt: the kind of evidence that is the reason. */
void lenet5_reject_line(lenet5_read_line *l, unsigned doubt);

#define NOT_READ SIZE_MAX

/* The lines of a map as they were read. */
typedef struct read_groups {
    lenet5_reading *reading;
    const line_groups *groups;
    size_t *of;     /* (groups->count): the line of the reading that each became, or NOT_READ */
    box *boxes;     /* of the map's components */
    box_index near; /* these by their places */
} read_groups;

/* Groups of which none has been read yet; both arguments have to outlive them. Free them, whatever the status. */
lenet5_status lenet5_read_groups_new(read_groups *r, lenet5_reading *reading, const line_groups *groups,
                                     lenet5_error *error);

void lenet5_read_groups_free(read_groups *r);

/* Drops lines of letters from a reading that has lines of digits too, and notes it; whether there were any. */
lenet5_status lenet5_drop_words(bool *left_out, read_groups *r, budget *b, lenet5_error *error);

/* Which lines (r->reading->count) may be letters that are left of words: a sign or two, in no field, not accepted. */
void lenet5_find_fragments(bool *scrap, const read_groups *r);

/* Where no format is given: a sign or two among letters are not accepted, and that is noted. */
lenet5_status lenet5_reject_stray_letters(const read_groups *r, budget *b, lenet5_error *error);

/* The decisions on all lines: what they say for each other is weighed first, since print is looked for among what is
 * accepted. */
lenet5_status lenet5_decide(const read_groups *r, page *p, lenet5_error *error);

/* How much of a map is read. */
typedef struct sample {
    size_t lines;  /* at most, evenly among all of them */
    size_t digits; /* no further line is read once there are so many */
} sample;

#define READ_ALL ((sample){SIZE_MAX, SIZE_MAX})

static inline bool is_sample(const sample *s)
{
    return s->lines < SIZE_MAX;
}

/*
 * Finds the lines of a map and reads them. printed: the layout of the map. border: whether something of a
 * digit's size touches the border. The reading has to be freed whatever the status, which LENET5_CROWDED may be.
 */
lenet5_status lenet5_read_lines(lenet5_reading *reading, const ink_map *map, const layout *printed, const sample *most,
                                page *p, lenet5_error *error);

/*
 * The options that the caller's struct, which may be NULL, stands for. LENET5_E_ARGUMENT if one other than the format is
 * out of its range.
 */
lenet5_status lenet5_read_options_get(lenet5_read_options *used, const lenet5_read_options *options,
                                      lenet5_error *error);

#endif
