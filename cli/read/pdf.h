/* The pages of a PDF as pictures: poppler's pdftoppm renders them, in a process of its own, one after the other. */
#ifndef LENET5_CLI_PDF_H
#define LENET5_CLI_PDF_H

#include "lenet5.h"

typedef struct pdf pdf;

/* Whether a file begins as PDFs do. */
bool is_pdf(int file);

/*
 * Has the open file rendered, from its beginning; it may be closed then. name stands for it in complaints and must
 * outlive the pages. A page may take so many seconds to be rendered, 0 for any. Returns an exit code, as pdf_next does.
 * The process ends with the thread that opens the pages.
 */
int pdf_open(pdf **pages, int file, const char *name, double seconds);

/* Whether there is a page yet, or something to complain about. */
bool pdf_left(pdf *pages);

/* The next page, unless it has more than so many pixels. After a failure none is left. */
int pdf_next(lenet5_picture *picture, pdf *pages, size_t max_pixels);

/* Ends the process if it still runs. */
void pdf_close(pdf *pages);

#endif
