/* POST /v1/classify: single digits, as grey levels or as pictures, whichever the body is. */
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "content.h"
#include "pixels.h"
#include "pool.h"
#include "routes.h"
#include "serve/transport/form.h"
#include "serve/transport/loop.h"
#include "serve/transport/parameters.h"
#include "serve/transport/response.h"
#include "json/answers.h"
#include "json/values.h"

/* ---- The answer -------------------------------------------------------------------------------------------------- */

#define STATE_DECIMALS 4

/* The parts of lenet5_maps, in the order in which they lie in memory. */
static const struct {
    const char *name;
    size_t dimensions, shape[3];
} parts[] = {
    {"input", 2, {32, 32}}, {"c1", 3, {6, 28, 28}}, {"s2", 3, {6, 14, 14}}, {"c3", 3, {16, 10, 10}},
    {"s4", 3, {16, 5, 5}},  {"c5", 1, {120}},       {"f6", 1, {84}},        {"penalties", 1, {LENET5_CLASSES}}};

static void put_maps(text_buffer *t, const lenet5_maps *maps)
{
    const float *at = &maps->input[0][0];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t count = 1;
        text_puts(t, i ? "," : ",\"maps\":{");
        text_string(t, parts[i].name);
        text_put(t, ":", 1);
        text_fixed_tensor(t, at, parts[i].shape, parts[i].dimensions, STATE_DECIMALS);
        for (size_t k = 0; k < parts[i].dimensions; k++)
            count *= parts[i].shape[k];
        at += count;
    }
    text_puts(t, "}");
}

/* Writes the states of all units, which are computed again: batches keep the penalties alone. */
static void write_maps(request *r, size_t index, lenet5_maps *maps)
{
    float penalty[LENET5_CLASSES];
    lenet5_set_whole_input(maps, (const uint8_t(*)[32])batch_of(r)->pictures[index]);
    lenet5_committee_forward(penalty, maps, request_options(r)->digits);
    put_maps(&r->response, maps);
}

static void write_answer(request *r, lenet5_maps *maps)
{
    const batch *b = batch_of(r);
    size_t rejected = 0;
    text_puts(&r->response, "{\"results\":[");
    for (size_t i = 0; i < b->count; i++) {
        const digit_answer a =
            b->empty[i] ? digit_answer_empty()
                        : digit_answer_of(&request_options(r)->digits->provenance.loss, b->penalty[i], b->threshold);
        rejected += !a.accepted;
        text_puts(&r->response, i ? ",{" : "{");
        put_digit_answer(&r->response, &a);
        if (b->maps && !b->empty[i])
            write_maps(r, i, maps);
        text_put(&r->response, "}", 1);
    }
    text_puts(&r->response, "]");
    if (b->note) {
        text_puts(&r->response, ",\"notes\":[");
        text_string(&r->response, b->note);
        text_puts(&r->response, "]");
    }
    text_puts(&r->response, "}\n");
    request_count(r, COUNT_DIGITS_REJECTED, rejected);
    response_set_text(r, JSON_TYPE);
}

/* ---- Grey levels ------------------------------------------------------------------------------------------------- */

/* Allocates the batch, unless there are too many digits. */
static bool allocate(request *r, size_t count)
{
    const size_t max = batch_of(r)->maps ? MAX_WITH_MAPS : MAX_DIGITS;
    if (count > 0 && count <= max)
        return batch_allocate(r, count);
    response_fail(r, MHD_HTTP_BAD_REQUEST, "there are %zu digits in the body; 1 to %zu can be read at once%s", count,
                  max, batch_of(r)->maps ? " with maps=1" : "");
    return false;
}

static bool parse_grey(request *r)
{
    size_t side;
    if (!parameter_whole(&side, r, "side", 0, LENET5_PICTURE_SIDE, 32))
        return false;
    if (side == 0)
        side = r->size % LENET5_PICTURE_BYTES == 0 ? LENET5_PICTURE_SIDE : 32;
    const size_t bytes = side * side;
    if (r->size == 0 || (side != LENET5_PICTURE_SIDE && side != 32) || r->size % bytes != 0) {
        response_fail(r, MHD_HTTP_BAD_REQUEST,
                      "the body has %zu bytes; grey levels are 784 (28x28) or 1024 (32x32) bytes a digit", r->size);
        return false;
    }
    if (!pixels_check_bytes(r, r->body, r->size) || !allocate(r, r->size / bytes))
        return false;
    for (size_t i = 0; i < batch_of(r)->count; i++)
        pixels_place(batch_of(r)->pictures[i], r->body + i * bytes, bytes);
    return true;
}

