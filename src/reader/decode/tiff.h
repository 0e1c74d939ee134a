/* Directories of a TIFF file: positions and sizes of its pages, before anything is decoded. */
#ifndef LENET5_READER_TIFF_H
#define LENET5_READER_TIFF_H

#include "decode.h"

bool lenet5_is_tiff(const picture_file *file);

typedef struct tiff_page {
    uint64_t offset;        /* byte offset of its directory */
    uint64_t next;          /* byte offset of the next one, unchecked; 0: none */
    uint64_t width, height; /* 0 if the directory has none */
} tiff_page;

/* Reads the directory of the first page. Returns LENET5_E_PICTURE_FORMAT if it is outside the file. */
lenet5_status lenet5_tiff_page(tiff_page *page, const picture_file *file, lenet5_error *error);

/* Writes the offset of a page into the header as the first page's. bytes: of the file, to be changed. */
void lenet5_tiff_set_first_page(uint8_t *bytes, const picture_file *file, uint64_t offset);

#endif
