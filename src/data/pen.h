/* Draws a style with a random hand: a pen of its own width, slant, size and irregularity. */
#ifndef LENET5_DATA_PEN_H
#define LENET5_DATA_PEN_H

#include "styles.h"

void lenet5_draw_style(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style);

#endif
