/* lenet5/reading.h: from pictures of handwriting to strings. Part of liblenet5_reader; lenet5.h has the conventions. */
#ifndef LENET5_READING_H
#define LENET5_READING_H

#include "data.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A grey picture: width x height bytes, row by row from the top left. */
typedef struct lenet5_picture {
    size_t width, height;
    uint8_t *grey;
} lenet5_picture;

/* How many pixels a picture may have where nothing else is asked for, and what may be asked for at most. */
#define LENET5_DEFAULT_PICTURE_PIXELS 100000000u
#define LENET5_MAX_PICTURE_PIXELS 1000000000u

/*
 * Reads a picture file (PNG, PNM, JPEG, TIFF, BMP or WebP, as far as Leptonica was built with them; HEIC and AVIF with
 * libheif), turns it as its EXIF orientation says, lays what is transparent on white, or on black if it is white
 * itself, and makes grey of colours so that ink stands out most. "-" is standard input. Its size is read from the
 * header first; one of more than LENET5_DEFAULT_PICTURE_PIXELS is refused.
 *
 * Of all functions of the library this one alone touches a global: for other kinds than PNG it asks Leptonica to be
 * silent.
 */
LENET5_API lenet5_status lenet5_picture_load(lenet5_picture *picture, const char *path, lenet5_error *error);

LENET5_API void lenet5_picture_free(lenet5_picture *picture);

/* The pages of a picture file: several in some TIFF files, one in all others. */
typedef struct lenet5_pages lenet5_pages;

/* Reads the bytes of a file, as lenet5_picture_load does, and no page yet. path must outlive the pages. */
LENET5_API lenet5_status lenet5_pages_open(lenet5_pages **pages, const char *path, lenet5_error *error);

/* The same from bytes in memory, which must outlive the pages, as must name, which stands for them in errors. */
LENET5_API lenet5_status lenet5_pages_parse(lenet5_pages **pages, const void *bytes, size_t size, const char *name,
                                            lenet5_error *error);

/* Refuses, from now on, pages of more pixels: from 1 to LENET5_MAX_PICTURE_PIXELS, else LENET5_E_ARGUMENT. */
LENET5_API lenet5_status lenet5_pages_limit(lenet5_pages *pages, size_t pixels, lenet5_error *error);

/* Whether there is a page that has not been read. */
LENET5_API bool lenet5_pages_left(const lenet5_pages *pages);

/* Reads the next page. After a failure none is left. */
LENET5_API lenet5_status lenet5_pages_next(lenet5_picture *picture, lenet5_pages *pages, lenet5_error *error);

LENET5_API void lenet5_pages_free(lenet5_pages *pages);

/*
 * The one way from a grey picture of one digit, of any size from 1x1 and either polarity, to what the network was
 * trained on (section III-A of the paper): the ink fitted into 20x20 with its aspect kept, its centre of mass in the
 * middle of 28x28, 0 paper and 255 ink. The picture is left untouched, and nothing is allocated. A picture whose grey
 * levels hardly differ from its border's is LENET5_E_PICTURE_EMPTY.
 */
LENET5_API lenet5_status lenet5_normalise(uint8_t picture[LENET5_PICTURE_BYTES], const uint8_t *grey, size_t width,
                                          size_t height, lenet5_error *error);

/* ---- Reading strings --------------------------------------------------------------------------------------------- */

/* What a string's last digit is computed from the others by. */
typedef enum lenet5_check {
    LENET5_CHECK_NONE = 0,
    LENET5_CHECK_LUHN,  /* cards: every second digit from the right doubled, digits added up, 10 divides the sum */
    LENET5_CHECK_MOD10, /* EAN and GTIN: weights 1 and 3 from the right */
    LENET5_CHECK_MOD11  /* ISBN-10: weights 1, 2, 3 ... from the right, 11 divides the sum; X is not read */
} lenet5_check;

