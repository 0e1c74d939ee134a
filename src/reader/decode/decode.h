/* From the bytes of a picture file to a grey picture. */
#ifndef LENET5_READER_DECODE_H
#define LENET5_READER_DECODE_H

#include "lenet5/reading.h"

#define MAX_PICTURE_FILE ((size_t)1 << 28) /* bytes; a file has fewer */

/* A picture file in memory. */
typedef struct picture_file {
    const uint8_t *bytes;
    size_t size;
    size_t max_pixels; /* limit of a page, in pixels */
    const char *name;  /* for messages */
} picture_file;

/*
 * Decodes a PNG file (png.c): colours become grey, transparency is flattened. Allocates the picture.
 * LENET5_E_PICTURE_FORMAT, LENET5_E_PICTURE_SIZE.
 */
lenet5_status lenet5_decode_png(lenet5_picture *picture, const picture_file *file, lenet5_error *error);

/*
 * Composites count pixels of channels and opacity onto paper: white, or black if the picture would be invisible on
 * white. The result is packed in place, without the opacity.
 */
void lenet5_flatten_opacity(uint8_t *pixels, size_t count, size_t channels);

/* Converts width x height RGB pixels to grey (rgb_to_grey.c). Allocates the picture. */
lenet5_status lenet5_rgb_to_grey(lenet5_picture *picture, const uint8_t *rgb, size_t width, size_t height,
                                 lenet5_error *error);

/* The position of a page in a file of several. */
typedef struct page_position {
    uint64_t here; /* byte offset of its directory */
    uint64_t next; /* byte offset of the next page, unchecked; 0: none */
} page_position;

typedef lenet5_status (*page_decoder)(lenet5_picture *picture, page_position *position, const picture_file *file,
                                      lenet5_error *error);

/* Decodes the first page of a file of any format but PNG, and sets its position (leptonica.c). */
lenet5_status lenet5_decode_page(lenet5_picture *picture, page_position *position, const picture_file *file,
                                 lenet5_error *error);

/*
 * The decoder of every format but PNG, which the linking target defines: the library links
 * lenet5_decode_page (linked.c). The program starts without Leptonica: its decoder loads the module lenet5_pictures,
 * which has lenet5_decode_page (cli/extras.c).
 */
extern const page_decoder lenet5_decode_hook;

/* The only symbol of the program's module. */
typedef struct lenet5_pictures_module {
    page_decoder decode;
} lenet5_pictures_module;

/* Returns LENET5_E_PICTURE_SIZE for no pixels, or more than file->max_pixels. */
lenet5_status lenet5_check_picture_size(size_t width, size_t height, const picture_file *file, lenet5_error *error);

#endif
