/* PNG by libpng: unlike Leptonica it returns its messages, and loads in less time than it takes to read a digit. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "decode.h"

#define DARK 64 /* a picture of 16 bits with no level so high uses only their lower part */

/* libpng has words alone for it: "out of memory", "insufficient memory". */
static bool is_out_of_memory(const png_image *image)
{
    return strstr(image->message, "of memory") || strstr(image->message, "insufficient memory");
}

static lenet5_status fail(const png_image *image, const picture_file *file, lenet5_error *error)
{
    if (is_out_of_memory(image))
        return lenet5_fail_memory(error);
    return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, LENET5_NO_OFFSET,
                       "%s: begins as a PNG but cannot be decoded (%s); save it again", file->name, image->message);
}

/* Makes a picture of grey levels, which it takes over, or of colours. */
static lenet5_status take_pixels(lenet5_picture *picture, png_image *image, uint8_t *pixels, lenet5_error *error)
{
    if (image->format & PNG_FORMAT_FLAG_COLOR) {
        const lenet5_status status = lenet5_rgb_to_grey(picture, pixels, image->width, image->height, error);
        free(pixels);
        return status;
    }
    *picture = (lenet5_picture){image->width, image->height, pixels};
    uint8_t *fewer = realloc(pixels, (size_t)image->width * image->height); /* 16 bits took more */
    if (fewer)
        picture->grey = fewer;
    return LENET5_OK;
}

static lenet5_status read_pixels(uint8_t **pixels, png_image *image, const picture_file *file, lenet5_error *error)
{
    *pixels = malloc(PNG_IMAGE_SIZE(*image));
    if (!*pixels) {
        png_image_free(image);
        return lenet5_fail_memory(error);
    }
    if (png_image_finish_read(image, NULL, *pixels, 0, NULL))
        return LENET5_OK;
    free(*pixels);
    return fail(image, file, error);
}

/* ---- Dark pictures of sixteen bits ------------------------------------------------------------------------------- */

static bool is_dark(const lenet5_picture *picture)
{
    size_t i = 0;
    while (i < picture->width * picture->height && picture->grey[i] < DARK)
        i++;
    return i == picture->width * picture->height;
}

/* Scales 16-bit values so that the highest becomes 255, and packs them into bytes in place. */
static void stretch(uint8_t *bytes, size_t count)
{
    uint16_t most = 1;
    for (size_t i = 0; i < count; i++) {
        uint16_t value;
        memcpy(&value, bytes + 2 * i, sizeof value);
        most = value > most ? value : most;
    }
    for (size_t i = 0; i < count; i++) {
        uint16_t value;
        memcpy(&value, bytes + 2 * i, sizeof value);
        bytes[i] = (uint8_t)((255u * value + most / 2u) / most);
    }
}

/* Reads a dark picture of 16 bits again, scaled. */
static lenet5_status read_stretched(lenet5_picture *picture, const picture_file *file, lenet5_error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *pixels;
    if (!png_image_begin_read_from_memory(&image, file->bytes, file->size))
        return fail(&image, file, error);
    const bool colour = image.format & PNG_FORMAT_FLAG_COLOR;
    image.format = colour ? PNG_FORMAT_LINEAR_RGB : PNG_FORMAT_LINEAR_Y;
    lenet5_status status = read_pixels(&pixels, &image, file, error);
    if (status != LENET5_OK)
        return status;
    lenet5_picture_free(picture);
    stretch(pixels, (size_t)image.width * image.height * (colour ? 3 : 1));
    return take_pixels(picture, &image, pixels, error);
}

lenet5_status lenet5_decode_png(lenet5_picture *picture, const picture_file *file, lenet5_error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *pixels;
    if (!png_image_begin_read_from_memory(&image, file->bytes, file->size))
        return fail(&image, file, error);
    const bool transparent = image.format & PNG_FORMAT_FLAG_ALPHA;
    const bool deep = image.format & PNG_FORMAT_FLAG_LINEAR && !transparent;
    image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA; /* of 8 bits: RGB or grey, A last */
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;                      /* the usual meaning of a file without gamma */
    lenet5_status status = lenet5_check_picture_size(image.width, image.height, file, error);
    if (status != LENET5_OK) {
        png_image_free(&image);
        return status;
    }
    status = read_pixels(&pixels, &image, file, error);
    if (status != LENET5_OK)
        return status;
    if (transparent)
        lenet5_flatten_opacity(pixels, (size_t)image.width * image.height,
                               image.format & PNG_FORMAT_FLAG_COLOR ? 3 : 1);
    status = take_pixels(picture, &image, pixels, error);
    return status == LENET5_OK && deep && is_dark(picture) ? read_stretched(picture, file, error) : status;
}
