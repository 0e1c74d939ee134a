/*
 * Faint ink is a rule where nothing near it is more than twice as dark. The edge of a dark stroke is as faint as a thin
 * grey rule, but next to the stroke. In places a rule is fainter still: there the mean along it counts.
 */
#include "faint_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "blank.h"
#include "segments.h"

#define STROKE_BLUR 2  /* pixels each way: how far the edge of a stroke is grey */
#define AROUND 4       /* the same for edges as faint as FAINTEST */
#define ALONG 8        /* pixels each way along a rule that are averaged */
#define FAINTEST 3     /* of 255: fainter ink is paper, even in a rule */
#define FAINT_MEAN 9   /* of 255: mean along a rule, at least */
#define MAX_OF_ONE 40  /* of 255: what one pixel counts in the mean, at most, since strokes are no rules */
#define FAINT_WORK 100 /* units of work for a faint pixel */

/* Whether nothing within near pixels, each way, is darker than a level. */
static bool nothing_darker(const ink_map *map, size_t x, size_t y, size_t near, unsigned level)
{
    const size_t left = x > near ? x - near : 0, right = x + near < map->width ? x + near : map->width - 1;
    for (size_t row = y > near ? y - near : 0; row <= y + near && row < map->height; row++)
        for (size_t i = left; i <= right; i++)
            if (map->ink[row * map->width + i] > level)
                return false;
    return true;
}

/* The mean of ALONG pixels on both sides of one, step apart; beyond the map there is paper. */
static unsigned mean_along(const uint8_t *ink, size_t position, size_t count, size_t step)
{
    unsigned sum = 0;
    for (size_t i = position > ALONG ? position - ALONG : 0; i <= position + ALONG && i < count; i++) {
        const uint8_t here = ink[i * step];
        sum += here < MAX_OF_ONE ? here : MAX_OF_ONE;
    }
    return sum / (2 * ALONG + 1);
}

/* The greater mean along a horizontal and a vertical rule through a pixel. */
static unsigned mean_of_rule(const ink_map *map, size_t x, size_t y)
{
    const unsigned level = mean_along(map->ink + y * map->width, x, map->width, 1);
    const unsigned vertical = mean_along(map->ink + x, y, map->height, map->width);
    return level > vertical ? level : vertical;
}

/* Whether a faint pixel is of a rule. */
static bool is_of_rule(const ink_map *map, size_t x, size_t y)
{
    const unsigned ink = map->ink[y * map->width + x];
    if (ink >= FAINT)
        return nothing_darker(map, x, y, STROKE_BLUR, 2 * ink);
    const unsigned mean = mean_of_rule(map, x, y);
    return mean >= FAINT_MEAN && nothing_darker(map, x, y, AROUND, 2 * mean);
}

/* Raises the pixels of rules in a row to INK; returns the number of faint pixels. */
static size_t lift_row(uint8_t *to, const ink_map *map, size_t y)
{
    const uint8_t *row = map->ink + y * map->width;
    size_t count = 0;
    for (size_t x = skip_blank(row, 0, map->width); x < map->width; x = skip_blank(row, x + 1, map->width)) {
        const bool is_faint = row[x] >= FAINTEST && row[x] < INK;
        if (is_faint && is_of_rule(map, x, y))
            to[x] = INK;
        count += is_faint;
    }
    return count;
}

lenet5_status lenet5_lift_faint_rules(ink_map *lifted, const ink_map *map, budget *b, lenet5_error *error)
{
    const size_t width = map->width, count = width * map->height;
    *lifted = (ink_map){width, map->height, malloc(count)};
    if (!lifted->ink)
        return lenet5_fail_memory(error);
    memcpy(lifted->ink, map->ink, count);
    lenet5_status status = LENET5_OK;
    for (size_t y = 0; y < map->height && status == LENET5_OK; y++) {
        const size_t faint = lift_row(lifted->ink + y * width, map, y);
        status = lenet5_check_time(b, 2 * width + FAINT_WORK * faint, error);
    }
    if (status != LENET5_OK)
        lenet5_ink_free(lifted);
    return status;
}
