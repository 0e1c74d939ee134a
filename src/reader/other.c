/* Every kind of picture but PNG, with Leptonica. */
#include <leptonica/allheaders.h>
#include <stdlib.h>

#include "base/error.h"
#include "decode.h"

#define LEAST_FILE 16 /* bytes; Leptonica looks at so many to tell the format */

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

static lenet5_status check_header(const uint8_t *bytes, size_t size, const char *path, lenet5_error *error)
{
    l_int32 format, width, height;
    if (size < LEAST_FILE || pixReadHeaderMem(bytes, size, &format, &width, &height, NULL, NULL, NULL) != 0)
        return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, 0,
                           "%s: byte 0: not a picture of a kind that can be read; PNG, PGM or JPEG can", path);
    return lenet5_check_picture_size(width > 0 ? (size_t)width : 0, height > 0 ? (size_t)height : 0, path, error);
}

lenet5_status lenet5_decode_other(lenet5_picture *picture, const uint8_t *bytes, size_t size, const char *path,
                                  lenet5_error *error)
{
    setMsgSeverity(L_SEVERITY_NONE);
    lenet5_status status = check_header(bytes, size, path, error);
    if (status != LENET5_OK)
        return status;
    PIX *pix = pixReadMem(bytes, size);
    PIX *opaque = pix ? pixRemoveAlpha(pix) : NULL;
    PIX *grey = opaque ? pixConvertTo8(opaque, 0) : NULL;
    status = grey ? copy_grey(picture, grey, error)
                  : lenet5_fail(error, LENET5_E_PICTURE_FORMAT, LENET5_NO_OFFSET,
                                "%s: begins as a picture but cannot be decoded; save it again as PNG", path);
    pixDestroy(&grey);
    pixDestroy(&opaque);
    pixDestroy(&pix);
    return status;
}
