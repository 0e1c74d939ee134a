/* The pages of a PDF as pictures, rendered one after the other by poppler's pdftoppm in a child process. */
#ifndef LENET5_CLI_PDF_H
#define LENET5_CLI_PDF_H

#include "lenet5.h"

typedef struct pdf pdf;

/* Whether bytes, or a file, begin like a PDF. */
bool begins_as_pdf(const void *bytes, size_t size);
bool is_pdf(int file);

/*
 * Starts rendering an open file from its beginning; the file may be closed afterwards. name stands for it in error
 * messages and must outlive the pages. A page may take that many seconds, 0: any time. Returns an exit code, as
 * pdf_next does. The process ends with the thread that opens the pages.
 */
int pdf_open(pdf **pages, int file, const char *name, double seconds);

/* Whether there is another page, or an error to report. */
bool pdf_left(pdf *pages);

/* Renders the next page, of at most max_pixels. After a failure no page is left. */
int pdf_next(lenet5_picture *picture, pdf *pages, size_t max_pixels);

/* Kills the process if it still runs, and frees the pages. */
void pdf_close(pdf *pages);

#endif
