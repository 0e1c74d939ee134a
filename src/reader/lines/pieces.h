/* Pieces of a line of writing: the smallest parts that a digit may be made of, from left to right. */
#ifndef LENET5_READER_PIECES_H
#define LENET5_READER_PIECES_H

#include "lines.h"
#include "reader/page/transform.h"

/* What a line may hold; with more, it is crowded. */
#define MAX_PIECES 256
#define NO_CELL (-1)
#define MAX_PARTS 2048           /* components */
#define MAX_LINE_PIXELS 16000000 /* of its map: 400 pixels high and 40,000 wide */

/* A line of writing: its ink alone, straightened, at a scale at which a digit is at most 384 pixels high. */
typedef struct text_line {
    ink_map map;     /* blank if the line is crowded */
    bool crowded;    /* too much ink for digits; it has no pieces */
    uint16_t *owner; /* (height, width): piece of each pixel, from 1; 0 for paper */
    size_t count;
    box pieces[MAX_PIECES];       /* (count): their boxes */
    uint32_t area[MAX_PIECES];    /* their ink, in pixels */
    int16_t cell[MAX_PIECES];     /* cell of the field, from the left, or NO_CELL */
    double height;                /* of its digits */
    double left_out;              /* ink beside its components that is in no line, in squares of its height */
    size_t holes;                 /* empty cells between two with writing, counted once a gap */
    double gap;                   /* to the nearest line beside it, in digits' heights; INFINITY: none */
    double widest;                /* its widest gap over the one that separates numbers on its page; 0: unknown */
    bool slanted;                 /* its slant is left, though its columns would be clearer without it */
    bool clipped;                 /* the picture cuts its first or last digit */
    size_t scale;                 /* pixels of the page's map to one of its own */
    transform to_page;            /* from its map to the page's */
    double cut[MAX_PIECES];       /* ink on the cut between a piece and the one before, in pixels; below 0: no cut */
    unsigned strokes[MAX_PIECES]; /* strokes on that cut */
    double hole[MAX_PIECES];      /* paper on that cut that ink encloses, in pixels */
} text_line;

/* Which slants of a line are undone: those without which its columns are far clearer, or clearer. */
typedef enum slant_undone { UNDO_CLEAR_SLANT, UNDO_ANY_SLANT } slant_undone;

/*
 * Cuts a line out of its map, and into pieces. What is in one of a row of cells is one digit and is not cut. Without
 * its slant, a line is easier to cut; but where digits lean in different ways, some become harder to read. Free the
 * line if the status is LENET5_OK.
 */
lenet5_status lenet5_cut_line(text_line *line, const line_groups *groups, size_t number, slant_undone undo, budget *b,
                              lenet5_error *error);

void lenet5_line_free(text_line *line);

/* The box of pieces first to last - 1; the last may begin farther left than the first. */
static inline box pieces_box(const text_line *l, size_t first, size_t last)
{
    box b = EMPTY_BOX;
    for (size_t i = first; i < last; i++)
        b = box_union(b, l->pieces[i]);
    return b;
}

#endif
