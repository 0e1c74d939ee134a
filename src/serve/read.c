/* POST /v1/read: lines of digits in pictures. */
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define MOST_FILES 64
#define MOST_PAGES 64              /* of a file that are read */
#define PICTURES_WORTH ((size_t)4) /* of the largest: so many pixels a request may have in all its pictures */
#define MOST_CODES 100000
#define FORM_MEMORY 4096 /* bytes for the names of a form */
#define SHOWN_SIDE 1200  /* pixels of a stage that is shown, at most; larger ones are made smaller */

/* One picture file of the request. */
typedef struct file {
    char *name;
    uint8_t *bytes; /* NULL where the file is the body */
    size_t size;
} file;

typedef struct reading_job {
    request *request;
    lenet5_reader *reader;
    lenet5_read_options options;
    char *list; /* the codes, cut up */
    const char **codes;
    file files[MOST_FILES];
    size_t count;
    bool lines; /* a line an object, in place of an array */
    bool explains;
    lenet5_observer observer;
    json_t *stages, *candidates; /* by line, arrays */
    size_t told;                 /* objects */
    size_t pixels;               /* that may still be read */
} reading_job;

/* ---- The form -------------------------------------------------------------------------------------------------------
 */

static bool is_file(const char *key, const char *filename, const char *type)
{
    return filename || strcmp(key, "file") == 0 || strcmp(key, "picture") == 0 ||
           (type && strncmp(type, "image/", 6) == 0);
}

/* A piece of a file; the first one begins it. */
static enum MHD_Result take_file(reading_job *j, const char *filename, const char *data, uint64_t offset, size_t size)
{
    request *r = j->request;
    if (offset == 0 && j->count == MOST_FILES) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "there are more than %d files in the form", MOST_FILES);
        return MHD_NO;
    }
    if (offset == 0)
        j->files[j->count++] = (file){.name = strdup(filename ? filename : "")};
    file *f = &j->files[j->count - 1];
    uint8_t *larger = realloc(f->bytes, f->size + size + 1);
    if (!larger || !f->name) {
        f->bytes = larger ? larger : f->bytes;
        refuse_memory(r);
        return MHD_NO;
    }
    f->bytes = larger;
    memcpy(f->bytes + f->size, data, size);
    f->size += size;
    return MHD_YES;
}

/* A piece of an option's value. */
static enum MHD_Result take_field(request *r, const char *key, const char *data, uint64_t offset, size_t size)
{
    if (offset == 0 && !parameter_add(r, key))
        return MHD_NO;
    parameter *p = &r->parameters[r->parameter_count - 1];
    const size_t length = strlen(p->value);
    char *longer = realloc(p->owned, length + size + 1);
    if (!longer) {
        refuse_memory(r);
        return MHD_NO;
    }
    memcpy(longer + length, data, size);
    longer[length + size] = '\0';
    p->value = p->owned = longer;
    return MHD_YES;
}

static enum MHD_Result take_part(void *context, enum MHD_ValueKind kind, const char *key, const char *filename,
                                 const char *type, const char *coding, const char *data, uint64_t offset, size_t size)
{
    reading_job *j = context;
    (void)kind, (void)coding;
    if (!key)
        return MHD_YES;
    if (is_file(key, filename, type))
        return take_file(j, filename, data, offset, size);
    return take_field(j->request, key, data, offset, size);
}

static void take_form(reading_job *j)
{
    request *r = j->request;
    struct MHD_PostProcessor *form = MHD_create_post_processor(r->connection->mhd, FORM_MEMORY, take_part, j);
    bool whole = form && MHD_post_process(form, (const char *)r->body, r->size) == MHD_YES;
    if (form)
        whole = MHD_destroy_post_processor(form) == MHD_YES && whole;
    if (!whole && !r->status)
        refuse(r, MHD_HTTP_BAD_REQUEST, "the body is no whole multipart/form-data");
    else if (!r->status && j->count == 0)
        refuse(r, MHD_HTTP_BAD_REQUEST, "there is no file in the form");
}

static void take_body(reading_job *j)
{
    j->files[j->count++] = (file){.name = strdup(""), .size = j->request->size};
    if (!j->files[0].name)
        refuse_memory(j->request);
}

/* ---- Options --------------------------------------------------------------------------------------------------------
 */

/* Which of some words the value is; 0, the first, where it is not given. */
static bool parameter_word(size_t *place, request *r, const char *name, const char *const *words)
{
    char all[128] = "";
    const char *given = parameter_of(r, name);
    *place = 0;
    if (!given)
        return true;
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], given) == 0) {
            *place = i;
            return true;
        }
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", words[i]);
    }
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is one of %s, not \"%.40s\"", name, all, given);
    return false;
}

