/* lenet5 read: whatever digits stand in some pictures. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "explain.h"
#include "lenet5_reader.h"

#define LONGEST_CODE 64

typedef struct job {
    const cli_arguments *arguments;
    lenet5_committee models;
    lenet5_reader *reader;
    lenet5_read_options options;
    char **codes; /* of --list */
    lenet5_box region;
    bool whole; /* no region was asked for */
    bool json, csv;
    bool failed, rejected;
    explanation *explanation; /* NULL: none is wanted */
    int page;                 /* of the file at hand, from 1 */
} job;

/* ---- What is told ---------------------------------------------------------------------------------------------------
 */

static json_t *box_json(const lenet5_box *b)
{
    return json_pack("[I,I,I,I]", (json_int_t)b->x, (json_int_t)b->y, (json_int_t)b->width, (json_int_t)b->height);
}

static json_t *notes_json(unsigned notes)
{
    json_t *list = json_array();
    for (unsigned bit = 1; bit <= notes; bit <<= 1)
        if (notes & bit)
            json_array_append_new(list, json_string(lenet5_note_text(bit)));
    return list;
}

static json_t *strings_json(const lenet5_read_line *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->strings; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:f}", "string", l->string[i].text, "probability", l->string[i].probability));
    return list;
}

static json_t *digits_json(const lenet5_read_line *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->digits; i++)
        json_array_append_new(list, json_pack("{s:i, s:f, s:o}", "digit", (int)l->digit[i].digit, "probability",
                                              l->digit[i].probability, "box", box_json(&l->digit[i].box)));
    return list;
}

static const char *decision_of(const lenet5_read_line *l)
{
    return l->decision == LENET5_ACCEPTED ? "accepted" : "unsure";
}

static void tell_line_json(const char *file, int page, size_t number, const lenet5_read_line *l, unsigned notes)
{
    print_json(json_pack("{s:s, s:i, s:I, s:s, s:s, s:f, s:o, s:o, s:o, s:o}", "file", file, "page", page, "line",
                         (json_int_t)number, "string", l->strings ? l->string[0].text : "", "decision", decision_of(l),
                         "probability", l->strings ? l->string[0].probability : 0.0, "box", box_json(&l->box), "n_best",
                         strings_json(l), "digits", digits_json(l), "notes", notes_json(notes)));
}

static void tell_line(const char *file, int page, size_t number, size_t count, const lenet5_read_line *l)
{
    char place[48] = "";
    if (page > 1)
        snprintf(place, sizeof place, " page %d", page);
    if (count > 1)
        snprintf(place + strlen(place), sizeof place - strlen(place), " line %zu", number);
    if (l->strings == 0)
        printf("%s%s: not sure  (nothing of the format is there)\n", file, place);
    else if (l->decision == LENET5_ACCEPTED)
        printf("%s%s: %s  (probability %.4f)\n", file, place, l->string[0].text, l->string[0].probability);
    else
        printf("%s%s: not sure  (nearest %s, probability %.4f)\n", file, place, l->string[0].text,
               l->string[0].probability);
    for (size_t i = 1; i < l->strings; i++)
        printf("    %s  %.4f\n", l->string[i].text, l->string[i].probability);
}

/* A name between quotes, which it may contain. */
static void put_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void tell_line_csv(const char *file, int page, size_t number, const lenet5_read_line *l)
{
    put_quoted(file);
    printf(",%d,%zu,%s,%s,%.6f\n", page, number, l->strings ? l->string[0].text : "", decision_of(l),
           l->strings ? l->string[0].probability : 0.0);
}

static void tell_empty(const job *j, const char *file, unsigned notes)
{
    if (j->json)
        print_json(json_pack("{s:s, s:i, s:i, s:s, s:s, s:f, s:[], s:[], s:o}", "file", file, "page", j->page, "line",
                             0, "string", "", "decision", "empty", "probability", 0.0, "n_best", "digits", "notes",
                             notes_json(notes)));
    else if (j->csv) {
        put_quoted(file);
        printf(",%d,0,,empty,0\n", j->page);
    } else
        printf("%s: nothing is written there\n", file);
}

static void tell(job *j, const char *file, const lenet5_reading *reading)
{
    if (reading->count == 0)
        tell_empty(j, file, reading->notes);
    for (size_t i = 0; i < reading->count; i++) {
        const lenet5_read_line *l = &reading->lines[i];
        j->rejected |= l->decision != LENET5_ACCEPTED;
        if (j->json)
            tell_line_json(file, j->page, i + 1, l, reading->notes);
        else if (j->csv)
            tell_line_csv(file, j->page, i + 1, l);
        else
            tell_line(file, j->page, i + 1, reading->count, l);
    }
    for (unsigned bit = 1; !j->json && bit <= reading->notes; bit <<= 1)
        if (reading->notes & bit)
            fprintf(stderr, "%s: %s\n", file, lenet5_note_text(bit));
}

