/*
 * lenet5/reading.h: from pictures of handwriting to strings of digits. Part of liblenet5_reader, a library of its own
 * on top of liblenet5: link with -llenet5_reader -llenet5. The conventions stand in lenet5.h.
 */
#ifndef LENET5_READING_H
#define LENET5_READING_H

#include "data.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Picture files ----------------------------------------------------------------------------------------------- */

/* A grey picture, row by row from the top left. Frozen. */
typedef struct lenet5_picture {
    size_t width, height;
    uint8_t *grey; /* (height, width) */
} lenet5_picture;

/* The most pixels of a picture by default, and the most that can be asked for. */
#define LENET5_DEFAULT_PICTURE_PIXELS 100000000u
#define LENET5_MAX_PICTURE_PIXELS 1000000000u

/*
 * Reads a picture file: PNG, PNM, JPEG, TIFF, BMP or WebP, as far as Leptonica was built with them, and HEIC and AVIF
 * if the library was built with libheif. "-" is standard input. The picture is rotated as its EXIF orientation says;
 * what is transparent is laid on white, or on black if it is white itself; colours become grey such that ink stands out
 * most. The size is read from the header first: LENET5_E_PICTURE_SIZE for more than LENET5_DEFAULT_PICTURE_PIXELS.
 * LENET5_E_OPEN, LENET5_E_READ, LENET5_E_PICTURE_FORMAT. Free the picture. Thread-safe.
 */
LENET5_API lenet5_status lenet5_picture_load(lenet5_picture *picture, const char *path, lenet5_error *error);

/* Frees a picture, and zeroes it. One thread at a time for each picture. */
LENET5_API void lenet5_picture_free(lenet5_picture *picture);

/* The pages of a picture file: several in some TIFF files, one in all others. */
typedef struct lenet5_pages lenet5_pages;

/*
 * Reads the bytes of a file, as lenet5_picture_load does, but decodes no page yet. path must outlive the pages.
 * LENET5_E_OPEN, LENET5_E_READ. Free the pages. Thread-safe.
 */
LENET5_API lenet5_status lenet5_pages_open(lenet5_pages **pages, const char *path, lenet5_error *error);

/*
 * The same for size bytes in memory. These must outlive the pages, as must name, which stands for the file in error
 * messages. Free the pages. Thread-safe.
 */
LENET5_API lenet5_status lenet5_pages_parse(lenet5_pages **pages, const void *bytes, size_t size, const char *name,
                                            lenet5_error *error);

/*
 * Sets the most pixels of the pages that follow, 1 to LENET5_MAX_PICTURE_PIXELS, else LENET5_E_ARGUMENT. One thread at
 * a time for each file of pages.
 */
LENET5_API lenet5_status lenet5_pages_limit(lenet5_pages *pages, size_t pixels, lenet5_error *error);

/* Returns whether there is a page that has not been read. One thread at a time for each file of pages. */
LENET5_API bool lenet5_pages_left(const lenet5_pages *pages);

/*
 * Reads the next page; after a failure, none is left. LENET5_E_PICTURE_FORMAT, LENET5_E_PICTURE_SIZE. Free the picture.
 * One thread at a time for each file of pages.
 */
LENET5_API lenet5_status lenet5_pages_next(lenet5_picture *picture, lenet5_pages *pages, lenet5_error *error);

/* Frees pages. One thread at a time for each file of pages. */
LENET5_API void lenet5_pages_free(lenet5_pages *pages);

/* ---- One digit --------------------------------------------------------------------------------------------------- */

/*
 * Turns grey, a picture of one digit of any size and polarity, (height, width), into what the network was trained on
 * (section III-A): the ink fitted into 20x20 with its aspect kept, strokes thicker than those of most training pictures
 * made thinner, the centre of mass in the middle of 28x28, 0 paper to 255 ink. LENET5_E_PICTURE_EMPTY if the grey
 * levels barely differ from those of the border, as for a blank picture; LENET5_E_PICTURE_SIZE for no pixels, or more
 * than LENET5_DEFAULT_PICTURE_PIXELS. Allocates nothing. Thread-safe.
 */
LENET5_API lenet5_status lenet5_normalise(uint8_t picture[LENET5_PICTURE_BYTES], const uint8_t *grey, size_t width,
                                          size_t height, lenet5_error *error);

/* ---- Options of the reader --------------------------------------------------------------------------------------- */

typedef enum lenet5_read_method {
    LENET5_METHOD_PIECES = 0, /* heuristic over-segmentation (section V): pieces, and arcs that join some to a digit */
    LENET5_METHOD_SDNN        /* space displacement (section VII): the network sweeps over the line, which is not cut;
                                 reads no marks */
} lenet5_read_method;

