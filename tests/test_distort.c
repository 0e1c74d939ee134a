/* The pictures of a training: distorted digits, and negatives. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "lenet5.h"
#include "net/input.h"
#include "train/cut_off.h"
#include "train/distort.h"
#include "train/negatives.h"
#include "train/recipe.h"
#include "unit.h"

static const lenet5_distortion nothing = {0};
static const lenet5_distortion much = {.shift = 2,
                                       .rotation = 0.2f,
                                       .scale = 0.2f,
                                       .squeeze = 0.1f,
                                       .shear = 0.2f,
                                       .elastic = 2,
                                       .ink = 0.5f,
                                       .thickness = 0.5f,
                                       .blur = 0.5f,
                                       .contrast = 0.5f,
                                       .noise = 20,
                                       .pen = 0.5f,
                                       .thicker = 1.5f,
                                       .thinner = 0.5f,
                                       .hard = 0.5f,
                                       .hardness = 6,
                                       .coarse = 0.5f};

static void draw(uint8_t shown[32][32], const lenet5_kernels *kernels, const lenet5_distortion *distortion,
                 float strength, uint64_t seed, const uint8_t *picture)
{
    lenet5_random random;
    lenet5_warp warp;
    lenet5_random_seed(&random, seed, 0);
    lenet5_draw_warp(&warp, &random, distortion, strength);
    kernels->distort(shown, picture, &warp);
}

static int max_difference(const uint8_t a[32][32], const uint8_t b[32][32])
{
    int greatest = 0;
    for (size_t y = 0; y < 32; y++)
        for (size_t x = 0; x < 32; x++) {
            const int difference = abs((int)a[y][x] - (int)b[y][x]);
            greatest = difference > greatest ? difference : greatest;
        }
    return greatest;
}

static lenet5_dataset digits;

static int draw_digits(void **state)
{
    (void)state;
    return lenet5_dataset_synthesise(&digits, 200, 3, NULL);
}

static int free_digits(void **state)
{
    (void)state;
    lenet5_dataset_free(&digits);
    return 0;
}

static void without_distortion_a_picture_is_unchanged(void **state)
{
    (void)state;
    for (size_t k = 0; lenet5_kernels_at(k); k++)
        for (size_t i = 0; i < digits.count; i++) {
            uint8_t shown[32][32], placed[32][32];
            const uint8_t *picture = lenet5_dataset_picture(&digits, i);
            lenet5_place_bytes(placed, picture, INPUT_MARGIN, INPUT_MARGIN);
            draw(shown, lenet5_kernels_at(k), &nothing, 1, i, picture);
            assert_memory_equal(shown, placed, sizeof placed);
            draw(shown, lenet5_kernels_at(k), &much, 0, i, picture);
            assert_memory_equal(shown, placed, sizeof placed);
        }
}

/* With fused multiply-adds a product is not rounded, which can change a pixel at an edge. */
static void all_instruction_sets_give_the_same_distortion(void **state)
{
    (void)state;
    for (size_t k = 1; lenet5_kernels_at(k); k++)
        for (size_t i = 0; i < digits.count; i++) {
            uint8_t one[32][32], other[32][32];
            const uint8_t *picture = lenet5_dataset_picture(&digits, i);
            draw(one, lenet5_kernels_at(0), &much, 1, i, picture);
            draw(other, lenet5_kernels_at(k), &much, 1, i, picture);
            assert_in_range(max_difference((const uint8_t(*)[32])one, (const uint8_t(*)[32])other), 0, 2);
        }
}

static void the_same_seed_gives_the_same_distortion(void **state)
{
    (void)state;
    const lenet5_kernels *kernels = lenet5_kernels_in_use();
    for (size_t i = 0; i < digits.count; i++) {
        uint8_t one[32][32], again[32][32], other[32][32];
        const uint8_t *picture = lenet5_dataset_picture(&digits, i);
        draw(one, kernels, &much, 1, i, picture);
        draw(again, kernels, &much, 1, i, picture);
        draw(other, kernels, &much, 1, i + 1, picture);
        assert_memory_equal(one, again, sizeof one);
        assert_true(max_difference((const uint8_t(*)[32])one, (const uint8_t(*)[32])other) > 20);
    }
}

