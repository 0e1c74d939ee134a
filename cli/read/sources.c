#include "sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "paths.h"
#include "pdf.h"
#include "reader/decode/decode.h"

/* Either pages or pdf is set. */
struct source {
    lenet5_pages *pages;
    pdf *pdf;
    size_t max_pixels;
};

/* Opens a regular file that begins like a PDF; -1 for others. A pipe is not opened, since that would release its
 * writer; O_NONBLOCK does not wait for one that replaces the file meanwhile. */
static int open_pdf(const char *path)
{
    struct stat about;
    if (is_special(path))
        return -1;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 || (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && is_pdf(file)))
        return file;
    close(file);
    return -1;
}

#define MAX_PDF ((size_t)1 << 30) /* bytes, from standard input */

/* Returns false after an error, or if there are more than MAX_PDF bytes. */
static bool copy_stdin(FILE *copy)
{
    char bytes[4096];
    size_t size = 0;
    for (size_t got; size <= MAX_PDF && (got = fread(bytes, 1, sizeof bytes, stdin)) > 0; size += got)
        if (fwrite(bytes, 1, got, copy) < got)
            return false;
    if (size > MAX_PDF)
        errno = EFBIG;
    return size <= MAX_PDF && !ferror(stdin) && fflush(copy) == 0;
}

/* Closes a copy, and returns its descriptor; -1, with errno, if it is not whole. */
static int descriptor_of(FILE *copy, bool whole)
{
    const int file = whole ? fcntl(fileno(copy), F_DUPFD_CLOEXEC, 0) : -1;
    const int reason = errno;
    if (copy)
        fclose(copy);
    errno = reason;
    return file;
}

/* Copies standard input to a nameless file if its first byte begins a PDF; no picture format begins so. Returns -1 if
 * it does not, -2 after reporting an error. */
static int open_pdf_of_stdin(void)
{
    const int first = getc(stdin);
    if (first == EOF && ferror(stdin)) {
        report_error("standard input: cannot be read: %s", strerror(errno));
        return -2;
    }
    if (first != EOF)
        ungetc(first, stdin);
    if (first != '%')
        return -1;
    FILE *copy = tmpfile();
    const int file = descriptor_of(copy, copy && copy_stdin(copy));
    if (file >= 0)
        return file;
    report_error("standard input: the PDF cannot be copied: %s; the limit is %zu bytes", strerror(errno), MAX_PDF);
    return -2;
}

/* The same for an entry. */
static int open_pdf_of_entry(const input *from)
{
    if (!begins_as_pdf(from->bytes, from->size))
        return -1;
    FILE *copy = tmpfile();
    const int file =
        descriptor_of(copy, copy && fwrite(from->bytes, 1, from->size, copy) == from->size && fflush(copy) == 0);
    if (file >= 0)
        return file;
    report_error("%s: the PDF cannot be copied: %s", from->name, strerror(errno));
    return -2;
}

static int open_document(const input *from)
{
    if (from->bytes)
        return open_pdf_of_entry(from);
    return is_stdin(from) ? open_pdf_of_stdin() : open_pdf(from->name);
}

static int open_pages(source *s, const input *from)
{
    lenet5_error error;
    const lenet5_status status = from->bytes
                                     ? lenet5_pages_parse(&s->pages, from->bytes, from->size, from->name, &error)
                                     : lenet5_pages_open(&s->pages, from->name, &error);
    if (status != LENET5_OK || lenet5_pages_limit(s->pages, s->max_pixels, &error) != LENET5_OK)
        return report_library_error(&error);
    return EXIT_DONE;
}

int source_open(source **s, const input *from, size_t max_pixels, double seconds)
{
    source *new = malloc(sizeof *new);
    if (!new)
        return report_out_of_memory();
    *new = (source){.max_pixels = max_pixels};
    *s = new;
    if (from->too_large)
        return report_error("%s: a file of more than %zu bytes", from->name, MAX_PICTURE_FILE);
    const int document = open_document(from);
    if (document < -1)
        return EXIT_FAILED;
    if (document < 0)
        return open_pages(new, from);
    const int code = pdf_open(&new->pdf, document, is_stdin(from) ? "standard input" : from->name, seconds);
    close(document);
    return code;
}

bool source_left(source *s)
{
    return s->pdf ? pdf_left(s->pdf) : lenet5_pages_left(s->pages);
}

int source_next(lenet5_picture *picture, source *s)
{
    lenet5_error error;
    if (s->pdf)
        return pdf_next(picture, s->pdf, s->max_pixels);
    return lenet5_pages_next(picture, s->pages, &error) == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

void source_close(source *s)
{
    if (s) {
        pdf_close(s->pdf);
        lenet5_pages_free(s->pages);
    }
    free(s);
}
