#include "reduce.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define LONGER 2500 /* pixels: longer side of A4 at about 200 dpi, at which pens are 3 pixels wide */
#define SHORTER 900 /* pixels of the shorter side: in a lower strip digits are lower */

size_t lenet5_reduction_of(const lenet5_picture *picture)
{
    const size_t shorter = picture->width < picture->height ? picture->width : picture->height;
    const size_t longer = picture->width + picture->height - shorter;
    const size_t times = longer / LONGER < shorter / SHORTER ? longer / LONGER : shorter / SHORTER;
    return times > 1 ? times : 1;
}

lenet5_status lenet5_reduce(lenet5_picture *reduced, const lenet5_picture *picture, size_t times, budget *b,
                            lenet5_error *error)
{
    assert(times > 0 && picture->width >= times && picture->height >= times);
    const size_t width = picture->width / times, height = picture->height / times;
    const uint32_t area = (uint32_t)(times * times);
    uint8_t *grey = malloc(width * height);
    uint32_t *sums = malloc(width * sizeof *sums); /* of a row of squares */
    lenet5_status status = grey && sums ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t row = 0; row < height && status == LENET5_OK; row++) {
        memset(sums, 0, width * sizeof *sums);
        for (size_t y = row * times; y < (row + 1) * times; y++)
            for (size_t x = 0; x < width; x++)
                for (size_t k = 0; k < times; k++)
                    sums[x] += picture->grey[y * picture->width + x * times + k];
        for (size_t x = 0; x < width; x++)
            grey[row * width + x] = (uint8_t)((sums[x] + area / 2) / area);
        status = lenet5_check_time(b, times * picture->width, error);
    }
    free(sums);
    if (status == LENET5_OK)
        *reduced = (lenet5_picture){width, height, grey};
    else
        free(grey);
    return status;
}
