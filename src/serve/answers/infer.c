/*
 * The Open Inference Protocol, version 2, which servers of models have in common. A request is JSON, which tensors may
 * follow, as bytes, least significant first; then the header Inference-Header-Content-Length gives the JSON's length.
 */
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "pixels.h"
#include "pool.h"
#include "routes.h"
#include "serve/transport/loop.h"
#include "serve/transport/response.h"
#include "json/answers.h"
#include "json/values.h"

#define INPUT "pictures"

typedef struct output {
    const char *name, *type;
    size_t width; /* numbers of a picture; 0: one, and the shape is [n] */
} output;

enum { DIGIT, PROBABILITY, POSTERIOR, PENALTY, ACCEPTED, OUTPUTS };
static const output outputs[OUTPUTS] = {[DIGIT] = {"digit", "UINT8", 0},
                                        [PROBABILITY] = {"probability", "FP32", 0},
                                        [POSTERIOR] = {"posterior", "FP32", LENET5_CLASSES + 1},
                                        [PENALTY] = {"penalty", "FP32", LENET5_CLASSES},
                                        [ACCEPTED] = {"accepted", "BOOL", 0}};

/* ---- Metadata ---------------------------------------------------------------------------------------------------- */

void answer_v2(request *r)
{
    response_set_json(r, json_pack("{s:s, s:s, s:[s]}", "name", "lenet5", "version", lenet5_version(), "extensions",
                                   "binary_tensor_data"));
}

void answer_v2_live(request *r)
{
    response_set_json(r, json_pack("{s:b}", "live", 1));
}

static void answer_ready(request *r, json_t *ready)
{
    if (atomic_load(&request_transport(r)->draining)) {
        json_decref(ready);
        response_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, "the server is ending");
    } else {
        response_set_json(r, ready);
    }
}

void answer_v2_ready(request *r)
{
    answer_ready(r, json_pack("{s:b}", "ready", 1));
}

void answer_v2_model_ready(request *r)
{
    answer_ready(r, json_pack("{s:s, s:b}", "name", "lenet5", "ready", 1));
}

void answer_v2_model(request *r)
{
    json_t *described = json_array();
    for (size_t i = 0; i < OUTPUTS; i++) {
        json_t *shape = json_pack("[i]", -1);
        if (outputs[i].width > 0)
            add_item(&shape, json_integer((json_int_t)outputs[i].width));
        add_item(&described,
                 json_pack("{s:s, s:s, s:o}", "name", outputs[i].name, "datatype", outputs[i].type, "shape", shape));
    }
    response_set_json(r, json_pack("{s:s, s:[s], s:s, s:[{s:s, s:s, s:[i,i,i]}], s:o}", "name", "lenet5", "versions",
                                   "1", "platform", "lenet5", "inputs", "name", INPUT, "datatype", "UINT8", "shape", -1,
                                   LENET5_PICTURE_SIDE, LENET5_PICTURE_SIDE, "outputs", described));
}

/* ---- The input --------------------------------------------------------------------------------------------------- */

/* Returns the bytes of a picture in a tensor of some shape, [n,28,28] and so on; 0 if it is no shape of pictures. */
static size_t bytes_of_shape(size_t *count, const json_t *shape)
{
    size_t sizes[4] = {0};
    const size_t dimensions = json_array_size(shape);
    if (dimensions < 2 || dimensions > 4)
        return 0;
    for (size_t i = 0; i < dimensions; i++) {
        const json_t *size = json_array_get(shape, i);
        if (!json_is_integer(size) || json_integer_value(size) < 1 || json_integer_value(size) > MAX_DIGITS)
            return 0;
        sizes[i] = (size_t)json_integer_value(size);
    }
    *count = sizes[0];
    const size_t side = sizes[dimensions - 1];
    if (dimensions == 2)
        return side == LENET5_PICTURE_BYTES || side == INPUT_BYTES ? side : 0;
    const bool square = side == sizes[dimensions - 2] && (dimensions == 3 || sizes[1] == 1);
    return square && (side == LENET5_PICTURE_SIDE || side == 32) ? side * side : 0;
}

