/* The network's input from a picture, and the digit from its output. */
#include "input.h"

#include <assert.h>
#include <string.h>

static float level(uint8_t grey)
{
    return (float)grey * LENET5_LEVEL_STEP - LENET5_LEVEL_OFFSET;
}

void lenet5_place_bytes(uint8_t placed[32][32], const uint8_t picture[LENET5_PICTURE_BYTES], size_t top, size_t left)
{
    assert(top <= 2 * INPUT_MARGIN && left <= 2 * INPUT_MARGIN);
    memset(placed, 0, 32 * 32);
    for (size_t row = 0; row < LENET5_PICTURE_SIDE; row++)
        memcpy(&placed[row + top][left], picture + row * LENET5_PICTURE_SIDE, LENET5_PICTURE_SIDE);
}

void lenet5_set_whole_input(lenet5_maps *maps, const uint8_t grey[32][32])
{
    for (size_t row = 0; row < 32; row++)
        for (size_t column = 0; column < 32; column++)
            maps->input[row][column] = level(grey[row][column]);
}

void lenet5_place_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES], size_t top, size_t left)
{
    uint8_t placed[32][32];
    lenet5_place_bytes(placed, picture, top, left);
    lenet5_set_whole_input(maps, (const uint8_t(*)[32])placed);
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
