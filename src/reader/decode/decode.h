/* From the bytes of a picture file to a grey picture. */
#ifndef LENET5_READER_DECODE_H
#define LENET5_READER_DECODE_H

#include "lenet5/reading.h"

/* A picture file in memory. */
typedef struct picture_file {
    const uint8_t *bytes;
    size_t size;
    size_t max_pixels; /* of a page that is decoded */
    const char *name;  /* for messages alone */
} picture_file;

lenet5_status lenet5_decode_png(lenet5_picture *picture, const picture_file *file, lenet5_error *error);

/*
 * Lays count pixels of some channels and opacity on paper, white or, where what is there is white itself, black. They
 * end up one after the other where they were, without the opacity.
 */
void lenet5_flatten_opacity(uint8_t *pixels, size_t count, size_t channels);

/* Grey from width x height pixels of red, green and blue: mix.c. */
lenet5_status lenet5_rgb_to_grey(lenet5_picture *picture, const uint8_t *rgb, size_t width, size_t height,
                                 lenet5_error *error);

/* Where a page is in a file of several. */
typedef struct page_position {
    uint64_t here; /* byte of the file */
    uint64_t next; /* that of the next page, unchecked; 0: there is none */
} page_position;

typedef lenet5_status (*page_decoder)(lenet5_picture *picture, page_position *place, const picture_file *file,
                                      lenet5_error *error);

/* Decodes the first page of every kind of file but PNG, and says where it is: other.c. */
lenet5_status lenet5_decode_page(lenet5_picture *picture, page_position *place, const picture_file *file,
                                 lenet5_error *error);

/*
 * What picture.c calls for every kind but PNG. Who links the reader's sources says what it is: the library has
 * lenet5_decode_page (linked.c); the program, which is to start before Leptonica is loaded, a function that first
 * loads the module lenet5_pictures, in which that one is (cli/extras.c).
 */
extern const page_decoder lenet5_decode_hook;

/* The one symbol of the program's module. */
typedef struct lenet5_pictures_module {
    page_decoder decode;
} lenet5_pictures_module;

lenet5_status lenet5_check_picture_size(size_t width, size_t height, const picture_file *file, lenet5_error *error);

#endif
