/*
 * Lines of writing in a picture: which of its connected components each of them is made of.
 */
#ifndef LENET5_READER_LINES_H
#define LENET5_READER_LINES_H

#include "reader/page/components.h"

/* What a picture may hold. Where there is more, it is LENET5_CROWDED. */
#define MOST_STROKES 32768 /* components that may be digits or parts of one: several full pages of print */
#define MOST_LINES 4096

#define SPECK 0.004 /* of the square of a digit's height: what has less ink is dropped */

#define NO_LINE (-1)

typedef struct line_group {
    span box;            /* of its components */
    size_t first, count; /* of members: its components */
    double top, bottom;  /* means over its last tall components, weighted by their heights */
} line_group;

typedef struct line_groups {
    components components; /* of the whole map */
    int32_t *line;         /* (components.count): the place in the list, or NO_LINE */
    size_t *members;       /* numbers of components, those of a line side by side and in their order */
    size_t count;
    line_group *list; /* (count), from the top down */
    double height;    /* of a digit, in pixels */
    double stroke;    /* width of the strokes, in pixels */
    bool border;      /* something of a digit's size touches the border of the picture */
} line_groups;

/* What is sorted by its place, from left to right or from the top down. */
typedef struct placed {
    double at;
    size_t index; /* decides where places are the same */
} placed;

void lenet5_sort_places(placed *list, size_t count);

static inline size_t height_of(const component *c)
{
    return c->box.bottom - c->box.top;
}

static inline size_t width_of(const component *c)
{
    return c->box.right - c->box.left;
}

/* Whether a component is as high as one that makes a line. */
bool lenet5_is_tall(const component *c, double height);

/* Finds the lines of a map. stroke: the width of its strokes, in pixels. Free the groups, whatever the status. */
lenet5_status lenet5_find_lines(line_groups *groups, const ink_map *map, double stroke, budget *b, lenet5_error *error);

void lenet5_lines_free(line_groups *groups);

#endif
