#include "heif.h"

#include <string.h>

#include "base/error.h"

/* HEIC and AVIF begin with a box "ftyp" that lists their kinds. */
bool lenet5_is_heif(const picture_file *file)
{
    static const char kinds[][5] = {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif", "avis"};
    if (file->size < 12 || memcmp(file->bytes + 4, "ftyp", 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (memcmp(file->bytes + 8, kinds[i], 4) == 0)
            return true;
    return false;
}

#ifdef LENET5_HEIF
#include <libheif/heif.h>
#include <math.h>
#include <stdlib.h>

enum { CHANNELS = 4 }; /* colours and opacity */

/* libheif has one limit for both sides, in pixels. What passes it is checked by its area. */
#define LONGEST 2.0    /* longer to shorter side of the largest picture */
#define MIN_LIMIT 4096 /* pixels of a side: smaller pictures take little memory */

static lenet5_status fail(struct heif_error reason, const picture_file *file, lenet5_error *error)
{
    const char *message = reason.message ? reason.message : "no reason given";
    if (reason.subcode == heif_suberror_Security_limit_exceeded)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, LENET5_NO_OFFSET,
                           "%s: too large a picture; at most %zu pixels can be read", file->name, file->max_pixels);
    return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, LENET5_NO_OFFSET,
                       "%s: begins as HEIC or AVIF but cannot be decoded (%.*s); save it again as PNG or JPEG",
                       file->name, (int)strcspn(message, "\n"), message);
}

/* Copies the rows, which libheif pads. */
static lenet5_status take_pixels(lenet5_picture *picture, const struct heif_image *image, const picture_file *file,
                                 lenet5_error *error)
{
    int stride;
    const uint8_t *rows = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    const int wide = heif_image_get_width(image, heif_channel_interleaved);
    const int tall = heif_image_get_height(image, heif_channel_interleaved);
    const size_t width = wide > 0 ? (size_t)wide : 0, height = tall > 0 && rows ? (size_t)tall : 0;
    lenet5_status status = lenet5_check_picture_size(width, height, file, error); /* headers may be wrong */
    uint8_t *pixels = status == LENET5_OK ? malloc(CHANNELS * width * height) : NULL;
    if (!pixels)
        return status == LENET5_OK ? lenet5_fail_memory(error) : status;
    for (size_t y = 0; y < height; y++)
        memcpy(pixels + CHANNELS * width * y, rows + (size_t)stride * y, CHANNELS * width);
    lenet5_flatten_opacity(pixels, width * height, CHANNELS - 1);
    status = lenet5_rgb_to_grey(picture, pixels, width, height, error);
    free(pixels);
    return status;
}

static lenet5_status decode_image(lenet5_picture *picture, const struct heif_image_handle *handle,
                                  const picture_file *file, lenet5_error *error)
{
    struct heif_image *image = NULL;
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    if (!options)
        return lenet5_fail_memory(error);
    options->convert_hdr_to_8bit = 1;
    const struct heif_error reason =
        heif_decode_image(handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGBA, options);
    heif_decoding_options_free(options);
    if (reason.code != heif_error_Ok)
        return fail(reason, file, error);
    const lenet5_status status = take_pixels(picture, image, file, error);
    heif_image_release(image);
    return status;
}

static lenet5_status decode_main(lenet5_picture *picture, struct heif_context *context, const picture_file *file,
                                 lenet5_error *error)
{
    struct heif_image_handle *handle = NULL;
    struct heif_error reason = heif_context_read_from_memory_without_copy(context, file->bytes, file->size, NULL);
    if (reason.code == heif_error_Ok)
        reason = heif_context_get_primary_image_handle(context, &handle);
    if (reason.code != heif_error_Ok)
        return fail(reason, file, error);
    const int width = heif_image_handle_get_width(handle), height = heif_image_handle_get_height(handle);
    lenet5_status status =
        lenet5_check_picture_size(width > 0 ? (size_t)width : 0, height > 0 ? (size_t)height : 0, file, error);
    if (status == LENET5_OK)
        status = decode_image(picture, handle, file, error);
    heif_image_handle_release(handle);
    return status;
}

lenet5_status lenet5_decode_heif(lenet5_picture *picture, const picture_file *file, lenet5_error *error)
{
    struct heif_context *context = heif_context_alloc();
    if (!context)
        return lenet5_fail_memory(error);
    heif_context_set_max_decoding_threads(context, 0); /* no threads but this one */
    heif_context_set_maximum_image_size_limit(context,
                                              (int)fmax(MIN_LIMIT, ceil(sqrt(LONGEST * (double)file->max_pixels))));
    const lenet5_status status = decode_main(picture, context, file, error);
    heif_context_free(context);
    return status;
}
#else
lenet5_status lenet5_decode_heif(lenet5_picture *picture, const picture_file *file, lenet5_error *error)
{
    (void)picture;
    return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, 0,
                       "%s: byte 0: HEIC or AVIF, which this build has no libheif for; save it as PNG or JPEG",
                       file->name);
}
#endif
