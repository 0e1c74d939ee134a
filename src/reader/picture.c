/* Picture files, with Leptonica. */
#include <errno.h>
#include <leptonica/allheaders.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "lenet5_reader.h"

#define MAX_FILE ((size_t)1 << 28)
#define LEAST_FILE 16 /* bytes; Leptonica looks at so many to tell the format */

typedef struct contents {
    uint8_t *bytes;
    size_t size;
} contents;

static lenet5_status read_stream(contents *file, FILE *stream, const char *path, lenet5_error *error)
{
    for (size_t room = (size_t)1 << 18; room <= MAX_FILE; room *= 2) {
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

static lenet5_status check_header(const contents *file, const char *path, lenet5_error *error)
{
    l_int32 format, width, height;
    if (file->size < LEAST_FILE ||
        pixReadHeaderMem(file->bytes, file->size, &format, &width, &height, NULL, NULL, NULL) != 0)
        return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, 0,
                           "%s: byte 0: not a picture of a kind that can be read; PNG, PGM or JPEG can", path);
    if (width <= 0 || height <= 0 || (l_uint32)width > LENET5_MAX_PICTURE_PIXELS / (l_uint32)height)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, 0, "%s: byte 0: %dx%d pixels; at most %u can be read", path,
                           width, height, LENET5_MAX_PICTURE_PIXELS);
    return LENET5_OK;
}

/* Leptonica keeps four pixels in a word, the leftmost in its highest byte. */
static lenet5_status copy_grey(lenet5_picture *picture, PIX *pix, lenet5_error *error)
{
    const size_t width = (size_t)pixGetWidth(pix);
    const size_t height = (size_t)pixGetHeight(pix);
    const size_t words = (size_t)pixGetWpl(pix);
    const l_uint32 *data = pixGetData(pix);
    uint8_t *grey = malloc(width * height);
    if (!grey)
        return lenet5_fail_memory(error);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            grey[y * width + x] = (uint8_t)(data[y * words + x / 4] >> (24 - 8 * (x % 4)));
    *picture = (lenet5_picture){width, height, grey};
    return LENET5_OK;
}

static lenet5_status decode(lenet5_picture *picture, const contents *file, const char *path, lenet5_error *error)
{
    PIX *pix = pixReadMem(file->bytes, file->size);
    PIX *opaque = pix ? pixRemoveAlpha(pix) : NULL;
    PIX *grey = opaque ? pixConvertTo8(opaque, 0) : NULL;
    const lenet5_status status =
        grey ? copy_grey(picture, grey, error)
             : lenet5_fail(error, LENET5_E_PICTURE_FORMAT, LENET5_NO_OFFSET,
                           "%s: begins as a picture but cannot be decoded; save it again as PNG", path);
    pixDestroy(&grey);
    pixDestroy(&opaque);
    pixDestroy(&pix);
    return status;
}

lenet5_status lenet5_picture_load(lenet5_picture *picture, const char *path, lenet5_error *error)
{
    setMsgSeverity(L_SEVERITY_NONE);
    contents file = {0};
    lenet5_status status = read_contents(&file, path, error);
    if (status == LENET5_OK)
        status = check_header(&file, path, error);
    if (status == LENET5_OK)
        status = decode(picture, &file, path, error);
    free(file.bytes);
    return status;
}

void lenet5_picture_free(lenet5_picture *picture)
{
    free(picture->grey);
    memset(picture, 0, sizeof *picture);
}
