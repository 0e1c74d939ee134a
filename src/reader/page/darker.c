/*
 * Smoothing blurs a pattern away, but small marks with it, and what is close becomes one. Where the pen is darker than
 * the darkest of the pattern, the contrasts need no smoothing:
 *
 *     paper      what is away from all that is above a threshold: Otsu's, or Otsu's among what is above that
 *     strokes    hang together above a weak level, and reach a strong one between the darkest of the paper and the ink
 *     clear      the darkest of the paper is so faint that nothing of a stroke is lost: these strokes are the ink
 *     marks      else smoothed strokes are the ink, and only small marks that they lack are added
 */
#include "darker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"
#include "histogram.h"
#include "pattern.h"
#include "threshold.h"

#define DARKEST 0.999     /* of the paper's pixels are fainter: the darkest of its pattern */
#define MOST_DARK 0.5     /* of the way from the paper to the ink, for that */
#define CLEAR 0.3         /* the same, where no stroke is so faint in any of its parts */
#define LEAST_CONTRAST 40 /* of 255, of the ink to the paper: noise of fainter ink is as dark as itself */
#define FLOOR 0.1         /* of the way from paper to ink that is shown as paper */
#define WEAK 0.15         /* of the way from the darkest of the paper to the ink, of what hangs together with ink */
#define LEAST_PAPER 0.5   /* of the pixels are away from ink: lines of a pattern leave less between them */
#define EDGE 1            /* pixels around ink in which its edges are */

#define LEAST_MARK 0.5 /* squares of a stroke's width: a mark's ink */
#define MARK_WIDE 3.0  /* widths of a stroke, at most */
#define MARK_HIGH 5.0  /* the same: a comma is higher than a point */

/* Where the ink is, if it is apart from the paper. */
typedef struct parting {
    double middle, darkest, ink; /* contrasts: of the paper, of the darkest of it, and of the ink */
    unsigned threshold;          /* what is above is of a stroke, and */
    unsigned weak;               /* what hangs together with that above this */
} parting;

static double mean_above(const uint32_t counts[256], unsigned threshold)
{
    double sum = 0, count = 0;
    for (unsigned level = threshold + 1; level < 256; level++) {
        sum += (double)counts[level] * level;
        count += counts[level];
    }
    return count > 0 ? sum / count : 0;
}

/* Whether a threshold parts ink from paper. */
static lenet5_status is_parted(bool *parted, parting *p, const uint32_t counts[256], unsigned threshold,
                               const ink_map *map, budget *b, lenet5_error *error)
{
    uint32_t paper[256];
    size_t count = 0;
    const lenet5_status status = lenet5_paper_levels(paper, map, threshold, b, error);
    *parted = false;
    if (status != LENET5_OK)
        return status;
    for (size_t level = 0; level < 256; level++)
        count += paper[level];
    p->middle = quantile(paper, count, 0.5);
    p->darkest = quantile(paper, count, DARKEST);
    p->ink = mean_above(counts, threshold);
    p->threshold = (unsigned)((p->darkest + p->ink) / 2);
    p->weak = (unsigned)(p->darkest + WEAK * (p->ink - p->darkest));
    *parted = (double)count >= LEAST_PAPER * (double)(map->width * map->height) &&
              p->ink - p->middle >= LEAST_CONTRAST && p->darkest - p->middle <= MOST_DARK * (p->ink - p->middle) &&
              !lenet5_is_even(map, p->threshold, lenet5_stroke_width(map, p->threshold));
    return status;
}

/* Which components have a pixel that is surely of a stroke. */
static void find_strokes(bool *is_stroke, const components *c, const uint8_t *contrast, size_t size, unsigned threshold)
{
    for (size_t i = 0; i < size; i++)
        if (c->labels[i] && contrast[i] > threshold) {
            assert(c->labels[i] <= c->count);
            is_stroke[c->labels[i] - 1] = true;
        }
}

/* Whether a stroke is in a square around a pixel. */
static bool is_near_stroke(const components *c, const bool *is_stroke, const ink_map *map, size_t x, size_t y)
{
    const size_t right = x + EDGE < map->width ? x + EDGE : map->width - 1;
    const size_t bottom = y + EDGE < map->height ? y + EDGE : map->height - 1;
    for (size_t j = y > EDGE ? y - EDGE : 0; j <= bottom; j++)
        for (size_t i = x > EDGE ? x - EDGE : 0; i <= right; i++) {
            const uint32_t label = c->labels[j * map->width + i];
            if (label && is_stroke[label - 1])
                return true;
        }
    return false;
}

static void show_strokes(ink_map *map, const uint8_t *contrast, const components *c, const bool *is_stroke,
                         const parting *p)
{
    for (size_t y = 0; y < map->height; y++)
        for (size_t x = 0; x < map->width; x++) {
            const size_t at = y * map->width + x;
            const double share = ((contrast[at] - p->middle) / (p->ink - p->middle) - FLOOR) / (1 - FLOOR);
            const bool ink = share > 0 && is_near_stroke(c, is_stroke, map, x, y);
            map->ink[at] = (uint8_t)(!ink ? 0 : share >= 1 ? 255 : 255 * share + 0.5);
        }
}

