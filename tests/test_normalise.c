/* The normaliser: either polarity, any size, noise, and pictures that are already normalised. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "lenet5.h"
#include "unit.h"

#define SIDE LENET5_PICTURE_SIDE

/* Draws an L of a given size, position and levels in a picture of 200x150. */
static void draw_l(uint8_t grey[200 * 150], size_t left, size_t top, size_t size, uint8_t paper, uint8_t ink)
{
    memset(grey, paper, 200 * 150);
    const size_t pen = size / 8;
    for (size_t y = 0; y < size; y++)
        for (size_t x = 0; x < size / 2; x++)
            if (x < pen || y + pen >= size)
                grey[(top + y) * 200 + left + x] = ink;
}

static void expect_box_and_centre(const uint8_t picture[LENET5_PICTURE_BYTES])
{
    size_t top = SIDE, bottom = 0, left = SIDE, right = 0;
    double mass = 0, x_moment = 0, y_moment = 0;
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++) {
            const double ink = picture[y * SIDE + x];
            if (ink > 0) {
                top = y < top ? y : top;
                bottom = y > bottom ? y : bottom;
                left = x < left ? x : left;
                right = x > right ? x : right;
            }
            mass += ink;
            x_moment += ink * ((double)x + 0.5);
            y_moment += ink * ((double)y + 0.5);
        }
    assert_int_equal(bottom - top + 1, 20);
    assert_in_range(right - left + 1, 9, 11);
    assert_true(fabs(x_moment / mass - 14.5) < 0.51);
    assert_true(fabs(y_moment / mass - 14.5) < 0.51);
}

static void either_polarity_gives_the_same(void **state)
{
    (void)state;
    static uint8_t grey[200 * 150];
    uint8_t dark[LENET5_PICTURE_BYTES], light[LENET5_PICTURE_BYTES];
    draw_l(grey, 90, 20, 100, 255, 0);
    assert_int_equal(lenet5_normalise(dark, grey, 200, 150, NULL), LENET5_OK);
    draw_l(grey, 90, 20, 100, 0, 255);
    assert_int_equal(lenet5_normalise(light, grey, 200, 150, NULL), LENET5_OK);
    assert_memory_equal(dark, light, sizeof dark);
    expect_box_and_centre(dark);
}

static void place_size_and_contrast_do_not_matter(void **state)
{
    (void)state;
    static uint8_t grey[200 * 150];
    uint8_t one[LENET5_PICTURE_BYTES], other[LENET5_PICTURE_BYTES];
    draw_l(grey, 3, 2, 40, 230, 20);
    assert_int_equal(lenet5_normalise(one, grey, 200, 150, NULL), LENET5_OK);
    draw_l(grey, 100, 20, 120, 140, 90);
    assert_int_equal(lenet5_normalise(other, grey, 200, 150, NULL), LENET5_OK);
    expect_box_and_centre(one);
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++)
        assert_in_range(one[i] + 2, other[i], other[i] + 4);
}

static void noise_is_not_ink(void **state)
{
    (void)state;
    static uint8_t grey[200 * 150];
    uint8_t picture[LENET5_PICTURE_BYTES];
    lenet5_random random;
    lenet5_random_seed(&random, 1, 1);
    draw_l(grey, 60, 25, 100, 200, 40);
    for (size_t i = 0; i < sizeof grey; i++)
        grey[i] = (uint8_t)(grey[i] + lenet5_random_below(&random, 9) - 4);
    assert_int_equal(lenet5_normalise(picture, grey, 200, 150, NULL), LENET5_OK);
    expect_box_and_centre(picture);
}

static void a_blank_picture_has_no_ink(void **state)
{
    (void)state;
    static uint8_t grey[200 * 150];
    uint8_t picture[LENET5_PICTURE_BYTES];
    memset(picture, 77, sizeof picture);
    lenet5_error error;
    memset(grey, 130, sizeof grey);
    assert_int_equal(lenet5_normalise(picture, grey, 200, 150, &error), LENET5_E_PICTURE_EMPTY);
    assert_non_null(strstr(error.message, "no ink"));
    lenet5_random random;
    lenet5_random_seed(&random, 2, 1);
    for (size_t i = 0; i < sizeof grey; i++)
        grey[i] = (uint8_t)(120 + lenet5_random_below(&random, 10));
    assert_int_equal(lenet5_normalise(picture, grey, 200, 150, NULL), LENET5_E_PICTURE_EMPTY);
    assert_int_equal(picture[0], 77);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    const uint8_t grey[1] = {9};
    uint8_t picture[LENET5_PICTURE_BYTES];
    assert_int_equal(lenet5_normalise(picture, grey, 0, 1, NULL), LENET5_E_PICTURE_SIZE);
    assert_int_equal(lenet5_normalise(picture, grey, SIZE_MAX, 2, NULL), LENET5_E_PICTURE_SIZE);
    assert_int_equal(lenet5_normalise(picture, grey, 1, 1, NULL), LENET5_E_PICTURE_EMPTY);
}

