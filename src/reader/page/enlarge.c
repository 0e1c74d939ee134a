/*
 * Catmull-Rom interpolation (1974) at a quarter of a pixel before and behind each level. It keeps peaks, which a stroke
 * one pixel wide is, where linear interpolation would flatten them.
 */
#include "enlarge.h"

#include <stdlib.h>

#include "base/error.h"

static uint8_t cubic(int far, int near, int next, int last)
{
    const int level = (-9 * far + 111 * near + 29 * next - 3 * last + 64) / 128;
    return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

/* Doubles count levels that are step apart, in from and in to; the end levels continue beyond the ends. */
static void enlarge_run(uint8_t *to, const uint8_t *from, size_t count, size_t step)
{
    for (size_t i = 0; i < count; i++) {
        const int here = from[i * step];
        const int before = i > 0 ? from[(i - 1) * step] : here, behind = i + 1 < count ? from[(i + 1) * step] : here;
        const int first = i > 1 ? from[(i - 2) * step] : before, last = i + 2 < count ? from[(i + 2) * step] : behind;
        to[2 * i * step] = cubic(behind, here, before, first);
        to[(2 * i + 1) * step] = cubic(before, here, behind, last);
    }
}

lenet5_status lenet5_enlarge(lenet5_picture *larger, const lenet5_picture *picture, budget *b, lenet5_error *error)
{
    const size_t width = picture->width, height = picture->height;
    *larger = (lenet5_picture){2 * width, 2 * height, malloc(4 * width * height)};
    uint8_t *wide = malloc(2 * width * height);
    lenet5_status status =
        larger->grey && wide ? lenet5_check_time(b, 12 * width * height, error) : lenet5_fail_memory(error);
    for (size_t y = 0; y < height && status == LENET5_OK; y++)
        enlarge_run(wide + 2 * y * width, picture->grey + y * width, width, 1);
    for (size_t x = 0; x < 2 * width && status == LENET5_OK; x++)
        enlarge_run(larger->grey + x, wide + x, height, 2 * width);
    free(wide);
    if (status != LENET5_OK) {
        free(larger->grey);
        *larger = (lenet5_picture){0};
    }
    return status;
}
