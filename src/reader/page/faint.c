/*
 * What is faint is ink where nothing near it is more than twice as dark. The edge of a dark stroke is as faint as a
 * thin grey rule, but it is beside the stroke. A rule may be fainter still in places: there the mean along it counts.
 */
#include "faint.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "segments.h"

#define NEAR 2         /* pixels each way: as far as the edge of a stroke is grey */
#define AROUND 4       /* the same: as far as it may be as grey as what is FAINTEST */
#define ALONG 8        /* pixels each way along a rule */
#define FAINTEST 3     /* of 255: what is fainter is paper, even in a rule */
#define FAINT_MEAN 9   /* of 255: the mean along a rule */
#define MOST_OF_ONE 40 /* of 255 that a pixel counts for in the mean: strokes are no rules */

static uint8_t darker(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* The darkest within some rows of each pixel of a row. */
static void darkest_of_rows(uint8_t *darkest, const ink_map *map, size_t y, size_t near)
{
    const size_t first = y > near ? y - near : 0, last = y + near < map->height ? y + near : map->height - 1;
    memcpy(darkest, map->ink + first * map->width, map->width);
    for (size_t row = first + 1; row <= last; row++) {
        const uint8_t *ink = map->ink + row * map->width;
        for (size_t x = 0; x < map->width; x++)
            darkest[x] = darker(darkest[x], ink[x]);
    }
}

static uint8_t darkest_near(const uint8_t *darkest, size_t x, size_t width, size_t near)
{
    uint8_t most = 0;
    for (size_t i = x > near ? x - near : 0; i <= x + near && i < width; i++)
        most = darker(most, darkest[i]);
    return most;
}

/* The mean of ALONG pixels to both sides of one, a step apart; beyond the map there is paper. */
static unsigned mean_along(const uint8_t *ink, size_t place, size_t count, size_t step)
{
    unsigned sum = 0;
    for (size_t i = place > ALONG ? place - ALONG : 0; i <= place + ALONG && i < count; i++) {
        const uint8_t here = ink[i * step];
        sum += here < MOST_OF_ONE ? here : MOST_OF_ONE;
    }
    return sum / (2 * ALONG + 1);
}

/* The greater mean of a level rule and an upright one through a pixel. */
static unsigned mean_of_rule(const ink_map *map, size_t x, size_t y)
{
    const unsigned level = mean_along(map->ink + y * map->width, x, map->width, 1);
    const unsigned upright = mean_along(map->ink + x, y, map->height, map->width);
    return level > upright ? level : upright;
}

/* darkest: of the rows around, near and farther. */
static void lift_row(uint8_t *lifted, const ink_map *map, size_t y, uint8_t *const darkest[2])
{
    const uint8_t *ink = map->ink + y * map->width;
    for (size_t x = 0; x < map->width; x++) {
        bool rule = false;
        if (ink[x] >= FAINT && ink[x] < INK)
            rule = 2 * ink[x] >= darkest_near(darkest[0], x, map->width, NEAR);
        else if (ink[x] >= FAINTEST && ink[x] < INK) {
            const unsigned mean = mean_of_rule(map, x, y);
            rule = mean >= FAINT_MEAN && 2 * mean >= darkest_near(darkest[1], x, map->width, AROUND);
        }
        lifted[x] = rule ? INK : ink[x];
    }
}

lenet5_status lenet5_lift_faint(ink_map *lifted, const ink_map *map, budget *b, lenet5_error *error)
{
    const size_t count = map->width * map->height;
    uint8_t *rows = malloc(2 * map->width);
    *lifted = (ink_map){map->width, map->height, malloc(count)};
    lenet5_status status = rows && lifted->ink ? lenet5_check_time(b, 2 * count, error) : lenet5_fail_memory(error);
    for (size_t y = 0; y < map->height && status == LENET5_OK; y++) {
        uint8_t *const darkest[2] = {rows, rows + map->width};
        darkest_of_rows(darkest[0], map, y, NEAR);
        darkest_of_rows(darkest[1], map, y, AROUND);
        lift_row(lifted->ink + y * map->width, map, y, darkest);
    }
    free(rows);
    if (status != LENET5_OK)
        lenet5_ink_free(lifted);
    return status;
}