/* The position and size of a square of ink. */
static void a_warp_shifts_rotates_and_enlarges(void **state)
{
    (void)state;
    uint8_t square[28 * 28] = {0};
    uint8_t shown[32][32];
    for (size_t y = 10; y < 18; y++)
        memset(square + y * 28 + 10, 200, 8);
    const lenet5_warp moved = {
        .middle = {13.5f - 3, 13.5f + 2}, .by_column = {1, 0}, .by_row = {0, 1}, .strength = 256};
    const lenet5_warp larger = {.middle = {13.5f, 13.5f}, .by_column = {0.5f, 0}, .by_row = {0, 0.5f}, .strength = 256};
    for (size_t k = 0; lenet5_kernels_at(k); k++) {
        lenet5_kernels_at(k)->distort(shown, square, &moved);
        for (size_t y = 0; y < 32; y++)
            for (size_t x = 0; x < 32; x++)
                assert_int_equal(shown[y][x], y >= 10 && y < 18 && x >= 15 && x < 23 ? 200 : 0);
        lenet5_kernels_at(k)->distort(shown, square, &larger);
        for (size_t y = 0; y < 32; y++)
            for (size_t x = 0; x < 32; x++)
                if (y >= 9 && y < 23 && x >= 9 && x < 23)
                    assert_int_equal(shown[y][x], 200);
                else if (y < 7 || y >= 25 || x < 7 || x >= 25)
                    assert_int_equal(shown[y][x], 0);
    }
}

static unsigned sum_of(const uint8_t shown[32][32])
{
    unsigned sum = 0;
    for (size_t y = 0; y < 32; y++)
        for (size_t x = 0; x < 32; x++)
            sum += shown[y][x];
    return sum;
}

static void ink_changes_thickness_strength_and_blur(void **state)
{
    (void)state;
    for (size_t k = 0; lenet5_kernels_at(k); k++) {
        lenet5_warp warp = {.middle = {13.5f, 13.5f}, .by_column = {1, 0}, .by_row = {0, 1}, .strength = 256};
        uint8_t plain[32][32], shown[32][32];
        const uint8_t *picture = lenet5_dataset_picture(&digits, 0);
        const lenet5_kernels *kernels = lenet5_kernels_at(k);
        kernels->distort(plain, picture, &warp);
        const unsigned ink = sum_of((const uint8_t(*)[32])plain);
        warp.thickness = 128;
        kernels->distort(shown, picture, &warp);
        assert_true(sum_of((const uint8_t(*)[32])shown) > ink * 11 / 10);
        warp.thickness = -128;
        kernels->distort(shown, picture, &warp);
        assert_true(sum_of((const uint8_t(*)[32])shown) < ink * 9 / 10);
        warp.thickness = 0;
        warp.strength = 128;
        kernels->distort(shown, picture, &warp);
        assert_in_range(sum_of((const uint8_t(*)[32])shown), ink * 2 / 5, ink / 2);
        warp.strength = 256;
        warp.blur = 256;
        kernels->distort(shown, picture, &warp);
        assert_in_range(sum_of((const uint8_t(*)[32])shown), ink * 95 / 100, ink * 105 / 100);
        assert_true(memcmp(shown, plain, sizeof plain) != 0);
    }
}

static void ink_changes_the_given_share_of_pictures(void **state)
{
    (void)state;
    lenet5_distortion d = much;
    for (d.ink = 0; d.ink <= 1; d.ink += 0.25f) {
        unsigned changed = 0;
        for (uint64_t seed = 0; seed < 2000; seed++) {
            lenet5_random random;
            lenet5_warp warp;
            lenet5_random_seed(&random, seed, 0);
            lenet5_draw_warp(&warp, &random, &d, 1);
            changed += warp.strength != 256 || warp.blur != 0 || warp.noise != 0;
        }
        assert_true(fabs(changed / 2000.0 - (double)d.ink) < 0.04);
    }
}