static lenet5_status part(ink_map *map, const uint8_t *contrast, const parting *p, budget *b, lenet5_error *error)
{
    const size_t size = map->width * map->height;
    components c;
    for (size_t i = 0; i < size; i++)
        map->ink[i] = contrast[i] > p->weak ? 255 : 0;
    lenet5_status status = lenet5_find_components(&c, map, b, error);
    if (status != LENET5_OK)
        return status;
    bool *is_stroke = calloc(c.count + 1, sizeof *is_stroke);
    status = is_stroke ? lenet5_check_time(b, 16 * size, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        find_strokes(is_stroke, &c, contrast, size, p->threshold);
        show_strokes(map, contrast, &c, is_stroke, p);
    }
    free(is_stroke);
    lenet5_components_free(&c);
    return status;
}

lenet5_status lenet5_find_darker(darker_ink *found, const ink_map *contrast, budget *b, lenet5_error *error)
{
    const size_t size = contrast->width * contrast->height;
    uint32_t counts[256];
    bool parted = false;
    parting p;
    *found = (darker_ink){.map = {contrast->width, contrast->height, NULL}};
    count_levels(counts, contrast->ink, size);
    unsigned threshold = lenet5_divide(counts, 0).threshold;
    lenet5_status status = is_parted(&parted, &p, counts, threshold, contrast, b, error);
    if (status == LENET5_OK && !parted) {
        threshold = lenet5_divide(counts, threshold + 1).threshold;
        status = is_parted(&parted, &p, counts, threshold, contrast, b, error);
    }
    if (status != LENET5_OK || !parted)
        return status;
    found->contrast = p.ink - p.middle;
    found->clear = p.darkest - p.middle <= CLEAR * found->contrast;
    found->map.ink = malloc(size);
    status = found->map.ink ? part(&found->map, contrast->ink, &p, b, error) : lenet5_fail_memory(error);
    if (status == LENET5_CROWDED)
        lenet5_ink_free(&found->map);
    return status == LENET5_CROWDED ? LENET5_OK : status;
}

/* ---- Marks ---------------------------------------------------------------------------------------------------- */

/* Whether something is as small as a mark, and as thick as the pen. */
static bool is_mark(const component *c, double stroke)
{
    const double width = (double)(c->box.right - c->box.left), height = (double)(c->box.bottom - c->box.top);
    return (double)c->area >= LEAST_MARK * stroke * stroke && width <= MARK_WIDE * stroke &&
           height <= MARK_HIGH * stroke;
}

/* Whether any ink is in a component's box, or next to it. */
static bool is_known(const ink_map *map, const span *box)
{
    const size_t right = box->right < map->width ? box->right + 1 : map->width;
    const size_t bottom = box->bottom < map->height ? box->bottom + 1 : map->height;
    for (size_t y = box->top > 0 ? box->top - 1 : 0; y < bottom; y++)
        for (size_t x = box->left > 0 ? box->left - 1 : 0; x < right; x++)
            if (map->ink[y * map->width + x] >= SURELY_INK)
                return true;
    return false;
}

static void copy_with_edges(ink_map *map, const ink_map *from, const components *c, size_t number)
{
    const span *box = &c->list[number].box;
    const size_t right = box->right < map->width ? box->right + 1 : map->width;
    const size_t bottom = box->bottom < map->height ? box->bottom + 1 : map->height;
    for (size_t y = box->top > 0 ? box->top - 1 : 0; y < bottom; y++)
        for (size_t x = box->left > 0 ? box->left - 1 : 0; x < right; x++) {
            const size_t at = y * map->width + x;
            const uint8_t ink = c->labels[at] == 0 || c->labels[at] == number + 1 ? from->ink[at] : 0;
            map->ink[at] = map->ink[at] > ink ? map->ink[at] : ink;
        }
}

lenet5_status lenet5_add_marks(ink_map *map, const ink_map *ink, budget *b, lenet5_error *error)
{
    components c;
    const double stroke = lenet5_stroke_width(ink, SURELY_INK);
    lenet5_status status = lenet5_find_components(&c, ink, b, error);
    if (status != LENET5_OK)
        return status == LENET5_CROWDED ? LENET5_OK : status;
    for (size_t i = 0; i < c.count && status == LENET5_OK; i++) {
        if (!is_mark(&c.list[i], stroke) || is_known(map, &c.list[i].box))
            continue;
        copy_with_edges(map, ink, &c, i);
        status = lenet5_spend(b, 4 * span_area(c.list[i].box), error);
    }
    lenet5_components_free(&c);
    return status;
}
