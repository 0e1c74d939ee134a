/* Clamps a value to [low, high]. NaN stays NaN: fminf and fmaxf, which would catch it, are slower. */
#ifndef LENET5_BASE_CLAMP_H
#define LENET5_BASE_CLAMP_H

static inline float clamp(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

#endif
