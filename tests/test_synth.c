/* Synthetic digits: the same bytes everywhere, balanced classes, and pictures within the bounds of MNIST's. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lenet5.h"
#include "unit.h"

#define SIDE LENET5_PICTURE_SIDE
#define COUNT 1000

/* FNV-1a of the pixels and labels of COUNT pictures of seed 1. It changes only if the pictures change on purpose. */
static const uint64_t golden = 0x7745D2B23823D35Du;

static uint64_t fnv1a(uint64_t hash, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * 0x100000001B3u;
    return hash;
}

static lenet5_dataset synthesise(size_t count, uint64_t seed)
{
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_synthesise(&set, count, seed, NULL), LENET5_OK);
    assert_int_equal(set.count, count);
    assert_int_equal(set.height, SIDE);
    assert_int_equal(set.width, SIDE);
    return set;
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    lenet5_dataset set = synthesise(COUNT, 1), again = synthesise(COUNT, 1);
    assert_memory_equal(set.pixels, again.pixels, COUNT * LENET5_PICTURE_BYTES);
    assert_memory_equal(set.labels, again.labels, COUNT);
    assert_string_equal(set.sha256, again.sha256);
    assert_int_equal(strlen(set.sha256), 64);
    uint64_t hash = fnv1a(0xCBF29CE484222325u, set.pixels, COUNT * LENET5_PICTURE_BYTES);
    hash = fnv1a(hash, set.labels, COUNT);
    lenet5_dataset_free(&set);
    lenet5_dataset_free(&again);
    assert_int_equal(hash, golden);
}

/* Also if the shorter set ends within a group of ten. */
static void longer_set_begins_with_shorter(void **state)
{
    (void)state;
    lenet5_dataset longer = synthesise(COUNT, 7);
    for (size_t count = 1; count < COUNT; count = count * 3 + 2) {
        lenet5_dataset shorter = synthesise(count, 7);
        assert_memory_equal(shorter.pixels, longer.pixels, count * LENET5_PICTURE_BYTES);
        assert_memory_equal(shorter.labels, longer.labels, count);
        lenet5_dataset_free(&shorter);
    }
    lenet5_dataset_free(&longer);
}

static void other_seed_other_pictures(void **state)
{
    (void)state;
    lenet5_dataset one = synthesise(COUNT, 1), two = synthesise(COUNT, 2);
    size_t equal = 0;
    for (size_t i = 0; i < COUNT; i++)
        equal += memcmp(one.pixels + i * LENET5_PICTURE_BYTES, two.pixels + i * LENET5_PICTURE_BYTES,
                        LENET5_PICTURE_BYTES) == 0;
    assert_int_equal(equal, 0);
    assert_memory_not_equal(one.labels, two.labels, COUNT);
    lenet5_dataset_free(&one);
    lenet5_dataset_free(&two);
}

static void no_picture_twice(void **state)
{
    (void)state;
    lenet5_dataset set = synthesise(COUNT, 3);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(set.pixels + i * LENET5_PICTURE_BYTES, set.pixels + j * LENET5_PICTURE_BYTES,
                                    LENET5_PICTURE_BYTES);
    lenet5_dataset_free(&set);
}

static void each_ten_hold_every_digit(void **state)
{
    (void)state;
    lenet5_dataset set = synthesise(COUNT, 4);
    size_t like_first = 0;
    for (size_t i = 0; i < COUNT; i += 10) {
        unsigned seen = 0;
        for (size_t j = 0; j < 10; j++)
            seen |= 1u << set.labels[i + j];
        assert_int_equal(seen, 0x3FF);
        like_first += memcmp(set.labels, set.labels + i, 10) == 0;
    }
    assert_in_range(like_first, 1, 3);
    lenet5_dataset_free(&set);
}

/* Ink in pixels of full black, its centre, and the darkest level. */
typedef struct ink {
    double mass, x, y;
    uint8_t darkest;
} ink;

static ink weigh(const uint8_t *picture)
{
    ink found = {0, 0, 0, 0};
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        found.mass += picture[i] / 255.0;
        found.x += picture[i] / 255.0 * (double)(i % SIDE);
        found.y += picture[i] / 255.0 * (double)(i / SIDE);
        found.darkest = picture[i] > found.darkest ? picture[i] : found.darkest;
    }
    found.x /= found.mass;
    found.y /= found.mass;
    return found;
}

static void assert_between(double value, double low, double high)
{
    assert_true(low <= value && value <= high);
}

/*
 * MNIST: 20 to 312 pixels of ink, its centre within half a pixel of (14, 14). The blank border keeps a few
 * digits with a heavy top, mostly sevens, above that.
 */
static void pictures_are_like_mnist(void **state)
{
    (void)state;
    lenet5_dataset set = synthesise(10 * COUNT, 5);
    for (size_t i = 0; i < set.count; i++) {
        const ink found = weigh(set.pixels + i * LENET5_PICTURE_BYTES);
        assert_between(found.mass, 15, 220);
        assert_between(found.x, 12.5, 15);
        assert_between(found.y, 11.5, 15);
        assert_between(found.darkest, 200, 255);
    }
    lenet5_dataset_free(&set);
}

static void border_is_paper(void **state)
{
    (void)state;
    lenet5_dataset set = synthesise(10 * COUNT, 6);
    for (size_t i = 0; i < set.count; i++) {
        const uint8_t *picture = set.pixels + i * LENET5_PICTURE_BYTES;
        for (size_t j = 0; j < SIDE; j++) {
            assert_int_equal(picture[j], 0);
            assert_int_equal(picture[(SIDE - 1) * SIDE + j], 0);
            assert_int_equal(picture[j * SIDE], 0);
            assert_int_equal(picture[j * SIDE + SIDE - 1], 0);
        }
    }
    lenet5_dataset_free(&set);
}

static void count_out_of_range_is_refused(void **state)
{
    (void)state;
    const size_t counts[] = {0, 10000001, SIZE_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        lenet5_dataset set, before;
        memset(&set, 0x5A, sizeof set);
        memcpy(&before, &set, sizeof set);
        lenet5_error error = {LENET5_OK, 0, ""};
        assert_int_equal(lenet5_dataset_synthesise(&set, counts[i], 1, &error), LENET5_E_ARGUMENT);
        assert_int_equal(error.status, LENET5_E_ARGUMENT);
        assert_true(error.offset == LENET5_NO_OFFSET);
        assert_true(strlen(error.message) > 0);
        assert_memory_equal(&set, &before, sizeof set);
        assert_int_equal(lenet5_dataset_synthesise(&set, counts[i], 1, NULL), LENET5_E_ARGUMENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_bytes),      cmocka_unit_test(longer_set_begins_with_shorter),
        cmocka_unit_test(other_seed_other_pictures), cmocka_unit_test(no_picture_twice),
        cmocka_unit_test(each_ten_hold_every_digit), cmocka_unit_test(pictures_are_like_mnist),
        cmocka_unit_test(border_is_paper),           cmocka_unit_test(count_out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
