/*
 * The Open Inference Protocol, version 2: what servers of models have in common. JSON and, behind it where the header
 * Inference-Header-Content-Length says so, tensors as bytes, least significant first.
 */
#include <stdlib.h>
#include <string.h>

#include "pixels.h"
#include "json/values.h"

#define INPUT "pictures"
#define PROBABILITY_DECIMALS 7
#define PENALTY_DECIMALS 4

typedef struct output {
    const char *name, *type;
    size_t width; /* numbers a picture; 0: one, and the shape is [n] */
} output;

enum { DIGIT, PROBABILITY, POSTERIOR, PENALTY, ACCEPTED, OUTPUTS };
static const output outputs[OUTPUTS] = {[DIGIT] = {"digit", "UINT8", 0},
                                        [PROBABILITY] = {"probability", "FP32", 0},
                                        [POSTERIOR] = {"posterior", "FP32", LENET5_CLASSES + 1},
                                        [PENALTY] = {"penalty", "FP32", LENET5_CLASSES},
                                        [ACCEPTED] = {"accepted", "BOOL", 0}};

/* ---- What there is -------------------------------------------------------------------------------------------- */

void answer_v2(request *r)
{
    answer_json(r, json_pack("{s:s, s:s, s:[s]}", "name", "lenet5", "version", lenet5_version(), "extensions",
                             "binary_tensor_data"));
}

void answer_v2_live(request *r)
{
    answer_json(r, json_pack("{s:b}", "live", 1));
}

static void tell_ready(request *r, json_t *ready)
{
    if (r->connection->loop->stopping) {
        json_decref(ready);
        refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "the server is ending");
    } else {
        answer_json(r, ready);
    }
}

void answer_v2_ready(request *r)
{
    tell_ready(r, json_pack("{s:b}", "ready", 1));
}

void answer_v2_model_ready(request *r)
{
    tell_ready(r, json_pack("{s:s, s:b}", "name", "lenet5", "ready", 1));
}

void answer_v2_model(request *r)
{
    json_t *told = json_array();
    for (size_t i = 0; i < OUTPUTS; i++) {
        json_t *shape = json_pack("[i]", -1);
        if (outputs[i].width > 0)
            add_item(&shape, json_integer((json_int_t)outputs[i].width));
        add_item(&told,
                 json_pack("{s:s, s:s, s:o}", "name", outputs[i].name, "datatype", outputs[i].type, "shape", shape));
    }
    answer_json(r, json_pack("{s:s, s:[s], s:s, s:[{s:s, s:s, s:[i,i,i]}], s:o}", "name", "lenet5", "versions", "1",
                             "platform", "lenet5", "inputs", "name", INPUT, "datatype", "UINT8", "shape", -1,
                             LENET5_PICTURE_SIDE, LENET5_PICTURE_SIDE, "outputs", told));
}

/* ---- The input ------------------------------------------------------------------------------------------------ */

/* How many bytes a picture of that shape has, [n,28,28] and so on; 0 for what is no shape of pictures. */
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
        return side == LENET5_PICTURE_BYTES || side == WHOLE_BYTES ? side : 0;
    const bool square = side == sizes[dimensions - 2] && (dimensions == 3 || sizes[1] == 1);
    return square && (side == LENET5_PICTURE_SIDE || side == 32) ? side * side : 0;
}

/* The bytes that follow the JSON, if the input says that it is there and they are as many as needed. */
static const uint8_t *binary_input(request *r, const json_t *input, size_t json_size, size_t needed)
{
    const json_t *size = json_object_get(json_object_get(input, "parameters"), "binary_data_size");
    const size_t there = r->size - json_size;
    if (!json_is_integer(size) || json_integer_value(size) < 0 || (size_t)json_integer_value(size) != needed ||
        there != needed) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "%zu bytes of tensors follow the JSON; the shape of " INPUT " has %zu%s", there,
               needed, there == 4 * needed ? "; numbers of 4 bytes are of the datatype FP32" : "");
        return NULL;
    }
    return r->body + json_size;
}

/* The levels of all pictures, one behind the other. */
static bool take_levels(request *r, uint8_t *levels, size_t count, const json_t *input, size_t json_size)
{
    const char *type = json_string_value(json_object_get(input, "datatype"));
    const json_t *data = json_object_get(input, "data");
    const bool real = type && strcmp(type, "FP32") == 0;
    scale seen = {0};
    bool taken;
    if (data && r->size > json_size) {
        refuse(r, MHD_HTTP_BAD_REQUEST, INPUT " has data, and yet bytes follow the JSON");
        return false;
    }
    if (data) {
        taken = pixels_from_json(levels, &seen, data, count);
    } else {
        const uint8_t *bytes = binary_input(r, input, json_size, count * (real ? 4 : 1));
        if (!bytes)
            return false;
        if (!real) {
            memcpy(levels, bytes, count);
            return check_levels(r, levels, count);
        }
        taken = pixels_from_floats(levels, &seen, bytes, count);
    }
    if (!taken)
        refuse(r, MHD_HTTP_BAD_REQUEST, "the data of " INPUT " are not %zu numbers from 0 to 255", count);
    return taken && check_scale(r, &seen);
}

