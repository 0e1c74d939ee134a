/* Reads one input: page by page, and field by field if there is a template. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "common.h"
#include "drawing/drawing.h"
#include "outputs.h"
#include "read.h"
#include "sources.h"

/* The lines of a page, kept until it is drawn. */
typedef struct drawn_lines {
    lenet5_read_line *lines; /* (count) */
    size_t count;
} drawn_lines;

/* The page that is being read. */
typedef struct page_reading {
    read_outcome *outcome;
    read_worker *worker;
    const lenet5_picture *picture;
    read_place place;
    double until; /* the time, in lenet5_clock, at which its limit ends */
    drawn_lines drawn;
} page_reading;

static int keep_lines(drawn_lines *kept, const lenet5_reading *reading)
{
    if (reading->count == 0)
        return EXIT_DONE;
    lenet5_read_line *larger = realloc(kept->lines, (kept->count + reading->count) * sizeof *larger);
    if (!larger)
        return report_out_of_memory();
    memcpy(larger + kept->count, reading->lines, reading->count * sizeof *larger);
    kept->lines = larger;
    kept->count += reading->count;
    return EXIT_DONE;
}

#define MIN_SECONDS 1e-9 /* of a limit that has passed; 0 would be no limit */

/* The options with the time that is left for the page. */
static lenet5_read_options with_time_left(const page_reading *page, const lenet5_read_options *options)
{
    lenet5_read_options o = *options;
    const double left = page->until - lenet5_clock();
    if (o.seconds > 0)
        o.seconds = left > MIN_SECONDS ? left : MIN_SECONDS;
    return o;
}

/* Notes that a place cannot be read. The error becomes its row in a part; an error that is printed is a failure. */
static void give_up(read_outcome *outcome, read_worker *worker, const read_place *place)
{
    if (worker->error[0])
        print_unreadable(outcome, worker->job, place, worker->error);
    else
        outcome->failed = true;
    worker->error[0] = '\0';
}

/* Reports why a picture was not read, unless the program was interrupted, which is reported once for all files. After
 * one that takes too long, the next one is read. */
static int report_unread(page_reading *page, const char *name, const lenet5_error *error)
{
    if (error->status == LENET5_E_STOPPED)
        return EXIT_FAILED;
    if (error->status == LENET5_E_MEMORY)
        return report_library_error(error);
    if (error->status != LENET5_E_TIME)
        return report_error("%s: %s", name, error->message);
    report_error("%s: not read within %g seconds; --timeout SECONDS sets the limit", name,
                 page->worker->job->options.seconds);
    give_up(page->outcome, page->worker, &page->place);
    return EXIT_DONE;
}

/* Reads a picture, which is the page or a part of it, and prints its lines. */
static int read_picture(page_reading *page, const lenet5_picture *picture, const picture_part *part,
                        const lenet5_read_options *options)
{
    lenet5_error error;
    lenet5_reading reading;
    char name[PLACE_NAME_SIZE];
    const read_job *job = page->worker->job;
    describe_place(name, &page->place);
    if (job->explanation)
        explain_picture(job->explanation, name, picture);
    const lenet5_read_options timed = with_time_left(page, options);
    if (lenet5_read(&reading, page->worker->reader, picture, &timed, &error) != LENET5_OK)
        return report_unread(page, name, &error);
    if (job->explanation)
        explain_reading(job->explanation, &reading);
    if (part)
        picture_part_move_boxes(&reading, part, page->picture);
    print_reading(page->outcome, job, &page->place, &reading);
    const int code = job->annotated ? keep_lines(&page->drawn, &reading) : EXIT_DONE;
    lenet5_reading_free(&reading);
    return code;
}

static int read_part(page_reading *page, const affine *map, const lenet5_box *box, const lenet5_read_options *options)
{
    picture_part part;
    char name[PLACE_NAME_SIZE];
    describe_place(name, &page->place);
    int code = picture_part_new(&part, page->picture, map, box, name);
    if (code == EXIT_DONE)
        code = read_picture(page, &part.picture, &part, options);
    picture_part_free(&part);
    return code;
}

