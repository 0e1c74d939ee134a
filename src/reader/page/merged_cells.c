#include "merged_cells.h"

#include <math.h>

#include "base/error.h"
#include "frame_sides.h"

#define DIVIDER_INKED 0.7 /* share of the line between two cells that is inked */
#define MIN_PART 0.2      /* of a cell's other side: width or height of a part */

/* Where the sides of a frame are: left and right, or above and below. */
typedef struct range {
    double from, to;
} range;

static range range_of(const frame *f, bool across)
{
    const point *c = f->corner;
    return across ? (range){0.5 * (c[0].x + c[3].x), 0.5 * (c[1].x + c[2].x)}
                  : (range){0.5 * (c[0].y + c[1].y), 0.5 * (c[2].y + c[3].y)};
}

/* The two parts of a frame that a vertical or a horizontal line at a share of its width or height divides. */
static void part(frame parts[2], const frame *f, bool vertical, double share)
{
    const point *c = f->corner;
    parts[0] = parts[1] = *f;
    if (vertical) {
        parts[0].corner[1] = parts[1].corner[0] = point_between(&c[0], &c[1], share);
        parts[0].corner[2] = parts[1].corner[3] = point_between(&c[3], &c[2], share);
    } else {
        parts[0].corner[3] = parts[1].corner[0] = point_between(&c[0], &c[3], share);
        parts[0].corner[2] = parts[1].corner[1] = point_between(&c[1], &c[2], share);
    }
}

/* Whether most of the line between two parts is inked. */
static bool is_divided(const frame parts[2], bool vertical, const ink_map *map)
{
    const point *c = parts[1].corner;
    const double near = side_tolerance(fmin(lenet5_frame_height(&parts[1]), lenet5_frame_width(&parts[1])));
    return lenet5_inked_share(&c[0], &c[vertical ? 3 : 1], vertical, near, map) >= DIVIDER_INKED;
}

/* Finds a frame above or below one, or beside it, that ends where something divides that one. */
static bool find_divider(frame parts[2], const frame_context *c, const frame *f, bool vertical)
{
    const range along = range_of(f, vertical), across = range_of(f, !vertical);
    const double near = side_tolerance(across.to - across.from), min = MIN_PART * (across.to - across.from);
    for (size_t i = 0; i < c->found->count; i++) {
        const frame *other = &c->found->list[i];
        const range beside = range_of(other, !vertical), ends = range_of(other, vertical);
        if (fabs(beside.from - across.to) > near && fabs(beside.to - across.from) > near)
            continue;
        for (int end = 0; end < 2; end++) {
            const double at = end ? ends.to : ends.from;
            if (at < along.from + min || at > along.to - min)
                continue;
            part(parts, f, vertical, (at - along.from) / (along.to - along.from));
            if (is_divided(parts, vertical, c->map))
                return true;
        }
    }
    return false;
}

/* Divides frame i once, where its neighbours end; the second part goes to the end of the list. false: no memory. */
static bool divide_once(bool *divided, const frame_context *c, size_t i)
{
    const frame f = c->found->list[i];
    const double near = side_tolerance(lenet5_frame_height(&f));
    frame parts[2];
    const bool vertical = find_divider(parts, c, &f, true);
    *divided = vertical || find_divider(parts, c, &f, false);
    if (!*divided)
        return true;
    lenet5_take_side(c, &parts[0], vertical ? 1 : 2, near);
    lenet5_take_side(c, &parts[1], vertical ? 3 : 0, near);
    c->found->list[i] = parts[0];
    return lenet5_add_frame(c->found, &parts[1]);
}

/* Divides frame i as long as its neighbours end inside it. false: no memory. */
static bool divide_fully(const frame_context *c, size_t i)
{
    bool divided = true, enough = true;
    while (enough && divided && c->found->count <= MAX_PATCHED_FRAMES)
        enough = divide_once(&divided, c, i);
    return enough;
}

/* Divides frame i and then each of its parts, which are at the end of the list. false: no memory. */
static bool divide_cell(const frame_context *c, size_t i)
{
    const size_t before = c->found->count;
    bool enough = divide_fully(c, i);
    for (size_t k = before; k < c->found->count && enough; k++)
        enough = divide_fully(c, k);
    return enough;
}

lenet5_status lenet5_divide_merged_cells(const frame_context *c, budget *b, lenet5_error *error)
{
    const frames *f = c->found;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < f->count && f->count <= MAX_PATCHED_FRAMES && status == LENET5_OK; i++) {
        if (lenet5_count_similar(f, &f->list[i]) > 1)
            continue;
        const size_t before = f->count;
        const bool enough = divide_cell(c, i);
        status = lenet5_check_time(b, (1 + f->count - before) * lenet5_side_work(c, &f->list[i]), error);
        if (status == LENET5_OK && !enough)
            status = lenet5_fail_memory(error);
    }
    return status;
}
