/* From the bytes of a picture file to a grey picture. */
#ifndef LENET5_READER_DECODE_H
#define LENET5_READER_DECODE_H

#include "lenet5_reader.h"

/* A picture file in memory. */
typedef struct picture_file {
    const uint8_t *bytes;
    size_t size;
    size_t most_pixels; /* of a page that is decoded */
    const char *name;   /* for messages alone */
} picture_file;

lenet5_status lenet5_decode_png(lenet5_picture *picture, const picture_file *file, lenet5_error *error);

/*
 * Lays count pixels of some channels and opacity on paper, white or, where what is there is white itself, black. They
 * end up one after the other where they were, without the opacity.
 */
void lenet5_lay_on_paper(uint8_t *pixels, size_t count, size_t channels);

/* Grey from width x height pixels of red, green and blue: mix.c. */
lenet5_status lenet5_mix(lenet5_picture *picture, const uint8_t *rgb, size_t width, size_t height, lenet5_error *error);

/* Where a page is in a file of several. */
typedef struct page_place {
    uint64_t here; /* byte of the file */
    uint64_t next; /* that of the next page, unchecked; 0: there is none */
} page_place;

/* Every other kind: the first page, and where it is. The program has a function of this name of its own, which loads
 * the module lenet5_pictures when it is needed (cli/extras.c) and calls this one there. */
lenet5_status lenet5_decode_other(lenet5_picture *picture, page_place *place, const picture_file *file,
                                  lenet5_error *error);

/* The one symbol of the program's module. */
typedef struct lenet5_pictures_module {
    lenet5_status (*decode)(lenet5_picture *picture, page_place *place, const picture_file *file, lenet5_error *error);
} lenet5_pictures_module;

lenet5_status lenet5_check_picture_size(size_t width, size_t height, const picture_file *file, lenet5_error *error);

#endif
