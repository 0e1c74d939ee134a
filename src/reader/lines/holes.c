#include "holes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A stack of pixels whose neighbours are visited next; each pixel is pushed once. */
typedef struct edge {
    size_t count, room;
    uint32_t *list;
} edge;

static void reach(edge *e, uint8_t *pixels, size_t at)
{
    if (pixels[at] != HOLE_PAPER)
        return;
    pixels[at] = HOLE_OUTSIDE;
    assert(e->count < e->room);
    e->list[e->count++] = (uint32_t)at;
}

static void reach_from_border(edge *e, uint8_t *pixels, size_t width, size_t height)
{
    for (size_t x = 0; x < width; x++) {
        reach(e, pixels, x);
        reach(e, pixels, (height - 1) * width + x);
    }
    for (size_t y = 0; y < height; y++) {
        reach(e, pixels, y * width);
        reach(e, pixels, y * width + width - 1);
    }
}

static void reach_all(edge *e, uint8_t *pixels, size_t width, size_t height)
{
    reach_from_border(e, pixels, width, height);
    while (e->count > 0) {
        const size_t at = e->list[--e->count], x = at % width, y = at / width;
        if (x > 0)
            reach(e, pixels, at - 1);
        if (x + 1 < width)
            reach(e, pixels, at + 1);
        if (y > 0)
            reach(e, pixels, at - width);
        if (y + 1 < height)
            reach(e, pixels, at + width);
    }
}

lenet5_status lenet5_count_holes(size_t *holes, uint8_t *pixels, size_t width, size_t height, lenet5_error *error)
{
    edge e = {0, width * height, malloc((width * height + 1) * sizeof *e.list)};
    if (!e.list)
        return lenet5_fail_memory(error);
    if (width > 0 && height > 0)
        reach_all(&e, pixels, width, height);
    free(e.list);
    memset(holes, 0, width * sizeof *holes);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            holes[x] += pixels[y * width + x] == HOLE_PAPER;
    return LENET5_OK;
}
