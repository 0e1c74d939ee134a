/*
 * What is faint is ink where nothing near it is more than twice as dark. The edge of a dark stroke is as faint as a
 * thin grey rule, but it is beside the stroke.
 */
#include "faint.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "segments.h"

#define NEAR 2 /* pixels each way: as far as the edge of a stroke is grey */

static uint8_t darker(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* The darkest within NEAR rows of each pixel of a row. */
static void darkest_of_rows(uint8_t *darkest, const ink_map *map, size_t y)
{
    const size_t first = y > NEAR ? y - NEAR : 0, last = y + NEAR < map->height ? y + NEAR : map->height - 1;
    memcpy(darkest, map->ink + first * map->width, map->width);
    for (size_t row = first + 1; row <= last; row++) {
        const uint8_t *ink = map->ink + row * map->width;
        for (size_t x = 0; x < map->width; x++)
            darkest[x] = darker(darkest[x], ink[x]);
    }
}

static void lift_row(uint8_t *lifted, const uint8_t *ink, const uint8_t *darkest, size_t width)
{
    for (size_t x = 0; x < width; x++) {
        uint8_t most = 0;
        lifted[x] = ink[x];
        if (ink[x] < FAINT || ink[x] >= INK)
            continue;
        for (size_t i = x > NEAR ? x - NEAR : 0; i <= x + NEAR && i < width; i++)
            most = darker(most, darkest[i]);
        lifted[x] = 2 * ink[x] >= most ? INK : ink[x];
    }
}

lenet5_status lenet5_lift_faint(ink_map *lifted, const ink_map *map, budget *b, lenet5_error *error)
{
    const size_t count = map->width * map->height;
    uint8_t *darkest = malloc(map->width);
    *lifted = (ink_map){map->width, map->height, malloc(count)};
    lenet5_status status = darkest && lifted->ink ? lenet5_check_time(b, count, error) : lenet5_fail_memory(error);
    for (size_t y = 0; y < map->height && status == LENET5_OK; y++) {
        darkest_of_rows(darkest, map, y);
        lift_row(lifted->ink + y * map->width, map->ink + y * map->width, darkest, map->width);
    }
    free(darkest);
    if (status != LENET5_OK)
        lenet5_ink_free(lifted);
    return status;
}
