/* POST /v1/classify: single digits, as grey values or as pictures. */
#include "pixels.h"

/* ---- The answer -----------------------------------------------------------------------------------------------------
 */

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
    for (size_t i = 0; i < b->count || (b->empty && i == 0); i++) {
        const digit_answer a = b->empty ? digit_answer_empty()
                                        : digit_answer_of(&r->connection->loop->server->options.digits->provenance.loss,
                                                          b->penalty[i], b->threshold);
        rejected += !a.accepted;
        text_puts(&r->answer, i ? ",{" : "{");
        put_digit_answer(&r->answer, &a);
        if (b->maps && !b->empty)
            tell_maps(r, i, maps);
        text_put(&r->answer, "}", 1);
    }
    text_puts(&r->answer, "]}\n");
    count_more(r->connection->loop, COUNT_REJECTED, rejected);
    answer_text(r, JSON_TYPE);
}

/* ---- Grey values ----------------------------------------------------------------------------------------------------
 */

/* Refuses too many. */
static bool room_for(request *r, size_t count)
{
    const size_t most = r->batch.maps ? MOST_WITH_MAPS : MOST_DIGITS;
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
    if (!room_for(r, r->size / bytes))
        return false;
    for (size_t i = 0; i < r->batch.count; i++)
        place_pixels(r->batch.pictures[i], r->body + i * bytes, bytes);
    return true;
}

static bool take_array(request *r, size_t index, const json_t *value)
{
    uint8_t pixels[WHOLE_BYTES];
    const size_t count = count_numbers(value);
    if ((count != LENET5_PICTURE_BYTES && count != WHOLE_BYTES) || !pixels_from_json(pixels, value, count)) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "picture %zu: not an array of 784 or 1024 numbers from 0 to 255", index);
        return false;
    }
    place_pixels(r->batch.pictures[index], pixels, count);
    return true;
}

static bool take_arrays(request *r, const json_t *body)
{
    const json_t *one = json_object_get(body, "picture");
    const json_t *several = json_object_get(body, "pictures");
    if (json_object_size(body) != 1 || !(one || json_is_array(several))) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "the body is no object with \"picture\" or \"pictures\" alone");
        return false;
    }
    bool taken = room_for(r, one ? 1 : json_array_size(several));
    for (size_t i = 0; taken && i < r->batch.count; i++)
        taken = take_array(r, i, one ? one : json_array_get(several, i));
    return taken;
}

static bool take_json(request *r)
{
    json_t *body = parse_body(r, r->size);
    const bool taken = body && take_arrays(r, body);
    json_decref(body);
    return taken;
}

/* ---- Pictures of any size -------------------------------------------------------------------------------------------
 */

static bool normalise(request *r, const lenet5_picture *picture)
{
    lenet5_error error;
    uint8_t digit[LENET5_PICTURE_BYTES];
    if (!batch_room(r, 1))
        return false;
    const lenet5_status status = lenet5_normalise(digit, picture->grey, picture->width, picture->height, &error);
    r->batch.empty = status == LENET5_E_PICTURE_EMPTY;
    r->batch.count = !r->batch.empty;
    if (status == LENET5_OK)
        place_pixels(r->batch.pictures[0], digit, sizeof digit);
    else if (!r->batch.empty)
        refuse_error(r, &error);
    return status == LENET5_OK || r->batch.empty;
}

static bool take_grey_picture(request *r)
{
    size_t width;
    if (!parameter_whole(&width, r, "width", 0, 1, MOST_DIGITS * WHOLE_BYTES))
        return false;
    for (size_t side = 1; width == 0 && side * side <= r->size; side++)
        width = side * side == r->size ? side : 0;
    if (width == 0 || r->size == 0 || r->size % width != 0) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "the body has %zu bytes, which are no %s", r->size,
               width ? "rows of that width" : "square; say its width");
        return false;
    }
    const lenet5_picture picture = {width, r->size / width, r->body};
    return normalise(r, &picture);
}

static bool take_picture_file(request *r)
{
    lenet5_error error;
    lenet5_pages *pages;
    lenet5_picture picture = {0};
    lenet5_status status = lenet5_pages_parse(&pages, r->body, r->size, "the body", &error);
    if (status == LENET5_OK) {
        status = lenet5_pages_limit(pages, r->connection->loop->server->options.most_pixels, &error);
        if (status == LENET5_OK)
            status = lenet5_pages_next(&picture, pages, &error);
        lenet5_pages_free(pages);
    }
    if (status != LENET5_OK)
        refuse_error(r, &error);
    const bool taken = status == LENET5_OK && normalise(r, &picture);
    lenet5_picture_free(&picture);
    return taken;
}

/* ---- All of it ------------------------------------------------------------------------------------------------------
 */

static bool read_options(request *r)
{
    double threshold, max_error;
    r->batch.tell = tell;
    return parameter_flag(&r->batch.maps, r, "maps") && parameter_flag(&r->batch.normalise, r, "normalise") &&
           parameter_real(&threshold, r, "threshold", DEFAULT_THRESHOLD, 0, 1) &&
           parameter_share(&max_error, r, "max_error") &&
           choose_threshold(r, threshold, parameter_of(r, "threshold"), max_error);
}

/* Where no type tells, as with curl's own, a brace does. */
static bool is_json(const request *r)
{
    return has_type(r, JSON_TYPE) || (!has_type(r, "application/octet-stream") && r->size > 0 && r->body[0] == '{');
}

static bool take_digits(request *r)
{
    return has_type(r, "image/") ? take_picture_file(r)
           : is_json(r)          ? take_json(r)
           : r->batch.normalise  ? take_grey_picture(r)
                                 : take_grey(r);
}

static void classify_in_pool(request *r, lenet5_reader *reader)
{
    if (take_digits(r))
        batch_recognise(r, reader);
}

void answer_classify(request *r)
{
    if (!read_options(r))
        return;
    if (r->size > SHORT_BODY || has_type(r, "image/"))
        pool_add(r->connection->loop->server->pool, r, classify_in_pool);
    else if (take_digits(r))
        gather(r);
}