static bool take_codes(reading_job *j)
{
    const char *given = parameter_of(j->request, "list");
    size_t count = 1;
    if (!given)
        return true;
    for (const char *c = given; *c; c++)
        count += *c == ',';
    j->list = strdup(given);
    j->codes = malloc(count * sizeof *j->codes);
    if (!j->list || !j->codes) {
        refuse_memory(j->request);
        return false;
    }
    char *rest = j->list;
    for (char *code; (code = strtok_r(rest, ",", &rest));)
        j->codes[j->options.list_count++] = code;
    j->options.list = j->codes;
    if (j->options.list_count > 0 && count <= MOST_CODES)
        return true;
    refuse(j->request, MHD_HTTP_BAD_REQUEST, "list has 1 to %d codes with commas between", MOST_CODES);
    return false;
}

static bool take_threshold(reading_job *j)
{
    lenet5_error error;
    double max_error;
    request *r = j->request;
    if (!parameter_real(&j->options.threshold, r, "threshold", 0, 0, 1) || !parameter_share(&max_error, r, "max_error"))
        return false;
    if (max_error > 0 && parameter_of(r, "threshold"))
        refuse(r, MHD_HTTP_BAD_REQUEST, "max_error chooses the threshold; give one of the two");
    else if (max_error > 0 && lenet5_read_threshold(&j->options.threshold, max_error, &error) != LENET5_OK)
        refuse_error(r, &error);
    return !r->status;
}

static bool take_options(reading_job *j)
{
    static const char *const checks[] = {"none", "luhn", "mod10", "mod11", NULL};
    static const char *const methods[] = {"pieces", "sdnn", NULL};
    lenet5_error error;
    request *r = j->request;
    size_t check, method;
    j->options.format = parameter_of(r, "format");
    j->options.most_pixels = r->connection->loop->server->options.most_pixels;
    if (!take_threshold(j) || !parameter_whole(&j->options.n_best, r, "n_best", 1, 1, LENET5_MAX_N_BEST) ||
        !parameter_word(&check, r, "check", checks) || !parameter_word(&method, r, "method", methods) ||
        !parameter_flag(&j->explains, r, "explain") || !take_codes(j))
        return false;
    j->options.check = (lenet5_check)check;
    j->options.method = (lenet5_read_method)method;
    if (j->explains)
        j->options.observer = &j->observer;
    if (lenet5_read_options_check(&j->options, &error) == LENET5_OK)
        return true;
    refuse_error(r, &error);
    return false;
}

/* ---- How it was read ------------------------------------------------------------------------------------------------
 */

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

/* The array of a line in an array of them. */
static json_t *of_line(json_t *lines, size_t line)
{
    while (json_array_size(lines) <= line && json_array_append_new(lines, json_array()) == 0)
        ;
    return json_array_get(lines, line);
}

