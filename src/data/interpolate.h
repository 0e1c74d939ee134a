/* Bilinear interpolation between pixels. */
#ifndef LENET5_DATA_INTERPOLATE_H
#define LENET5_DATA_INTERPOLATE_H

/* floorf, as a whole number; without its call. */
static inline long floor_of(float value)
{
    const long whole = (long)value;
    return whole - ((float)whole > value);
}

/* Between four pixels: fx is the share of the right ones, fy of the lower ones. */
static inline float between_four(float upper_left, float upper_right, float lower_left, float lower_right, float fx,
                                 float fy)
{
    return (1 - fy) * ((1 - fx) * upper_left + fx * upper_right) + fy * ((1 - fx) * lower_left + fx * lower_right);
}

#endif
