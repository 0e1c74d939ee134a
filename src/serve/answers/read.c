/* POST /v1/read: lines of digits in pictures. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "explain.h"
#include "pool.h"
#include "routes.h"
#include "serve/transport/form.h"
#include "serve/transport/parameters.h"
#include "serve/transport/response.h"
#include "json/answers.h"
#include "json/values.h"

#define MAX_REQUEST_PAGES 64 /* of a file: more do not fit into the time of a request */
#define MAX_CODES 100000     /* of a list, a tenth of the reader's own limit: 50 lines take the usual time for a page */

typedef struct reading_job {
    request *request;
    lenet5_reader *reader;
    lenet5_read_options options;
    char *list; /* a copy of the parameter, split into codes */
    const char **codes;
    form_file files[MAX_FILES];
    size_t count;
    size_t page; /* to be read alone; 0: all of them */
    bool ndjson; /* the objects come a line each, in place of an array */
    bool explains;
    explainer explainer; /* of the current page, if it is explained */
    size_t written;      /* objects */
    size_t pixels_left;
} reading_job;

/* ---- Parameters -------------------------------------------------------------------------------------------------- */

static bool split_codes(reading_job *j, const char *given, size_t count)
{
    j->list = strdup(given);
    j->codes = malloc(count * sizeof *j->codes);
    if (!j->list || !j->codes) {
        response_fail_memory(j->request);
        return false;
    }
    char *rest = j->list;
    for (char *code; (code = strtok_r(rest, ",", &rest));) {
        assert(j->options.list_count < count);
        j->codes[j->options.list_count++] = code;
    }
    j->options.list = j->codes;
    return true;
}

static bool parse_codes(reading_job *j)
{
    const char *given = parameter_get(j->request, "list");
    size_t count = 1;
    for (const char *c = given; c && *c; c++)
        count += *c == ',';
    if (!given)
        return true;
    if (count <= MAX_CODES && !split_codes(j, given, count))
        return false;
    if (j->options.list_count > 0)
        return true;
    response_fail(j->request, MHD_HTTP_BAD_REQUEST, "list has 1 to %d codes with commas between", MAX_CODES);
    return false;
}

static bool parse_threshold(reading_job *j)
{
    lenet5_error error;
    double max_error;
    request *r = j->request;
    if (!parameter_real(&j->options.threshold, r, "threshold", 0, 0, 1) || !parameter_share(&max_error, r, "max_error"))
        return false;
    if (max_error > 0 && parameter_get(r, "threshold"))
        response_fail(r, MHD_HTTP_BAD_REQUEST, "max_error chooses the threshold; give one of the two");
    else if (max_error > 0 && lenet5_read_threshold(&j->options.threshold, max_error, &error) != LENET5_OK)
        response_fail_error(r, &error);
    return !r->status;
}

/* An explanation is of one page: the first, if no page is given. */
static bool parse_page(reading_job *j)
{
    request *r = j->request;
    if (!parameter_flag(&j->explains, r, "explain") ||
        !parameter_whole(&j->page, r, "page", j->explains, 1, MAX_REQUEST_PAGES))
        return false;
    if (j->page > 0 && j->count > 1)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "%s is for one file, and there are %zu in the form",
                      j->explains ? "explain" : "page", j->count);
    return !r->status;
}

/* The reader's stop function: the request has failed, or its explanation has become longer than allowed. */
static bool should_stop(void *context)
{
    reading_job *j = context;
    return !pool_should_continue(j->request) || (j->explains && explainer_is_full(&j->explainer));
}

