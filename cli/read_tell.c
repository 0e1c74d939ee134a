/* What lenet5 read says: text, JSON or CSV. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "read.h"

void name_place(char name[PLACE_NAME_SIZE], const read_place *place)
{
    char page[32] = "";
    if (place->page > 1)
        snprintf(page, sizeof page, " page %d", place->page);
    snprintf(name, PLACE_NAME_SIZE, "%.4000s%s%s%.80s", place->file, page, place->field ? " field " : "",
             place->field ? place->field : "");
}

/* ---- CSV ------------------------------------------------------------------------------------------------------------
 */

/* A name between quotes, which it may contain. */
static void put_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_place_csv(FILE *out, const read_place *place, size_t line)
{
    put_quoted(out, place->file);
    fprintf(out, ",%d,%zu,", place->page, line);
    if (place->field) {
        put_quoted(out, place->field);
        fputc(',', out);
    }
}

static void tell_line_csv(FILE *out, const read_place *place, size_t number, const lenet5_read_line *l)
{
    put_place_csv(out, place, number);
    fprintf(out, "%s,%s,%.6f\n", l->strings ? l->string[0].text : "", decision_name(l->decision),
            l->strings ? l->string[0].probability : 0.0);
}

static void tell_empty_csv(FILE *out, const read_place *place)
{
    put_place_csv(out, place, 0);
    fputs(",empty,0\n", out);
}

/* ---- Text -----------------------------------------------------------------------------------------------------------
 */

/* Name is that of the place. */
static void tell_line_text(FILE *out, const char *name, size_t number, size_t count, const lenet5_read_line *l)
{
    char line[32] = "";
    if (count > 1)
        snprintf(line, sizeof line, " line %zu", number);
    if (l->strings == 0)
        fprintf(out, "%s%s: not sure  (nothing of the format is there)\n", name, line);
    else if (l->decision == LENET5_ACCEPTED)
        fprintf(out, "%s%s: %s  (probability %.4f)\n", name, line, l->string[0].text, l->string[0].probability);
    else
        fprintf(out, "%s%s: not sure  (nearest %s, probability %.4f)\n", name, line, l->string[0].text,
                l->string[0].probability);
    for (size_t i = 1; i < l->strings; i++)
        fprintf(out, "    %s  %.4f\n", l->string[i].text, l->string[i].probability);
}

/* ---- All of them ----------------------------------------------------------------------------------------------------
 */

void tell_head(const read_job *job)
{
    if (job->telling == TELL_CSV)
        printf("file,page,line,%sstring,decision,probability\n", job->form.count > 0 ? "field," : "");
}

static void tell_notes(const char *name, unsigned notes)
{
    for (unsigned bit = 1; bit <= notes; bit <<= 1)
        if (notes & bit)
            fprintf(complaints(), "%s: %s\n", name, lenet5_note_text(bit));
}

static int tell_empty(FILE *out, telling how, const read_place *place, const char *name, const lenet5_reading *reading)
{
    switch (how) {
    case TELL_JSON: return put_json(out, empty_reading_json(place, reading));
    case TELL_CSV: tell_empty_csv(out, place); break;
    case TELL_TEXT: fprintf(out, "%s: nothing is written there\n", name); break;
    }
    return EXIT_DONE;
}

static int tell_line(FILE *out, telling how, const read_place *place, const char *name, size_t index,
                     const lenet5_reading *reading)
{
    const lenet5_read_line *l = &reading->lines[index];
    switch (how) {
    case TELL_JSON: return put_json(out, reading_json(place, reading, index + 1));
    case TELL_CSV: tell_line_csv(out, place, index + 1, l); break;
    case TELL_TEXT: tell_line_text(out, name, index + 1, reading->count, l); break;
    }
    return EXIT_DONE;
}

void tell(read_outcome *outcome, const read_job *job, const read_place *place, const lenet5_reading *reading)
{
    char name[PLACE_NAME_SIZE];
    name_place(name, place);
    if (reading->count == 0)
        outcome->failed |= tell_empty(outcome->out, job->telling, place, name, reading) != EXIT_DONE;
    for (size_t i = 0; i < reading->count; i++) {
        outcome->rejected |= reading->lines[i].decision != LENET5_ACCEPTED;
        outcome->failed |= tell_line(outcome->out, job->telling, place, name, i, reading) != EXIT_DONE;
    }
    if (job->telling != TELL_JSON)
        tell_notes(name, reading->notes);
    fflush(outcome->out);
}
