#include "png_file.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

#include "system/file.h"

lenet5_status write_png(const char *path, const uint8_t *pixels, size_t width, size_t height, size_t channels,
                        lenet5_error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *bytes = malloc(size);
    lenet5_status status = LENET5_E_MEMORY;
    if (bytes && png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL)) {
        const file_piece piece = {bytes, size};
        status = lenet5_file_write(path, &piece, 1, error);
    } else {
        snprintf(error->message, sizeof error->message, "%.200s: cannot be made: %s", path,
                 bytes ? image.message : "out of memory");
    }
    free(bytes);
    return status;
}