/* ---- Pictures of any size ---------------------------------------------------------------------------------------- */

static bool normalise(request *r, size_t index, const lenet5_picture *picture)
{
    lenet5_error error;
    uint8_t digit[LENET5_PICTURE_BYTES] = {0};
    const lenet5_status status = lenet5_normalise(digit, picture->grey, picture->width, picture->height, &error);
    batch_of(r)->empty[index] = status == LENET5_E_PICTURE_EMPTY;
    if (status == LENET5_OK || batch_of(r)->empty[index])
        pixels_place(batch_of(r)->pictures[index], digit, sizeof digit);
    else
        response_fail_error(r, &error);
    return !r->status;
}

static bool parse_grey_picture(request *r)
{
    size_t width;
    if (!parameter_whole(&width, r, "width", 0, 1, MAX_DIGITS * INPUT_BYTES))
        return false;
    for (size_t side = 1; width == 0 && side * side <= r->size; side++)
        width = side * side == r->size ? side : 0;
    if (width == 0 || r->size == 0 || r->size % width != 0) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the body has %zu bytes, which are not %s", r->size,
                      width ? "rows of that width" : "a square; give its width");
        return false;
    }
    const lenet5_picture picture = {width, r->size / width, r->body};
    return pixels_check_bytes(r, r->body, r->size) && allocate(r, 1) && normalise(r, 0, &picture);
}

/* Decodes and normalises the first page of a picture file, in the pool. */
static bool parse_picture_file(request *r, size_t index, const uint8_t *bytes, size_t size, const char *name)
{
    lenet5_error error;
    lenet5_pages *pages;
    lenet5_picture picture = {0};
    if (!pool_should_continue(r))
        return false;
    const size_t max = request_options(r)->max_pixels, left = batch_of(r)->pixels_left;
    lenet5_status status = lenet5_pages_parse(&pages, bytes, size, name, &error);
    if (status == LENET5_OK) {
        status = left == 0 ? LENET5_E_PICTURE_SIZE : lenet5_pages_limit(pages, left < max ? left : max, &error);
        if (status == LENET5_OK)
            status = lenet5_pages_next(&picture, pages, &error);
        lenet5_pages_free(pages);
    }
    if (status == LENET5_OK)
        batch_of(r)->pixels_left -= picture.width * picture.height;
    if (status == LENET5_E_PICTURE_SIZE && left < max)
        response_fail(r, MHD_HTTP_CONTENT_TOO_LARGE,
                      "the pictures have more than %zu pixels together; send fewer at once",
                      REQUEST_PIXELS_TIMES * max);
    else if (status != LENET5_OK)
        response_fail_error(r, &error);
    const bool parsed = status == LENET5_OK && normalise(r, index, &picture);
    lenet5_picture_free(&picture);
    return parsed;
}

static bool parse_data_url(request *r, size_t index, const uint8_t *url, size_t length, const char *name)
{
    size_t size, reserved = 0;
    memory_budget *budget = &request_transport(r)->memory;
    if (!memory_reserve(budget, &reserved, length)) {
        response_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, RESPONSE_BUSY);
        return false;
    }
    uint8_t *bytes = content_of_data_url(&size, url, length);
    const bool parsed = bytes && parse_picture_file(r, index, bytes, size, name);
    if (!bytes && size > 0)
        response_fail_memory(r);
    else if (!bytes)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "%s: not a data URL of a picture: data:image/png;base64,...", name);
    free(bytes);
    memory_release(budget, &reserved);
    return parsed;
}