/* A way to make a digit of neighbouring pieces that a reader has tried; with LENET5_METHOD_SDNN, of places that it
 * took. */
typedef struct lenet5_candidate {
    size_t first, last;                    /* pieces or places, from 0; last is the first outside */
    uint8_t picture[LENET5_PICTURE_BYTES]; /* as the network has seen it */
    float posterior[LENET5_CLASSES + 1];
    double prior; /* of its shape and of the cuts that it needs, at most 1 */
    bool chosen;  /* for a digit of the likeliest string */
    char mark;    /* of that string, which it was chosen for; 0: none */
} lenet5_candidate;

/*
 * For those who want to see how a picture is read: called on the way, with what is the reader's and gone when the
 * function returns. Lines are counted from 1, 0 stands for the whole picture.
 */
typedef struct lenet5_observer {
    void *context;
    void (*stage)(void *context, const char *name, size_t line, const uint8_t *rgb, size_t width, size_t height);
    void (*candidate)(void *context, size_t line, const lenet5_candidate *candidate);
} lenet5_observer;

typedef enum lenet5_read_method {
    LENET5_METHOD_PIECES = 0, /* heuristic over-segmentation (section V): pieces, and the ways to make digits of them */
    LENET5_METHOD_SDNN        /* space displacement (section VII): the network goes over the line, which is not cut; it
                                 sees no marks */
} lenet5_read_method;

typedef struct lenet5_read_options {
    lenet5_read_method method;
    /*
     * What a string may look like: UTF-8 without control characters.
     *
     * "digits" (as NULL): any number of digits, with the marks . , : - / = + ( ) where they make sense.
     * "5", "4-6", "zip5": so many digits. Marks in the ink are no part of the string (LENET5_NOTE_MARKS).
     * "ddddd-dddd", "zip9": a mask. d stands for a digit, all else is written out as it is. Its marks may be in the ink
     * in their places, or not; a comma may stand for a point, and a point for a comma.
     * "decimal": 17, -3, +17,5: a sign or none, digits, and a point or a comma with digits behind it or none.
     * "amount": 1.234.567,00 or 31.964.- or (7.50) or =125=: a sign, = or none; digits, or up to three digits with
     * groups of three behind points or commas; two digits behind a point or a comma, or none; then . , - = that fill
     * the line, or nothing. All of it may stand in parentheses.
     * "date": 12/08/2024, 1.2.24, 2024-08-12: a day up to 31 and a month up to 12, in either order and of one or two
     * digits, and a year of two or four; or the year first, of four, then the month. Between them / . or -, twice the
     * same one.
     * "phone": +82-2-123-4567, (555)123.4567: 5 to 15 digits, a plus or none before them, single - . / between, and a
     * part of the digits in parentheses or none.
     *
     * What stands before or behind a string of a format, apart from it, is left out (LENET5_NOTE_BESIDE); so are
     * letters and signs of a currency where any number is taken, but then the string is not accepted.
     */
    const char *format;
    /*
     * (list_count) Codes that exist, of which the answer is one: digits, with blanks, hyphens, points or slashes
     * between, which the ink may have or not. LENET5_E_ARGUMENT if one of them is something else. NULL: any string.
     */
    const char *const *list;
    size_t list_count; /* at most LENET5_MAX_LIST */
    lenet5_check check;
    double threshold; /* the least probability of a string that is accepted; 0 stands for 0.91, whatever the format */
    const lenet5_observer *observer; /* NULL: none */
    size_t n_best;                   /* strings to be told for each line, at most LENET5_MAX_N_BEST; 0 stands for 1 */
    size_t max_pixels; /* of a picture, at most LENET5_MAX_PICTURE_PIXELS; 0 stands for LENET5_DEFAULT_PICTURE_PIXELS */
    double seconds;    /* time limit for one picture, 0 for none; lenet5_read then fails with LENET5_E_TIME */
    /*
     * Called from lenet5_read every few milliseconds, on its thread. Once it returns true, lenet5_read fails with
     * LENET5_E_STOPPED. NULL: never.
     */
    bool (*stop)(void *context);
    void *stop_context;
    bool digits_only; /* marks are left out of the strings, with LENET5_NOTE_MARKS; false: they are included */
} lenet5_read_options;