/* How a string's last digit follows from the others. */
typedef enum lenet5_check {
    LENET5_CHECK_NONE = 0,
    LENET5_CHECK_LUHN,  /* cards: every second digit from the right doubled, digits added up, 10 divides the sum */
    LENET5_CHECK_MOD10, /* EAN and GTIN: weights 1 and 3 from the right, 10 divides the sum */
    LENET5_CHECK_MOD11  /* ISBN-10: weights 1, 2, 3 ... from the right, 11 divides the sum; X is not read */
} lenet5_check;

/*
 * An arc of the segmentation graph: neighbouring pieces that were tried as one digit. With LENET5_METHOD_SDNN,
 * positions of the sweep that were taken for one. Grows.
 */
typedef struct lenet5_candidate {
    size_t first, last;                    /* pieces or positions, from 0; last is exclusive */
    uint8_t picture[LENET5_PICTURE_BYTES]; /* input of the network */
    float posterior[LENET5_CLASSES + 1];
    double prior; /* of its shape and of its cuts, at most 1 */
    bool chosen;  /* for a digit of the likeliest string */
    char mark;    /* of that string, which it was chosen for; 0: none */
} lenet5_candidate;

/*
 * Callbacks that observe how a picture is read, called on lenet5_read's thread. Their arguments are valid during the
 * call. Lines count from 1; line 0 is the whole picture. Frozen.
 */
typedef struct lenet5_observer {
    void *context;
    void (*stage)(void *context, const char *name, size_t line, const uint8_t *rgb, size_t width, size_t height);
    void (*candidate)(void *context, size_t line, const lenet5_candidate *candidate);
} lenet5_observer;

/* The most strings for a line, the most codes of a list, and the bytes of a string with its final 0. */
#define LENET5_MAX_N_BEST 10
#define LENET5_MAX_LIST 1000000
#define LENET5_READ_TEXT_SIZE 80

/* Options of lenet5_read; 0 and NULL are the defaults. Grows. */
typedef struct lenet5_read_options {
    size_t size; /* sizeof(lenet5_read_options); 0: the members up to digits_only */
    lenet5_read_method method;
    /*
     * The form of a string, UTF-8 without control characters:
     *
     * "digits" (as NULL): any number of digits, with the marks . , : - / = + ( ) where they make sense.
     * "5", "4-6", "zip5": that number of digits. Marks in the ink are no part of the string (LENET5_NOTE_MARKS).
     * "ddddd-dddd", "zip9": a mask. d stands for a digit, anything else for itself. The ink may have the marks or lack
     * them; a comma may stand for a point, and a point for a comma.
     * "decimal": 17, -3, +17,5: a sign or none, digits, and a point or a comma with digits behind it or none.
     * "amount": 1.234.567,00 or 31.964.- or (7.50) or =125=: a sign, = or none; digits, or up to three digits with
     * groups of three behind points or commas; two digits behind a point or a comma, or none; then . , - = that fill
     * the line, or nothing. All of it may be in parentheses.
     * "date": 12/08/2024, 1.2.24, 2024-08-12: a day up to 31 and a month up to 12, in either order, of one or two
     * digits, and a year of two or four; or the year first, of four, then the month. The two separators are the same,
     * / . or -.
     * "phone": +82-2-123-4567, (555)123.4567: 5 to 15 digits, a plus or none before them, single - . / between, and
     * some of the digits in parentheses or none.
     *
     * What stands apart from a string of a format, before or behind it, is left out (LENET5_NOTE_BESIDE); so are
     * letters and signs of a currency where any number of digits is read, but then the string is not accepted.
     */
    const char *format;
    /*
     * (list_count) The codes that exist; the answer is one of them. Digits with blanks, hyphens, points or slashes
     * between, which the ink may have or lack; else LENET5_E_ARGUMENT. NULL: any string.
     */
    const char *const *list;
    size_t list_count; /* at most LENET5_MAX_LIST */
    lenet5_check check;
    double threshold;                /* least probability of an accepted string, 0 to 1; 0 stands for 0.91 */
    const lenet5_observer *observer; /* NULL: none */
    size_t n_best;                   /* strings for each line, at most LENET5_MAX_N_BEST; 0 stands for 1 */
    size_t max_pixels; /* of a picture, at most LENET5_MAX_PICTURE_PIXELS; 0: LENET5_DEFAULT_PICTURE_PIXELS */
    double seconds;    /* time limit for a picture, then LENET5_E_TIME; 0: none */
    /*
     * Called every few milliseconds on lenet5_read's thread; once it returns true, lenet5_read returns
     * LENET5_E_STOPPED. NULL: never.
     */
    bool (*stop)(void *context);
    void *stop_context;
    bool digits_only; /* leave marks out of the strings, with LENET5_NOTE_MARKS */
} lenet5_read_options;