static bool parse_picture(request *r, size_t index, const uint8_t *bytes, size_t size, const char *name)
{
    return content_is_data_url(bytes, size) ? parse_data_url(r, index, bytes, size, name)
                                            : parse_picture_file(r, index, bytes, size, name);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static bool parse_array(request *r, size_t index, scale *seen, const json_t *value)
{
    uint8_t pixels[INPUT_BYTES];
    if (json_is_string(value))
        return parse_data_url(r, index, (const uint8_t *)json_string_value(value), json_string_length(value),
                              "a picture of the body");
    const size_t count = pixels_count(value);
    if ((count != LENET5_PICTURE_BYTES && count != INPUT_BYTES) || !pixels_from_json(pixels, seen, value, count)) {
        response_fail(r, MHD_HTTP_BAD_REQUEST,
                      "picture %zu: neither an array of 784 or 1024 numbers from 0, paper, to 255, ink, nor a data URL",
                      index);
        return false;
    }
    pixels_place(batch_of(r)->pictures[index], pixels, count);
    return true;
}

static bool parse_arrays(request *r, const json_t *body)
{
    scale seen = {0};
    const json_t *one = json_object_get(body, "picture");
    const json_t *several = json_object_get(body, "pictures");
    if (json_object_size(body) != 1 || !(one || json_is_array(several))) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the body is no object with \"picture\" or \"pictures\" alone");
        return false;
    }
    bool parsed = allocate(r, one ? 1 : json_array_size(several));
    for (size_t i = 0; parsed && i < batch_of(r)->count; i++)
        parsed = parse_array(r, i, &seen, one ? one : json_array_get(several, i));
    return parsed && pixels_check_scale(r, &seen);
}

static bool parse_json(request *r)
{
    json_t *body = pixels_parse_body(r, r->size);
    const bool parsed = body && parse_arrays(r, body);
    json_decref(body);
    return parsed;
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

static bool parse_parameters(request *r)
{
    double threshold, max_error;
    return parameter_flag(&batch_of(r)->maps, r, "maps") && parameter_flag(&batch_of(r)->normalise, r, "normalise") &&
           parameter_real(&threshold, r, "threshold", DEFAULT_DIGIT_THRESHOLD, 0, 1) &&
           parameter_share(&max_error, r, "max_error") &&
           batch_choose_threshold(r, threshold, parameter_get(r, "threshold"), max_error);
}

static bool is_form(const request *r)
{
    return request_has_type(r, "multipart/form-data");
}

static bool is_picture(const request *r)
{
    return request_has_type(r, "image/") || content_is_picture(r->body, r->size) ||
           content_is_data_url(r->body, r->size);
}

/* By its type, or by its first brace: curl sends the type of a form by default. */
static bool is_json(const request *r)
{
    return request_has_type(r, JSON_TYPE) ||
           (!request_has_type(r, "application/octet-stream") && r->size > 0 && r->body[0] == '{');
}

static bool parse_form(request *r)
{
    form_file files[MAX_FILES];
    const size_t count = form_parse(files, r);
    bool parsed = count > 0 && parse_parameters(r) && allocate(r, count);
    for (size_t i = 0; parsed && i < count; i++)
        parsed =
            parse_picture(r, i, files[i].bytes, files[i].size, files[i].name[0] ? files[i].name : "a file of the form");
    return parsed;
}

static bool parse_digits(request *r)
{
    batch_of(r)->pixels_left = REQUEST_PIXELS_TIMES * request_options(r)->max_pixels;
    if (is_form(r)) /* which has parameters, too */
        return parse_form(r);
    if (!parse_parameters(r))
        return false;
    if (is_picture(r))
        return allocate(r, 1) && parse_picture(r, 0, r->body, r->size, "the body");
    return is_json(r) ? parse_json(r) : batch_of(r)->normalise ? parse_grey_picture(r) : parse_grey(r);
}

static void classify_in_pool(request *r, lenet5_reader *reader)
{
    if (parse_digits(r))
        batch_recognise(r, reader);
}

/*
 * Whether JSON has strings besides its one key: data URLs. Letters can be escaped in JSON, but a quote that delimits
 * cannot.
 */
static bool has_strings(const request *r)
{
    size_t quotes = 0;
    for (size_t i = 0; i < r->size; i++)
        quotes += r->body[i] == '"';
    return quotes > 2;
}

/* Whether the request is for the pool: it is long, or has pictures. */
static bool is_for_pool(const request *r)
{
    return r->size > MAX_ROUND_BODY || is_form(r) || is_picture(r) || (is_json(r) && has_strings(r));
}

void answer_classify(request *r)
{
    if (!batch_begin(r, write_answer))
        return;
    if (is_for_pool(r))
        pool_add(r, classify_in_pool);
    else if (parse_digits(r))
        loop_defer(r);
}
