#include "rotate.h"

#include <assert.h>
#include <stdlib.h>

#include "base/error.h"
#include "blank.h"

#define BLOCK 32 /* pixels: a block's rows fit into the first-level cache, as read and as written */

/* The pixel of a part at (x, y) goes to index first + x across + y down. */
typedef struct route {
    ptrdiff_t first, across, down;
} route;

static route route_of(const raster *to, unsigned quarters)
{
    const ptrdiff_t width = (ptrdiff_t)to->width, height = (ptrdiff_t)to->height;
    const route routes[QUARTERS] = {
        {0, 1, width}, {width - 1, width, -1}, {width * height - 1, -1, -width}, {width * (height - 1), -width, 1}};
    return routes[quarters];
}

/* Copies one block of a part; blank pixels are skipped. */
static void rotate_block(uint8_t *to, const route *r, const raster *from, const box *part, size_t left, size_t top)
{
    const size_t right = left + BLOCK < part->right ? left + BLOCK : part->right;
    const size_t bottom = top + BLOCK < part->bottom ? top + BLOCK : part->bottom;
    for (size_t y = top; y < bottom; y++) {
        const uint8_t *row = from->pixels + y * from->width;
        uint8_t *first = to + r->first + (ptrdiff_t)(y - part->top) * r->down;
        for (size_t x = skip_blank(row, left, right); x < right; x = skip_blank(row, x + 1, right))
            first[(ptrdiff_t)(x - part->left) * r->across] = row[x];
    }
}

lenet5_status lenet5_rotate(raster *rotated, const raster *from, box part, unsigned quarters, budget *b,
                            lenet5_error *error)
{
    assert(quarters < QUARTERS && part.right <= from->width && part.bottom <= from->height);
    assert(part.left < part.right && part.top < part.bottom);
    const size_t wide = part.right - part.left, tall = part.bottom - part.top;
    *rotated = (raster){quarters % 2 ? tall : wide, quarters % 2 ? wide : tall, calloc(wide * tall, 1)};
    if (!rotated->pixels)
        return lenet5_fail_memory(error);
    const route r = route_of(rotated, quarters);
    for (size_t top = part.top; top < part.bottom; top += BLOCK)
        for (size_t left = part.left; left < part.right; left += BLOCK)
            rotate_block(rotated->pixels, &r, from, &part, left, top);
    const lenet5_status status = lenet5_check_time(b, wide * tall, error);
    if (status != LENET5_OK)
        free(rotated->pixels);
    return status;
}

transform lenet5_rotation_transform(size_t width, size_t height, unsigned quarters)
{
    const double wide = (double)width, tall = (double)height;
    const transform transforms[QUARTERS] = {
        IDENTITY, {0, 1, 0, -1, 0, tall}, {-1, 0, wide, 0, -1, tall}, {0, -1, wide, 1, 0, 0}};
    assert(quarters < QUARTERS);
    return transforms[quarters];
}