static const lenet5_warp unmoved = {.middle = {13.5f, 13.5f}, .by_column = {1, 0}, .by_row = {0, 1}, .strength = 256};

/* A line of width 4 becomes 3 pixels wider with a pen that is one and a half pixels thicker on each side. */
static void lines_become_more_than_a_pixel_thicker(void **state)
{
    (void)state;
    uint8_t line[28 * 28] = {0};
    for (size_t y = 0; y < 28; y++)
        memset(line + y * 28 + 12, 240, 4);
    lenet5_warp warp = unmoved;
    warp.thickness = 256 + 128;
    for (size_t k = 0; lenet5_kernels_at(k); k++) {
        uint8_t shown[32][32];
        lenet5_kernels_at(k)->distort(shown, line, &warp);
        const uint8_t expected[] = {0, 120, 240, 240, 240, 240, 240, 240, 120, 0};
        assert_memory_equal(&shown[16][11], expected, sizeof expected);
    }
}

static void a_hard_picture_has_few_greys(void **state)
{
    (void)state;
    uint8_t ramp[28 * 28];
    for (size_t i = 0; i < sizeof ramp; i++)
        ramp[i] = (uint8_t)(9 * (i % 28));
    lenet5_warp warp = unmoved;
    warp.hardness = 4 * 256;
    for (size_t k = 0; lenet5_kernels_at(k); k++) {
        uint8_t shown[32][32];
        lenet5_kernels_at(k)->distort(shown, ramp, &warp);
        for (size_t x = 0; x < 28; x++) {
            const int level = 128 + 4 * (9 * (int)x - 128);
            assert_int_equal(shown[16][2 + x], level < 0 ? 0 : level > 255 ? 255 : level);
        }
    }
}

/* A coarse picture keeps its ink and its place; a checkerboard finer than its pixels becomes grey. */
static void a_coarse_picture_keeps_its_ink(void **state)
{
    (void)state;
    uint8_t board[28 * 28];
    for (size_t i = 0; i < sizeof board; i++)
        board[i] = (i / 28 + i) % 2 ? 200 : 0;
    for (int coarse = 12; coarse < 26; coarse++)
        for (size_t k = 0; lenet5_kernels_at(k); k++) {
            uint8_t shown[32][32], plain[32][32];
            lenet5_warp warp = unmoved;
            lenet5_kernels_at(k)->distort(plain, digits.pixels, &warp);
            warp.coarse = coarse;
            lenet5_kernels_at(k)->distort(shown, digits.pixels, &warp);
            const unsigned ink = sum_of((const uint8_t(*)[32])plain);
            assert_in_range(sum_of((const uint8_t(*)[32])shown), ink * 95 / 100, ink * 105 / 100);
            lenet5_kernels_at(k)->distort(shown, board, &warp);
            if (coarse == 16)
                assert_in_range(shown[16][16], 95, 105);
        }
}

static void the_scanner_distorts_the_given_share_of_pictures(void **state)
{
    (void)state;
    lenet5_distortion d = much;
    d.ink = 0; /* which changes the thickness too */
    unsigned thick = 0, hard = 0, coarse = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        lenet5_random random;
        lenet5_warp warp;
        lenet5_random_seed(&random, seed, 0);
        lenet5_draw_warp(&warp, &random, &d, 1);
        thick += warp.thickness != 0;
        hard += warp.hardness != 256;
        coarse += warp.coarse != 0;
        assert_in_range(warp.thickness + 128, 0, 512);
        assert_in_range(warp.hardness, 256, 6 * 256);
    }
    assert_in_range(thick, 900, 1100);
    assert_in_range(hard, 900, 1100);
    assert_in_range(coarse, 900, 1100);
}

