/* Where pictures come from, page by page: a file, standard input, an entry of a TAR stream; of PDF files too. */
#ifndef LENET5_CLI_READ_SOURCES_H
#define LENET5_CLI_READ_SOURCES_H

#include "inputs.h"
#include "lenet5.h"

/* An open input, page by page. */
typedef struct source source;

/* Opens an input, which must outlive the source. A page may have up to max_pixels and, of a PDF, take up to seconds to
 * render (0: any time). Returns an exit code, as source_next does. Close it in any case. */
int source_open(source **s, const input *from, size_t max_pixels, double seconds);

/* Whether there is another page, or an error to report. */
bool source_left(source *s);

/* Decodes the next page. Free the picture. */
int source_next(lenet5_picture *picture, source *s);

void source_close(source *s);

#endif
