#include "art.h"

#include <stdio.h>

/* A half block shows two pixels, one above the other. */
static const char *block(bool upper, bool lower)
{
    return upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
}

static void print_row(const uint8_t *picture, size_t row)
{
    const uint8_t *upper = picture + row * LENET5_PICTURE_SIDE;
    const uint8_t *lower = upper + LENET5_PICTURE_SIDE;
    for (size_t column = 3; column < LENET5_PICTURE_SIDE - 3; column++)
        fputs(block(upper[column] > 110, lower[column] > 110), stdout);
}

void print_pictures(const uint8_t *const *pictures, size_t count)
{
    for (size_t row = 2; row < LENET5_PICTURE_SIDE - 2; row += 2) {
        for (size_t i = 0; i < count; i++) {
            fputs("  ", stdout);
            print_row(pictures[i], row);
        }
        putchar('\n');
    }
}