#define LENET5_MAX_N_BEST 10
#define LENET5_MAX_LIST 1000000
#define LENET5_READ_TEXT_SIZE 80

/* Pixels of the picture, from its top left. */
typedef struct lenet5_box {
    size_t x, y, width, height;
} lenet5_box;

typedef struct lenet5_read_digit {
    unsigned digit;
    double probability; /* of this digit in its place */
    lenet5_box box;
} lenet5_read_digit;

typedef struct lenet5_read_mark {
    char mark;
    size_t place;       /* in the string, from 0 */
    double probability; /* of this mark in its place */
    lenet5_box box;
} lenet5_read_mark;

typedef enum lenet5_decision {
    LENET5_ACCEPTED, /* probable enough */
    LENET5_UNSURE    /* not; the strings are what it may be at best, if there are any */
} lenet5_decision;

/*
 * What the probability of a line's likeliest string is made of (docs/reading.md): measures that are 0 where nothing
 * speaks against the string, and LENET5_EVIDENCE of them.
 */
enum {
    LENET5_EVIDENCE_ODDS,     /* logarithm of the odds that the search gives it */
    LENET5_EVIDENCE_LOOKS,    /* doubt about its digits where they are varied, or seen by the network for digits */
    LENET5_EVIDENCE_RIVAL,    /* how near another digit or mark comes to one of them: logarithm of the odds, from 0 */
    LENET5_EVIDENCE_LENGTH,   /* logarithm of the number of digits */
    LENET5_EVIDENCE_HEIGHT,   /* how far a digit's height is from the line's: logarithm of the ratio, from 0.2 */
    LENET5_EVIDENCE_UNREAD,   /* ink of the line that is no part of the string, in squares of a digit's height */
    LENET5_EVIDENCE_LEFT_OUT, /* ink beside the line that is in no line, in such squares */
    LENET5_EVIDENCE_MARKS,    /* doubt about its marks */
    LENET5_EVIDENCE_UNTOLD,   /* marks in the ink that are no part of the string */
    LENET5_EVIDENCE_BESIDE,   /* 1 if something stands before or behind it that is not plainly a word or a sign */
    LENET5_EVIDENCE_BROKEN,   /* whether it may be a part of the line beside it, or two numbers: 0 to 1 */
    LENET5_EVIDENCE_COMPANY,  /* mean probability of the other lines, by the rest of the evidence; 0: alone */
    LENET5_EVIDENCE_ALONE,    /* 1 if there are no other lines */
    LENET5_EVIDENCE_CUT,      /* share of the digits that are cut from a neighbour */
    LENET5_EVIDENCE_ANY,      /* 1 where no format is given */
    LENET5_EVIDENCE_ONES,     /* share of the two ends that are 1s: parentheses and rules look like one */
    LENET5_EVIDENCE_CLIPPED,  /* 1 where a part of the line may be beyond the border of the picture */
    LENET5_EVIDENCE_RUBBISH,  /* mean probability that a digit is none */
    LENET5_EVIDENCE_SIGN, /* greatest doubt whether a digit is a digit and a mark a mark, by the network for signs */
    LENET5_EVIDENCE
};

/* A short name, for instance "odds"; "" if there is no such kind. */
LENET5_API const char *lenet5_evidence_name(unsigned kind);

/* What is doubtful where evidence of a kind speaks against a string, in words; "" if there is no such kind. */
LENET5_API const char *lenet5_evidence_doubt(unsigned kind);

