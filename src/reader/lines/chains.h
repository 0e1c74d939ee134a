/* Lines while they are made of strokes. */
#ifndef LENET5_READER_CHAINS_H
#define LENET5_READER_CHAINS_H

#include "box_index.h"
#include "lines.h"

typedef enum stroke_kind {
    REGULAR,  /* about as high as a digit: lines are made of these */
    LOW,      /* a mark, or a part of a digit */
    HIGH,     /* a tall digit, or touching digits of several lines */
    DOUBTFUL, /* at the border, and more like an edge than like a digit */
    IN_CELL,  /* in a field of the layout, which is its line */
} stroke_kind;

/* A component that may be writing. */
typedef struct stroke {
    size_t component;
    stroke_kind kind;
    int32_t line;             /* or NO_LINE */
    int32_t left, right;      /* neighbours in its line, or NO_LINE */
    double to_left, to_right; /* and the distances to them */
} stroke;

enum { TOPS, MIDDLES, BOTTOMS, LEVELS };

/* The regression line of a line's strokes. */
typedef struct baseline {
    double x, y, slope; /* it goes through (x, y), its middle; slope: pixels down a pixel to the right */
    double height;      /* of its digits */
    box box;
    size_t count, tall; /* its strokes, and those of them that make lines */
    size_t digits;      /* its strokes that are no marks */
    int32_t field;      /* of the layout, or NO_FIELD */
    bool shares;        /* other lines are in the cell of its field too */
    size_t row;         /* of lines side by side, from the top down */
    double widest;      /* its widest gap over the one that separates numbers on its page; 0: unknown */
    struct {
        double weight, xx;
        double y[LEVELS], xy[LEVELS], yy[LEVELS]; /* of the strokes' tops, middles and bottoms */
    } sums;
} baseline;

typedef struct strokes {
    size_t count;
    stroke *list; /* (count) */
    box *boxes;   /* (count): of the strokes */
    box_index index;
    double height; /* of a digit */
    double slope;  /* common slope of the page's lines */
    size_t line_count;
    baseline *lines;                    /* room for MAX_LINES */
    const horizontal_line *horizontals; /* (horizontal_count): of the page; a number may stand on one */
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

/* The row of a box's top, middle or bottom. */
static inline double level_of(const box *s, size_t level)
{
    return level == TOPS ? (double)s->top : level == BOTTOMS ? (double)s->bottom : middle_y(s);
}

static inline double box_height(const box *s)
{
    return (double)(s->bottom - s->top);
}

/* The row of a line's middle at a column. */
static inline double line_at(const baseline *l, double x)
{
    return l->y + l->slope * (x - l->x);
}

/* The rows of a box in the band of a line; below 0: the rows between the two. */
double lenet5_in_band(const baseline *l, const box *bounds);

/* Puts the regular strokes without a line into lines. */
lenet5_status lenet5_make_chains(strokes *s, lenet5_error *error);

/* Moves all strokes of a line to another one. The lines must be fitted again afterwards. */
void lenet5_join_lines(strokes *s, int32_t to, int32_t from);

/* Fits the lines again, after their strokes have changed. */
void lenet5_fit_lines(strokes *s);

#endif
