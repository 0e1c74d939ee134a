/* From pictures to the network's input, and from its output to a digit. */
#include "input.h"

/* Section II-B: paper at -0.1 and ink at 1.175 make the mean input about 0 and its variance about 1. */
static float level(uint8_t grey)
{
    return (float)grey * (1.275f / 255.0f) - 0.1f;
}

void lenet5_place_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES], size_t top, size_t left)
{
    for (size_t row = 0; row < 32; row++)
        for (size_t column = 0; column < 32; column++)
            maps->input[row][column] = level(0);
    for (size_t row = 0; row < LENET5_PICTURE_SIDE; row++)
        for (size_t column = 0; column < LENET5_PICTURE_SIDE; column++)
            maps->input[row + top][column + left] = level(picture[row * LENET5_PICTURE_SIDE + column]);
}

void lenet5_set_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES])
{
    lenet5_place_input(maps, picture, INPUT_MARGIN, INPUT_MARGIN);
}

unsigned lenet5_best(const float penalty[LENET5_CLASSES])
{
    unsigned best = 0;
    for (unsigned digit = 1; digit < LENET5_CLASSES; digit++)
        if (penalty[digit] < penalty[best])
            best = digit;
    return best;
}
