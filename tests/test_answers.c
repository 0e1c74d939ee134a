/* The parts of the server's answers that need no connection: the channel of a training, and detection of content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/answers/channel.h"
#include "serve/answers/content.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Channel ----------------------------------------------------------------------------------------------------- */

/* Reads the channel to its end in small pieces. Returns the last result. */
static channel_result read_all(channel *c, channel_reader *reader, char *text, size_t room, size_t piece)
{
    size_t size, read = 0;
    channel_result result;
    while ((result = channel_read(&size, c, reader, text + read, piece)) == CHANNEL_READ) {
        read += size;
        assert_true(read + piece < room);
    }
    text[read] = '\0';
    return result;
}

static void readers_begin_with_the_latest_state(void **state)
{
    char text[1000];
    channel *c = channel_new();
    (void)state;
    assert_non_null(c);
    assert_false(channel_is_open(c));
    channel_reader first = channel_begin(c);
    channel_publish(c, "state", "{\"a\":1}");
    channel_publish(c, "pass", "{\"b\":2}");
    assert_true(channel_is_open(c));
    assert_int_equal(read_all(c, &first, text, sizeof text, 7), CHANNEL_EMPTY);
    assert_string_equal(text, "event: pass\ndata: {\"b\":2}\n\n");
    channel_publish(c, "state", "{\"a\":2}");
    channel_reader second = channel_begin(c);
    channel_publish(c, "end", "{}");
    assert_int_equal(read_all(c, &second, text, sizeof text, 5), CHANNEL_ENDED);
    assert_string_equal(text, "event: state\ndata: {\"a\":2}\n\nevent: end\ndata: {}\n\n");
    assert_int_equal(read_all(c, &first, text, sizeof text, 100), CHANNEL_ENDED);
    assert_string_equal(text, "event: end\ndata: {}\n\n");
    channel_free(c);
}

/* A megabyte of JSON: the ring has four. */
static void readers_that_fall_behind_are_disconnected(void **state)
{
    enum { MEGABYTE = 1 << 20 };
    char *json = malloc(MEGABYTE + 1), *text = malloc(5 * MEGABYTE);
    size_t size;
    channel *c = channel_new();
    (void)state;
    assert_true(json && text && c);
    memset(json, '1', MEGABYTE);
    json[MEGABYTE] = '\0';
    channel_reader slow = channel_begin(c), fast = slow;
    for (size_t i = 0; i < 3; i++)
        channel_publish(c, "pass", json);
    assert_int_equal(read_all(c, &fast, text, 5 * MEGABYTE, 16384), CHANNEL_EMPTY);
    channel_publish(c, "pass", json);
    assert_int_equal(channel_read(&size, c, &slow, text, 16384), CHANNEL_LOST);
    assert_int_equal(read_all(c, &fast, text, 5 * MEGABYTE, 16384), CHANNEL_EMPTY);
    assert_int_equal(strlen(text), MEGABYTE + strlen("event: pass\ndata: \n\n"));
    channel_reader in_state = (channel_publish(c, "state", "{}"), channel_begin(c));
    for (size_t i = 0; i < 16; i++)
        channel_publish(c, "state", "{}");
    assert_int_equal(channel_read(&size, c, &in_state, text, 16384), CHANNEL_LOST);
    channel_free(c);
    free(json);
    free(text);
}

/* ---- Content ----------------------------------------------------------------------------------------------------- */

static void picture_files_are_known_by_their_first_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } pictures[] = {{"\x89PNG\r\n\x1a\n", 8},
                    {"\xff\xd8\xff\xe0", 4},
                    {"II*\0\x08\0\0\0", 8},
                    {"MM\0*\0\0\0\x08", 8},
                    {"RIFF\x10\0\0\0WEBPVP8 ", 16},
                    {"\0\0\0\x18"
                     "ftypheic",
                     12},
                    {"P5 28 28\n", 9},
                    {"P7\nWIDTH 1", 11},
                    {"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0", 18}},
      others[] = {
          {"\x89PNG", 4}, {"II*\0\0\0\0\0", 8}, {"P5x", 3}, {"BM\1\1\1\1\1\1\1\1\1\1\1\1\x28\0\0\0", 18}, {"", 0}};
    (void)state;
    for (size_t i = 0; i < COUNT(pictures); i++)
        assert_true(content_is_picture((const uint8_t *)pictures[i].bytes, pictures[i].size));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(content_is_picture((const uint8_t *)others[i].bytes, others[i].size));
}

static uint8_t *decode(size_t *size, const char *url)
{
    return content_of_data_url(size, (const uint8_t *)url, strlen(url));
}

static void data_urls_are_decoded(void **state)
{
    static const char *const broken[] = {"data:,aGk=",       "data:base64,aGk=",  "data:;base64,a?k=",
                                         "data:;base64,aGk", "data:;base64;aGk=", "http:;base64,aGk="};
    size_t size;
    (void)state;
    uint8_t *bytes = decode(&size, "DATA:image/png;base64,aGk=");
    assert_int_equal(size, 2);
    assert_memory_equal(bytes, "hi", 2);
    free(bytes);
    bytes = decode(&size, "data:;base64,");
    assert_non_null(bytes);
    assert_int_equal(size, 0);
    free(bytes);
    for (size_t i = 0; i < COUNT(broken); i++) {
        assert_null(decode(&size, broken[i]));
        assert_int_equal(size, 0);
    }
}

static void floats_are_not_taken_for_grey_levels(void **state)
{
    float singles[64];
    double doubles[64];
    uint8_t grey[256];
    (void)state;
    for (size_t i = 0; i < 64; i++) {
        singles[i] = (float)i / 63;
        doubles[i] = (double)i;
    }
    for (size_t i = 0; i < sizeof grey; i++)
        grey[i] = (uint8_t)(i * i);
    assert_int_equal(content_float_bits((const uint8_t *)singles, sizeof singles), 32);
    assert_int_equal(content_float_bits((const uint8_t *)doubles, sizeof doubles), 64);
    assert_int_equal(content_float_bits(grey, sizeof grey), 0);
    memset(grey, 0x3f, sizeof grey); /* an even area, as floats 0.747 */
    assert_int_equal(content_float_bits(grey, sizeof grey), 0);
    memset(grey, 0, sizeof grey);
    assert_int_equal(content_float_bits(grey, sizeof grey), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_begin_with_the_latest_state),
        cmocka_unit_test(readers_that_fall_behind_are_disconnected),
        cmocka_unit_test(picture_files_are_known_by_their_first_bytes),
        cmocka_unit_test(data_urls_are_decoded),
        cmocka_unit_test(floats_are_not_taken_for_grey_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
