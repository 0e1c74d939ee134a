/* A rectangle of pixels. */
#ifndef LENET5_READER_SPAN_H
#define LENET5_READER_SPAN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef struct span {
    size_t left, top, right, bottom; /* right and bottom are the first outside */
} span;

/* What grows to the first rectangle that is added to it. */
#define EMPTY_SPAN ((span){SIZE_MAX, SIZE_MAX, 0, 0})

/* What holds both. */
static inline span span_of_both(span a, span b)
{
    return (span){a.left < b.left ? a.left : b.left, a.top < b.top ? a.top : b.top,
                  a.right > b.right ? a.right : b.right, a.bottom > b.bottom ? a.bottom : b.bottom};
}

/* The columns that both have; below 0, how far they are apart. */
static inline double span_common_width(span a, span b)
{
    return fmin((double)a.right, (double)b.right) - fmax((double)a.left, (double)b.left);
}

static inline size_t span_area(span s)
{
    return (s.right - s.left) * (s.bottom - s.top);
}

#endif
