/* lenet5/data.h: labelled pictures, read or drawn. Part of liblenet5. The conventions stand in lenet5.h. */
#ifndef LENET5_DATA_H
#define LENET5_DATA_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Data sets --------------------------------------------------------------------------------------------------- */

/* The most pictures of a set. */
#define LENET5_MAX_PICTURES 1000000000u

/*
 * Pictures and their labels. Frozen. The caller may fill one too. Functions that take a set check it first:
 * LENET5_E_ARGUMENT without pictures or memory, or for another size than is needed; LENET5_E_IDX_LABEL for a label
 * above 9.
 */
typedef struct lenet5_dataset {
    size_t count, height, width;
    uint8_t *pixels; /* (count, height, width), 0 paper to 255 ink */
    uint8_t *labels; /* (count), 0 to 9; NULL if only pictures were read */
    char sha256[65]; /* of the pixels, then the labels, in hexadecimal; "" for a part of a set */
} lenet5_dataset;

typedef enum lenet5_part { LENET5_TRAIN, LENET5_TEST } lenet5_part;

/*
 * Reads one part of a set from a folder, by the names of its files: MNIST or Fashion-MNIST under either spelling
 * (train-images-idx3-ubyte, train-images.idx3-ubyte); EMNIST digits, mnist, byclass, bymerge or balanced, whose pictures
 * are turned upright and those of letters left out; QMNIST, the first 10,000 of whose 60,000 test pictures are MNIST's;
 * USPS, whose pictures have 16x16 pixels (zip.train and zip.test, or LIBSVM's usps and usps.t). Plain or with .gz; in
 * the folder itself or, as torchvision leaves them, in MNIST/raw or raw below it. Of several sets in a folder, MNIST
 * comes first, then EMNIST digits, QMNIST, USPS. LENET5_E_DATA_MISSING if there is none, else the errors of
 * lenet5_dataset_read. Free the set. Thread-safe.
 */
LENET5_API lenet5_status lenet5_dataset_load(lenet5_dataset *set, const char *folder, lenet5_part part,
                                             lenet5_error *error);

/*
 * Reads an IDX file of pictures, as they are stored, and one of labels (may be NULL); or a text file of USPS, which has
 * both, with NULL for labels. Plain or gzipped. If the file of labels has a name of EMNIST byclass, bymerge or balanced,
 * pictures of letters are left out. LENET5_E_OPEN, LENET5_E_READ, LENET5_E_IDX_... or LENET5_E_DATA_TEXT; the error's
 * offset is the byte at fault, in text the first of its line. LENET5_E_ARGUMENT for labels of a text file. Free the set.
 * Thread-safe.
 */
LENET5_API lenet5_status lenet5_dataset_read(lenet5_dataset *set, const char *images, const char *labels,
                                             lenet5_error *error);

/* Writes a set as two plain IDX files, each of which is whole or as before. LENET5_E_WRITE. Thread-safe. */
LENET5_API lenet5_status lenet5_dataset_write(const char *images, const char *labels, const lenet5_dataset *set,
                                              lenet5_error *error);

/*
 * Returns pictures first to first + count - 1 of a set, which keeps the memory: do not free the part. A part that
 * exceeds the set is empty, and functions that take a set refuse it. Thread-safe.
 */
LENET5_API lenet5_dataset lenet5_dataset_slice(const lenet5_dataset *set, size_t first, size_t count);

/* Returns picture number index, below the set's count: (height, width) bytes. Thread-safe. */
LENET5_API const uint8_t *lenet5_dataset_picture(const lenet5_dataset *set, size_t index);

/* Frees a set, and zeroes it. One thread at a time for each set. */
LENET5_API void lenet5_dataset_free(lenet5_dataset *set);

/* ---- Synthetic digits and strings -------------------------------------------------------------------------------- */

/*
 * Draws count digits of 28x28 with a pen of varying thickness, slant, size and style: the first count of the endless
 * sequence that seed selects, the same bytes on every machine. The classes are equally frequent. LENET5_E_ARGUMENT for
 * a count of 0 or above 10,000,000. Free the set. Thread-safe.
 */
LENET5_API lenet5_status lenet5_dataset_synthesise(lenet5_dataset *set, size_t count, uint64_t seed,
                                                   lenet5_error *error);

/* How strings of digits are written, and on what. Grows. Two numbers are a range that a string draws a value from. */
typedef struct lenet5_string_style {
    const char *name; /* "spaced", "touching", "form" or "ligatures" */
    const char *description;
    float scale[2];   /* pixels of the picture for one of a digit's 28 */
    float gap[2];     /* between the inks of neighbours, in pixels of a digit; below 0 they overlap */
    float slant;      /* of the string: pixels to the right for each row upwards, at most, either way */
    float slant_each; /* of a digit besides */
    float size;       /* logarithm of each digit's, at most, either way */
    float wander;     /* off the base line, in pixels of a digit, at most */
    float skew;       /* of the picture: radians, at most, either way */
    bool printed;     /* on ruled paper or in boxes, and with inks of several colours */
    float shadow;     /* share of the light that is lost across the picture, at most */
    float blur;       /* share of a mean over 3x3, at most 1 */
    float noise;      /* grey levels of 255, at most */
    float ligatures;  /* share of neighbouring zeros that one joins, a quarter of it of other neighbours; and share of
                       * runs of zeros that are chains, written without lifting the pen */
} lenet5_string_style;

/* Returns style number index, from 0; NULL beyond the last. Thread-safe. */
LENET5_API const lenet5_string_style *lenet5_string_style_at(size_t index);

/* A picture of a string of digits. Frozen. */
typedef struct lenet5_string {
    char text[LENET5_MAX_STRING + 1]; /* what is written there */
    size_t width, height;
    uint8_t *rgb; /* (height, width, 3) */
} lenet5_string;

/*
 * Draws string number index of the endless sequence that set, style and seed select. It has digits digits, 1 to
 * LENET5_MAX_STRING, those of the set in their order; no digit is used again before all have been used. For testing and
 * fitting readers. LENET5_E_ARGUMENT for another number, or if style is no name from lenet5_string_style_at. Free the
 * string. Thread-safe.
 */
LENET5_API lenet5_status lenet5_string_draw(lenet5_string *string, const lenet5_dataset *set, const char *style,
                                            size_t digits, size_t index, uint64_t seed, lenet5_error *error);

/* Frees a string, and zeroes it. One thread at a time for each string. */
LENET5_API void lenet5_string_free(lenet5_string *string);

#ifdef __cplusplus
}
#endif

#endif
