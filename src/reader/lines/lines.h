/*
 * Lines of writing in a picture: which of its connected components each of them is made of.
 */
#ifndef LENET5_READER_LINES_H
#define LENET5_READER_LINES_H

#include "reader/page/components.h"
#include "reader/page/layout.h"

/* What a picture may hold. Where there is more, it is LENET5_CROWDED. */
#define MAX_STROKES 32768 /* components that may be digits or parts of one: several full pages of print */
#define MAX_LINES 4096

#define SPECK 0.004 /* of the square of a digit's height: what has less ink is dropped */

#define NO_LINE (-1)

typedef struct line_group {
    box box;             /* of its components */
    size_t first, count; /* of members: its components */
    int32_t field;       /* of the layout, which it fills; or NO_FIELD */
    double height;       /* of its digits, in pixels */
    double slope;        /* pixels down for each to the right; 0 where it has too few digits to tell */
    double left_out;     /* ink beside its components, or across, that is in no line, in squares of its height */
    double widest;       /* its widest gap, to one that parts numbers on its page; 0: none is known */
    bool clipped;        /* the picture ends in its first or last digit */
} line_group;

typedef struct line_groups {
    const ink_map *map;    /* that the lines were found in, and */
    const layout *printed; /* its layout: the caller's */
    components components; /* of the whole map */
    int32_t *line;         /* (components.count): the place in the list, or NO_LINE */
    size_t *members;       /* numbers of components, those of a line side by side and in their order */
    size_t count;
    line_group *list; /* (count), in reading order */
    double stroke;    /* width of the strokes, in pixels */
    bool border;      /* something of a digit's size touches the border of the picture */
} line_groups;

static inline size_t height_of(const component *c)
{
    return c->box.bottom - c->box.top;
}

static inline size_t width_of(const component *c)
{
    return c->box.right - c->box.left;
}

/* Finds the lines of a map: what is in a field of the layout is one line. Free the groups, whatever the status. */
lenet5_status lenet5_find_lines(line_groups *groups, const ink_map *map, const layout *printed, budget *b,
                                lenet5_error *error);

/* The gap from a line to the nearest one beside it, in heights of its digits; INFINITY where none is, or in a field. */
double lenet5_gap_beside(const line_groups *groups, size_t number);

void lenet5_lines_free(line_groups *groups);

#endif