/* Every step-th pixel both ways, as the mean of the square around it. */
static uint8_t *make_smaller(const uint8_t *rgb, size_t width, size_t height, size_t step)
{
    const size_t columns = width / step, rows = height / step;
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

static void see_stage(void *context, const char *name, size_t line, const uint8_t *rgb, size_t width, size_t height)
{
    reading_job *j = context;
    const size_t longer = width > height ? width : height;
    const size_t step = (longer + SHOWN_SIDE - 1) / SHOWN_SIDE;
    uint8_t *small = width >= step && height >= step ? make_smaller(rgb, width, height, step) : NULL;
    if (!small)
        return;
    json_array_append_new(of_line(j->stages, line),
                          json_pack("{s:s, s:I, s:I, s:I, s:o}", "name", name, "line", (json_int_t)line, "width",
                                    (json_int_t)(width / step), "height", (json_int_t)(height / step), "rgb",
                                    base64(small, 3 * (width / step) * (height / step))));
    free(small);
}

static void see_candidate(void *context, size_t line, const lenet5_candidate *c)
{
    reading_job *j = context;
    json_t *posterior = json_array();
    for (size_t i = 0; i <= LENET5_CLASSES; i++)
        json_array_append_new(posterior, json_real((double)c->posterior[i]));
    json_array_append_new(of_line(j->candidates, line),
                          json_pack("{s:I, s:I, s:o, s:o, s:f, s:b}", "first", (json_int_t)c->first, "last",
                                    (json_int_t)c->last, "picture", base64(c->picture, sizeof c->picture), "posterior",
                                    posterior, "prior", c->prior, "chosen", (int)c->chosen));
}

/* The stages of the whole picture go with its first object. */
static json_t *explanation(reading_job *j, const lenet5_picture *picture, size_t line)
{
    json_t *stages = json_array();
    if (line <= 1)
        json_array_extend(stages, of_line(j->stages, 0));
    if (line > 0)
        json_array_extend(stages, of_line(j->stages, line));
    return json_pack("{s:I, s:I, s:o, s:O}", "width", (json_int_t)picture->width, "height", (json_int_t)picture->height,
                     "stages", stages, "candidates", of_line(j->candidates, line));
}

/* ---- Reading --------------------------------------------------------------------------------------------------------
 */

static void tell(reading_job *j, const lenet5_picture *picture, json_t *object, size_t line)
{
    text_buffer *t = &j->request->answer;
    if (j->explains)
        json_object_set_new(object, "explanation", explanation(j, picture, line));
    if (!j->lines)
        text_puts(t, j->told ? ",\n" : "[");
    text_json(t, object);
    if (j->lines)
        text_puts(t, "\n");
    j->told++;
}

static void tell_page(reading_job *j, const lenet5_picture *picture, const read_place *place,
                      const lenet5_reading *reading)
{
    if (reading->count == 0)
        tell(j, picture, empty_reading_json(place, reading), 0);
    for (size_t line = 1; line <= reading->count; line++) {
        const bool accepted = reading->lines[line - 1].decision == LENET5_ACCEPTED;
        count_more(j->request->connection->loop, accepted ? COUNT_LINES_READ : COUNT_LINES_UNSURE, 1);
        tell(j, picture, reading_json(place, reading, line), line);
    }
}

static lenet5_status read_page(reading_job *j, const lenet5_picture *picture, const read_place *place,
                               lenet5_error *error)
{
    lenet5_reading reading;
    j->stages = json_array();
    j->candidates = json_array();
    const lenet5_status status = lenet5_read(&reading, j->reader, picture, &j->options, error);
    if (status == LENET5_OK) {
        tell_page(j, picture, place, &reading);
        lenet5_reading_free(&reading);
    }
    json_decref(j->stages);
    json_decref(j->candidates);
    return status;
}

static lenet5_status read_pages(reading_job *j, lenet5_pages *pages, const char *name, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (int page = 1; status == LENET5_OK && lenet5_pages_left(pages) && page <= MOST_PAGES; page++) {
        const read_place place = {.file = name, .page = page};
        lenet5_picture picture;
        status =
            lenet5_pages_limit(pages, j->pixels < j->options.most_pixels ? j->pixels : j->options.most_pixels, error);
        if (status == LENET5_OK)
            status = lenet5_pages_next(&picture, pages, error);
        if (status == LENET5_OK) {
            j->pixels -= picture.width * picture.height;
            status = read_page(j, &picture, &place, error);
            lenet5_picture_free(&picture);
        }
    }
    return status;
}

static void read_file(reading_job *j, const file *f)
{
    lenet5_error error;
    lenet5_pages *pages;
    const uint8_t *bytes = f->bytes ? f->bytes : j->request->body;
    lenet5_status status = lenet5_pages_parse(&pages, bytes, f->size, f->name[0] ? f->name : "the body", &error);
    if (status == LENET5_OK) {
        status = read_pages(j, pages, f->name, &error);
        lenet5_pages_free(pages);
    }
    if (status == LENET5_E_PICTURE_SIZE && j->pixels < j->options.most_pixels)
        refuse(j->request, MHD_HTTP_CONTENT_TOO_LARGE,
               "the pictures have more than %zu pixels together; send fewer at once",
               PICTURES_WORTH * j->options.most_pixels);
    else if (status != LENET5_OK)
        refuse_error(j->request, &error);
}

static bool wants_lines(const request *r)
{
    const char *accept = header_of(r, MHD_HTTP_HEADER_ACCEPT);
    return accept && strstr(accept, "application/x-ndjson");
}

static void read_all(reading_job *j)
{
    request *r = j->request;
    j->lines = wants_lines(r);
    j->pixels = PICTURES_WORTH * j->options.most_pixels;
    for (size_t i = 0; i < j->count && !r->status; i++)
        read_file(j, &j->files[i]);
    if (r->status)
        return;
    if (!j->lines)
        text_puts(&r->answer, "]\n");
    answer_text(r, j->lines ? "application/x-ndjson" : JSON_TYPE);
}

static void read_in_pool(request *r, lenet5_reader *reader)
{
    reading_job j = {.request = r, .reader = reader};
    j.observer = (lenet5_observer){&j, see_stage, see_candidate};
    if (has_type(r, "multipart/form-data"))
        take_form(&j);
    else
        take_body(&j);
    if (!r->status && take_options(&j))
        read_all(&j);
    for (size_t i = 0; i < j.count; i++) {
        free(j.files[i].name);
        free(j.files[i].bytes);
    }
    free(j.list);
    free(j.codes);
}

void answer_read(request *r)
{
    pool_add(r->connection->loop->server->pool, r, read_in_pool);
}
