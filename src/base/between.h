/* A number brought into a range. fminf and fmaxf take their time, for the sake of what is no number. */
#ifndef LENET5_BASE_BETWEEN_H
#define LENET5_BASE_BETWEEN_H

static inline float between(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

#endif
