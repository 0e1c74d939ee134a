/* POST /v1/classify: single digits, as grey values or as pictures, by what the body is. */
#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "form.h"
#include "pixels.h"
#include "json/values.h"

/* ---- The answer ----------------------------------------------------------------------------------------------- */

#define STATE_DECIMALS 4

/* The parts of lenet5_maps in their order, which lie one behind the other. */
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
        put_tensor(t, at, parts[i].shape, parts[i].dimensions, STATE_DECIMALS);
        for (size_t k = 0; k < parts[i].dimensions; k++)
            count *= parts[i].shape[k];
        at += count;
    }
    text_puts(t, "}");
}

/* What every unit says is told of few digits, and computed anew for them. */
static void tell_maps(request *r, size_t index, lenet5_maps *maps)
{
    float penalty[LENET5_CLASSES];
    lenet5_set_whole_input(maps, (const uint8_t(*)[32])r->batch.pictures[index]);
    lenet5_committee_forward(penalty, maps, r->connection->loop->server->options.digits);
    put_maps(&r->answer, maps);
}

static void tell(request *r, lenet5_maps *maps)
{
    const batch *b = &r->batch;
    size_t rejected = 0;
    text_puts(&r->answer, "{\"results\":[");
    for (size_t i = 0; i < b->count; i++) {
        const digit_answer a = b->empty[i]
                                   ? digit_answer_empty()
                                   : digit_answer_of(&r->connection->loop->server->options.digits->provenance.loss,
                                                     b->penalty[i], b->threshold);
        rejected += !a.accepted;
        text_puts(&r->answer, i ? ",{" : "{");
        put_digit_answer(&r->answer, &a);
        if (b->maps && !b->empty[i])
            tell_maps(r, i, maps);
        text_put(&r->answer, "}", 1);
    }
    text_puts(&r->answer, "]");
    if (b->note) {
        text_puts(&r->answer, ",\"notes\":[");
        text_string(&r->answer, b->note);
        text_puts(&r->answer, "]");
    }
    text_puts(&r->answer, "}\n");
    count_more(r->connection->loop, COUNT_REJECTED, rejected);
    answer_text(r, JSON_TYPE);
}

/* ---- Grey values ---------------------------------------------------------------------------------------------- */

/* Refuses too many. */
static bool room_for(request *r, size_t count)
{
    const size_t most = r->batch.maps ? MAX_WITH_MAPS : MAX_DIGITS;
    if (count > 0 && count <= most)
        return batch_room(r, count);
    refuse(r, MHD_HTTP_BAD_REQUEST, "there are %zu digits in the body; 1 to %zu can be read at once%s", count, most,
           r->batch.maps ? " with maps=1" : "");
    return false;
}

static bool take_grey(request *r)
{
    size_t side;
    if (!parameter_whole(&side, r, "side", 0, LENET5_PICTURE_SIDE, 32))
        return false;
    if (side == 0)
        side = r->size % LENET5_PICTURE_BYTES == 0 ? LENET5_PICTURE_SIDE : 32;
    const size_t bytes = side * side;
    if (r->size == 0 || (side != LENET5_PICTURE_SIDE && side != 32) || r->size % bytes != 0) {
        refuse(r, MHD_HTTP_BAD_REQUEST,
               "the body has %zu bytes; grey values are 784 (28x28) or 1024 (32x32) bytes a digit", r->size);
        return false;
    }
    if (!check_levels(r, r->body, r->size) || !room_for(r, r->size / bytes))
        return false;
    for (size_t i = 0; i < r->batch.count; i++)
        place_pixels(r->batch.pictures[i], r->body + i * bytes, bytes);
    return true;
}

/* ---- Pictures of any size ------------------------------------------------------------------------------------- */

static bool normalise(request *r, size_t index, const lenet5_picture *picture)
{
    lenet5_error error;
    uint8_t digit[LENET5_PICTURE_BYTES] = {0};
    const lenet5_status status = lenet5_normalise(digit, picture->grey, picture->width, picture->height, &error);
    r->batch.empty[index] = status == LENET5_E_PICTURE_EMPTY;
    if (status == LENET5_OK || r->batch.empty[index])
        place_pixels(r->batch.pictures[index], digit, sizeof digit);
    else
        refuse_error(r, &error);
    return !r->status;
}

static bool take_grey_picture(request *r)
{
    size_t width;
    if (!parameter_whole(&width, r, "width", 0, 1, MAX_DIGITS * WHOLE_BYTES))
        return false;
    for (size_t side = 1; width == 0 && side * side <= r->size; side++)
        width = side * side == r->size ? side : 0;
    if (width == 0 || r->size == 0 || r->size % width != 0) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "the body has %zu bytes, which are no %s", r->size,
               width ? "rows of that width" : "square; say its width");
        return false;
    }
    const lenet5_picture picture = {width, r->size / width, r->body};
    return check_levels(r, r->body, r->size) && room_for(r, 1) && normalise(r, 0, &picture);
}

/* The first page of a picture file, in the pool. */
static bool take_picture_file(request *r, size_t index, const uint8_t *bytes, size_t size, const char *name)
{
    lenet5_error error;
    lenet5_pages *pages;
    lenet5_picture picture = {0};
    if (!pool_goes_on(r))
        return false;
    const size_t most = r->connection->loop->server->options.max_pixels, left = r->batch.pixels;
    lenet5_status status = lenet5_pages_parse(&pages, bytes, size, name, &error);
    if (status == LENET5_OK) {
        status = left == 0 ? LENET5_E_PICTURE_SIZE : lenet5_pages_limit(pages, left < most ? left : most, &error);
        if (status == LENET5_OK)
            status = lenet5_pages_next(&picture, pages, &error);
        lenet5_pages_free(pages);
    }
    if (status == LENET5_OK)
        r->batch.pixels -= picture.width * picture.height;
    if (status == LENET5_E_PICTURE_SIZE && left < most)
        refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the pictures have more than %zu pixels together; send fewer at once",
               PICTURES_WORTH * most);
    else if (status != LENET5_OK)
        refuse_error(r, &error);
    const bool taken = status == LENET5_OK && normalise(r, index, &picture);
    lenet5_picture_free(&picture);
    return taken;
}

