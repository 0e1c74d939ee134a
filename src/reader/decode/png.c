/*
 * PNG, with libpng itself: it says what is wrong with a file where Leptonica lets it print, and it is there at once,
 * while Leptonica's libraries take longer to load than a digit to read.
 */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "decode.h"

static lenet5_status fail(const png_image *image, const picture_file *file, lenet5_error *error)
{
    return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, LENET5_NO_OFFSET,
                       "%s: begins as a PNG but cannot be decoded (%s); save it again", file->name, image->message);
}

/* Lays pixels of some channels and opacity on white; they end up one after the other where they were. */
static void lay_on_white(uint8_t *pixels, size_t count, size_t channels)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = pixels + i * (channels + 1);
        const unsigned opacity = from[channels];
        for (size_t k = 0; k < channels; k++)
            pixels[i * channels + k] = (uint8_t)((from[k] * opacity + 255 * (255 - opacity) + 127) / 255);
    }
}

static lenet5_status take_pixels(lenet5_picture *picture, png_image *image, uint8_t *pixels, lenet5_error *error)
{
    const size_t count = (size_t)image->width * image->height;
    const bool colour = image->format & PNG_FORMAT_FLAG_COLOR;
    lay_on_white(pixels, count, colour ? 3 : 1);
    if (colour)
        return lenet5_mix(picture, pixels, image->width, image->height, error);
    lenet5_picture grey = {image->width, image->height, malloc(count)};
    if (!grey.grey)
        return lenet5_fail_memory(error);
    memcpy(grey.grey, pixels, count);
    *picture = grey;
    return LENET5_OK;
}

lenet5_status lenet5_decode_png(lenet5_picture *picture, const picture_file *file, lenet5_error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, file->bytes, file->size))
        return fail(&image, file, error);
    image.format = image.format & PNG_FORMAT_FLAG_COLOR ? PNG_FORMAT_RGBA : PNG_FORMAT_GA;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* as everyone means it who writes no gamma */
    lenet5_status status = lenet5_check_picture_size(image.width, image.height, file, error);
    uint8_t *pixels = status == LENET5_OK ? malloc(PNG_IMAGE_SIZE(image)) : NULL;
    if (!pixels) {
        png_image_free(&image);
        return status == LENET5_OK ? lenet5_fail_memory(error) : status;
    }
    if (!png_image_finish_read(&image, NULL, pixels, 0, NULL))
        status = fail(&image, file, error);
    else
        status = take_pixels(picture, &image, pixels, error);
    free(pixels);
    return status;
}
