/* Affine maps from a map to the picture: each stage that rotates, moves or scales composes its own with the others. */
#ifndef LENET5_READER_TRANSFORM_H
#define LENET5_READER_TRANSFORM_H

/*
 * (x, y) of a map is (xx x + xy y + x0, yx x + yy y + y0) of what it was made from. The origin is the top left; a
 * pixel's own coordinates are its indices, and are those of its middle.
 */
typedef struct transform {
    double xx, xy, x0;
    double yx, yy, y0;
} transform;

#define IDENTITY ((transform){1, 0, 0, 0, 1, 0})

static inline void transform_point(double to[2], const transform *t, double x, double y)
{
    to[0] = t->xx * x + t->xy * y + t->x0;
    to[1] = t->yx * x + t->yy * y + t->y0;
}

/* The inverse of a rotation, which keeps lengths: from the original to the rotated map. */
static inline void rotation_inverse(double to[2], const transform *rotation, double x, double y)
{
    const double from_x = x - rotation->x0, from_y = y - rotation->y0;
    to[0] = rotation->xx * from_x + rotation->yx * from_y;
    to[1] = rotation->xy * from_x + rotation->yy * from_y;
}

/* Applies inner first, then outer. */
static inline transform transform_compose(const transform *outer, const transform *inner)
{
    const transform *o = outer, *i = inner;
    return (transform){o->xx * i->xx + o->xy * i->yx,         o->xx * i->xy + o->xy * i->yy,
                       o->xx * i->x0 + o->xy * i->y0 + o->x0, o->yx * i->xx + o->yy * i->yx,
                       o->yx * i->xy + o->yy * i->yy,         o->yx * i->x0 + o->yy * i->y0 + o->y0};
}

#endif
