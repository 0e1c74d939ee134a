/* lenet5/data.h: labelled pictures. Part of liblenet5; lenet5.h has the conventions. */
#ifndef LENET5_DATA_H
#define LENET5_DATA_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Data -------------------------------------------------------------------------------------------------------- */

typedef struct lenet5_dataset {
    size_t count, height, width;
    uint8_t *pixels; /* (count, height, width), 0 is paper, 255 is ink */
    uint8_t *labels; /* (count), 0 to 9; NULL where only pictures were read */
    char sha256[65]; /* of the pixels and then the labels, in hexadecimal; "" for a part of a set */
} lenet5_dataset;

/*
 * A set may also be filled by the caller. Functions that take one check it first: no pictures, no memory for them or
 * another size than is needed are LENET5_E_ARGUMENT, a label above 9 is LENET5_E_IDX_LABEL.
 */
#define LENET5_MAX_PICTURES 1000000000u

typedef enum lenet5_part { LENET5_TRAIN, LENET5_TEST } lenet5_part;

/*
 * Reads one part of a set from a folder: MNIST or Fashion-MNIST under either spelling of their names
 * (train-images-idx3-ubyte, train-images.idx3-ubyte), EMNIST digits (stored transposed, turned upright here) or QMNIST;
 * plain or with .gz; in the folder itself or, as torchvision leaves them, in MNIST/raw or raw below it.
 */
LENET5_API lenet5_status lenet5_dataset_load(lenet5_dataset *set, const char *folder, lenet5_part part,
                                             lenet5_error *error);

/* Reads an IDX file of pictures and one of labels, plain or gzipped; labels may be NULL. */
LENET5_API lenet5_status lenet5_dataset_read(lenet5_dataset *set, const char *images, const char *labels,
                                             lenet5_error *error);

/* Writes a set as two plain IDX files. */
LENET5_API lenet5_status lenet5_dataset_write(const char *images, const char *labels, const lenet5_dataset *set,
                                              lenet5_error *error);

/*
 * Draws count digits of 28x28 with a pen of changing thickness, slant, size and style: the first count of the endless
 * row that seed stands for, the same bytes on every machine. The classes are equally frequent.
 */
LENET5_API lenet5_status lenet5_dataset_synthesise(lenet5_dataset *set, size_t count, uint64_t seed,
                                                   lenet5_error *error);

/* How strings of digits are written and on what; where there are two numbers, a string has one between them. */
typedef struct lenet5_string_style {
    const char *name; /* "spaced", "touching" or "form" */
    const char *description;
    float scale[2];   /* pixels for one of a digit's 28 */
    float gap[2];     /* between the inks of neighbours, in pixels of a digit; below 0 they overlap */
    float slant;      /* of the string, at most, either way: to the right for each row upwards */
    float slant_each; /* of a digit besides */
    float size;       /* logarithm of each digit's, at most, either way */
    float wander;     /* off the base line, in pixels of a digit */
    float skew;       /* of the picture, radians at most, either way */
    bool printed;     /* on ruled paper or in boxes, and with inks of several colours */
    float shadow;     /* how much of the light is lost across the picture, at most */
    float blur;       /* of the way to a mean over 3x3; at most 1 */
    float noise;      /* grey levels of 255 */
} lenet5_string_style;

/* Style number index, from 0; NULL beyond the last. */
LENET5_API const lenet5_string_style *lenet5_string_style_at(size_t index);

#define LENET5_MAX_STRING 32

typedef struct lenet5_string {
    char text[LENET5_MAX_STRING + 1]; /* what is written there */
    size_t width, height;
    uint8_t *rgb; /* (height, width, 3) */
} lenet5_string;

/*
 * Draws string number index of the endless row that set, style and seed stand for: of so many digits, those of the set
 * in their order, each in one string alone until all have been used. For trying out and fitting readers.
 */
LENET5_API lenet5_status lenet5_string_draw(lenet5_string *string, const lenet5_dataset *set, const char *style,
                                            size_t digits, size_t index, uint64_t seed, lenet5_error *error);

LENET5_API void lenet5_string_free(lenet5_string *string);

/*
 * A part of a set, which goes on owning the memory: do not free the part. A part that exceeds the set is empty, without
 * memory, and refused by whatever takes a set.
 */
LENET5_API lenet5_dataset lenet5_dataset_slice(const lenet5_dataset *set, size_t first, size_t count);

/* Picture number index, below the set's count: height x width bytes. */
LENET5_API const uint8_t *lenet5_dataset_picture(const lenet5_dataset *set, size_t index);

LENET5_API void lenet5_dataset_free(lenet5_dataset *set);

#ifdef __cplusplus
}
#endif

#endif