/* ---- Pictures -------------------------------------------------------------------------------------------------------
 */

/* The part of a picture that --region asks for, as one of its own. */
static int cut_region(lenet5_picture *part, const lenet5_picture *picture, const lenet5_box *r, const char *file)
{
    if (r->x >= picture->width || r->y >= picture->height || r->width > picture->width - r->x ||
        r->height > picture->height - r->y)
        return complain("%s: --region %zu,%zu,%zu,%zu is not within its %zux%zu pixels", file, r->x, r->y, r->width,
                        r->height, picture->width, picture->height);
    *part = (lenet5_picture){r->width, r->height, malloc(r->width * r->height)};
    if (!part->grey)
        return complain_memory();
    for (size_t y = 0; y < r->height; y++)
        memcpy(part->grey + y * r->width, picture->grey + (r->y + y) * picture->width + r->x, r->width);
    return EXIT_DONE;
}

/* Boxes in a region as boxes in the picture. */
static void move_boxes(lenet5_reading *reading, const lenet5_box *region)
{
    for (size_t i = 0; i < reading->count; i++) {
        lenet5_read_line *l = &reading->lines[i];
        l->box.x += region->x;
        l->box.y += region->y;
        for (size_t k = 0; k < l->digits; k++) {
            l->digit[k].box.x += region->x;
            l->digit[k].box.y += region->y;
        }
    }
}

static int read_picture(job *j, const char *file, const lenet5_picture *picture)
{
    lenet5_error error;
    lenet5_reading reading;
    lenet5_picture part = {0};
    if (!j->whole && cut_region(&part, picture, &j->region, file) != EXIT_DONE)
        return EXIT_FAILED;
    if (j->explanation)
        explain_picture(j->explanation, file, j->page, j->whole ? picture : &part);
    const lenet5_status status = lenet5_read(&reading, j->reader, j->whole ? picture : &part, &j->options, &error);
    lenet5_picture_free(&part);
    if (status != LENET5_OK)
        return complain_error(&error);
    if (j->explanation)
        explain_reading(j->explanation, &reading);
    if (!j->whole)
        move_boxes(&reading, &j->region);
    tell(j, file, &reading);
    lenet5_reading_free(&reading);
    return EXIT_DONE;
}

static int read_page(job *j, const char *file, lenet5_pages *pages)
{
    lenet5_error error;
    lenet5_picture picture;
    if (lenet5_pages_next(&picture, pages, &error) != LENET5_OK)
        return complain_error(&error);
    j->page++;
    const int code = read_picture(j, file, &picture);
    lenet5_picture_free(&picture);
    return code;
}

static void read_file(job *j, const char *file)
{
    lenet5_error error;
    lenet5_pages *pages = NULL;
    int code = EXIT_DONE;
    j->page = 0;
    if (lenet5_pages_open(&pages, file, &error) != LENET5_OK)
        code = complain_error(&error);
    while (code == EXIT_DONE && lenet5_pages_left(pages))
        code = read_page(j, file, pages);
    lenet5_pages_free(pages);
    j->failed |= code != EXIT_DONE;
}

/* ---- Options --------------------------------------------------------------------------------------------------------
 */

static int parse_region(job *j, const char *text)
{
    int end = 0;
    j->whole = !text;
    if (text && (sscanf(text, "%zu,%zu,%zu,%zu%n", &j->region.x, &j->region.y, &j->region.width, &j->region.height,
                        &end) != 4 ||
                 text[end] != '\0' || strchr(text, '-') || j->region.width == 0 || j->region.height == 0))
        return complain_usage(j->arguments->command, "--region is left,top,width,height in pixels, not \"%s\"", text);
    return EXIT_DONE;
}

static int parse_check(job *j, const char *text)
{
    static const char *const names[] = {"none", "luhn", "mod10", "mod11", NULL};
    for (size_t i = 0; text && names[i]; i++)
        if (strcmp(text, names[i]) == 0) {
            j->options.check = (lenet5_check)i;
            return EXIT_DONE;
        }
    return text ? complain_unknown(j->arguments->command, "check", text, names) : EXIT_DONE;
}

