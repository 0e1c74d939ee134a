/* The directories of a TIFF file: where its pages are and how large they are, before anything of them is decoded. */
#ifndef LENET5_READER_TIFF_H
#define LENET5_READER_TIFF_H

#include "decode.h"

bool lenet5_is_tiff(const picture_file *file);

typedef struct tiff_page {
    uint64_t place;         /* byte of the file at which its directory begins */
    uint64_t next;          /* that of the next page, unchecked; 0: there is none */
    uint64_t width, height; /* 0 where the directory does not say */
} tiff_page;

/* Reads the first page's directory. LENET5_E_PICTURE_FORMAT if none can be where the header says. */
lenet5_status lenet5_tiff_page(tiff_page *page, const picture_file *file, lenet5_error *error);

/* Has the header say that the first page is at a place. bytes are those of the file. */
void lenet5_tiff_set_first_page(uint8_t *bytes, const picture_file *file, uint64_t place);

#endif
