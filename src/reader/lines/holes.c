#include "holes.h"

#include <assert.h>
#include <stdlib.h>

#include "base/error.h"

/* A flood: the paper that is reached, and a stack of pixels whose neighbours are visited next; each is pushed once. */
typedef struct flood {
    uint8_t *pixels;
    size_t width, height;
    uint8_t becomes; /* of paper that is reached */
    size_t count, room;
    uint32_t *list;
} flood;

static void reach(flood *f, size_t at)
{
    if (f->pixels[at] != HOLE_PAPER)
        return;
    f->pixels[at] = f->becomes;
    assert(f->count < f->room);
    f->list[f->count++] = (uint32_t)at;
}

static void reach_border(flood *f)
{
    for (size_t x = 0; x < f->width; x++) {
        reach(f, x);
        reach(f, (f->height - 1) * f->width + x);
    }
    for (size_t y = 0; y < f->height; y++) {
        reach(f, y * f->width);
        reach(f, y * f->width + f->width - 1);
    }
}

/* Reaches all that is connected with what has been reached; returns its bounds. */
static box reach_all(flood *f)
{
    box bounds = EMPTY_BOX;
    while (f->count > 0) {
        const size_t at = f->list[--f->count], x = at % f->width, y = at / f->width;
        bounds = box_union(bounds, (box){x, y, x + 1, y + 1});
        if (x > 0)
            reach(f, at - 1);
        if (x + 1 < f->width)
            reach(f, at + 1);
        if (y > 0)
            reach(f, at - f->width);
        if (y + 1 < f->height)
            reach(f, at + f->width);
    }
    return bounds;
}

/* Column by column, so that the list is sorted by left edges. */
static void list_loops(loops *found, flood *f, size_t least_height)
{
    f->becomes = HOLE_INSIDE;
    for (size_t x = 0; x < f->width; x++)
        for (size_t y = 0; y < f->height; y++) {
            if (f->pixels[y * f->width + x] != HOLE_PAPER)
                continue;
            reach(f, y * f->width + x);
            const box hole = reach_all(f);
            if (hole.bottom - hole.top >= least_height && found->count < MAX_LOOPS)
                found->list[found->count++] = hole;
        }
}

lenet5_status lenet5_find_holes(size_t *holes, loops *found, uint8_t *pixels, size_t width, size_t height,
                                size_t least_height, lenet5_error *error)
{
    flood f = {pixels, width, height, HOLE_OUTSIDE, 0, width * height, malloc((width * height + 1) * sizeof *f.list)};
    if (!f.list)
        return lenet5_fail_memory(error);
    found->count = 0;
    if (width > 0 && height > 0) {
        reach_border(&f);
        reach_all(&f);
        list_loops(found, &f, least_height);
    }
    free(f.list);
    for (size_t x = 0; x < width; x++) {
        holes[x] = 0;
        for (size_t y = 0; y < height; y++)
            holes[x] += pixels[y * width + x] == HOLE_INSIDE;
    }
    return LENET5_OK;
}