static const json_t *find_input(request *r, const json_t *asked)
{
    const json_t *inputs = json_object_get(asked, "inputs");
    const json_t *input = json_array_get(inputs, 0);
    const char *name = json_string_value(json_object_get(input, "name"));
    const char *type = json_string_value(json_object_get(input, "datatype"));
    if (json_array_size(inputs) != 1 || !name || strcmp(name, INPUT) != 0)
        refuse(r, MHD_HTTP_BAD_REQUEST, "inputs has to be one tensor, named \"" INPUT "\"");
    else if (!type || (strcmp(type, "UINT8") != 0 && strcmp(type, "FP32") != 0))
        refuse(r, MHD_HTTP_BAD_REQUEST, "the datatype of " INPUT " is UINT8 or FP32");
    return r->status ? NULL : input;
}

static bool take_input(request *r, const json_t *asked, size_t json_size)
{
    size_t count = 0;
    const json_t *input = find_input(r, asked);
    const size_t bytes = input ? bytes_of_shape(&count, json_object_get(input, "shape")) : 0;
    if (input && bytes == 0)
        refuse(r, MHD_HTTP_BAD_REQUEST,
               "the shape of " INPUT
               " is [n,28,28], [n,1,28,28], [n,784], [n,32,32], [n,1,32,32] or [n,1024], n 1 to %d",
               MAX_DIGITS);
    if (bytes == 0 || !batch_room(r, count))
        return false;
    uint8_t *levels = malloc(count * bytes);
    if (!levels)
        refuse_memory(r);
    const bool taken = levels && take_levels(r, levels, count * bytes, input, json_size);
    for (size_t i = 0; taken && i < count; i++)
        place_pixels(r->batch.pictures[i], levels + i * bytes, bytes);
    free(levels);
    return taken;
}

/* ---- What is asked -------------------------------------------------------------------------------------------- */

static size_t output_index(const char *name)
{
    size_t i = 0;
    while (i < OUTPUTS && strcmp(outputs[i].name, name) != 0)
        i++;
    return i;
}

static bool check_asked(request *r, const json_t *asked)
{
    size_t i;
    const json_t *item;
    const json_t *list = json_object_get(asked, "outputs");
    const json_t *id = json_object_get(asked, "id");
    if (id && !json_is_string(id))
        refuse(r, MHD_HTTP_BAD_REQUEST, "id has to be a string");
    if (list && !json_is_array(list))
        refuse(r, MHD_HTTP_BAD_REQUEST, "outputs has to be an array");
    bool seen[OUTPUTS] = {false};
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        const size_t which = name ? output_index(name) : OUTPUTS;
        if (which == OUTPUTS)
            refuse(r, MHD_HTTP_BAD_REQUEST, "there is no output \"%.40s\"; GET /v2/models/lenet5 tells which there are",
                   name ? name : "");
        else if (seen[which])
            refuse(r, MHD_HTTP_BAD_REQUEST, "the output \"%s\" is asked for twice", name);
        if (r->status)
            return false;
        seen[which] = true;
    }
    return !r->status;
}

static bool take_parameters(request *r, const json_t *asked)
{
    const json_t *parameters = json_object_get(asked, "parameters");
    const json_t *threshold = json_object_get(parameters, "threshold");
    const json_t *max_error = json_object_get(parameters, "max_error");
    const double least = threshold ? json_number_value(threshold) : DEFAULT_DIGIT_THRESHOLD;
    double share = 0;
    if ((threshold && !json_is_number(threshold)) || !(least >= 0 && least <= 1)) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "parameters: threshold is a number from 0 to 1");
        return false;
    }
    if (max_error && !parse_share_json(&share, max_error)) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "parameters: max_error is %s", SHARE_SYNTAX);
        return false;
    }
    return choose_threshold(r, least, threshold, share);
}

/* ---- The answer ----------------------------------------------------------------------------------------------- */

typedef struct telling {
    request *request;
    const digit_answer *answers;
    size_t count;
    text_buffer tensors; /* behind the JSON */
    size_t told;
} telling;

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

