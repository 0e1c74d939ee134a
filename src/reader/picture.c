/* Picture files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "decode.h"

#define MAX_FILE ((size_t)1 << 28)

typedef struct contents {
    uint8_t *bytes;
    size_t size;
} contents;

static lenet5_status read_stream(contents *file, FILE *stream, const char *path, lenet5_error *error)
{
    for (size_t room = (size_t)1 << 14; room <= MAX_FILE; room *= 2) {
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
    return lenet5_fail(error, LENET5_E_PICTURE_SIZE, MAX_FILE, "%s: a file of more than %zu bytes", path, MAX_FILE);
}

static lenet5_status read_contents(contents *file, const char *path, lenet5_error *error)
{
    if (strcmp(path, "-") == 0)
        return read_stream(file, stdin, "standard input", error);
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "%s: cannot be opened: %s", path, strerror(errno));
    const lenet5_status status = read_stream(file, stream, path, error);
    fclose(stream);
    return status;
}

lenet5_status lenet5_check_picture_size(size_t width, size_t height, const char *path, lenet5_error *error)
{
    if (width == 0 || height == 0 || width > LENET5_MAX_PICTURE_PIXELS / height)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, 0, "%s: byte 0: %zux%zu pixels; at most %u can be read", path,
                           width, height, LENET5_MAX_PICTURE_PIXELS);
    return LENET5_OK;
}

static bool is_png(const contents *file)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    return file->size >= sizeof signature && memcmp(file->bytes, signature, sizeof signature) == 0;
}

/* ---- Pages ----------------------------------------------------------------------------------------------------------
 */

struct lenet5_pages {
    contents file;
    bool owned; /* the bytes of the file */
    bool left;
    int read; /* pages */
    const char *name;
};

static lenet5_status new_pages(lenet5_pages **pages, const contents *file, bool owned, const char *name,
                               lenet5_error *error)
{
    lenet5_pages *p = malloc(sizeof *p);
    if (!p)
        return lenet5_fail_memory(error);
    *p = (lenet5_pages){.file = *file, .owned = owned, .left = true, .name = name};
    *pages = p;
    return LENET5_OK;
}

lenet5_status lenet5_pages_open(lenet5_pages **pages, const char *path, lenet5_error *error)
{
    contents file = {0};
    lenet5_status status = read_contents(&file, path, error);
    if (status == LENET5_OK)
        status = new_pages(pages, &file, true, path, error);
    if (status != LENET5_OK)
        free(file.bytes);
    return status;
}

lenet5_status lenet5_pages_parse(lenet5_pages **pages, const void *bytes, size_t size, const char *name,
                                 lenet5_error *error)
{
    const contents file = {(uint8_t *)bytes, size}; /* which are only read */
    return new_pages(pages, &file, false, name, error);
}

bool lenet5_pages_left(const lenet5_pages *pages)
{
    return pages->left;
}

lenet5_status lenet5_pages_next(lenet5_picture *picture, lenet5_pages *pages, lenet5_error *error)
{
    const contents *file = &pages->file;
    bool last = true;
    lenet5_status status;
    if (!pages->left)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%s: has no further page", pages->name);
    if (is_png(file))
        status = lenet5_decode_png(picture, file->bytes, file->size, pages->name, error);
    else
        status = lenet5_decode_other(picture, &last, file->bytes, file->size, pages->read, pages->name, error);
    pages->read++;
    pages->left = status == LENET5_OK && !last;
    return status;
}

void lenet5_pages_free(lenet5_pages *pages)
{
    if (pages && pages->owned)
        free(pages->file.bytes);
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
