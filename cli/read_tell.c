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

static const char *decision_of(const lenet5_read_line *l)
{
    return l->decision == LENET5_ACCEPTED ? "accepted" : "unsure";
}

/* ---- JSON -----------------------------------------------------------------------------------------------------------
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

/* The name of a file; what is not ASCII becomes question marks where it is not UTF-8. */
static json_t *name_json(const char *name)
{
    json_t *text = json_string(name);
    char *copy = text ? NULL : strdup(name);
    for (char *c = copy; c && *c; c++)
        *c = *c & 0x80 ? '?' : *c;
    if (copy)
        text = json_string(copy);
    free(copy);
    return text;
}

/* Line 0 has nothing written in it. */
static json_t *place_json(const read_place *place, size_t line)
{
    json_t *object =
        json_pack("{s:o, s:i, s:I}", "file", name_json(place->file), "page", place->page, "line", (json_int_t)line);
    if (place->field)
        json_object_set_new(object, "field", json_string(place->field));
    return object;
}

/* Adds the members of the second object to the first, and prints them. */
static void put_json(FILE *out, json_t *object, json_t *more)
{
    json_object_update(object, more);
    json_decref(more);
    json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(object);
}

static void tell_line_json(FILE *out, const read_place *place, size_t number, const lenet5_read_line *l, unsigned notes)
{
    put_json(out, place_json(place, number),
             json_pack("{s:s, s:s, s:f, s:o, s:o, s:o, s:o}", "string", l->strings ? l->string[0].text : "", "decision",
                       decision_of(l), "probability", l->strings ? l->string[0].probability : 0.0, "box",
                       box_json(&l->box), "n_best", strings_json(l), "digits", digits_json(l), "notes",
                       notes_json(notes)));
}

static void tell_empty_json(FILE *out, const read_place *place, unsigned notes)
{
    put_json(out, place_json(place, 0),
             json_pack("{s:s, s:s, s:f, s:[], s:[], s:o}", "string", "", "decision", "empty", "probability", 0.0,
                       "n_best", "digits", "notes", notes_json(notes)));
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
    fprintf(out, "%s,%s,%.6f\n", l->strings ? l->string[0].text : "", decision_of(l),
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

static void tell_empty(FILE *out, telling how, const read_place *place, const char *name, unsigned notes)
{
    switch (how) {
    case TELL_JSON: tell_empty_json(out, place, notes); break;
    case TELL_CSV: tell_empty_csv(out, place); break;
    case TELL_TEXT: fprintf(out, "%s: nothing is written there\n", name); break;
    }
}

static void tell_line(FILE *out, telling how, const read_place *place, const char *name, size_t index,
                      const lenet5_reading *reading)
{
    const lenet5_read_line *l = &reading->lines[index];
    switch (how) {
    case TELL_JSON: tell_line_json(out, place, index + 1, l, reading->notes); break;
    case TELL_CSV: tell_line_csv(out, place, index + 1, l); break;
    case TELL_TEXT: tell_line_text(out, name, index + 1, reading->count, l); break;
    }
}

void tell(read_outcome *outcome, const read_job *job, const read_place *place, const lenet5_reading *reading)
{
    char name[PLACE_NAME_SIZE];
    name_place(name, place);
    if (reading->count == 0)
        tell_empty(outcome->out, job->telling, place, name, reading->notes);
    for (size_t i = 0; i < reading->count; i++) {
        outcome->rejected |= reading->lines[i].decision != LENET5_ACCEPTED;
        tell_line(outcome->out, job->telling, place, name, i, reading);
    }
    if (job->telling != TELL_JSON)
        tell_notes(name, reading->notes);
    fflush(outcome->out);
}