/* A code a line; blank lines and what follows # are left out. */
static int load_codes(job *j, const char *path)
{
    char line[LONGEST_CODE + 2];
    size_t room = 0;
    FILE *stream = fopen(path, "r");
    if (!stream)
        return complain("%s: cannot be opened: %s", path, strerror(errno));
    int code = EXIT_DONE;
    for (size_t number = 1; code == EXIT_DONE && fgets(line, sizeof line, stream); number++) {
        if (strlen(line) > LONGEST_CODE)
            code = complain("%s: line %zu: longer than %d characters", path, number, LONGEST_CODE);
        line[strcspn(line, "#\r\n")] = '\0';
        if (code != EXIT_DONE || line[strspn(line, " \t")] == '\0')
            continue;
        if (j->options.list_count == room) {
            room = room ? 2 * room : 1024;
            char **larger = realloc(j->codes, room * sizeof *larger);
            if (larger)
                j->codes = larger;
            else
                code = complain_memory();
        }
        if (code == EXIT_DONE && !(j->codes[j->options.list_count] = strdup(line)))
            code = complain_memory();
        j->options.list_count += code == EXIT_DONE;
    }
    fclose(stream);
    if (code == EXIT_DONE && j->options.list_count == 0)
        code = complain("%s: line 1: no code in it; it has to have a code a line", path);
    j->options.list = (const char *const *)j->codes;
    return code;
}

static int read_options(job *j)
{
    lenet5_error error;
    const cli_arguments *a = j->arguments;
    uint64_t n_best;
    double max_error;
    j->json = argument_flag(a, "json");
    j->csv = argument_flag(a, "csv");
    j->options.format = argument_text(a, "format");
    const bool both = argument_text(a, "threshold") && argument_text(a, "max-error");
    if (!argument_whole(&n_best, a, "n-best", 1, 1, LENET5_MAX_N_BEST) ||
        !argument_real(&j->options.threshold, a, "threshold", 0, 0, 1) ||
        !argument_percent(&max_error, a, "max-error", 0))
        return EXIT_USAGE;
    if (both || (j->json && j->csv))
        return complain_usage(a->command, both ? "--max-error chooses the threshold; give one of the two"
                                               : "--json or --csv, not both");
    j->options.n_best = (size_t)n_best;
    int code = parse_region(j, argument_text(a, "region"));
    if (code == EXIT_DONE)
        code = parse_check(j, argument_text(a, "check"));
    if (code == EXIT_DONE && max_error > 0 &&
        lenet5_read_threshold(&j->options.threshold, max_error, &error) != LENET5_OK)
        code = complain_error(&error);
    if (code == EXIT_DONE && argument_text(a, "list"))
        code = load_codes(j, argument_text(a, "list"));
    return code;
}

static int run(const cli_arguments *arguments)
{
    lenet5_error error;
    job j = {.arguments = arguments};
    int code = read_options(&j);
    if (code == EXIT_DONE)
        code = load_named_models(&j.models, argument_text(arguments, "model"));
    if (code == EXIT_DONE && lenet5_reader_new(&j.reader, &j.models, &error) != LENET5_OK)
        code = complain_error(&error);
    if (code == EXIT_DONE && argument_text(arguments, "explain"))
        code = explain_begin(&j.explanation, argument_text(arguments, "explain"));
    if (j.explanation)
        j.options.observer = explain_observer(j.explanation);
    if (code == EXIT_DONE && j.csv)
        puts("file,page,line,string,decision,probability");
    for (size_t i = 0; code == EXIT_DONE && i < arguments->count; i++)
        read_file(&j, arguments->others[i]);
    if (j.explanation && explain_end(j.explanation) != EXIT_DONE)
        j.failed = true;
    if (code == EXIT_DONE)
        code = j.failed ? EXIT_FAILED : j.rejected ? EXIT_UNREADABLE : EXIT_DONE;
    lenet5_reader_free(j.reader);
    lenet5_committee_free(&j.models);
    for (size_t i = 0; i < j.options.list_count; i++)
        free(j.codes[i]);
    free(j.codes);
    return code;
}

static const option options[] = {
    {"format", "F", "digits (the default), N, MIN-MAX, zip5, zip9 or a mask: ddddd-dddd"},
    {"list", "FILE", "codes that exist, one a line: the answer is one of them"},
    {"check", "C", "luhn, mod10 or mod11: the last digit has to agree with the others"},
    {"threshold", "P", "the least probability of an accepted string; default 0.5"},
    {"max-error", "P%", "accept so few that at most so many of them are wrong: 1%"},
    {"n-best", "N", "tell the N likeliest strings of each line"},
    {"region", "X,Y,W,H", "read this part of each picture"},
    {"explain", "DIR", "write a page, DIR/index.html, that shows how each picture was read"},
    {"model", "FILE,...", "models, which answer together; default: the built-in one"},
    {"json", NULL, "an object a line of writing, as docs/json.md says"},
    {"csv", NULL, "a row a line of writing"},
    {0},
};

const cli_command read_command = {
    .name = "read",
    .summary = "read the digits in photos and scans",
    .usage = "PICTURE... [options]",
    .description = "Finds lines of handwritten digits in pictures of any kind and reads them: uneven light,\n"
                   "ruled or boxed paper, a skew of up to twelve degrees and digits that touch are dealt\n"
                   "with. The answer to each line is a string with its probability, or \"not sure\": then\n"
                   "the exit code is 3. A picture in which nothing is written has no lines.",
    .options = options,
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