static bool take_data_url(request *r, size_t index, const uint8_t *url, size_t length, const char *name)
{
    size_t size;
    if (!hold_copy(r, length))
        return false;
    uint8_t *bytes = content_of_data_url(&size, url, length);
    const bool taken = bytes && take_picture_file(r, index, bytes, size, name);
    if (!bytes && size > 0)
        refuse_memory(r);
    else if (!bytes)
        refuse(r, MHD_HTTP_BAD_REQUEST, "%s: not a data URL of a picture: data:image/png;base64,...", name);
    free(bytes);
    drop_copy(r);
    return taken;
}

static bool take_picture(request *r, size_t index, const uint8_t *bytes, size_t size, const char *name)
{
    return content_is_data_url(bytes, size) ? take_data_url(r, index, bytes, size, name)
                                            : take_picture_file(r, index, bytes, size, name);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------- */

static bool take_array(request *r, size_t index, scale *seen, const json_t *value)
{
    uint8_t pixels[WHOLE_BYTES];
    if (json_is_string(value))
        return take_data_url(r, index, (const uint8_t *)json_string_value(value), json_string_length(value),
                             "a picture of the body");
    const size_t count = count_numbers(value);
    if ((count != LENET5_PICTURE_BYTES && count != WHOLE_BYTES) || !pixels_from_json(pixels, seen, value, count)) {
        refuse(r, MHD_HTTP_BAD_REQUEST,
               "picture %zu: neither an array of 784 or 1024 numbers from 0, paper, to 255, ink, nor a data URL",
               index);
        return false;
    }
    place_pixels(r->batch.pictures[index], pixels, count);
    return true;
}

static bool take_arrays(request *r, const json_t *body)
{
    scale seen = {0};
    const json_t *one = json_object_get(body, "picture");
    const json_t *several = json_object_get(body, "pictures");
    if (json_object_size(body) != 1 || !(one || json_is_array(several))) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "the body is no object with \"picture\" or \"pictures\" alone");
        return false;
    }
    bool taken = room_for(r, one ? 1 : json_array_size(several));
    for (size_t i = 0; taken && i < r->batch.count; i++)
        taken = take_array(r, i, &seen, one ? one : json_array_get(several, i));
    return taken && check_scale(r, &seen);
}

static bool take_json(request *r)
{
    json_t *body = parse_body(r, r->size);
    const bool taken = body && take_arrays(r, body);
    json_decref(body);
    return taken;
}

/* ---- All of it ------------------------------------------------------------------------------------------------ */

static bool read_options(request *r)
{
    double threshold, max_error;
    r->batch.tell = tell;
    return parameter_flag(&r->batch.maps, r, "maps") && parameter_flag(&r->batch.normalise, r, "normalise") &&
           parameter_real(&threshold, r, "threshold", DEFAULT_DIGIT_THRESHOLD, 0, 1) &&
           parameter_share(&max_error, r, "max_error") &&
           choose_threshold(r, threshold, parameter_of(r, "threshold"), max_error);
}

static bool is_form(const request *r)
{
    return has_type(r, "multipart/form-data");
}

static bool is_picture(const request *r)
{
    return has_type(r, "image/") || content_is_picture(r->body, r->size) || content_is_data_url(r->body, r->size);
}

/* Where no type tells, as with curl's own, a brace does. */
static bool is_json(const request *r)
{
    return has_type(r, JSON_TYPE) || (!has_type(r, "application/octet-stream") && r->size > 0 && r->body[0] == '{');
}

static bool take_files_of_form(request *r)
{
    form_file files[MAX_FILES];
    const size_t count = take_files(files, r);
    bool taken = count > 0 && read_options(r) && room_for(r, count);
    for (size_t i = 0; taken && i < count; i++)
        taken =
            take_picture(r, i, files[i].bytes, files[i].size, files[i].name[0] ? files[i].name : "a file of the form");
    return taken;
}

static bool take_digits(request *r)
{
    r->batch.pixels = PICTURES_WORTH * r->connection->loop->server->options.max_pixels;
    if (is_form(r)) /* which has options too */
        return take_files_of_form(r);
    if (!read_options(r))
        return false;
    if (is_picture(r))
        return room_for(r, 1) && take_picture(r, 0, r->body, r->size, "the body");
    return is_json(r) ? take_json(r) : r->batch.normalise ? take_grey_picture(r) : take_grey(r);
}

static void classify_in_pool(request *r, lenet5_reader *reader)
{
    if (take_digits(r))
        batch_recognise(r, reader);
}

/* Whether JSON has strings besides its one key: pictures. A letter may be written in many ways there, a quote in one.
 */
static bool has_strings(const request *r)
{
    size_t quotes = 0;
    for (size_t i = 0; i < r->size; i++)
        quotes += r->body[i] == '"';
    return quotes > 2;
}

/* Pictures take longer than a round may, in JSON too. */
static bool is_long(const request *r)
{
    return r->size > SHORT_BODY || is_form(r) || is_picture(r) || (is_json(r) && has_strings(r));
}

void answer_classify(request *r)
{
    if (is_long(r))
        pool_add(r->connection->loop->server->pool, r, classify_in_pool);
    else if (take_digits(r))
        gather(r);
}
