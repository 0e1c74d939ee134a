#include "sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common.h"
#include "paths.h"
#include "pdf.h"

/* ---- Files ------------------------------------------------------------------------------------------------------- */

static int add_file(file_list *list, const char *folder, const char *name)
{
    const size_t length = strlen(folder);
    const char *between = length > 0 && folder[length - 1] != '/' ? "/" : "";
    char **larger = realloc(list->files, (list->count + 1) * sizeof *larger);
    if (!larger)
        return report_out_of_memory();
    list->files = larger;
    const size_t size = length + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        return report_out_of_memory();
    snprintf(path, size, "%s%s%s", folder, between, name);
    list->files[list->count++] = path;
    return EXIT_DONE;
}

/* Whether a file of a folder is read, by its name. */
static bool is_picture_name(const char *name, folder_content content)
{
    static const char *const endings[] = {"png", "jpg", "jpeg", "tif",  "tiff", "bmp", "pgm",
                                          "ppm", "pnm", "webp", "heic", "heif", "avif"};
    const char *dot = strrchr(name, '.');
    if (name[0] == '.' || !dot)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0)
            return true;
    return content == PICTURES_AND_PDF && strcasecmp(dot + 1, "pdf") == 0;
}

/* Whether it exists and is no regular file: reading a pipe or a device of a folder could wait for ever or not end. */
static bool is_special(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_folder(file_list *list, const char *folder, folder_content content)
{
    const size_t first = list->count;
    int code = EXIT_DONE;
    DIR *stream = opendir(folder);
    if (!stream)
        return report_error("%s: the folder cannot be read: %s", folder, strerror(errno));
    for (const struct dirent *entry; code == EXIT_DONE && (entry = readdir(stream));) {
        if (!is_picture_name(entry->d_name, content))
            continue;
        code = add_file(list, folder, entry->d_name);
        const char *path = code == EXIT_DONE ? list->files[list->count - 1] : NULL;
        if (!path || !is_special(path))
            continue;
        if (!is_folder(path))
            report_error("%s: skipped: not a regular file; to read it, name it on the command line", path);
        free(list->files[--list->count]);
    }
    closedir(stream);
    if (code == EXIT_DONE && list->count == first)
        return report_error(
            "%s: a folder without a picture: no name ends in .png, .jpg, .tif or another picture's ending", folder);
    qsort(list->files + first, list->count - first, sizeof *list->files, by_name);
    return code;
}

int list_files(file_list *list, char *const *arguments, size_t count, folder_content content)
{
    int code = EXIT_DONE;
    *list = (file_list){0};
    for (size_t i = 0; i < count; i++) {
        const int added =
            is_folder(arguments[i]) ? list_folder(list, arguments[i], content) : add_file(list, "", arguments[i]);
        code = added == EXIT_DONE ? code : added;
    }
    return code;
}

void free_files(file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->files[i]);
    free(list->files);
    *list = (file_list){0};
}

/* ---- Pages ------------------------------------------------------------------------------------------------------- */

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
    const bool whole = copy && copy_stdin(copy);
    const int file = whole ? fcntl(fileno(copy), F_DUPFD_CLOEXEC, 0) : -1;
    if (copy)
        fclose(copy);
    if (file >= 0)
        return file;
    report_error("standard input: the PDF cannot be copied: %s; the limit is %zu bytes", strerror(errno), MAX_PDF);
    return -2;
}

static int open_pages(source *s, const char *file)
{
    lenet5_error error;
    if (lenet5_pages_open(&s->pages, file, &error) != LENET5_OK ||
        lenet5_pages_limit(s->pages, s->max_pixels, &error) != LENET5_OK)
        return report_library_error(&error);
    return EXIT_DONE;
}

int source_open(source **s, const char *file, size_t max_pixels, double seconds)
{
    source *new = malloc(sizeof *new);
    if (!new)
        return report_out_of_memory();
    *new = (source){.max_pixels = max_pixels};
    *s = new;
    const bool from_stdin = strcmp(file, "-") == 0;
    const int document = from_stdin ? open_pdf_of_stdin() : open_pdf(file);
    if (document < -1)
        return EXIT_FAILED;
    if (document < 0)
        return open_pages(new, file);
    const int code = pdf_open(&new->pdf, document, from_stdin ? "standard input" : file, seconds);
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
