/*
 * From ink to pieces: lines of writing, and in each the smallest parts of which a digit may be made, from left to
 * right.
 */
#ifndef LENET5_READER_PIECES_H
#define LENET5_READER_PIECES_H

#include "ink.h"

#define MOST_PIECES 256

typedef struct span {
    size_t left, top, right, bottom; /* right and bottom are the first outside */
} span;

/* What holds both. */
static inline span span_of_both(span a, span b)
{
    return (span){a.left < b.left ? a.left : b.left, a.top < b.top ? a.top : b.top,
                  a.right > b.right ? a.right : b.right, a.bottom > b.bottom ? a.bottom : b.bottom};
}

/*
 * A line of writing: its ink alone, level and upright. A place of it is in the map it was cut from at
 *
 *     x + lean (y - middle) + from_x,   y + fall (x - centre) + from_y.
 */
typedef struct text_line {
    ink_map map;
    uint16_t *owner; /* (height, width): the piece that a pixel belongs to, from 1; 0 for paper */
    size_t count;
    span pieces[MOST_PIECES];   /* what each of them fills */
    uint32_t area[MOST_PIECES]; /* and its ink, in pixels */
    double height;              /* of its digits */
    float lean, fall;           /* of the writing, undone */
    float middle, centre, from_x, from_y;
    double cut[MOST_PIECES]; /* the ink cut through to part a piece from the one before, in pixels; below 0: none */
    unsigned strokes[MOST_PIECES]; /* and how many strokes that is */
} text_line;

typedef struct text_lines {
    size_t count;
    text_line *line;
    bool border; /* something of a digit's size touches the border of the picture */
} text_lines;

/* Finds the lines, from the top down, and their pieces. */
lenet5_status lenet5_find_lines(text_lines *lines, const ink_map *map, double stroke, lenet5_error *error);

void lenet5_lines_free(text_lines *lines);

#endif
