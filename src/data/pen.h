/* From a style to a picture: a pen of its own width, in a hand of its own slant, size and irregularity. */
#ifndef LENET5_DATA_PEN_H
#define LENET5_DATA_PEN_H

#include "styles.h"

/* Draws a style with a hand and a pen like those of MNIST's writers. */
void lenet5_draw_style(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style);

/*
 * Draws a style with any hand and pen: wide or narrow, steep or slanted, slow or in a hurry, trembling; with lines from
 * one pixel wide to a fifth of the height, with gaps as of a ball-point pen, or broad in one direction as of a felt tip.
 */
void lenet5_draw_form(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style);

#endif
