/*
 * The bounding box: a rectangle of pixels.
 *
 * The public lenet5_box has a corner and a size instead; it is made of this one only in answers (line.c).
 */
#ifndef LENET5_READER_BOX_H
#define LENET5_READER_BOX_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box {
    size_t left, top, right, bottom; /* right and bottom are exclusive */
} box;

/* The identity of box_union. */
#define EMPTY_BOX ((box){SIZE_MAX, SIZE_MAX, 0, 0})

/* The smallest box that contains both. */
static inline box box_union(box a, box b)
{
    return (box){a.left < b.left ? a.left : b.left, a.top < b.top ? a.top : b.top,
                 a.right > b.right ? a.right : b.right, a.bottom > b.bottom ? a.bottom : b.bottom};
}

/* The number of columns in both; below 0: the columns between them. */
static inline double box_common_width(box a, box b)
{
    return fmin((double)a.right, (double)b.right) - fmax((double)a.left, (double)b.left);
}

static inline size_t box_area(box s)
{
    return (s.right - s.left) * (s.bottom - s.top);
}

#endif