static int read_fields(page_reading *page)
{
    const read_job *job = page->worker->job;
    char name[PLACE_NAME_SIZE];
    describe_place(name, &page->place);
    const affine map = template_map(&job->form, page->picture, name);
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < job->form.count; i++) {
        const form_field *field = &job->form.fields[i];
        const lenet5_read_options options = template_options(field, &job->options);
        page->place.field = field->name;
        code = read_part(page, &map, &field->region, &options);
    }
    return code;
}

static int read_region(page_reading *page)
{
    static const affine as_it_is = {.xx = 1, .yy = 1};
    const lenet5_box *r = &page->worker->job->region;
    const lenet5_picture *p = page->picture;
    if (r->x >= p->width || r->y >= p->height || r->width > p->width - r->x || r->height > p->height - r->y)
        return report_error("%s: --region %zu,%zu,%zu,%zu is not within its %zux%zu pixels", page->place.file, r->x,
                            r->y, r->width, r->height, p->width, p->height);
    return read_part(page, &as_it_is, r, &page->worker->job->options);
}

void name_drawing(char path[PATH_SIZE + 32], const char *annotated, size_t number)
{
    const char *ending = strrchr(annotated, '.');
    if (number == 0)
        snprintf(path, PATH_SIZE + 32, "%s", annotated);
    else
        snprintf(path, PATH_SIZE + 32, "%.*s-%zu%s", (int)(ending - annotated), annotated, number, ending);
}

static int draw_as(const page_reading *page, const char *path)
{
    lenet5_error error;
    if (draw_reading(path, page->picture, page->drawn.lines, page->drawn.count, &error) != LENET5_OK)
        return report_library_error(&error);
    return EXIT_DONE;
}

/* The user named a single drawing, which may replace a file; the numbered names of several are new. */
static int draw_page(page_reading *page, bool several)
{
    char path[PATH_SIZE + 32], temporary[TEMPORARY_SIZE];
    const size_t number = ++page->worker->annotated;
    name_drawing(path, page->worker->job->annotated, several ? number : 0);
    if (!several)
        return draw_as(page, path);
    if (is_taken(path))
        return report_error("%s exists; remove it or choose another name", path);
    name_temporary(temporary, path, ".png");
    const int code = draw_as(page, temporary);
    return code == EXIT_DONE ? publish_new(temporary, path) : code;
}

static int read_page(page_reading *page)
{
    const read_job *job = page->worker->job;
    if (job->form.count > 0)
        return read_fields(page);
    return job->whole ? read_picture(page, page->picture, NULL, &job->options) : read_region(page);
}

static int read_next(read_outcome *outcome, read_worker *worker, source *s, const read_place *place)
{
    lenet5_picture picture;
    if (source_next(&picture, s) != EXIT_DONE)
        return EXIT_FAILED;
    page_reading page = {.outcome = outcome,
                         .worker = worker,
                         .picture = &picture,
                         .place = *place,
                         .until = lenet5_clock() + worker->job->options.seconds};
    int code = read_page(&page);
    if (code == EXIT_DONE && worker->job->annotated)
        code = draw_page(&page, worker->job->operands.count > 1 || place->page > 1 || source_left(s));
    free(page.drawn.lines);
    lenet5_picture_free(&picture);
    return code;
}

/* Reads the pages; after a failure, place is the page that cannot be read. */
static int read_pages(read_outcome *outcome, read_worker *worker, const input *one, read_place *place)
{
    source *s = NULL;
    int code = source_open(&s, one, worker->job->options.max_pixels, worker->job->options.seconds);
    for (; code == EXIT_DONE && !interrupted && source_left(s); place->page += code == EXIT_DONE)
        code = read_next(outcome, worker, s, place);
    outcome->cut = interrupted && (code != EXIT_DONE || source_left(s));
    source_close(s);
    return code;
}

void read_input(read_outcome *outcome, read_worker *worker, const input *one)
{
    read_place place = {.file = one->name, .page = 1};
    keep_error(worker->job->part ? worker->error : NULL);
    if (read_pages(outcome, worker, one, &place) != EXIT_DONE)
        give_up(outcome, worker, &place);
    keep_error(NULL);
}
