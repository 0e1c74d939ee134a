#include "picture_part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

#define MAX_TILT 0.5 /* pixels by which a side may be tilted and still be cut out without resampling */
#define GROWTH 4     /* area of a part, in areas of the picture, at most: a larger one is no field */

void affine_apply(double *to_x, double *to_y, const affine *map, double x, double y)
{
    *to_x = map->xx * x + map->xy * y + map->x0;
    *to_y = map->yx * x + map->yy * y + map->y0;
}

/* The bounding box of a box under a map; it may extend beyond the picture. */
typedef struct bounds {
    double left, top, right, bottom;
} bounds;

static bounds bounds_of(const affine *map, const lenet5_box *box)
{
    bounds b = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int corner = 0; corner < 4; corner++) {
        double x, y;
        affine_apply(&x, &y, map, (double)(box->x + (corner & 1 ? box->width : 0)),
                     (double)(box->y + (corner & 2 ? box->height : 0)));
        b = (bounds){fmin(b.left, x), fmin(b.top, y), fmax(b.right, x), fmax(b.bottom, y)};
    }
    return b;
}

static double within(double value, size_t size)
{
    return fmax(0, fmin(value, (double)size));
}

static lenet5_box box_of(const bounds *b, const lenet5_picture *whole)
{
    const double left = within(floor(b->left), whole->width);
    const double top = within(floor(b->top), whole->height);
    return (lenet5_box){(size_t)left, (size_t)top, (size_t)(within(ceil(b->right), whole->width) - left),
                        (size_t)(within(ceil(b->bottom), whole->height) - top)};
}

static int cut_out(picture_part *v, const lenet5_picture *whole, const lenet5_box *part)
{
    v->to_whole = (affine){.xx = 1, .x0 = (double)part->x, .yy = 1, .y0 = (double)part->y};
    v->picture = (lenet5_picture){part->width, part->height, malloc(part->width * part->height)};
    if (!v->picture.grey)
        return report_out_of_memory();
    for (size_t y = 0; y < part->height; y++)
        memcpy(v->picture.grey + y * part->width, whole->grey + (part->y + y) * whole->width + part->x, part->width);
    return EXIT_DONE;
}

static double pixel(const lenet5_picture *p, double x, double y)
{
    const size_t column = (size_t)fmax(0, fmin(x, (double)(p->width - 1)));
    const size_t row = (size_t)fmax(0, fmin(y, (double)(p->height - 1)));
    return p->grey[row * p->width + column];
}

/* Between the four nearest pixels; outside the picture it goes on as its border is. */
static uint8_t grey_at(const lenet5_picture *p, double x, double y)
{
    const double column = floor(x - 0.5), row = floor(y - 0.5);
    const double right = x - 0.5 - column, below = y - 0.5 - row;
    const double above = (1 - right) * pixel(p, column, row) + right * pixel(p, column + 1, row);
    const double under = (1 - right) * pixel(p, column, row + 1) + right * pixel(p, column + 1, row + 1);
    return (uint8_t)lround((1 - below) * above + below * under);
}

static int resample(picture_part *v, const lenet5_picture *whole, const affine *map, const lenet5_box *box)
{
    const double width = fmax(1, round((double)box->width * hypot(map->xx, map->yx)));
    const double height = fmax(1, round((double)box->height * hypot(map->xy, map->yy)));
    const double across = (double)box->width / width, down = (double)box->height / height;
    v->to_whole = (affine){.xx = map->xx * across, .xy = map->xy * down, .yx = map->yx * across, .yy = map->yy * down};
    affine_apply(&v->to_whole.x0, &v->to_whole.y0, map, (double)box->x, (double)box->y);
    v->picture = (lenet5_picture){(size_t)width, (size_t)height, malloc((size_t)width * (size_t)height)};
    if (!v->picture.grey)
        return report_out_of_memory();
    for (size_t y = 0; y < v->picture.height; y++)
        for (size_t x = 0; x < v->picture.width; x++) {
            double from_x, from_y;
            affine_apply(&from_x, &from_y, &v->to_whole, (double)x + 0.5, (double)y + 0.5);
            v->picture.grey[y * v->picture.width + x] = grey_at(whole, from_x, from_y);
        }
    return EXIT_DONE;
}

int picture_part_new(picture_part *v, const lenet5_picture *whole, const affine *map, const lenet5_box *box,
                     const char *name)
{
    *v = (picture_part){0};
    const bounds b = bounds_of(map, box);
    const lenet5_box part = box_of(&b, whole);
    const double area = (b.right - b.left) * (b.bottom - b.top);
    if (part.width == 0 || part.height == 0 || !(area <= GROWTH * (double)whole->width * (double)whole->height))
        return report_error("%s: is not within the %zux%zu pixels of the picture", name, whole->width, whole->height);
    const bool straight =
        fabs(map->yx) * (double)box->width < MAX_TILT && fabs(map->xy) * (double)box->height < MAX_TILT;
    return straight ? cut_out(v, whole, &part) : resample(v, whole, map, box);
}

static void move(lenet5_box *box, const picture_part *v, const lenet5_picture *whole)
{
    const bounds b = bounds_of(&v->to_whole, box);
    *box = box_of(&b, whole);
}

void picture_part_move_boxes(lenet5_reading *reading, const picture_part *v, const lenet5_picture *whole)
{
    for (size_t i = 0; i < reading->count; i++) {
        lenet5_read_line *l = &reading->lines[i];
        move(&l->box, v, whole);
        for (size_t k = 0; k < l->digits; k++)
            move(&l->digit[k].box, v, whole);
    }
}

void picture_part_free(picture_part *v)
{
    lenet5_picture_free(&v->picture);
}
