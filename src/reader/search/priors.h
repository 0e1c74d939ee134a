/* What the search weighs. Each measure and each number has its weight in weights.h. */
#ifndef LENET5_READER_PRIORS_H
#define LENET5_READER_PRIORS_H

/* Of an arc. Lengths are to the line's height. */
enum {
    PRIOR_CUT,        /* 1 where a cut parts it from the piece before it */
    PRIOR_CUT_INK,    /* the ink on that cut */
    PRIOR_STROKES,    /* the strokes that it goes through but the first */
    PRIOR_HOLE,       /* the paper on it that ink encloses, as in a 0 */
    PRIOR_MARKED,     /* the pieces of it that are marks: minus the logarithm of what is left to be none, summed */
    PRIOR_WIDTH,      /* its width beyond that of a digit, squared */
    PRIOR_APART,      /* 1 where there is paper from top to bottom between its parts */
    PRIOR_GAP,        /* those gaps, in sum */
    PRIOR_LOW,        /* how far it is below the line's height */
    PRIOR_LOW_SQUARE, /* the square of that */
    ARC_MEASURES,
    FIRST_OF_SHAPE = PRIOR_WIDTH
};

/* All weights of the search, in one table: those of the measures come first. */
enum {
    SKIP_PIECE = ARC_MEASURES, /* cost of leaving a piece out */
    SKIP_AREA,                 /* of its ink, to the square of the line's height */
    SKIP_MARKED,               /* of its being a mark, measured as PRIOR_MARKED is */
    SHARPNESS,                 /* the power of a probability that counts */
    OTHER_SHARE,               /* logarithm of the share of strings that are not of the format */
    BESIDE,                    /* cost of leaving out what stands before or behind a string */
    BESIDE_PART,               /* and of each part of it that hangs together */
    BESIDE_LETTER,             /* the power of its odds to be a letter or a sign that counts */
    BESIDE_DIGITS,             /* the mean weight of digits there that is too much to be left out beside a format's */
    /* Trust in a digit: the logarithm of the odds that it is one. */
    CONFIDENCE,         /* where nothing speaks for or against it */
    CONFIDENCE_RUBBISH, /* for each power of e that the network takes it for rubbish less */
    CONFIDENCE_SHAPE,   /* for each of its shape's prior */
    CONFIDENCE_SOLID,   /* against what ink fills of its box beyond strokes */
    CONFIDENCE_CUT_ONE, /* against a 1 that was cut out: so many other things' strokes can be */
    CONFIDENCE_ALL_CUT, /* against digits none of which stands by itself */
    SEARCH_WEIGHTS
};

#endif
