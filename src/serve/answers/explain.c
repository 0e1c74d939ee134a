#include "explain.h"

#include <assert.h>
#include <nettle/base64.h>
#include <png.h>
#include <stdlib.h>

#define MAX_SIDE 1200        /* pixels of a stage, which is made smaller if it has more: as wide as a page shows it */
#define STAGE_BYTES 120      /* of a stage's JSON, without its picture */
#define CANDIDATE_BYTES 1500 /* of a candidate's JSON: its picture has 1,048, eleven posteriors up to 20 each */

static json_t *base64(const uint8_t *bytes, size_t size)
{
    char *encoded = malloc(BASE64_ENCODE_RAW_LENGTH(size) + 1);
    if (!encoded)
        return NULL;
    base64_encode_raw(encoded, size, bytes);
    json_t *value = json_stringn_nocheck(encoded, BASE64_ENCODE_RAW_LENGTH(size));
    free(encoded);
    return value;
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

/* Scales a picture down by a whole number: each pixel is the mean of a square of step x step. */
static uint8_t *scale_down(const uint8_t *rgb, size_t width, size_t height, size_t step)
{
    const size_t columns = width / step, rows = height / step;
    assert(columns <= MAX_SIDE && rows <= MAX_SIDE);
    uint8_t *small = malloc(3 * columns * rows);
    for (size_t i = 0; small && i < 3 * columns * rows; i++) {
        const size_t top = i / 3 / columns * step, left = i / 3 % columns * step;
        size_t sum = 0;
        for (size_t k = 0; k < step * step; k++)
            sum += rgb[3 * ((top + k / step) * width + left + k % step) + i % 3];
        small[i] = (uint8_t)(sum / (step * step));
    }
    return small;
}

/* Keeps one channel of three if all are the same everywhere. */
static bool make_grey(uint8_t *rgb, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++)
        if (rgb[3 * i] != rgb[3 * i + 1] || rgb[3 * i] != rgb[3 * i + 2])
            return false;
    for (size_t i = 0; i < pixels; i++)
        rgb[i] = rgb[3 * i];
    return true;
}

/* Returns a PNG in base64; NULL: out of memory. The pixels are overwritten. */
static json_t *png_json(uint8_t *rgb, size_t width, size_t height)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .flags = PNG_IMAGE_FLAG_FAST,
                       .format = make_grey(rgb, width * height) ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *bytes = malloc(size);
    const bool made = bytes && png_image_write_to_memory(&image, bytes, &size, 0, rgb, 0, NULL);
    json_t *value = made ? base64(bytes, size) : NULL;
    free(bytes);
    return value;
}

/* ---- The observer ------------------------------------------------------------------------------------------------ */

/* Adds a value, whose reference it takes, to the array of a line in an array of lines. */
static void add(explainer *e, json_t *lines, size_t line, json_t *value, size_t size)
{
    while (json_array_size(lines) <= line && json_array_append_new(lines, json_array()) == 0)
        ;
    e->size += size;
    e->failed |= json_array_append_new(json_array_get(lines, line), value) != 0;
}

static void observe_stage(void *context, const char *name, size_t line, const uint8_t *rgb, size_t width, size_t height)
{
    explainer *e = context;
    const size_t longer = width > height ? width : height;
    const size_t step = (longer + MAX_SIDE - 1) / MAX_SIDE;
    if (explainer_is_full(e) || e->failed || width < step || height < step || longer == 0)
        return;
    uint8_t *small = scale_down(rgb, width, height, step);
    json_t *png = small ? png_json(small, width / step, height / step) : NULL;
    const size_t size = STAGE_BYTES + json_string_length(png);
    add(e, e->stages, line,
        json_pack("{s:s, s:I, s:I, s:I, s:o}", "name", name, "line", (json_int_t)line, "width",
                  (json_int_t)(width / step), "height", (json_int_t)(height / step), "png", png),
        size);
    free(small);
}

static void observe_candidate(void *context, size_t line, const lenet5_candidate *c)
{
    explainer *e = context;
    if (explainer_is_full(e) || e->failed)
        return;
    json_t *posterior = json_array();
    for (size_t i = 0; i <= LENET5_CLASSES; i++)
        e->failed |= json_array_append_new(posterior, json_real((double)c->posterior[i])) != 0;
    add(e, e->candidates, line,
        json_pack("{s:I, s:I, s:o, s:o, s:f, s:b}", "first", (json_int_t)c->first, "last", (json_int_t)c->last,
                  "picture", base64(c->picture, sizeof c->picture), "posterior", posterior, "prior", c->prior, "chosen",
                  (int)c->chosen),
        CANDIDATE_BYTES);
}

void explainer_begin(explainer *e, size_t max_size)
{
    *e = (explainer){.observer = {e, observe_stage, observe_candidate},
                     .max_size = max_size,
                     .stages = json_array(),
                     .candidates = json_array()};
}

void explainer_free(explainer *e)
{
    json_decref(e->stages);
    json_decref(e->candidates);
}

bool explainer_is_full(const explainer *e)
{
    return e->size > e->max_size;
}

/* ---- The answer -------------------------------------------------------------------------------------------------- */

/* Appends the array of a line, if it has one. */
static bool extend(json_t *to, json_t *lines, size_t line)
{
    json_t *own = json_array_get(lines, line);
    return !own || json_array_extend(to, own) == 0;
}

json_t *explanation_json(explainer *e, const lenet5_picture *picture, size_t line, bool more)
{
    json_t *stages = json_array(), *candidates = json_array();
    const bool whole = !e->failed && extend(candidates, e->candidates, line) &&
                       (line > 1 || extend(stages, e->stages, 0)) && (line == 0 || extend(stages, e->stages, line));
    json_t *explanation =
        json_pack("{s:I, s:I, s:b, s:o, s:o}", "width", (json_int_t)picture->width, "height",
                  (json_int_t)picture->height, "more_pages", (int)more, "stages", stages, "candidates", candidates);
    if (whole)
        return explanation;
    json_decref(explanation);
    return NULL;
}