static void tiny_and_extreme_shapes_are_handled(void **state)
{
    (void)state;
    static uint8_t grey[3000];
    uint8_t picture[LENET5_PICTURE_BYTES];
    grey[1500] = 255;
    assert_int_equal(lenet5_normalise(picture, grey, 3000, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_normalise(picture, grey, 1, 3000, NULL), LENET5_OK);
    assert_int_equal(lenet5_normalise(picture, grey + 1499, 3, 1, NULL), LENET5_OK);
}

/* ---- Thick strokes ----------------------------------------------------------------------------------------------- */

/* Draws a ring, 100 pixels high, of a stroke of pen pixels. */
static void draw_ring(uint8_t grey[200 * 150], double pen)
{
    memset(grey, 255, 200 * 150);
    for (size_t y = 0; y < 150; y++)
        for (size_t x = 0; x < 200; x++) {
            const double radius = hypot((double)x - 99.5, (double)y - 74.5);
            if (radius < 50 && radius > 50 - pen)
                grey[y * 200 + x] = 0;
        }
}

/* The thickness, in pixels, of the ring's stroke in a picture: the ink of its four middle rows. */
static double ring_thickness(const uint8_t picture[LENET5_PICTURE_BYTES])
{
    double ink = 0;
    for (size_t y = 12; y < 16; y++)
        for (size_t x = 0; x < SIDE; x++)
            ink += picture[y * SIDE + x];
    return ink / (4 * 2 * 255);
}

static void thick_strokes_become_thinner(void **state)
{
    (void)state;
    static uint8_t grey[200 * 150];
    uint8_t picture[LENET5_PICTURE_BYTES];
    for (double pen = 5; pen <= 33; pen += 4) {
        draw_ring(grey, pen);
        assert_int_equal(lenet5_normalise(picture, grey, 200, 150, NULL), LENET5_OK);
        const double thickness = ring_thickness(picture), drawn = pen / 5;
        if (drawn < 3.2)
            assert_true(fabs(thickness - drawn) < 0.1);
        else if (drawn > 4)
            assert_true(thickness > 3.2 && thickness < (drawn < 6 ? 4.1 : drawn - 1.7));
    }
}

/* ---- Cut out digits ---------------------------------------------------------------------------------------------- */

enum { TIMES = 3, WIDE = TIMES * SIDE, DIGITS = 300 };

/* A digit of a set, dark on light, three times as large. */
static void enlarge(uint8_t grey[WIDE * WIDE], const uint8_t digit[LENET5_PICTURE_BYTES])
{
    for (size_t i = 0; i < WIDE * WIDE; i++)
        grey[i] = (uint8_t)(255 - digit[i / WIDE / TIMES * SIDE + i % WIDE / TIMES]);
}

/* Crops a picture to the bounding box of its ink. */
static void cut_tight(uint8_t grey[WIDE * WIDE], size_t *width, size_t *height)
{
    size_t left = WIDE, right = 0, top = WIDE, bottom = 0;
    for (size_t i = 0; i < WIDE * WIDE; i++)
        if (grey[i] < 255) {
            left = i % WIDE < left ? i % WIDE : left;
            right = i % WIDE >= right ? i % WIDE + 1 : right;
            top = i / WIDE < top ? i / WIDE : top;
            bottom = i / WIDE + 1;
        }
    *width = right - left;
    *height = bottom - top;
    for (size_t y = 0; y < *height; y++)
        memmove(grey + y * *width, grey + (top + y) * WIDE + left, *width);
}

static bool are_alike(const uint8_t one[LENET5_PICTURE_BYTES], const uint8_t other[LENET5_PICTURE_BYTES])
{
    double apart = 0, ink = 0;
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        apart += abs(one[i] - other[i]);
        ink += one[i];
    }
    return apart < 0.25 * ink;
}

