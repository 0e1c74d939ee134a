#include "pixels.h"

#include <math.h>
#include <string.h>

#include "answers.h"
#include "content.h"
#include "serve/transport/response.h"

#define MAX_NESTING 8 /* arrays in arrays: no shape has more dimensions, and the recursion stays bounded */

void pixels_place(grey_input placed, const uint8_t *pixels, size_t count)
{
    enum { MARGIN = (INPUT_SIDE - LENET5_PICTURE_SIDE) / 2 };
    if (count == INPUT_BYTES) {
        memcpy(placed, pixels, INPUT_BYTES);
        return;
    }
    memset(placed, 0, INPUT_BYTES);
    for (size_t row = 0; row < LENET5_PICTURE_SIDE; row++)
        memcpy(&placed[row + MARGIN][MARGIN], pixels + row * LENET5_PICTURE_SIDE, LENET5_PICTURE_SIDE);
}

static bool to_level(uint8_t *level, scale *seen, double number)
{
    if (!(number >= 0 && number <= 255))
        return false;
    *level = (uint8_t)(number + 0.5);
    seen->max = fmax(seen->max, number);
    seen->fractions |= number != floor(number);
    return true;
}

static bool collect(uint8_t **next, const uint8_t *end, scale *seen, const json_t *value, int depth)
{
    size_t i;
    const json_t *item;
    if (json_is_number(value))
        return *next < end && to_level((*next)++, seen, json_number_value(value));
    if (!json_is_array(value) || depth == 0)
        return false;
    json_array_foreach(value, i, item) if (!collect(next, end, seen, item, depth - 1)) return false;
    return true;
}

bool pixels_from_json(uint8_t *pixels, scale *seen, const json_t *value, size_t count)
{
    uint8_t *next = pixels;
    return collect(&next, pixels + count, seen, value, MAX_NESTING) && next == pixels + count;
}

static size_t count_down(const json_t *value, int depth)
{
    size_t i, count = 0;
    const json_t *item;
    if (!json_is_array(value) || depth == 0)
        return 1;
    json_array_foreach(value, i, item) count += count_down(item, depth - 1);
    return count;
}

size_t pixels_count(const json_t *value)
{
    return count_down(value, MAX_NESTING);
}

bool pixels_from_floats(uint8_t *pixels, scale *seen, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, bytes += 4) {
        const uint32_t bits = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
        float number;
        memcpy(&number, &bits, sizeof number);
        if (!to_level(&pixels[i], seen, (double)number))
            return false;
    }
    return true;
}

bool pixels_check_scale(request *r, const scale *seen)
{
    if (seen->max > 0 && seen->max <= 1 && seen->fractions) {
        response_fail(r, MHD_HTTP_BAD_REQUEST,
                      "the numbers are from 0 to 1, and grey levels from 0, paper, to 255, ink; multiply them by 255");
        return false;
    }
    if (seen->max == 1)
        batch_of(r)->note = "the levels are 0 and 1 alone, of 255; if 1 is ink, multiply them by 255";
    return true;
}

bool pixels_check_bytes(request *r, const uint8_t *bytes, size_t size)
{
    const unsigned bits = content_float_bits(bytes, size);
    if (bits > 0) {
        response_fail(
            r, MHD_HTTP_BAD_REQUEST,
            "the bytes are floating-point numbers of %u bits; a grey level is one byte, from 0, paper, to 255, ink",
            bits);
        return false;
    }
    scale seen = {0};
    for (size_t i = 0; i < size && seen.max <= 1; i++)
        seen.max = fmax(seen.max, bytes[i]);
    return pixels_check_scale(r, &seen);
}

/*
 * A parsed value takes up to fifty times the memory of its text. No request needs more lists and members than one list
 * for each row of each picture and some around them, nor more values than there are numbers in MAX_DIGITS pictures.
 */
static bool has_too_many_parts(const uint8_t *text, size_t size)
{
    size_t lists = 0, values = 0;
    for (size_t i = 0; i < size; i++) {
        lists += text[i] == '[' || text[i] == '{' || text[i] == ':';
        values += text[i] == ',';
    }
    return lists > (size_t)MAX_DIGITS * (INPUT_SIDE + 2) || values > (size_t)MAX_DIGITS * INPUT_BYTES;
}

json_t *pixels_parse_body(request *r, size_t size)
{
    json_error_t error;
    if (has_too_many_parts(r->body, size)) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the body: more lists or values than %d pictures have", MAX_DIGITS);
        return NULL;
    }
    json_t *parsed = json_loadb((const char *)r->body, size, JSON_REJECT_DUPLICATES, &error);
    if (!parsed && json_error_code(&error) == json_error_out_of_memory)
        response_fail_memory(r);
    else if (!parsed)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the body: byte %d: not JSON: %s", error.position, error.text);
    return parsed;
}