/* For the sanitizers: no distortion reads outside the picture. */
static void extreme_warps_read_nothing_beyond_the_picture(void **state)
{
    (void)state;
    const float wild[] = {0, 1e9f, -1e9f, INFINITY, -INFINITY, NAN, 1e-30f};
    uint8_t shown[32][32];
    for (size_t k = 0; lenet5_kernels_at(k); k++)
        for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
            const lenet5_warp warp = {
                .middle = {wild[i], 13.5f}, .by_column = {1, wild[i]}, .by_row = {wild[i], 1}, .strength = 256};
            lenet5_kernels_at(k)->distort(shown, digits.pixels, &warp);
        }
}

static void draw_negative(uint8_t shown[32][32], uint64_t number)
{
    lenet5_random random;
    lenet5_random_seed(&random, 7, number);
    const negatives n = {&digits, &much, lenet5_kernels_in_use(), number % 2, 0};
    lenet5_draw_negative(shown, &random, &n);
}

static void negatives_vary_and_are_reproducible(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    static uint8_t shown[COUNT][32][32];
    size_t blank = 0;
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t again[32][32];
        draw_negative(shown[i], i);
        draw_negative(again, i);
        assert_memory_equal(shown[i], again, sizeof again);
        blank += sum_of((const uint8_t(*)[32])shown[i]) < 32 * 32 * 32;
    }
    assert_true(blank > 0 && blank < COUNT);
    for (size_t i = 1; i < COUNT; i++)
        assert_true(memcmp(shown[i], shown[i - 1], sizeof shown[i]) != 0);
}

/* The option `undistorted` in a recipe with negatives. */
static void an_undistorted_training_has_negatives_too(void **state)
{
    (void)state;
    const lenet5_training_options options = {.recipe = "best", .epochs = 1, .undistorted = true, .threads = 1};
    lenet5_training *training;
    assert_int_equal(lenet5_training_new(&training, &options, &digits, NULL, NULL), LENET5_OK);
    assert_true(lenet5_training_epoch_length(training) > digits.count);
    while (!lenet5_training_finished(training))
        assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    for (unsigned epoch = 1; epoch < 50; epoch++) {
        uint8_t shown[32][32], placed[32][32];
        lenet5_place_bytes(placed, lenet5_dataset_picture(&digits, epoch), INPUT_MARGIN, INPUT_MARGIN);
        lenet5_training_show(shown, training, epoch, epoch);
        assert_memory_equal(shown, placed, sizeof placed);
        lenet5_training_show(shown, training, epoch, digits.count);
    }
    lenet5_training_free(training);
}

#define HANDS (lenet5_recipe_find("hands")->hands)

static void the_number_of_negatives_is_the_given_share(void **state)
{
    (void)state;
    static const double shares[] = {0, 0.5, 1};
    static const double no_shares[] = {-0.1, 1.1, NAN};
    lenet5_training *training;
    for (size_t i = 0; i < 3; i++) {
        lenet5_training_options options = {.recipe = "hands", .epochs = 1, .threads = 1, .negatives = &shares[i]};
        assert_int_equal(lenet5_training_new(&training, &options, &digits, NULL, NULL), LENET5_OK);
        assert_int_equal(lenet5_training_epoch_length(training), digits.count + (size_t)(HANDS * (double)digits.count) +
                                                                     (size_t)(shares[i] * (double)digits.count));
        lenet5_training_free(training);
        options.negatives = &no_shares[i];
        assert_int_equal(lenet5_training_new(&training, &options, &digits, NULL, NULL), LENET5_E_ARGUMENT);
    }
    const lenet5_training_options options = {.recipe = "1998", .epochs = 1, .threads = 1, .negatives = &shares[1]};
    assert_int_equal(lenet5_training_new(&training, &options, &digits, NULL, NULL), LENET5_E_ARGUMENT);
}