/* Returns the bytes that follow the JSON, if the input announces them and there are as many as needed. */
static const uint8_t *binary_input(request *r, const json_t *input, size_t json_size, size_t needed)
{
    const json_t *size = json_object_get(json_object_get(input, "parameters"), "binary_data_size");
    const size_t there = r->size - json_size;
    if (!json_is_integer(size) || json_integer_value(size) < 0 || (size_t)json_integer_value(size) != needed ||
        there != needed) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "%zu bytes of tensors follow the JSON; the shape of " INPUT " has %zu%s",
                      there, needed, there == 4 * needed ? "; numbers of 4 bytes are of the datatype FP32" : "");
        return NULL;
    }
    return r->body + json_size;
}

/* Parses the levels of all pictures, one behind the other. */
static bool parse_levels(request *r, uint8_t *levels, size_t count, const json_t *input, size_t json_size)
{
    const char *type = json_string_value(json_object_get(input, "datatype"));
    const json_t *data = json_object_get(input, "data");
    const bool real = type && strcmp(type, "FP32") == 0;
    scale seen = {0};
    bool parsed;
    if (data && r->size > json_size) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, INPUT " has data, and yet bytes follow the JSON");
        return false;
    }
    if (data) {
        parsed = pixels_from_json(levels, &seen, data, count);
    } else {
        const uint8_t *bytes = binary_input(r, input, json_size, count * (real ? 4 : 1));
        if (!bytes)
            return false;
        if (!real) {
            memcpy(levels, bytes, count);
            return pixels_check_bytes(r, levels, count);
        }
        parsed = pixels_from_floats(levels, &seen, bytes, count);
    }
    if (!parsed)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the data of " INPUT " are not %zu numbers from 0 to 255", count);
    return parsed && pixels_check_scale(r, &seen);
}

static const json_t *find_input(request *r, const json_t *body)
{
    const json_t *inputs = json_object_get(body, "inputs");
    const json_t *input = json_array_get(inputs, 0);
    const char *name = json_string_value(json_object_get(input, "name"));
    const char *type = json_string_value(json_object_get(input, "datatype"));
    if (json_array_size(inputs) != 1 || !name || strcmp(name, INPUT) != 0)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "inputs has to be one tensor, named \"" INPUT "\"");
    else if (!type || (strcmp(type, "UINT8") != 0 && strcmp(type, "FP32") != 0))
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the datatype of " INPUT " is UINT8 or FP32");
    return r->status ? NULL : input;
}

static bool parse_input(request *r, const json_t *body, size_t json_size)
{
    size_t count = 0;
    const json_t *input = find_input(r, body);
    const size_t bytes = input ? bytes_of_shape(&count, json_object_get(input, "shape")) : 0;
    if (input && bytes == 0)
        response_fail(r, MHD_HTTP_BAD_REQUEST,
                      "the shape of " INPUT
                      " is [n,28,28], [n,1,28,28], [n,784], [n,32,32], [n,1,32,32] or [n,1024], n 1 to %d",
                      MAX_DIGITS);
    if (bytes == 0 || !batch_allocate(r, count))
        return false;
    uint8_t *levels = malloc(count * bytes);
    if (!levels)
        response_fail_memory(r);
    const bool parsed = levels && parse_levels(r, levels, count * bytes, input, json_size);
    for (size_t i = 0; parsed && i < count; i++)
        pixels_place(batch_of(r)->pictures[i], levels + i * bytes, bytes);
    free(levels);
    return parsed;
}

/* ---- The request ------------------------------------------------------------------------------------------------- */

static size_t output_index(const char *name)
{
    size_t i = 0;
    while (i < OUTPUTS && strcmp(outputs[i].name, name) != 0)
        i++;
    return i;
}

