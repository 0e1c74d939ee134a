#include "turn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define BLOCK 32 /* pixels: a block's rows, as read and as written, stay in the first cache */

/* One block of the turned raster. Each of its pixels comes from index first + x across + y down. */
static void turn_block(const raster *to, const uint8_t *from, ptrdiff_t across, ptrdiff_t down, size_t left, size_t top)
{
    const size_t right = left + BLOCK < to->width ? left + BLOCK : to->width;
    const size_t bottom = top + BLOCK < to->height ? top + BLOCK : to->height;
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++)
            to->pixels[y * to->width + x] = from[(ptrdiff_t)x * across + (ptrdiff_t)y * down];
}

lenet5_status lenet5_turn(raster *turned, const raster *from, span part, unsigned quarters, budget *b,
                          lenet5_error *error)
{
    assert(quarters < QUARTERS && part.right <= from->width && part.bottom <= from->height);
    assert(part.left < part.right && part.top < part.bottom);
    const size_t wide = part.right - part.left, tall = part.bottom - part.top;
    const ptrdiff_t row = (ptrdiff_t)from->width;
    const ptrdiff_t across[QUARTERS] = {1, -row, -1, row}, down[QUARTERS] = {row, 1, -row, -1};
    const size_t x = quarters == 2 || quarters == 3 ? part.right - 1 : part.left;
    const size_t y = quarters == 1 || quarters == 2 ? part.bottom - 1 : part.top;
    *turned = (raster){quarters % 2 ? tall : wide, quarters % 2 ? wide : tall, malloc(wide * tall)};
    if (!turned->pixels)
        return lenet5_fail_memory(error);
    for (size_t top = 0; top < turned->height; top += BLOCK)
        for (size_t left = 0; left < turned->width; left += BLOCK)
            turn_block(turned, from->pixels + y * from->width + x, across[quarters], down[quarters], left, top);
    const lenet5_status status = lenet5_check_time(b, wide * tall, error);
    if (status != LENET5_OK)
        free(turned->pixels);
    return status;
}

transform lenet5_turn_place(size_t width, size_t height, unsigned quarters)
{
    const double wide = (double)width, tall = (double)height;
    const transform places[QUARTERS] = {
        SAME_PLACE, {0, 1, 0, -1, 0, tall}, {-1, 0, wide, 0, -1, tall}, {0, -1, wide, 1, 0, 0}};
    assert(quarters < QUARTERS);
    return places[quarters];
}