static bool parse_parameters(reading_job *j)
{
    static const char *const marks[] = {"yes", "no", NULL};
    lenet5_error error;
    request *r = j->request;
    size_t check, method, marks_index;
    j->options.format = parameter_get(r, "format");
    j->options.max_pixels = request_options(r)->max_pixels;
    j->options.seconds = request_options(r)->read_seconds;
    j->options.stop = should_stop;
    j->options.stop_context = j;
    if (!parse_threshold(j) || !parameter_whole(&j->options.n_best, r, "n_best", 1, 1, LENET5_MAX_N_BEST) ||
        !parameter_name(&check, r, "check", check_names) || !parameter_name(&method, r, "method", method_names) ||
        !parameter_name(&marks_index, r, "marks", marks) || !parse_page(j) || !parse_codes(j))
        return false;
    j->options.check = (lenet5_check)check;
    j->options.method = (lenet5_read_method)method;
    j->options.digits_only = marks_index == 1;
    if (j->explains)
        j->options.observer = &j->explainer.observer;
    if (lenet5_read_options_validate(&j->options, &error) == LENET5_OK)
        return true;
    response_fail_error(r, &error);
    return false;
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

/* A page, and where it is from. */
typedef struct page {
    lenet5_picture picture;
    read_place place;
    bool more; /* pages follow in the file */
} page;

/* Writes an object, whose reference it takes. False once the request has failed. */
static bool write_object(reading_job *j, const page *p, json_t *object, size_t line)
{
    text_buffer *t = &j->request->response;
    if (j->explains &&
        json_object_set_new(object, "explanation", explanation_json(&j->explainer, &p->picture, line, p->more)) != 0)
        t->failed = true;
    if (!j->ndjson)
        text_puts(t, j->written ? ",\n" : "[");
    text_json(t, object);
    if (j->ndjson)
        text_puts(t, "\n");
    j->written++;
    if (t->failed)
        response_fail_memory(j->request);
    return !t->failed && response_reserve(j->request);
}

static void write_page(reading_job *j, const page *p, const lenet5_reading *reading)
{
    bool written = reading->count > 0 || write_object(j, p, empty_reading_json(&p->place, reading), 0);
    for (size_t line = 1; written && line <= reading->count; line++) {
        const bool accepted = reading->lines[line - 1].decision == LENET5_ACCEPTED;
        request_count(j->request, accepted ? COUNT_LINES_READ : COUNT_LINES_UNSURE, 1);
        written = write_object(j, p, reading_json(&p->place, reading, line), line);
    }
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static lenet5_status read_page(reading_job *j, const page *p, lenet5_error *error)
{
    lenet5_reading reading;
    explainer_begin(&j->explainer, request_options(j->request)->max_answer);
    const lenet5_status status = lenet5_read(&reading, j->reader, &p->picture, &j->options, error);
    if (explainer_is_full(&j->explainer))
        response_fail(j->request, MHD_HTTP_CONTENT_TOO_LARGE, "the explanation is longer than %zu bytes (--max-answer)",
                      j->explainer.max_size);
    else if (status == LENET5_OK)
        write_page(j, p, &reading);
    if (status == LENET5_OK)
        lenet5_reading_free(&reading);
    explainer_free(&j->explainer);
    return status;
}

/* Decodes the next page, which may have as many pixels as are left. */
static lenet5_status decode_page(lenet5_picture *picture, reading_job *j, lenet5_pages *pages, lenet5_error *error)
{
    const size_t max = j->pixels_left < j->options.max_pixels ? j->pixels_left : j->options.max_pixels;
    *picture = (lenet5_picture){0};
    error->status = max > 0 ? lenet5_pages_limit(pages, max, error) : LENET5_E_PICTURE_SIZE;
    if (error->status == LENET5_OK)
        error->status = lenet5_pages_next(picture, pages, error);
    if (error->status == LENET5_OK) {
        assert(picture->width * picture->height <= j->pixels_left);
        j->pixels_left -= picture->width * picture->height;
    }
    return error->status;
}

static lenet5_status read_pages(reading_job *j, lenet5_pages *pages, const char *name, lenet5_error *error)
{
    const size_t first = j->page ? j->page : 1, last = j->page ? j->page : MAX_REQUEST_PAGES;
    size_t number = 1;
    lenet5_status status = LENET5_OK;
    for (; status == LENET5_OK && lenet5_pages_left(pages) && number <= last && pool_should_continue(j->request);
         number++) {
        page p = {.place = {.file = name, .page = (int)number}};
        status = decode_page(&p.picture, j, pages, error);
        p.more = status == LENET5_OK && number < MAX_REQUEST_PAGES && lenet5_pages_left(pages);
        if (status == LENET5_OK && number >= first)
            status = read_page(j, &p, error);
        lenet5_picture_free(&p.picture);
    }
    if (status == LENET5_OK && number <= first && !j->request->status)
        response_fail(j->request, MHD_HTTP_BAD_REQUEST, "there is no page %zu; there are %zu", first, number - 1);
    return status;
}

static void read_file(reading_job *j, const form_file *f)
{
    lenet5_error error;
    lenet5_pages *pages;
    lenet5_status status = lenet5_pages_parse(&pages, f->bytes, f->size, f->name[0] ? f->name : "the body", &error);
    if (status == LENET5_OK) {
        status = read_pages(j, pages, f->name, &error);
        lenet5_pages_free(pages);
    }
    if (j->request->status)
        return;
    if (status == LENET5_E_PICTURE_SIZE && j->pixels_left < j->options.max_pixels)
        response_fail(j->request, MHD_HTTP_CONTENT_TOO_LARGE,
                      "the pictures have more than %zu pixels together; send fewer at once",
                      REQUEST_PIXELS_TIMES * j->options.max_pixels);
    else if (status != LENET5_OK)
        response_fail_error(j->request, &error);
}

static void read_files(reading_job *j)
{
    request *r = j->request;
    j->ndjson = r->accept && strstr(r->accept, "application/x-ndjson");
    j->pixels_left = REQUEST_PIXELS_TIMES * j->options.max_pixels;
    for (size_t i = 0; i < j->count && pool_should_continue(r); i++)
        read_file(j, &j->files[i]);
    if (r->status)
        return;
    if (!j->ndjson)
        text_puts(&r->response, "]\n");
    response_set_text(r, j->ndjson ? "application/x-ndjson" : JSON_TYPE);
}

static void read_in_pool(request *r, lenet5_reader *reader)
{
    reading_job j = {.request = r, .reader = reader};
    j.count = form_parse(j.files, r);
    if (!r->status && parse_parameters(&j))
        read_files(&j);
    free(j.list);
    free(j.codes);
}

void answer_read(request *r)
{
    pool_add(r, read_in_pool);
}