/* Checks options as lenet5_read does, without a picture: LENET5_E_ARGUMENT if one is out of range. Thread-safe. */
LENET5_API lenet5_status lenet5_read_options_validate(const lenet5_read_options *options, lenet5_error *error);

/*
 * Writes to threshold the least probability of an accepted string for at most the share max_error, 0 to 1, of the
 * accepted strings to be wrong. LENET5_E_ARGUMENT if that is less than measurements support. Thread-safe.
 */
LENET5_API lenet5_status lenet5_read_threshold(double *threshold, double max_error, lenet5_error *error);

/* ---- What is read ------------------------------------------------------------------------------------------------ */

/* A rectangle in pixels of the picture; (x, y) is its top left. Frozen. */
typedef struct lenet5_box {
    size_t x, y, width, height;
} lenet5_box;

/* A digit of a line's first string. Frozen. */
typedef struct lenet5_read_digit {
    unsigned digit;
    double probability; /* of this digit in its place */
    lenet5_box box;
} lenet5_read_digit;

/* A mark of a line's first string. Frozen. */
typedef struct lenet5_read_mark {
    char mark;
    size_t position;    /* in the string, from 0 */
    double probability; /* of this mark in its place */
    lenet5_box box;
} lenet5_read_mark;

/* A string that a line may be. Frozen. */
typedef struct lenet5_read_string {
    char text[LENET5_READ_TEXT_SIZE];
    double probability; /* that this is what stands there */
} lenet5_read_string;

typedef enum lenet5_decision {
    LENET5_ACCEPTED, /* the first string's probability reaches the threshold */
    LENET5_UNSURE    /* it does not; the strings, if any, are the likeliest */
} lenet5_decision;

/*
 * The evidence that the probability of a line's first string is computed from (docs/reading.md). Each kind is 0 where
 * nothing speaks against the string. LENET5_EVIDENCE is their number.
 */
enum {
    LENET5_EVIDENCE_ODDS,     /* logarithm of the odds that the search gives it */
    LENET5_EVIDENCE_LOOKS,    /* doubt about its digits in augmented views, or by the network for digits */
    LENET5_EVIDENCE_RIVAL,    /* nearness of another digit or mark to one of its: logarithm of the odds, from 0 */
    LENET5_EVIDENCE_LENGTH,   /* logarithm of the number of digits */
    LENET5_EVIDENCE_HEIGHT,   /* greatest deviation of a digit's height from the line's: logarithm, from 0.2 */
    LENET5_EVIDENCE_UNREAD,   /* ink of the line that is no part of the string, in squares of a digit's height */
    LENET5_EVIDENCE_LEFT_OUT, /* ink beside the line that is in no line, in the same unit */
    LENET5_EVIDENCE_MARKS,    /* doubt about its marks */
    LENET5_EVIDENCE_UNTOLD,   /* marks in the ink that are no part of the string */
    LENET5_EVIDENCE_BESIDE,   /* 1 if something stands before or behind it that is not plainly a word or a sign */
    LENET5_EVIDENCE_BROKEN,   /* whether it may be a part of the line beside it, or two numbers: 0 to 1 */
    LENET5_EVIDENCE_COMPANY,  /* mean probability of the other lines, by the rest of the evidence; 0: alone */
    LENET5_EVIDENCE_ALONE,    /* 1 if there are no other lines */
    LENET5_EVIDENCE_CUT,      /* share of the digits that are cut from a neighbour */
    LENET5_EVIDENCE_ANY,      /* 1 if no format is given */
    LENET5_EVIDENCE_ONES,     /* share of the two ends that are 1s, which parentheses and rules resemble */
    LENET5_EVIDENCE_CLIPPED,  /* 1 if a part of the line may be beyond the border of the picture */
    LENET5_EVIDENCE_RUBBISH,  /* mean probability of rubbish for its digits */
    LENET5_EVIDENCE_SIGN,     /* greatest doubt whether a digit is a digit and a mark a mark (lenet5_builtin_signs) */
    LENET5_EVIDENCE
};

/* Room for the evidence of later versions. */
#define LENET5_MAX_EVIDENCE 32

/* Returns the short name of a kind of evidence, as "odds"; "" for any other number. Thread-safe. */
LENET5_API const char *lenet5_evidence_name(unsigned kind);

/* Returns what is doubtful where evidence of a kind speaks against a string; "" for any other number. Thread-safe. */
LENET5_API const char *lenet5_evidence_doubt(unsigned kind);

