/* The weights of the search. weights.h has their values, fitted by bench/fit_search.c. */
#ifndef LENET5_READER_PRIORS_H
#define LENET5_READER_PRIORS_H

/* Measures of an arc. Lengths are in heights of the line. */
enum {
    PRIOR_CUT,        /* 1 if it was cut from the piece before */
    PRIOR_CUT_INK,    /* ink on that cut */
    PRIOR_STROKES,    /* strokes on that cut, less one */
    PRIOR_HOLE,       /* enclosed paper on that cut, as in a 0 */
    PRIOR_MARKED,     /* its pieces that are marks: minus the logarithms of the shares that are none, summed */
    PRIOR_WIDTH,      /* width beyond that of a digit, squared */
    PRIOR_APART,      /* 1 if there is a vertical gap between its parts */
    PRIOR_GAP,        /* sum of these gaps */
    PRIOR_LOW,        /* height below that of the line */
    PRIOR_LOW_SQUARE, /* the square of that */
    ARC_MEASURES,
    FIRST_OF_SHAPE = PRIOR_WIDTH
};

/* All weights, in one table; those of the measures come first. */
enum {
    SKIP_PIECE = ARC_MEASURES, /* cost of skipping a piece */
    SKIP_AREA,                 /* for its ink, in squares of the line's height */
    SKIP_MARKED,               /* for being a mark, as PRIOR_MARKED */
    SHARPNESS,                 /* exponent of probabilities */
    OTHER_SHARE,               /* log of the share of strings that are not of the format */
    BESIDE,                    /* cost of what is before or behind a string */
    BESIDE_PART,               /* and of each connected part of it */
    BESIDE_LETTER,             /* exponent of its odds to be a letter or a sign */
    BESIDE_DIGITS,             /* mean weight of digits beside a format's string that is too much */
    /* Log-odds that a symbol read as a digit is one: */
    CONFIDENCE,         /* constant */
    CONFIDENCE_RUBBISH, /* minus the log-probability of rubbish */
    CONFIDENCE_SHAPE,   /* log of its shape's prior */
    CONFIDENCE_SOLID,   /* against the share of its box filled beyond strokes */
    CONFIDENCE_CUT_ONE, /* against a 1 that was cut out, which strokes of other things resemble */
    CONFIDENCE_ALL_CUT, /* against strings whose digits were all cut out */
    SEARCH_WEIGHTS
};

#endif