/* A set of blank pictures has no ink to cut. */
static void negatives_can_be_drawn_from_blank_pictures(void **state)
{
    (void)state;
    uint8_t blank[28 * 28] = {0}, label = 0, shown[32][32];
    const lenet5_dataset set = {.count = 1, .height = 28, .width = 28, .pixels = blank, .labels = &label};
    for (uint64_t i = 0; i < 200; i++) {
        lenet5_random random;
        lenet5_random_seed(&random, 8, i);
        const negatives n = {&set, &much, lenet5_kernels_in_use(), i % 2, i % 4 < 2 ? 1 : 0};
        lenet5_draw_negative(shown, &random, &n);
        lenet5_draw_cut_off(shown, &random, blank, (unsigned)i % 3, &n);
    }
}

/* The mean row of the ink beside an upright stroke with a ligature; -1 if there is none. */
static double row_of_ligature(uint64_t number, unsigned label)
{
    static const lenet5_distortion none = {0};
    uint8_t stroke[28 * 28] = {0}, shown[32][32], any = 0;
    for (size_t y = 4; y < 24; y++)
        memset(stroke + 28 * y + 12, 255, 4);
    const lenet5_dataset set = {.count = 1, .height = 28, .width = 28, .pixels = stroke, .labels = &any};
    const negatives n = {&set, &none, lenet5_kernels_in_use(), true, 4};
    lenet5_random random;
    lenet5_random_seed(&random, 9, number);
    lenet5_draw_cut_off(shown, &random, stroke, label, &n);
    size_t left = 32, right = 0; /* of the stroke: the columns whose ink is high */
    for (size_t x = 0; x < 32; x++) {
        size_t rows = 0;
        for (size_t y = 0; y < 32; y++)
            rows += shown[y][x] > 100;
        if (rows > 15) {
            left = x < left ? x : left;
            right = x;
        }
    }
    double ink = 0, moment = 0;
    for (size_t y = 0; y < 32; y++)
        for (size_t x = 0; x < 32; x++)
            if (x + 1 < left || x > right + 1) {
                ink += shown[y][x];
                moment += (double)y * shown[y][x];
            }
    return ink > 255 ? moment / ink : -1;
}

static void most_zeros_are_joined_at_the_top_and_others_at_the_foot(void **state)
{
    (void)state;
    size_t top[2] = {0}, foot[2] = {0}; /* of zeros, of others */
    for (uint64_t i = 0; i < 200; i++)
        for (unsigned label = 0; label < 2; label++) {
            const double row = row_of_ligature(i, label);
            top[label] += row >= 0 && row < 13;
            foot[label] += row >= 13;
        }
    assert_true(top[0] + foot[0] > 120 && foot[1] > 120); /* the others' ends are short */
    assert_in_range(foot[0], (top[0] + foot[0]) / 5, (top[0] + foot[0]) / 2);
    assert_int_equal(top[1], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_distortion_a_picture_is_unchanged),
        cmocka_unit_test(all_instruction_sets_give_the_same_distortion),
        cmocka_unit_test(the_same_seed_gives_the_same_distortion),
        cmocka_unit_test(a_warp_shifts_rotates_and_enlarges),
        cmocka_unit_test(ink_changes_thickness_strength_and_blur),
        cmocka_unit_test(lines_become_more_than_a_pixel_thicker),
        cmocka_unit_test(a_hard_picture_has_few_greys),
        cmocka_unit_test(a_coarse_picture_keeps_its_ink),
        cmocka_unit_test(the_scanner_distorts_the_given_share_of_pictures),
        cmocka_unit_test(ink_changes_the_given_share_of_pictures),
        cmocka_unit_test(extreme_warps_read_nothing_beyond_the_picture),
        cmocka_unit_test(negatives_vary_and_are_reproducible),
        cmocka_unit_test(an_undistorted_training_has_negatives_too),
        cmocka_unit_test(the_number_of_negatives_is_the_given_share),
        cmocka_unit_test(negatives_can_be_drawn_from_blank_pictures),
        cmocka_unit_test(most_zeros_are_joined_at_the_top_and_others_at_the_foot),
    };
    return cmocka_run_group_tests(tests, draw_digits, free_digits);
}