/* A line of writing. */
typedef struct lenet5_read_line {
    lenet5_decision decision;
    bool crowded;              /* too much ink to be writing: nothing is read in it */
    size_t table, row, column; /* the printed table that it is in and where, from 1; 0: in none */
    lenet5_box box;
    size_t strings; /* at most n_best, the likeliest first */
    struct {
        char text[LENET5_READ_TEXT_SIZE];
        double probability; /* that this is what stands there */
    } string[LENET5_MAX_N_BEST];
    double evidence[LENET5_EVIDENCE]; /* for the first string */
    unsigned doubt;                   /* the kind of evidence that speaks most against it */
    size_t digits;                    /* of the first string */
    lenet5_read_digit digit[LENET5_MAX_STRING];
    size_t marks; /* of the first string, none with a mask or where marks are left out */
    lenet5_read_mark mark[LENET5_MAX_STRING];
} lenet5_read_line;

/* What is worth knowing of a picture besides what is read in it; a set of bits. */
enum {
    LENET5_NOTE_EMPTY = 1 << 0,   /* no ink found */
    LENET5_NOTE_LIGHT = 1 << 1,   /* light on dark, turned */
    LENET5_NOTE_THIN = 1 << 2,    /* strokes hardly a pixel thin: a sharper picture would be read better */
    LENET5_NOTE_BORDER = 1 << 3,  /* something touches the border and may be cut off */
    LENET5_NOTE_SHADOW = 1 << 4,  /* uneven light, evened out */
    LENET5_NOTE_RULES = 1 << 5,   /* printed lines, taken out */
    LENET5_NOTE_SKEW = 1 << 6,    /* a skew of two degrees or more, undone */
    LENET5_NOTE_SHEET = 1 << 7,   /* a sheet of paper on something darker, which was left out */
    LENET5_NOTE_CROWDED = 1 << 8, /* too much ink to be writing: nothing is read, or not all of it */
    LENET5_NOTE_PATTERN = 1 << 9, /* a pattern of the paper, left out */
    LENET5_NOTE_MARKS = 1 << 10,  /* marks between or beside the digits, left out as asked for */
    LENET5_NOTE_BESIDE = 1 << 11, /* writing beside the number on its line, left out */
    LENET5_NOTE_TURNED = 1 << 12, /* a quarter or half turn, undone */
    LENET5_NOTE_WORDS = 1 << 13   /* lines of letters or print beside the numbers, left out */
};

/* One note in words. */
LENET5_API const char *lenet5_note_text(unsigned note);

typedef struct lenet5_reading {
    unsigned notes;
    unsigned turned; /* degrees clockwise that the picture has to be turned to be upright: 0, 90, 180 or 270 */
    size_t count;
    lenet5_read_line *lines; /* (count), from the top down */
} lenet5_reading;

/* What reads: networks, and the memory to run them in. One thread's at a time. */
typedef struct lenet5_reader lenet5_reader;

/* The committee stays the caller's and must outlive the reader. NULL: the network that is built in for strings. */
LENET5_API lenet5_status lenet5_reader_new(lenet5_reader **reader, const lenet5_committee *committee,
                                           lenet5_error *error);

/*
 * Finds the lines of writing in a picture and reads them. A picture without ink is no error: it has no lines. Free the
 * reading.
 */
LENET5_API lenet5_status lenet5_read(lenet5_reading *reading, lenet5_reader *reader, const lenet5_picture *picture,
                                     const lenet5_read_options *options, lenet5_error *error);

/* LENET5_E_ARGUMENT if there is something in the options that lenet5_read would refuse with any picture. */
LENET5_API lenet5_status lenet5_read_options_validate(const lenet5_read_options *options, lenet5_error *error);

/*
 * How probable a string has to be for at most the share max_error of those that are accepted to be wrong.
 * LENET5_E_ARGUMENT if that is less than can be vouched for.
 */
LENET5_API lenet5_status lenet5_read_threshold(double *threshold, double max_error, lenet5_error *error);

LENET5_API void lenet5_reading_free(lenet5_reading *reading);

LENET5_API void lenet5_reader_free(lenet5_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