static bool check_request(request *r, const json_t *body)
{
    size_t i;
    const json_t *item;
    const json_t *list = json_object_get(body, "outputs");
    const json_t *id = json_object_get(body, "id");
    if (id && !json_is_string(id))
        response_fail(r, MHD_HTTP_BAD_REQUEST, "id has to be a string");
    if (list && !json_is_array(list))
        response_fail(r, MHD_HTTP_BAD_REQUEST, "outputs has to be an array");
    bool seen[OUTPUTS] = {false};
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        const size_t which = name ? output_index(name) : OUTPUTS;
        if (which == OUTPUTS)
            response_fail(r, MHD_HTTP_BAD_REQUEST, "there is no output \"%.40s\"; GET /v2/models/lenet5 lists them",
                          name ? name : "");
        else if (seen[which])
            response_fail(r, MHD_HTTP_BAD_REQUEST, "the output \"%s\" is given twice", name);
        if (r->status)
            return false;
        seen[which] = true;
    }
    return !r->status;
}

static bool parse_parameters(request *r, const json_t *body)
{
    const json_t *parameters = json_object_get(body, "parameters");
    const json_t *threshold = json_object_get(parameters, "threshold");
    const json_t *max_error = json_object_get(parameters, "max_error");
    const double min = threshold ? json_number_value(threshold) : DEFAULT_DIGIT_THRESHOLD;
    double share = 0;
    if ((threshold && !json_is_number(threshold)) || !(min >= 0 && min <= 1)) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "parameters: threshold is a number from 0 to 1");
        return false;
    }
    if (max_error && !parse_share_json(&share, max_error)) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "parameters: max_error is %s", SHARE_SYNTAX);
        return false;
    }
    return batch_choose_threshold(r, min, threshold, share);
}

/* ---- The answer -------------------------------------------------------------------------------------------------- */

typedef struct writer {
    request *request;
    const digit_answer *digits;
    size_t count;
    text_buffer tensors; /* that follow the JSON */
    size_t written;      /* outputs */
} writer;

static void put_floats(text_buffer *t, const float *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        const uint8_t bytes[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
        text_put(t, bytes, sizeof bytes);
    }
}

static void put_bytes(text_buffer *tensors, const digit_answer *a, size_t which)
{
    const uint8_t byte = which == DIGIT ? (uint8_t)a->digit : a->accepted;
    switch (which) {
    case PROBABILITY: put_floats(tensors, &a->posterior[a->digit], 1); break;
    case POSTERIOR: put_floats(tensors, a->posterior, LENET5_CLASSES + 1); break;
    case PENALTY: put_floats(tensors, a->penalty, LENET5_CLASSES); break;
    default: text_put(tensors, &byte, 1);
    }
}

/* Tensors in JSON are flat, row by row. */
static void put_numbers(text_buffer *t, const digit_answer *a, size_t which)
{
    switch (which) {
    case DIGIT: text_whole(t, a->digit); break;
    case PROBABILITY: text_fixed(t, (double)a->posterior[a->digit], PROBABILITY_DECIMALS); break;
    case POSTERIOR: text_fixed_row(t, a->posterior, LENET5_CLASSES + 1, PROBABILITY_DECIMALS); break;
    case PENALTY: text_fixed_row(t, a->penalty, LENET5_CLASSES, PENALTY_DECIMALS); break;
    default: text_puts(t, a->accepted ? "true" : "false");
    }
}

static void put_data(writer *w, size_t which, bool binary)
{
    text_buffer *t = &w->request->response;
    if (!binary) {
        for (size_t i = 0; i < w->count; i++) {
            text_puts(t, i ? "," : ",\"data\":[");
            put_numbers(t, &w->digits[i], which);
        }
        text_puts(t, "]}");
        return;
    }
    const size_t before = w->tensors.size;
    for (size_t i = 0; i < w->count; i++)
        put_bytes(&w->tensors, &w->digits[i], which);
    text_puts(t, ",\"parameters\":{\"binary_data_size\":");
    text_whole(t, w->tensors.size - before);
    text_puts(t, "}}");
}

