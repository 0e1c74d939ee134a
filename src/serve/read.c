/* POST /v1/read: lines of digits in pictures. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "form.h"
#include "json/values.h"

#define MAX_REQUEST_PAGES 64 /* of a file that are read */
#define MAX_CODES 100000     /* of a list: a tenth of the reader's own, for 50 lines within the usual time for a page */

typedef struct reading_job {
    request *request;
    lenet5_reader *reader;
    lenet5_read_options options;
    char *list; /* the codes, cut up */
    const char **codes;
    form_file files[MAX_FILES];
    size_t count;
    size_t page; /* that alone is read; 0: all of them */
    bool lines;  /* a line an object, in place of an array */
    bool explains;
    explainer explainer; /* of the page at hand, if it is to explain */
    size_t told;         /* objects */
    size_t pixels;       /* that may still be read */
} reading_job;

/* ---- Options -------------------------------------------------------------------------------------------------- */

/* Which of some words the value is; 0, the first, where it is not given. */
static bool parameter_word(size_t *place, request *r, const char *name, const char *const *words)
{
    char all[128] = "";
    const char *given = parameter_of(r, name);
    *place = 0;
    if (!given)
        return true;
    *place = name_index(words, given);
    if (words[*place])
        return true;
    for (size_t i = 0; words[i]; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", words[i]);
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
    j->list = count <= MAX_CODES ? strdup(given) : NULL;
    j->codes = count <= MAX_CODES ? malloc(count * sizeof *j->codes) : NULL;
    if (count <= MAX_CODES && (!j->list || !j->codes)) {
        refuse_memory(j->request);
        return false;
    }
    char *rest = j->list;
    for (char *code; rest && (code = strtok_r(rest, ",", &rest));) {
        assert(j->options.list_count < count);
        j->codes[j->options.list_count++] = code;
    }
    j->options.list = j->codes;
    if (j->options.list_count > 0)
        return true;
    refuse(j->request, MHD_HTTP_BAD_REQUEST, "list has 1 to %d codes with commas between", MAX_CODES);
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

/* A page by its number; explained is one page alone. */
static bool take_page(reading_job *j)
{
    request *r = j->request;
    if (!parameter_flag(&j->explains, r, "explain") ||
        !parameter_whole(&j->page, r, "page", j->explains, j->explains, MAX_REQUEST_PAGES))
        return false;
    if (j->page == 0 && parameter_of(r, "page"))
        refuse(r, MHD_HTTP_BAD_REQUEST, "pages are counted from 1");
    else if (j->page > 0 && j->count > 1)
        refuse(r, MHD_HTTP_BAD_REQUEST, "%s is for one file, and there are %zu in the form",
               j->explains ? "explain" : "page", j->count);
    return !r->status;
}

/* Whether the reading is of no use any more: the request is refused, or there is more to explain than may be told. */
static bool is_in_vain(void *context)
{
    reading_job *j = context;
    return !pool_goes_on(j->request) || (j->explains && explainer_full(&j->explainer));
}

static bool take_options(reading_job *j)
{
    static const char *const marks[] = {"yes", "no", NULL};
    lenet5_error error;
    request *r = j->request;
    size_t check, method, left_out;
    j->options.format = parameter_of(r, "format");
    j->options.max_pixels = r->connection->loop->server->options.max_pixels;
    j->options.seconds = r->connection->loop->server->options.read_seconds;
    j->options.stop = is_in_vain;
    j->options.stop_context = j;
    if (!take_threshold(j) || !parameter_whole(&j->options.n_best, r, "n_best", 1, 1, LENET5_MAX_N_BEST) ||
        !parameter_word(&check, r, "check", check_names) || !parameter_word(&method, r, "method", method_names) ||
        !parameter_word(&left_out, r, "marks", marks) || !take_page(j) || !take_codes(j))
        return false;
    j->options.check = (lenet5_check)check;
    j->options.method = (lenet5_read_method)method;
    j->options.digits_only = left_out == 1;
    if (j->explains)
        j->options.observer = &j->explainer.observer;
    if (lenet5_read_options_validate(&j->options, &error) == LENET5_OK)
        return true;
    refuse_error(r, &error);
    return false;
}

/* ---- Reading -------------------------------------------------------------------------------------------------- */

/* A page, and what it is of. */
typedef struct page {
    lenet5_picture picture;
    read_place place;
    bool more; /* pages follow */
} page;

/* The object is dropped. False once the request is refused. */
static bool tell(reading_job *j, const page *p, json_t *object, size_t line)
{
    text_buffer *t = &j->request->answer;
    if (j->explains &&
        json_object_set_new(object, "explanation", explanation_json(&j->explainer, &p->picture, line, p->more)) != 0)
        t->failed = true;
    if (!j->lines)
        text_puts(t, j->told ? ",\n" : "[");
    text_json(t, object);
    if (j->lines)
        text_puts(t, "\n");
    j->told++;
    if (t->failed)
        refuse_memory(j->request);
    return !t->failed && hold_answer(j->request);
}

static void tell_page(reading_job *j, const page *p, const lenet5_reading *reading)
{
    bool telling = reading->count > 0 || tell(j, p, empty_reading_json(&p->place, reading), 0);
    for (size_t line = 1; telling && line <= reading->count; line++) {
        const bool accepted = reading->lines[line - 1].decision == LENET5_ACCEPTED;
        count_more(j->request->connection->loop, accepted ? COUNT_LINES_READ : COUNT_LINES_UNSURE, 1);
        telling = tell(j, p, reading_json(&p->place, reading, line), line);
    }
}

static void refuse_full(reading_job *j)
{
    refuse(j->request, MHD_HTTP_CONTENT_TOO_LARGE, "the explanation is longer than %zu bytes (--max-answer)",
           j->explainer.most);
}

static lenet5_status read_page(reading_job *j, const page *p, lenet5_error *error)
{
    lenet5_reading reading;
    explainer_begin(&j->explainer, j->request->connection->loop->server->options.max_answer);
    const lenet5_status status = lenet5_read(&reading, j->reader, &p->picture, &j->options, error);
    if (explainer_full(&j->explainer))
        refuse_full(j);
    else if (status == LENET5_OK)
        tell_page(j, p, &reading);
    if (status == LENET5_OK)
        lenet5_reading_free(&reading);
    explainer_free(&j->explainer);
    return status;
}

/* The next page, of as many pixels as are left. */
static lenet5_status next_page(lenet5_picture *picture, reading_job *j, lenet5_pages *pages, lenet5_error *error)
{
    const size_t most = j->pixels < j->options.max_pixels ? j->pixels : j->options.max_pixels;
    *picture = (lenet5_picture){0};
    error->status = most > 0 ? lenet5_pages_limit(pages, most, error) : LENET5_E_PICTURE_SIZE;
    if (error->status == LENET5_OK)
        error->status = lenet5_pages_next(picture, pages, error);
    if (error->status == LENET5_OK)
        j->pixels -= picture->width * picture->height;
    return error->status;
}

static lenet5_status read_pages(reading_job *j, lenet5_pages *pages, const char *name, lenet5_error *error)
{
    const size_t first = j->page ? j->page : 1, last = j->page ? j->page : MAX_REQUEST_PAGES;
    size_t number = 1;
    lenet5_status status = LENET5_OK;
    for (; status == LENET5_OK && lenet5_pages_left(pages) && number <= last && pool_goes_on(j->request); number++) {
        page p = {.place = {.file = name, .page = (int)number}};
        status = next_page(&p.picture, j, pages, error);
        p.more = status == LENET5_OK && number < MAX_REQUEST_PAGES && lenet5_pages_left(pages);
        if (status == LENET5_OK && number >= first)
            status = read_page(j, &p, error);
        lenet5_picture_free(&p.picture);
    }
    if (status == LENET5_OK && number <= first && !j->request->status)
        refuse(j->request, MHD_HTTP_BAD_REQUEST, "there is no page %zu; there are %zu", first, number - 1);
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
    if (status == LENET5_E_PICTURE_SIZE && j->pixels < j->options.max_pixels)
        refuse(j->request, MHD_HTTP_CONTENT_TOO_LARGE,
               "the pictures have more than %zu pixels together; send fewer at once",
               PICTURES_WORTH * j->options.max_pixels);
    else if (status != LENET5_OK)
        refuse_error(j->request, &error);
}

static bool wants_lines(const request *r)
{
    return r->accept && strstr(r->accept, "application/x-ndjson");
}

static void read_all(reading_job *j)
{
    request *r = j->request;
    j->lines = wants_lines(r);
    j->pixels = PICTURES_WORTH * j->options.max_pixels;
    for (size_t i = 0; i < j->count && pool_goes_on(r); i++)
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
    j.count = take_files(j.files, r);
    if (!r->status && take_options(&j))
        read_all(&j);
    free(j.list);
    free(j.codes);
}

void answer_read(request *r)
{
    pool_add(r->connection->loop->server->pool, r, read_in_pool);
}
