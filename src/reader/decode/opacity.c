/* Composites transparent pictures onto paper. */
#include "decode.h"
#include "reader/page/histogram.h"

#define OPAQUE 0.5    /* mean opacity from which on a picture has a background of its own */
#define MIN_INK 48    /* grey levels below white of the darkest pixels on white; with less, white hides the picture */
#define DARKEST 0.001 /* quantile of the pixels that is the darkest */

static uint8_t laid_on(unsigned paper, unsigned level, unsigned opacity)
{
    return (uint8_t)((level * opacity + paper * (255 - opacity) + 127) / 255);
}

/* The level of the paper: white, or black if the picture is nearly invisible on white. */
static unsigned paper_for(const uint8_t *pixels, size_t count, size_t channels)
{
    uint32_t histogram[256] = {0};
    uint64_t opacity = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = pixels + i * (channels + 1);
        uint8_t least = 255;
        for (size_t k = 0; k < channels; k++)
            least = from[k] < least ? from[k] : least;
        histogram[laid_on(255, least, from[channels])]++;
        opacity += from[channels];
    }
    const bool hidden = quantile(histogram, count, DARKEST) > 255 - MIN_INK;
    return hidden && (double)opacity < OPAQUE * 255 * (double)count ? 0 : 255;
}

void lenet5_flatten_opacity(uint8_t *pixels, size_t count, size_t channels)
{
    const unsigned paper = paper_for(pixels, count, channels);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = pixels + i * (channels + 1);
        const unsigned opacity = from[channels];
        for (size_t k = 0; k < channels; k++)
            pixels[i * channels + k] = laid_on(paper, from[k], opacity);
    }
}
