/* One file: page by page, and field by field where a template says so. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "drawing/drawing.h"
#include "outputs.h"
#include "progress.h"
#include "read.h"

/* What is read in a page, kept until it is drawn. */
typedef struct drawn_lines {
    lenet5_read_line *lines; /* (count) */
    size_t count;
} drawn_lines;

/* A page at hand. */
typedef struct page_reading {
    read_outcome *outcome;
    read_hand *hand;
    const lenet5_picture *picture;
    read_place place;
    double until; /* when its time is over, if it has a limit */
    drawn_lines drawn;
} page_reading;

static int keep_lines(drawn_lines *kept, const lenet5_reading *reading)
{
    if (reading->count == 0)
        return EXIT_DONE;
    lenet5_read_line *larger = realloc(kept->lines, (kept->count + reading->count) * sizeof *larger);
    if (!larger)
        return complain_memory();
    memcpy(larger + kept->count, reading->lines, reading->count * sizeof *larger);
    kept->lines = larger;
    kept->count += reading->count;
    return EXIT_DONE;
}

#define MIN_SECONDS 1e-9

/* With the time that is left for the page: 0 would stand for any. */
static lenet5_read_options in_time(const page_reading *page, const lenet5_read_options *options)
{
    lenet5_read_options o = *options;
    const double left = page->until - seconds_now();
    if (o.seconds > 0)
        o.seconds = left > MIN_SECONDS ? left : MIN_SECONDS;
    return o;
}

/* Says why a picture has not been read; nothing if that is because the program is to end, which is said of the whole.
 * One that takes too long keeps no other from being read. */
static int complain_reading(page_reading *page, const char *name, const lenet5_error *error)
{
    if (error->status == LENET5_E_STOPPED)
        return EXIT_FAILED;
    if (error->status != LENET5_E_TIME)
        return complain("%s: %s", name, error->message);
    complain("%s: not read within %g seconds; --timeout SECONDS allows for more", name,
             page->hand->job->options.seconds);
    page->outcome->failed = true;
    return EXIT_DONE;
}

/* Tells what is written in a picture that is the page, or in a part of it. */
static int read_picture(page_reading *page, const lenet5_picture *picture, const view *part,
                        const lenet5_read_options *options)
{
    lenet5_error error;
    lenet5_reading reading;
    char name[PLACE_NAME_SIZE];
    const read_job *job = page->hand->job;
    name_place(name, &page->place);
    if (job->explanation)
        explain_picture(job->explanation, name, picture);
    const lenet5_read_options timed = in_time(page, options);
    if (lenet5_read(&reading, page->hand->reader, picture, &timed, &error) != LENET5_OK)
        return complain_reading(page, name, &error);
    if (job->explanation)
        explain_reading(job->explanation, &reading);
    if (part)
        view_move_boxes(&reading, part, page->picture);
    tell(page->outcome, job, &page->place, &reading);
    const int code = job->annotated ? keep_lines(&page->drawn, &reading) : EXIT_DONE;
    lenet5_reading_free(&reading);
    return code;
}

static int read_part(page_reading *page, const affine *map, const lenet5_box *box, const lenet5_read_options *options)
{
    view part;
    char name[PLACE_NAME_SIZE];
    name_place(name, &page->place);
    int code = view_new(&part, page->picture, map, box, name);
    if (code == EXIT_DONE)
        code = read_picture(page, &part.picture, &part, options);
    view_free(&part);
    return code;
}

static int read_fields(page_reading *page)
{
    const read_job *job = page->hand->job;
    char name[PLACE_NAME_SIZE];
    name_place(name, &page->place);
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
    const lenet5_box *r = &page->hand->job->region;
    const lenet5_picture *p = page->picture;
    if (r->x >= p->width || r->y >= p->height || r->width > p->width - r->x || r->height > p->height - r->y)
        return complain("%s: --region %zu,%zu,%zu,%zu is not within its %zux%zu pixels", page->place.file, r->x, r->y,
                        r->width, r->height, p->width, p->height);
    return read_part(page, &as_it_is, r, &page->hand->job->options);
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
        return complain_error(&error);
    return EXIT_DONE;
}

/* The name of one drawing is the user's, who may want it replaced; those of several are the program's, and are new. */
static int draw_page(page_reading *page, bool several)
{
    char path[PATH_SIZE + 32], temporary[TEMPORARY_SIZE];
    const size_t number = ++page->hand->annotated;
    name_drawing(path, page->hand->job->annotated, several ? number : 0);
    if (!several)
        return draw_as(page, path);
    if (is_taken(path))
        return complain("%s is there; remove it or choose another name", path);
    name_temporary(temporary, path, ".png");
    const int code = draw_as(page, temporary);
    return code == EXIT_DONE ? publish_new(temporary, path) : code;
}

static int read_page(page_reading *page)
{
    const read_job *job = page->hand->job;
    if (job->form.count > 0)
        return read_fields(page);
    return job->whole ? read_picture(page, page->picture, NULL, &job->options) : read_region(page);
}

static int read_next(read_outcome *outcome, read_hand *hand, source *s, const read_place *place)
{
    lenet5_picture picture;
    if (source_next(&picture, s) != EXIT_DONE)
        return EXIT_FAILED;
    page_reading page = {.outcome = outcome,
                         .hand = hand,
                         .picture = &picture,
                         .place = *place,
                         .until = seconds_now() + hand->job->options.seconds};
    int code = read_page(&page);
    if (code == EXIT_DONE && hand->job->annotated)
        code = draw_page(&page, hand->job->files.count > 1 || place->page > 1 || source_left(s));
    free(page.drawn.lines);
    lenet5_picture_free(&picture);
    return code;
}

void read_file(read_outcome *outcome, read_hand *hand, const char *file)
{
    source *s = NULL;
    read_place place = {.file = file};
    int code = source_open(&s, file, hand->job->options.max_pixels, hand->job->options.seconds);
    while (code == EXIT_DONE && !interrupted && source_left(s)) {
        place.page++;
        code = read_next(outcome, hand, s, &place);
    }
    outcome->cut = interrupted && (code != EXIT_DONE || source_left(s));
    source_close(s);
    outcome->failed |= code != EXIT_DONE;
}
