/* Pictures that are transparent, use few of their levels, or have many pixels. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "lenet5.h"
#include "reader/page/reduce.h"
#include "unit.h"

enum { WIDE = 40, TALL = 30, LEFT = 10, RIGHT = 14, TOP = 5, BOTTOM = 25 }; /* a stroke on paper */

static bool in_stroke(size_t i)
{
    return i % WIDE >= LEFT && i % WIDE < RIGHT && i / WIDE >= TOP && i / WIDE < BOTTOM;
}

/* ---- Writing a PNG ----------------------------------------------------------------------------------------------- */

typedef struct written {
    uint8_t bytes[1 << 14];
    size_t size;
} written;

static void take(png_structp png, png_bytep bytes, size_t size)
{
    written *to = png_get_io_ptr(png);
    assert_true(to->size + size <= sizeof to->bytes);
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

/* pixels: row by row, in the layout of PNG. */
static void write_png(written *to, const uint8_t *pixels, int depth, int kind, size_t bytes_per_pixel)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    assert_non_null(info);
    to->size = 0;
    png_set_write_fn(png, to, take, NULL);
    png_set_IHDR(png, info, WIDE, TALL, depth, kind, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t y = 0; y < TALL; y++)
        png_write_row(png, pixels + y * WIDE * bytes_per_pixel);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

static lenet5_picture read_back(const written *file)
{
    lenet5_pages *pages;
    lenet5_picture p;
    assert_int_equal(lenet5_pages_parse(&pages, file->bytes, file->size, "test", NULL), LENET5_OK);
    assert_int_equal(lenet5_pages_next(&p, pages, NULL), LENET5_OK);
    lenet5_pages_free(pages);
    assert_int_equal(p.width, WIDE);
    assert_int_equal(p.height, TALL);
    return p;
}

static void assert_levels(lenet5_picture *p, unsigned ink, unsigned paper)
{
    for (size_t i = 0; i < WIDE * TALL; i++)
        assert_int_equal(p->grey[i], in_stroke(i) ? ink : paper);
    lenet5_picture_free(p);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------- */

/* Ink of one colour on transparent ground, or on opaque ground of another colour. */
static void assert_laid_on(unsigned paper, const uint8_t ink[3], const uint8_t opaque[3], unsigned level)
{
    static uint8_t rgba[WIDE * TALL * 4];
    static written file;
    memset(rgba, 0, sizeof rgba);
    for (size_t i = 0; i < WIDE * TALL; i++) {
        const bool there = in_stroke(i) || (opaque && i % WIDE > 0);
        if (there)
            memcpy(rgba + 4 * i, in_stroke(i) ? ink : opaque, 3);
        rgba[4 * i + 3] = there ? 255 : 0;
    }
    write_png(&file, rgba, 8, PNG_COLOR_TYPE_RGBA, 4);
    lenet5_picture p = read_back(&file);
    assert_int_equal(p.grey[0], paper);
    assert_int_equal(p.grey[TOP * WIDE + LEFT], level);
    lenet5_picture_free(&p);
}

static void transparent_ground_becomes_paper_in_contrast_to_ink(void **state)
{
    (void)state;
    static const uint8_t white[3] = {255, 255, 255}, black[3] = {0, 0, 0}, pale[3] = {240, 240, 240};
    assert_laid_on(255, black, NULL, 0);
    assert_laid_on(0, white, NULL, 255);
    assert_laid_on(0, pale, NULL, 240);
    assert_laid_on(255, black, white, 0);   /* white paper with a cut corner */
    assert_laid_on(255, white, black, 255); /* a blackboard likewise */
    assert_laid_on(255, pale, white, 240);  /* almost no contrast */
}

/* Sixteen bits, ink at one level and paper at another. */
static lenet5_picture deep(unsigned ink, unsigned paper)
{
    static uint8_t values[WIDE * TALL * 2];
    static written file;
    for (size_t i = 0; i < WIDE * TALL; i++) {
        const unsigned value = in_stroke(i) ? ink : paper;
        values[2 * i] = (uint8_t)(value >> 8);
        values[2 * i + 1] = (uint8_t)value;
    }
    write_png(&file, values, 16, PNG_COLOR_TYPE_GRAY, 2);
    return read_back(&file);
}

static void sixteen_bits_may_hold_fewer(void **state)
{
    (void)state;
    static const struct {
        unsigned ink, paper, read_ink, read_paper;
    } levels[] = {{0, 65535, 0, 255}, {0, 255, 0, 255}, {51, 255, 51, 255}, {0, 4095, 0, 255},
                  {255, 0, 255, 0},   {0, 200, 0, 255}, {0, 0, 0, 0},       {100 * 257, 200 * 257, 100, 200}};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        lenet5_picture p = deep(levels[i].ink, levels[i].paper);
        assert_levels(&p, levels[i].read_ink, levels[i].read_paper);
    }
}

/* ---- Large pictures ---------------------------------------------------------------------------------------------- */

static void a_large_picture_is_reduced(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {{4999, 4999, 1}, {5000, 1800, 2}, {5000, 1799, 1}, {1800, 5000, 2},
                                      {4032, 3024, 1}, {4960, 7016, 2}, {8000, 6000, 3}, {1, 1, 1}};
    uint8_t grey[] = {0, 10, 20, 30, 99, 40, 50, 60, 70, 99, 99, 99, 99, 99, 99};
    lenet5_picture reduced;
    budget b = lenet5_budget_new(&(lenet5_read_options){0});
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        assert_int_equal(lenet5_reduction_of(&(lenet5_picture){sizes[i][0], sizes[i][1], NULL}), sizes[i][2]);
    assert_int_equal(lenet5_reduce(&reduced, &(lenet5_picture){5, 3, grey}, 2, &b, NULL), LENET5_OK);
    assert_int_equal(reduced.width, 2);
    assert_int_equal(reduced.height, 1);
    assert_int_equal(reduced.grey[0], 25);
    assert_int_equal(reduced.grey[1], 45);
    free(reduced.grey);
}

/* A string, enlarged by a whole factor. */
static lenet5_picture enlarged(const lenet5_string *s, size_t times)
{
    lenet5_picture p = {times * s->width, times * s->height, malloc(times * times * s->width * s->height)};
    assert_non_null(p.grey);
    for (size_t i = 0; i < p.width * p.height; i++)
        p.grey[i] = s->rgb[3 * (i / p.width / times * s->width + i % p.width / times)];
    return p;
}

static void a_string_is_read_at_any_size(void **state)
{
    (void)state;
    lenet5_dataset digits;
    lenet5_reader *reader;
    lenet5_string s;
    lenet5_read_line lines[2];
    assert_int_equal(lenet5_dataset_synthesise(&digits, 100, 5, NULL), LENET5_OK);
    assert_int_equal(lenet5_reader_new(&reader, NULL, NULL), LENET5_OK);
    assert_int_equal(lenet5_string_draw(&s, &digits, "spaced", 5, 1, 1, NULL), LENET5_OK);
    const size_t times = 5000 / s.width + 1;
    for (size_t i = 0; i < 2; i++) {
        lenet5_picture p = enlarged(&s, i == 0 ? 1 : times);
        lenet5_reading r;
        assert_int_equal(lenet5_reduction_of(&p), i == 0 ? 1 : 2);
        assert_int_equal(lenet5_read(&r, reader, &p, NULL, NULL), LENET5_OK);
        assert_int_equal(r.count, 1);
        lines[i] = r.lines[0];
        lenet5_reading_free(&r);
        lenet5_picture_free(&p);
    }
    assert_string_equal(lines[0].string[0].text, s.text);
    assert_string_equal(lines[1].string[0].text, s.text);
    assert_in_range(lines[1].box.width, times * (lines[0].box.width - 3), times * (lines[0].box.width + 3));
    assert_in_range(lines[1].box.x, times * (lines[0].box.x - 3), times * (lines[0].box.x + 3));
    lenet5_string_free(&s);
    lenet5_reader_free(reader);
    lenet5_dataset_free(&digits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transparent_ground_becomes_paper_in_contrast_to_ink),
        cmocka_unit_test(sixteen_bits_may_hold_fewer),
        cmocka_unit_test(a_large_picture_is_reduced),
        cmocka_unit_test(a_string_is_read_at_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
