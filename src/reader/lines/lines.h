/* Lines of writing: the connected components of a map that make each. */
#ifndef LENET5_READER_LINES_H
#define LENET5_READER_LINES_H

#include "reader/page/components.h"
#include "reader/page/layout.h"

/* What a picture may hold; more is LENET5_CROWDED. */
#define MAX_STROKES 32768 /* components that may be digits or parts of one: several full pages of print */
#define MAX_LINES 4096

#define SPECK 0.004 /* squares of a digit's height: components with less ink are dropped */

#define NO_LINE (-1)

typedef struct line_group {
    box box;             /* of its components */
    size_t first, count; /* its components, in members */
    int32_t field;       /* the field of the layout that it fills, or NO_FIELD */
    double height;       /* of its digits, in pixels */
    double slope;        /* pixels down a pixel to the right; 0 if it has too few digits to measure it */
    double left_out;     /* ink beside its components or across them that is in no line, in squares of its height */
    double widest;       /* its widest gap over the one that separates numbers on its page; 0: unknown */
    bool clipped;        /* the picture cuts its first or last digit */
} line_group;

typedef struct line_groups {
    const ink_map *map;    /* in which the lines were found: the caller's, and */
    const layout *printed; /* its layout, likewise */
    components components; /* of the whole map */
    int32_t *line;         /* (components.count): number of the line, or NO_LINE */
    size_t *members;       /* numbers of components, line by line and ascending */
    size_t count;
    line_group *list; /* (count), in reading order */
    double stroke;    /* width of the strokes, in pixels */
    bool border;      /* a component of a digit's size touches the border of the map */
} line_groups;

static inline size_t height_of(const component *c)
{
    return c->box.bottom - c->box.top;
}

static inline size_t width_of(const component *c)
{
    return c->box.right - c->box.left;
}

/*
 * Finds the lines of a map, which must outlive the groups, as the layout must. The writing in a field is one line, or
 * several below each other. Free the groups, whatever the status.
 */
lenet5_status lenet5_find_lines(line_groups *groups, const ink_map *map, const layout *printed, budget *b,
                                lenet5_error *error);

/* The gap from a line to the nearest one beside it, in digits' heights; INFINITY if there is none, or in a field. */
double lenet5_gap_beside(const line_groups *groups, size_t number);

void lenet5_lines_free(line_groups *groups);

#endif