static void assert_alike(const char *what, void (*change)(uint8_t grey[WIDE * WIDE], size_t *width, size_t *height))
{
    static uint8_t grey[WIDE * WIDE];
    lenet5_dataset set;
    size_t alike = 0;
    assert_int_equal(lenet5_dataset_synthesise(&set, DIGITS, 3, NULL), LENET5_OK);
    for (size_t i = 0; i < DIGITS; i++) {
        uint8_t plain[LENET5_PICTURE_BYTES], changed[LENET5_PICTURE_BYTES];
        size_t width = WIDE, height = WIDE;
        enlarge(grey, lenet5_dataset_picture(&set, i));
        assert_int_equal(lenet5_normalise(plain, grey, WIDE, WIDE, NULL), LENET5_OK);
        change(grey, &width, &height);
        const bool inked = lenet5_normalise(changed, grey, width, height, NULL) == LENET5_OK;
        alike += inked && are_alike(plain, changed);
    }
    lenet5_dataset_free(&set);
    print_message("%s: %zu of %d as if nothing were\n", what, alike, DIGITS);
    assert_true(100 * alike >= 97 * DIGITS);
}

static void digits_may_be_cut_tight(void **state)
{
    (void)state;
    assert_alike("cut tight", cut_tight);
}

static void draw_over(uint8_t grey[WIDE * WIDE], size_t left, size_t top, size_t right, size_t bottom)
{
    for (size_t y = top; y < bottom; y++)
        memset(grey + y * WIDE + left, 60, right - left);
}

static void frame_left(uint8_t grey[WIDE * WIDE], size_t *width, size_t *height)
{
    (void)width, (void)height;
    draw_over(grey, 2, 0, 4, WIDE);
}

static void frame_corner(uint8_t grey[WIDE * WIDE], size_t *width, size_t *height)
{
    (void)width, (void)height;
    draw_over(grey, 0, 3, WIDE - 3, 5);
    draw_over(grey, WIDE - 5, 3, WIDE - 3, WIDE);
}

static void frame_all(uint8_t grey[WIDE * WIDE], size_t *width, size_t *height)
{
    frame_left(grey, width, height);
    frame_corner(grey, width, height);
    draw_over(grey, 2, WIDE - 3, WIDE, WIDE);
}

static void pieces_of_a_frame_are_left_out(void **state)
{
    (void)state;
    assert_alike("a rule", frame_left);
    assert_alike("a corner", frame_corner);
    assert_alike("a frame", frame_all);
}

static void an_empty_cell_has_no_ink(void **state)
{
    (void)state;
    static uint8_t grey[WIDE * WIDE];
    static void (*const frames[])(uint8_t *, size_t *, size_t *) = {frame_left, frame_corner, frame_all};
    uint8_t picture[LENET5_PICTURE_BYTES];
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        memset(grey, 230, sizeof grey);
        frames[i](grey, NULL, NULL);
        assert_int_equal(lenet5_normalise(picture, grey, WIDE, WIDE, NULL), LENET5_E_PICTURE_EMPTY);
    }
}

static void mnist_is_left_as_it_is(void **state)
{
    (void)state;
    lenet5_dataset set;
    const char *folder = getenv("LENET5_DATA");
    if (!folder || lenet5_dataset_load(&set, folder, LENET5_TEST, NULL) != LENET5_OK) {
        print_message("skipped: MNIST is not here; LENET5_DATA names its folder\n");
        skip();
    }
    size_t same = 0;
    for (size_t i = 0; i < set.count; i++) {
        uint8_t picture[LENET5_PICTURE_BYTES];
        assert_int_equal(lenet5_normalise(picture, lenet5_dataset_picture(&set, i), SIDE, SIDE, NULL), LENET5_OK);
        int worst = 0;
        for (size_t k = 0; k < LENET5_PICTURE_BYTES; k++) {
            const int difference = abs(picture[k] - lenet5_dataset_picture(&set, i)[k]);
            worst = difference > worst ? difference : worst;
        }
        same += worst <= 3; /* the strongest ink of some is 253 or 254 */
    }
    print_message("%zu of %zu test pictures of MNIST unchanged\n", same, set.count);
    assert_true(same > 9 * set.count / 10);
    lenet5_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_polarity_gives_the_same),
        cmocka_unit_test(place_size_and_contrast_do_not_matter),
        cmocka_unit_test(noise_is_not_ink),
        cmocka_unit_test(a_blank_picture_has_no_ink),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(tiny_and_extreme_shapes_are_handled),
        cmocka_unit_test(thick_strokes_become_thinner),
        cmocka_unit_test(digits_may_be_cut_tight),
        cmocka_unit_test(pieces_of_a_frame_are_left_out),
        cmocka_unit_test(an_empty_cell_has_no_ink),
        cmocka_unit_test(mnist_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