static void put_output(writer *w, size_t which, bool binary)
{
    text_buffer *t = &w->request->response;
    text_puts(t, w->written++ ? ",{\"name\":\"" : "{\"name\":\"");
    text_puts(t, outputs[which].name);
    text_puts(t, "\",\"datatype\":\"");
    text_puts(t, outputs[which].type);
    text_puts(t, "\",\"shape\":[");
    text_whole(t, w->count);
    if (outputs[which].width > 0) {
        text_puts(t, ",");
        text_whole(t, outputs[which].width);
    }
    text_puts(t, "]");
    put_data(w, which, binary);
}

static void put_outputs(writer *w, const json_t *body)
{
    size_t i;
    const json_t *item;
    const json_t *list = json_object_get(body, "outputs");
    const bool binary = json_is_true(json_object_get(json_object_get(body, "parameters"), "binary_data_output"));
    json_array_foreach(list, i, item)
    {
        const json_t *own = json_object_get(json_object_get(item, "parameters"), "binary_data");
        put_output(w, output_index(json_string_value(json_object_get(item, "name"))), own ? json_is_true(own) : binary);
    }
    for (size_t which = 0; json_array_size(list) == 0 && which < OUTPUTS; which++)
        put_output(w, which, binary);
}

static void put_answer(writer *w, const json_t *body)
{
    text_buffer *t = &w->request->response;
    const char *id = json_string_value(json_object_get(body, "id"));
    text_puts(t, "{\"model_name\":\"lenet5\",\"model_version\":\"1\"");
    if (id) {
        text_puts(t, ",\"id\":");
        text_string(t, id);
    }
    if (batch_of(w->request)->note) {
        text_puts(t, ",\"parameters\":{\"note\":");
        text_string(t, batch_of(w->request)->note);
        text_puts(t, "}");
    }
    text_puts(t, ",\"outputs\":[");
    put_outputs(w, body);
    text_puts(t, "]}");
    if (w->tensors.size > 0) {
        w->request->json_size = t->size;
        text_put(t, w->tensors.bytes, w->tensors.size);
    }
    t->failed |= w->tensors.failed;
}

static void write_answer(request *r, lenet5_maps *maps)
{
    (void)maps;
    const batch *b = batch_of(r);
    const lenet5_loss *loss = &request_options(r)->digits->provenance.loss;
    digit_answer *digits = malloc(b->count * sizeof *digits);
    size_t rejected = 0;
    if (!digits) {
        response_fail_memory(r);
        return;
    }
    for (size_t i = 0; i < b->count; i++) {
        digits[i] = digit_answer_of(loss, b->penalty[i], b->threshold);
        rejected += !digits[i].accepted;
    }
    writer w = {.request = r, .digits = digits, .count = b->count};
    put_answer(&w, b->body);
    text_free(&w.tensors);
    free(digits);
    request_count(r, COUNT_DIGITS_REJECTED, rejected);
    response_set_text(r, r->json_size > 0 ? "application/octet-stream" : JSON_TYPE);
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

/* Finds the length of the JSON at the beginning of the body. */
static bool find_json(request *r, size_t *size)
{
    const char *given = r->json_length;
    char *end = NULL;
    *size = given ? strtoull(given, &end, 10) : r->size;
    if (!given || (given[0] >= '0' && given[0] <= '9' && *end == '\0' && *size <= r->size))
        return true;
    response_fail(r, MHD_HTTP_BAD_REQUEST, JSON_LENGTH " is \"%.40s\", and the body has %zu bytes", given, r->size);
    return false;
}

static bool parse_request(request *r)
{
    size_t size;
    if (!find_json(r, &size))
        return false;
    json_t *body = batch_of(r)->body = pixels_parse_body(r, size);
    return body && check_request(r, body) && parse_parameters(r, body) && parse_input(r, body, size);
}

static void infer_in_pool(request *r, lenet5_reader *reader)
{
    if (parse_request(r))
        batch_recognise(r, reader);
}

void answer_v2_infer(request *r)
{
    if (!batch_begin(r, write_answer))
        return;
    if (r->size > MAX_ROUND_BODY)
        pool_add(r, infer_in_pool);
    else if (parse_request(r))
        loop_defer(r);
}
