/* Synthetic sets of digits, and the signs and letters among the negatives. */
#include <stdlib.h>

#include "base/error.h"
#include "dataset.h"
#include "pen.h"

#define MAX_DIGITS 10000000u /* as many as IDX files may hold (idx.c) */

/* A random path without lifts. */
static void scribble(style_t *style, lenet5_random *random)
{
    const uint32_t count = 3 + lenet5_random_below(random, 14);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t x = 1 + lenet5_random_below(random, 76);
        const uint32_t y = 1 + lenet5_random_below(random, 100);
        style->path[0][i] = (knot_t){(signed char)x, (signed char)y};
    }
}

void lenet5_draw_sign(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random)
{
    style_t scribbled = {.digit = SIGN};
    const style_t *style = &scribbled;
    if (lenet5_random_below(random, 4) == 0)
        scribble(&scribbled, random);
    else
        style = lenet5_choose_style(random, &lenet5_styles, SIGN);
    lenet5_draw_style(picture, random, style);
}

void lenet5_draw_letter(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random)
{
    lenet5_draw_style(picture, random, lenet5_choose_style(random, &lenet5_styles, LETTER));
}

/* Of four digits one has a form of MNIST's writers. */
void lenet5_draw_hand(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, unsigned digit, bool in_strings)
{
    const repertory *forms = in_strings ? &lenet5_forms_in_strings : &lenet5_forms;
    const repertory *from = lenet5_random_below(random, 4) == 0 ? &lenet5_styles : forms;
    lenet5_draw_form(picture, random, lenet5_choose_style(random, from, digit));
}

lenet5_status lenet5_dataset_allocate(lenet5_dataset *set, size_t count, lenet5_error *error)
{
    *set = (lenet5_dataset){.count = count, .height = LENET5_PICTURE_SIDE, .width = LENET5_PICTURE_SIDE};
    set->pixels = malloc(count * LENET5_PICTURE_BYTES);
    set->labels = malloc(count);
    if (set->pixels && set->labels)
        return LENET5_OK;
    lenet5_dataset_free(set);
    return lenet5_fail_memory(error);
}

/* ---- A set of digits --------------------------------------------------------------------------------------------- */

/* The digits of pictures 10 * group to 10 * group + 9, in random order. The streams of groups count down from the
 * greatest number, those of pictures up from 0, so that they do not meet. */
static void draw_order(uint32_t order[LENET5_CLASSES], uint64_t seed, uint64_t group)
{
    lenet5_random random;
    lenet5_random_seed(&random, seed, UINT64_MAX - group);
    for (uint32_t i = 0; i < LENET5_CLASSES; i++)
        order[i] = i;
    lenet5_shuffle(order, &random, LENET5_CLASSES);
}

static void draw_all(lenet5_dataset *set, uint64_t seed)
{
    uint32_t order[LENET5_CLASSES];
    for (size_t i = 0; i < set->count; i++) {
        if (i % LENET5_CLASSES == 0)
            draw_order(order, seed, i / LENET5_CLASSES);
        lenet5_random random;
        lenet5_random_seed(&random, seed, i);
        set->labels[i] = (uint8_t)order[i % LENET5_CLASSES];
        lenet5_draw_style(set->pixels + i * LENET5_PICTURE_BYTES, &random,
                          lenet5_choose_style(&random, &lenet5_styles, set->labels[i]));
    }
}

lenet5_status lenet5_dataset_synthesise(lenet5_dataset *set, size_t count, uint64_t seed, lenet5_error *error)
{
    if (count == 0 || count > MAX_DIGITS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%zu synthetic digits; the number is 1 to %u",
                           count, MAX_DIGITS);
    lenet5_dataset drawn;
    const lenet5_status status = lenet5_dataset_allocate(&drawn, count, error);
    if (status != LENET5_OK)
        return status;
    draw_all(&drawn, seed);
    lenet5_dataset_seal(&drawn);
    *set = drawn;
    return LENET5_OK;
}