/* A line of writing. Grows. */
typedef struct lenet5_read_line {
    lenet5_decision decision;
    bool crowded;       /* too much ink for writing: nothing is read in it */
    size_t table;       /* the printed table that it is in, from 1; 0: none */
    size_t row, column; /* in the table, from 1 */
    lenet5_box box;
    size_t strings;                               /* at most n_best */
    lenet5_read_string string[LENET5_MAX_N_BEST]; /* the likeliest first */
    double evidence[LENET5_MAX_EVIDENCE]; /* for the first string, by kind; 0 for kinds that this version lacks */
    unsigned doubt;                       /* kind of evidence that speaks most against it */
    size_t digits;                        /* of the first string */
    lenet5_read_digit digit[LENET5_MAX_STRING];
    size_t marks; /* of the first string; none with a mask, or where marks are left out */
    lenet5_read_mark mark[LENET5_MAX_STRING];
} lenet5_read_line;

/* What there is to note about a picture apart from its lines: a set of bits. */
enum {
    LENET5_NOTE_EMPTY = 1 << 0,   /* no ink found */
    LENET5_NOTE_LIGHT = 1 << 1,   /* light on dark, inverted */
    LENET5_NOTE_THIN = 1 << 2,    /* strokes of about a pixel: a sharper picture would be read better */
    LENET5_NOTE_BORDER = 1 << 3,  /* something touches the border and may be cut off */
    LENET5_NOTE_SHADOW = 1 << 4,  /* uneven light, evened out */
    LENET5_NOTE_RULES = 1 << 5,   /* printed lines, removed */
    LENET5_NOTE_SKEW = 1 << 6,    /* a skew of two degrees or more, corrected */
    LENET5_NOTE_SHEET = 1 << 7,   /* a sheet of paper on something darker, which was left out */
    LENET5_NOTE_CROWDED = 1 << 8, /* too much ink for writing: nothing is read, or not all of it */
    LENET5_NOTE_PATTERN = 1 << 9, /* a pattern of the paper, left out */
    LENET5_NOTE_MARKS = 1 << 10,  /* marks between or beside the digits, left out as asked for */
    LENET5_NOTE_BESIDE = 1 << 11, /* writing beside the number on its line, left out */
    LENET5_NOTE_TURNED = 1 << 12, /* a rotation by 90, 180 or 270 degrees, undone */
    LENET5_NOTE_WORDS = 1 << 13   /* lines of letters or print beside the numbers, left out */
};

/* Returns a short description of one note; "" for any other number. Thread-safe. */
LENET5_API const char *lenet5_note_text(unsigned note);

/*
 * The lines of a picture. It refers to nothing else: the reader, the picture and the options may be freed before it.
 * Frozen.
 */
typedef struct lenet5_reading {
    unsigned notes;
    unsigned turned;         /* clockwise rotation that makes the picture upright: 0, 90, 180 or 270 degrees */
    size_t count;            /* lines */
    lenet5_read_line *lines; /* an array whose elements grow: use lenet5_reading_line */
} lenet5_reading;

/*
 * Returns line number index, from 0, counted from the top down; NULL beyond the last. It is valid until the reading is
 * freed. Thread-safe.
 */
LENET5_API const lenet5_read_line *lenet5_reading_line(const lenet5_reading *reading, size_t index);

/* ---- The reader -------------------------------------------------------------------------------------------------- */

/* A reader: networks, and the memory to run them in. */
typedef struct lenet5_reader lenet5_reader;

/*
 * Makes a reader. The committee must outlive it; NULL stands for lenet5_builtin_strings. LENET5_E_ARGUMENT for a
 * committee of 0 or more than LENET5_MAX_COMMITTEE networks. Free the reader. Thread-safe.
 */
LENET5_API lenet5_status lenet5_reader_new(lenet5_reader **reader, const lenet5_committee *committee,
                                           lenet5_error *error);

/*
 * Finds the lines of writing in a picture, and reads them. options may be NULL. A picture without ink is no error: its
 * reading has no lines. LENET5_E_ARGUMENT for options out of range, LENET5_E_PICTURE_SIZE, LENET5_E_TIME,
 * LENET5_E_STOPPED. Free the reading. One thread at a time for each reader.
 */
LENET5_API lenet5_status lenet5_read(lenet5_reading *reading, lenet5_reader *reader, const lenet5_picture *picture,
                                     const lenet5_read_options *options, lenet5_error *error);

/* Frees a reading, and zeroes it. One thread at a time for each reading. */
LENET5_API void lenet5_reading_free(lenet5_reading *reading);

/* Frees a reader. One thread at a time for each reader. */
LENET5_API void lenet5_reader_free(lenet5_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
