/* In every format, pictures whose headers announce 60,000 x 60,000 pixels are refused before they are decoded. */
#include <string.h>
#include <zlib.h>

#include "lenet5.h"
#include "unit.h"

#define SIDE 60000

typedef struct bytes {
    uint8_t data[256];
    size_t size;
} bytes;

static void put(bytes *b, const void *data, size_t size)
{
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void put_little(bytes *b, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        b->data[b->size++] = (uint8_t)(value >> 8 * i);
}

static void put_big(bytes *b, uint32_t value, size_t size)
{
    for (size_t i = size; i-- > 0;)
        b->data[b->size++] = (uint8_t)(value >> 8 * i);
}

static bytes pnm(const char *header)
{
    bytes b = {.size = 0};
    put(&b, header, strlen(header) + 1);
    put_big(&b, 0, 4);
    return b;
}

static bytes pgm(void)
{
    return pnm("P5\n60000 60000\n255\n");
}

static bytes ppm(void)
{
    return pnm("P6\n60000 60000\n255\n");
}

static bytes pbm(void)
{
    return pnm("P4\n60000 60000\n");
}

static bytes png(void)
{
    bytes b = {.size = 0};
    put(&b, "\x89PNG\r\n\x1A\n", 8);
    put_big(&b, 13, 4);
    put(&b, "IHDR", 4);
    put_big(&b, SIDE, 4);
    put_big(&b, SIDE, 4);
    put(&b, "\x08\0\0\0\0", 5);
    put_big(&b, (uint32_t)crc32(0, b.data + 12, 17), 4);
    put_big(&b, 0, 4);
    put(&b, "IDAT", 4);
    put_big(&b, (uint32_t)crc32(0, (const uint8_t *)"IDAT", 4), 4);
    return b;
}

static bytes bmp(void)
{
    bytes b = {.size = 0};
    put(&b, "BM", 2);
    put_little(&b, 100, 4);
    put_little(&b, 0, 4);
    put_little(&b, 54, 4);
    put_little(&b, 40, 4);
    put_little(&b, SIDE, 4);
    put_little(&b, SIDE, 4);
    put_little(&b, 1, 2);
    put_little(&b, 24, 2);
    for (int i = 0; i < 20; i++)
        put_little(&b, 0, 4);
    return b;
}

static void put_entry(bytes *b, uint32_t tag, uint32_t value)
{
    put_little(b, tag, 2);
    put_little(b, 4, 2); /* a long */
    put_little(b, 1, 4);
    put_little(b, value, 4);
}

/* A TIFF whose entry of the width is repeated if second differs from first. */
static bytes tiff_of_widths(uint32_t first, uint32_t second)
{
    bytes b = {.size = 0};
    put(&b, "II*\0", 4);
    put_little(&b, 8, 4);
    put_little(&b, first == second ? 8 : 9, 2);
    put_entry(&b, 256, first);
    if (first != second)
        put_entry(&b, 256, second);
    put_entry(&b, 257, SIDE);
    put_entry(&b, 258, 8);
    put_entry(&b, 259, 1);
    put_entry(&b, 262, 1);
    put_entry(&b, 273, 110);
    put_entry(&b, 278, SIDE);
    put_entry(&b, 279, 4);
    put_little(&b, 0, 4);
    put_little(&b, 0, 4);
    return b;
}

static bytes tiff(void)
{
    return tiff_of_widths(SIDE, SIDE);
}

/* Of a repeated entry, readers use the first. */
static bytes tiff_of_two_widths(void)
{
    return tiff_of_widths(SIDE, 1);
}

static bytes jpeg(void)
{
    bytes b = {.size = 0};
    put(&b, "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20);
    put(&b, "\xFF\xC0\0\x0B\x08", 5);
    put_big(&b, SIDE, 2);
    put_big(&b, SIDE, 2);
    put(&b, "\1\1\x11\0", 4);
    put(&b, "\xFF\xDA\0\x08\1\1\0\0\x3F\0", 10);
    put_big(&b, 0, 4);
    return b;
}

/* WebP allows at most 16,383 pixels a side. */
static bytes webp(void)
{
    bytes b = {.size = 0};
    put(&b, "RIFF", 4);
    put_little(&b, 40, 4);
    put(&b, "WEBPVP8 ", 8);
    put_little(&b, 28, 4);
    put(&b, "\x30\1\0\x9D\1\x2A", 6);
    put_little(&b, 16383, 2);
    put_little(&b, 16383, 2);
    for (int i = 0; i < 5; i++)
        put_little(&b, 0, 4);
    return b;
}

static void huge_pictures_are_refused_by_their_headers(void **state)
{
    (void)state;
    static const struct {
        bytes (*make)(void);
        const char *sides;
    } kinds[] = {{pgm, "60000x60000"},
                 {ppm, "60000x60000"},
                 {pbm, "60000x60000"},
                 {png, "60000x60000"},
                 {bmp, "60000x60000"},
                 {tiff, "60000x60000"},
                 {tiff_of_two_widths, "60000x60000"},
                 {jpeg, "60000x60000"},
                 {webp, "16383x16383"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        lenet5_error error = {0};
        lenet5_pages *pages;
        lenet5_picture picture;
        const bytes b = kinds[i].make();
        assert_int_equal(lenet5_pages_parse(&pages, b.data, b.size, "huge", &error), LENET5_OK);
        const lenet5_status status = lenet5_pages_next(&picture, pages, &error);
        print_message("%s\n", error.message);
        assert_int_equal(status, LENET5_E_PICTURE_SIZE);
        assert_non_null(strstr(error.message, kinds[i].sides));
        assert_false(lenet5_pages_left(pages));
        lenet5_pages_free(pages);
    }
}

/* A format whose size Leptonica finds only by decoding all of the file. */
static void gif_is_not_decoded(void **state)
{
    (void)state;
    bytes b = {.size = 0};
    put(&b, "GIF89a", 6);
    put_little(&b, 1, 2);
    put_little(&b, 1, 2);
    put(&b, "\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;", 26);
    lenet5_error error = {0};
    lenet5_pages *pages;
    lenet5_picture picture;
    assert_int_equal(lenet5_pages_parse(&pages, b.data, b.size, "picture.gif", &error), LENET5_OK);
    assert_int_equal(lenet5_pages_next(&picture, pages, &error), LENET5_E_PICTURE_FORMAT);
    assert_non_null(strstr(error.message, "picture.gif"));
    lenet5_pages_free(pages);
}

static void a_limit_holds_for_the_pages_that_follow(void **state)
{
    (void)state;
    static const char file[] = "P5\n4 3\n255\nabcdefghijkl";
    lenet5_pages *pages;
    lenet5_picture picture;
    assert_int_equal(lenet5_pages_parse(&pages, file, sizeof file - 1, "small", NULL), LENET5_OK);
    assert_int_equal(lenet5_pages_limit(pages, 0, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_pages_limit(pages, LENET5_MAX_PICTURE_PIXELS + 1u, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_pages_limit(pages, 11, NULL), LENET5_OK);
    assert_int_equal(lenet5_pages_next(&picture, pages, NULL), LENET5_E_PICTURE_SIZE);
    lenet5_pages_free(pages);
    assert_int_equal(lenet5_pages_parse(&pages, file, sizeof file - 1, "small", NULL), LENET5_OK);
    assert_int_equal(lenet5_pages_limit(pages, 12, NULL), LENET5_OK);
    assert_int_equal(lenet5_pages_next(&picture, pages, NULL), LENET5_OK);
    lenet5_picture_free(&picture);
    lenet5_pages_free(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(huge_pictures_are_refused_by_their_headers),
        cmocka_unit_test(gif_is_not_decoded),
        cmocka_unit_test(a_limit_holds_for_the_pages_that_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
