/* Picture files and their pages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "decode.h"
#include "tiff.h"

#define MAX_PAGES 65535 /* of a file: what TIFF readers can number */

/* The bytes read from a file. */
typedef struct contents {
    uint8_t *bytes;
    size_t size;
} contents;

static lenet5_status read_stream(contents *file, FILE *stream, const char *path, lenet5_error *error)
{
    for (size_t room = (size_t)1 << 14; room <= MAX_PICTURE_FILE; room *= 2) {
        uint8_t *larger = realloc(file->bytes, room);
        if (!larger)
            return lenet5_fail_memory(error);
        file->bytes = larger;
        file->size += fread(file->bytes + file->size, 1, room - file->size, stream);
        if (ferror(stream))
            return lenet5_fail(error, LENET5_E_READ, file->size, "%s: byte %zu: cannot be read: %s", path, file->size,
                               strerror(errno));
        if (file->size < room)
            return LENET5_OK;
    }
    return lenet5_fail(error, LENET5_E_PICTURE_SIZE, MAX_PICTURE_FILE, "%s: a file of more than %zu bytes", path,
                       MAX_PICTURE_FILE);
}

static lenet5_status read_contents(contents *file, const char *path, lenet5_error *error)
{
    if (strcmp(path, "-") == 0)
        return read_stream(file, stdin, "standard input", error);
    FILE *stream = fopen(path, "rb");
    if (!stream && errno == ENOMEM)
        return lenet5_fail_memory(error);
    if (!stream)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "%s: cannot be opened: %s", path, strerror(errno));
    const lenet5_status status = read_stream(file, stream, path, error);
    fclose(stream);
    return status;
}

lenet5_status lenet5_check_picture_size(size_t width, size_t height, const picture_file *file, lenet5_error *error)
{
    if (width == 0 || height == 0 || width > file->max_pixels / height)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, 0, "%s: byte 0: %zux%zu pixels; at most %zu can be read",
                           file->name, width, height, file->max_pixels);
    return LENET5_OK;
}

static bool is_png(const picture_file *file)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    return file->size >= sizeof signature && memcmp(file->bytes, signature, sizeof signature) == 0;
}

/* ---- Pages ------------------------------------------------------------------------------------------------------- */

struct lenet5_pages {
    picture_file file;
    uint8_t *owned; /* the file's bytes, or a copy that may be changed; NULL: they are the caller's */
    bool left;
    int read; /* pages */
    page_position position;
    uint8_t *
        seen; /* a bit for each byte of the file: a page that was read begins there; NULL until a second page is read */
};

lenet5_status lenet5_pages_parse(lenet5_pages **pages, const void *bytes, size_t size, const char *name,
                                 lenet5_error *error)
{
    lenet5_pages *p = malloc(sizeof *p);
    if (!p)
        return lenet5_fail_memory(error);
    *p = (lenet5_pages){.file = {bytes, size, LENET5_DEFAULT_PICTURE_PIXELS, name}, .left = true};
    *pages = p;
    return LENET5_OK;
}

lenet5_status lenet5_pages_open(lenet5_pages **pages, const char *path, lenet5_error *error)
{
    contents file = {0};
    lenet5_status status = read_contents(&file, path, error);
    if (status == LENET5_OK)
        status = lenet5_pages_parse(pages, file.bytes, file.size, path, error);
    if (status == LENET5_OK)
        (*pages)->owned = file.bytes;
    else
        free(file.bytes);
    return status;
}

lenet5_status lenet5_pages_limit(lenet5_pages *pages, size_t pixels, lenet5_error *error)
{
    if (pixels == 0 || pixels > LENET5_MAX_PICTURE_PIXELS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%s: a limit of %zu pixels; it is from 1 to %u",
                           pages->file.name, pixels, LENET5_MAX_PICTURE_PIXELS);
    pages->file.max_pixels = pixels;
    return LENET5_OK;
}

bool lenet5_pages_left(const lenet5_pages *pages)
{
    return pages->left;
}

/* Marks a page as read; false if it was read before. */
static bool mark_seen(lenet5_pages *pages, uint64_t offset)
{
    const uint8_t bit = (uint8_t)(1u << offset % 8);
    const bool new = !(pages->seen[offset / 8] & bit);
    pages->seen[offset / 8] |= bit;
    return new;
}

/* Allocates what a second page needs. */
static lenet5_status prepare_for_several(lenet5_pages *pages, lenet5_error *error)
{
    picture_file *file = &pages->file;
    pages->seen = calloc(file->size / 8 + 1, 1);
    uint8_t *bytes = pages->owned ? pages->owned : malloc(file->size);
    if (bytes && !pages->owned)
        memcpy(bytes, file->bytes, file->size);
    pages->owned = bytes;
    if (!pages->seen || !bytes)
        return lenet5_fail_memory(error);
    file->bytes = bytes;
    return LENET5_OK;
}

/*
 * Moves to the next page by making it the first one in the header: libtiff would go through all pages before it. A file
 * whose pages form a cycle is damaged.
 */
static lenet5_status go_on(lenet5_pages *pages, lenet5_error *error)
{
    const picture_file *file = &pages->file;
    const uint64_t next = pages->position.next;
    if (pages->read >= MAX_PAGES)
        return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, next, "%s: byte %llu: more than %d pages", file->name,
                           (unsigned long long)next, MAX_PAGES);
    lenet5_status status = pages->seen ? LENET5_OK : prepare_for_several(pages, error);
    if (status != LENET5_OK)
        return status;
    mark_seen(pages, pages->position.here);
    if (next < file->size && !mark_seen(pages, next))
        return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, next,
                           "%s: byte %llu: the page after page %d is one that has been read; the file is damaged",
                           file->name, (unsigned long long)next, pages->read);
    lenet5_tiff_set_first_page(pages->owned, file, next);
    return LENET5_OK;
}

lenet5_status lenet5_pages_next(lenet5_picture *picture, lenet5_pages *pages, lenet5_error *error)
{
    const picture_file *file = &pages->file;
    lenet5_status status = LENET5_OK;
    if (!pages->left)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%s: has no further page", file->name);
    if (pages->read > 0)
        status = go_on(pages, error);
    if (status == LENET5_OK)
        status = is_png(file) ? lenet5_decode_png(picture, file, error)
                              : lenet5_decode_hook(picture, &pages->position, file, error);
    pages->read++;
    pages->left = status == LENET5_OK && pages->position.next > 0;
    return status;
}

void lenet5_pages_free(lenet5_pages *pages)
{
    if (pages) {
        free(pages->owned);
        free(pages->seen);
    }
    free(pages);
}

lenet5_status lenet5_picture_load(lenet5_picture *picture, const char *path, lenet5_error *error)
{
    lenet5_pages *pages;
    lenet5_status status = lenet5_pages_open(&pages, path, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_pages_next(picture, pages, error);
    lenet5_pages_free(pages);
    return status;
}

void lenet5_picture_free(lenet5_picture *picture)
{
    free(picture->grey);
    memset(picture, 0, sizeof *picture);
}
