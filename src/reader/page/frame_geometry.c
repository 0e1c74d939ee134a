#include "frame_geometry.h"

#include <assert.h>
#include <math.h>

#define SIZE_TOLERANCE 0.12     /* of the longer of two lengths: frames of one size differ by less, and */
#define SIZE_TOLERANCE_PIXELS 2 /* by so much at least: a side is found to within a pixel at each end */

double lenet5_frame_width(const frame *f)
{
    return 0.5 * (f->corner[1].x - f->corner[0].x + f->corner[2].x - f->corner[3].x);
}

double lenet5_frame_height(const frame *f)
{
    return 0.5 * (f->corner[3].y - f->corner[0].y + f->corner[2].y - f->corner[1].y);
}

bool lenet5_lengths_similar(double a, double b)
{
    return fabs(a - b) <= SIZE_TOLERANCE * fmax(a, b) + SIZE_TOLERANCE_PIXELS;
}

bool lenet5_frames_similar(const frame *a, const frame *b)
{
    return lenet5_lengths_similar(lenet5_frame_width(a), lenet5_frame_width(b)) &&
           lenet5_lengths_similar(lenet5_frame_height(a), lenet5_frame_height(b));
}

size_t lenet5_count_similar(const frames *f, const frame *like)
{
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++)
        count += lenet5_frames_similar(&f->list[i], like);
    return count;
}

bool lenet5_all_have_similar(const frames *f)
{
    bool similar = f->count <= MAX_COMPARED_FRAMES;
    for (size_t i = 0; i < f->count && similar; i++)
        similar = lenet5_count_similar(f, &f->list[i]) > 1;
    return similar;
}

static bool is_side(const frames *f, uint32_t number)
{
    for (size_t i = 0; i < f->count; i++)
        for (int side = 0; side < 4; side++)
            if (f->list[i].side[side] == number)
                return true;
    return false;
}

void lenet5_drop_frame(const frame_context *c, size_t which)
{
    frames *f = c->found;
    assert(which < f->count);
    const frame dropped = f->list[which];
    for (size_t k = which; k + 1 < f->count; k++)
        f->list[k] = f->list[k + 1];
    f->count--;
    for (int side = 0; side < 4; side++)
        f->printed[dropped.side[side]] = c->combed[dropped.side[side]] || is_side(f, dropped.side[side]);
}