static void put_data(telling *told, size_t which, bool binary)
{
    text_buffer *t = &told->request->answer;
    if (!binary) {
        for (size_t i = 0; i < told->count; i++) {
            text_puts(t, i ? "," : ",\"data\":[");
            put_numbers(t, &told->answers[i], which);
        }
        text_puts(t, "]}");
        return;
    }
    const size_t before = told->tensors.size;
    for (size_t i = 0; i < told->count; i++)
        put_bytes(&told->tensors, &told->answers[i], which);
    text_puts(t, ",\"parameters\":{\"binary_data_size\":");
    text_whole(t, told->tensors.size - before);
    text_puts(t, "}}");
}

static void put_output(telling *told, size_t which, bool binary)
{
    text_buffer *t = &told->request->answer;
    text_puts(t, told->told++ ? ",{\"name\":\"" : "{\"name\":\"");
    text_puts(t, outputs[which].name);
    text_puts(t, "\",\"datatype\":\"");
    text_puts(t, outputs[which].type);
    text_puts(t, "\",\"shape\":[");
    text_whole(t, told->count);
    if (outputs[which].width > 0) {
        text_puts(t, ",");
        text_whole(t, outputs[which].width);
    }
    text_puts(t, "]");
    put_data(told, which, binary);
}

static void put_outputs(telling *told, const json_t *asked)
{
    size_t i;
    const json_t *item;
    const json_t *list = json_object_get(asked, "outputs");
    const bool binary = json_is_true(json_object_get(json_object_get(asked, "parameters"), "binary_data_output"));
    json_array_foreach(list, i, item)
    {
        const json_t *own = json_object_get(json_object_get(item, "parameters"), "binary_data");
        put_output(told, output_index(json_string_value(json_object_get(item, "name"))),
                   own ? json_is_true(own) : binary);
    }
    for (size_t which = 0; json_array_size(list) == 0 && which < OUTPUTS; which++)
        put_output(told, which, binary);
}

static void put_answer(telling *told, const json_t *asked)
{
    text_buffer *t = &told->request->answer;
    const char *id = json_string_value(json_object_get(asked, "id"));
    text_puts(t, "{\"model_name\":\"lenet5\",\"model_version\":\"1\"");
    if (id) {
        text_puts(t, ",\"id\":");
        text_string(t, id);
    }
    if (told->request->batch.note) {
        text_puts(t, ",\"parameters\":{\"note\":");
        text_string(t, told->request->batch.note);
        text_puts(t, "}");
    }
    text_puts(t, ",\"outputs\":[");
    put_outputs(told, asked);
    text_puts(t, "]}");
    if (told->tensors.size > 0) {
        told->request->json_size = t->size;
        text_put(t, told->tensors.bytes, told->tensors.size);
    }
    t->failed |= told->tensors.failed;
}

static void tell(request *r, lenet5_maps *maps)
{
    (void)maps;
    const batch *b = &r->batch;
    const lenet5_loss *loss = &r->connection->loop->server->options.digits->provenance.loss;
    digit_answer *answers = malloc(b->count * sizeof *answers);
    size_t rejected = 0;
    if (!answers) {
        refuse_memory(r);
        return;
    }
    for (size_t i = 0; i < b->count; i++) {
        answers[i] = digit_answer_of(loss, b->penalty[i], b->threshold);
        rejected += !answers[i].accepted;
    }
    telling told = {.request = r, .answers = answers, .count = b->count};
    put_answer(&told, b->asked);
    text_free(&told.tensors);
    free(answers);
    count_more(r->connection->loop, COUNT_REJECTED, rejected);
    answer_text(r, r->json_size > 0 ? "application/octet-stream" : JSON_TYPE);
}

/* ---- All of it ------------------------------------------------------------------------------------------------ */

/* How long the JSON is that the body begins with. */
static bool find_json(request *r, size_t *size)
{
    const char *given = r->json_length;
    char *end = NULL;
    *size = given ? strtoull(given, &end, 10) : r->size;
    if (!given || (given[0] >= '0' && given[0] <= '9' && *end == '\0' && *size <= r->size))
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, JSON_LENGTH " is \"%.40s\", and the body has %zu bytes", given, r->size);
    return false;
}

static bool take_request(request *r)
{
    size_t size;
    if (!find_json(r, &size))
        return false;
    json_t *asked = r->batch.asked = parse_body(r, size);
    r->batch.tell = tell;
    return asked && check_asked(r, asked) && take_parameters(r, asked) && take_input(r, asked, size);
}

static void infer_in_pool(request *r, lenet5_reader *reader)
{
    if (take_request(r))
        batch_recognise(r, reader);
}

void answer_v2_infer(request *r)
{
    if (r->size > SHORT_BODY)
        pool_add(r->connection->loop->server->pool, r, infer_in_pool);
    else if (take_request(r))
        gather(r);
}
