/*
 * From a line of writing to pieces: the smallest parts of which a digit may be made, from left to right.
 */
#ifndef LENET5_READER_PIECES_H
#define LENET5_READER_PIECES_H

#include "lines.h"
#include "reader/page/transform.h"

/* What a line may hold. Where there is more, the line is crowded. */
#define MAX_PIECES 256
#define NO_CELL (-1)
#define MAX_PARTS 2048           /* components */
#define MAX_LINE_PIXELS 16000000 /* of its map: 400 high and 40,000 wide */

/*
 * A line of writing: its ink alone, level and upright, at a resolution at which a digit is at most 384 pixels high.
 */
typedef struct text_line {
    ink_map map;     /* without ink if the line is crowded */
    bool crowded;    /* too much is in it to be digits; it has no pieces */
    uint16_t *owner; /* (height, width): the piece that a pixel belongs to, from 1; 0 for paper */
    size_t count;
    box pieces[MAX_PIECES];    /* (count): what each of them fills */
    uint32_t area[MAX_PIECES]; /* and its ink, in pixels */
    int16_t cell[MAX_PIECES];  /* of the field that the line fills, from the left; NO_CELL where it is in none */
    double height;             /* of its digits */
    double left_out;           /* ink beside its components that is in no line, in squares of its height */
    size_t holes;      /* places in it where one empty cell or more lies between two that something is written in */
    double gap;        /* to the nearest line beside it, in heights of its digits; INFINITY: none */
    double widest;     /* gap in it, to one that parts numbers on its page; 0: none is known */
    bool clipped;      /* the picture ends in its first or last digit */
    size_t scale;      /* pixels of the map it was cut from to one of its own */
    transform to_page; /* in that map */
    double cut[MAX_PIECES]; /* the ink cut through to part a piece from the one before, in pixels; below 0: none */
    unsigned strokes[MAX_PIECES]; /* and how many strokes that is */
    double hole[MAX_PIECES];      /* and the paper on the cut that the ink around it encloses, in pixels */
} text_line;

/*
 * Cuts a line out of the map in which it was found, and into pieces. What is in a cell of a row of them is not cut: it
 * is a digit. Free it.
 */
lenet5_status lenet5_cut_line(text_line *line, const line_groups *groups, size_t number, budget *b,
                              lenet5_error *error);

void lenet5_line_free(text_line *line);

/* What pieces first to last - 1 fill; the last of them may begin farther left than the first. */
static inline box pieces_box(const text_line *l, size_t first, size_t last)
{
    box b = EMPTY_BOX;
    for (size_t i = first; i < last; i++)
        b = box_union(b, l->pieces[i]);
    return b;
}

#endif
