/*
 * From colours to grey. Of brightness and the three channels that one is taken in which ink stands out most: how far
 * the darkest or lightest hundredth is from the middle, measured by how far apart the middle half is. Red lines vanish
 * so under blue ink, and blue ones under black.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "decode.h"
#include "reader/page/histogram.h"

#define MIXES 4
#define SAMPLES 40000 /* pixels that are looked at */
#define UNREST 12     /* grey levels that the middle half may always be apart */
#define CLEARLY 1.15  /* how many times better a channel has to be than brightness */

static const unsigned char mixes[MIXES][3] = {{77, 150, 29}, {255, 1, 0}, {0, 255, 1}, {0, 1, 255}}; /* of 256 */

static uint8_t mixed(const uint8_t *rgb, const unsigned char mix[3])
{
    return (uint8_t)((rgb[0] * mix[0] + rgb[1] * mix[1] + rgb[2] * mix[2] + 128) >> 8);
}

static double clearness(const uint8_t *rgb, size_t count, const unsigned char mix[3])
{
    uint32_t histogram[256] = {0};
    const size_t step = count / SAMPLES + 1;
    size_t seen = 0;
    for (size_t i = 0; i < count; i += step, seen++)
        histogram[mixed(rgb + 3 * i, mix)]++;
    const double middle = quantile(histogram, seen, 0.5);
    const double out = fmax(middle - quantile(histogram, seen, 0.01), quantile(histogram, seen, 0.99) - middle);
    return out / (UNREST + (double)(quantile(histogram, seen, 0.75) - quantile(histogram, seen, 0.25)));
}

lenet5_status lenet5_mix(lenet5_picture *picture, const uint8_t *rgb, size_t width, size_t height, lenet5_error *error)
{
    const size_t count = width * height;
    size_t best = 0;
    double most = CLEARLY * clearness(rgb, count, mixes[0]);
    for (size_t i = 1; i < MIXES; i++) {
        const double clear = clearness(rgb, count, mixes[i]);
        if (clear > most) {
            most = clear;
            best = i;
        }
    }
    uint8_t *grey = malloc(count);
    if (!grey)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        grey[i] = mixed(rgb + 3 * i, mixes[best]);
    *picture = (lenet5_picture){width, height, grey};
    return LENET5_OK;
}
