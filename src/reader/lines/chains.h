/* Lines while they are put together of strokes: which stroke is the next one of which. */
#ifndef LENET5_READER_CHAINS_H
#define LENET5_READER_CHAINS_H

#include "box_index.h"
#include "lines.h"

typedef enum stroke_kind {
    REGULAR,  /* of about a digit's height: lines are made of these */
    LOW,      /* a mark, or a part of a digit */
    HIGH,     /* a tall digit, or digits of several lines that touch */
    DOUBTFUL, /* at the border, and more like the edge of something than like a digit */
    IN_CELL,  /* of a field of the layout, which is its line */
} stroke_kind;

/* A component that may be writing. */
typedef struct stroke {
    size_t component;
    stroke_kind kind;
    int32_t line;             /* or NO_LINE */
    int32_t left, right;      /* its neighbours in a line, or NO_LINE */
    double to_left, to_right; /* and how far they are */
} stroke;

enum { TOPS, MIDDLES, BOTTOMS, LEVELS };

/* The straight line along a line's strokes. */
typedef struct baseline {
    double x, y, slope; /* it goes through (x, y), in the middle; pixels down for each to the right */
    double height;      /* of its digits */
    box box;
    size_t count, tall; /* of strokes, and of those that make lines */
    size_t digits;      /* strokes that are no mere marks */
    int32_t field;      /* of the layout, or NO_FIELD */
    bool shares;        /* the cell of this field with other lines */
    size_t row;         /* of lines side by side, from the top down */
    double widest;      /* its widest gap, to one that parts numbers on its page; 0: none is known */
    struct {
        double weight, xx;
        double y[LEVELS], xy[LEVELS], yy[LEVELS]; /* of its strokes' tops, middles and bottoms */
    } sums;
} baseline;

typedef struct strokes {
    size_t count;
    stroke *list; /* (count) */
    box *boxes;   /* (count): theirs */
    box_index index;
    double height; /* of a digit */
    double slope;  /* that lines of the page have in common */
    size_t line_count;
    baseline *lines;                    /* room for MAX_LINES */
    const horizontal_line *horizontals; /* (level_count): of the page; a number may stand on one */
    size_t horizontal_count;
    budget *budget;
} strokes;

static inline double middle_x(const box *s)
{
    return (double)(s->left + s->right) / 2;
}

static inline double middle_y(const box *s)
{
    return (double)(s->top + s->bottom) / 2;
}

/* Of the top, the middle or the bottom. */
static inline double level_of(const box *s, size_t level)
{
    return level == TOPS ? (double)s->top : level == BOTTOMS ? (double)s->bottom : middle_y(s);
}

static inline double box_height(const box *s)
{
    return (double)(s->bottom - s->top);
}

/* Where the middle of a line is at a column. */
static inline double line_at(const baseline *l, double x)
{
    return l->y + l->slope * (x - l->x);
}

/* How much of a box lies in the band of a line, in pixels from the top down; below 0: how far it is away. */
double lenet5_in_band(const baseline *l, const box *bounds);

/* Puts the regular strokes that have no line yet into lines. */
lenet5_status lenet5_make_chains(strokes *s, lenet5_error *error);

/* Moves all strokes of a line to another one, which becomes the straight line through both. */
void lenet5_join_lines(strokes *s, int32_t to, int32_t from);

/* Measures the lines anew: their strokes have changed. */
void lenet5_fit_lines(strokes *s);

#endif
