/* The output of lenet5 read: text, JSON or CSV. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "read.h"

void describe_place(char name[PLACE_NAME_SIZE], const read_place *place)
{
    char plain[PATH_SIZE + 128], page[32] = "";
    if (place->page > 1)
        snprintf(page, sizeof page, " page %d", place->page);
    snprintf(plain, sizeof plain, "%.*s%s%s%.80s", PATH_SIZE, place->file, page, place->field ? " field " : "",
             place->field ? place->field : "");
    escape_text(name, PLACE_NAME_SIZE, plain);
}

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

/*
 * Writes a cell in quotes, doubling those within. Spreadsheets take a cell that begins with one of these characters
 * for a formula: unless raw, an apostrophe before it marks it as text, and control characters are escaped.
 */
static void put_quoted(FILE *out, const char *text, bool raw)
{
    char plain[PLACE_NAME_SIZE] = "";
    fputc('"', out);
    if (!raw && text[0] && strchr("=+-@\t\r", text[0]))
        fputc('\'', out);
    if (!raw) {
        escape_text(plain, sizeof plain, text);
        text = plain;
    }
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* Writes a string that was read, in quotes unless it is digits alone: a mask or a list may contain other characters. */
static void put_string(FILE *out, const char *text, bool raw)
{
    if (text[strspn(text, "0123456789")] == '\0')
        fputs(text, out);
    else
        put_quoted(out, text, raw);
}

static void put_place_csv(FILE *out, const read_place *place, size_t line, bool raw)
{
    put_quoted(out, place->file, raw);
    fprintf(out, ",%d,%zu,", place->page, line);
    if (place->field) {
        put_quoted(out, place->field, raw);
        fputc(',', out);
    }
}

static void print_line_csv(FILE *out, const read_place *place, size_t number, const lenet5_read_line *l, bool raw)
{
    put_place_csv(out, place, number, raw);
    put_string(out, l->strings ? l->string[0].text : "", raw);
    fprintf(out, ",%s,%.6f\n", decision_name(l->decision), l->strings ? l->string[0].probability : 0.0);
}

static void print_empty_csv(FILE *out, const read_place *place, bool raw)
{
    put_place_csv(out, place, 0, raw);
    fputs(",empty,0\n", out);
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

#define STRINGIFY_(text) #text
#define STRINGIFY(text) STRINGIFY_(text)
#define MAX_DIGITS STRINGIFY(LENET5_MAX_STRING) /* of a line, in words */

/* Why a line has no string. */
static const char *reason_for_none(const read_job *job, unsigned notes)
{
    if (notes & LENET5_NOTE_CROWDED)
        return "too much ink";
    const bool asked = job->options.format || job->options.list || job->form.count > 0;
    return asked ? "nothing of the format is there, or more than " MAX_DIGITS " digits" : "no digits found";
}

static void put_answer(FILE *out, const lenet5_read_line *l, const char *reason)
{
    const bool sure = l->decision == LENET5_ACCEPTED;
    if (l->strings == 0) {
        fprintf(out, "not sure  (%s)\n", reason);
        return;
    }
    fputs(sure ? "" : "not sure  (nearest ", out);
    put_escaped(out, l->string[0].text);
    if (sure)
        fprintf(out, "  (probability %.4f)\n", l->string[0].probability);
    else
        fprintf(out, ", probability %.4f: %s%s)\n", l->string[0].probability, lenet5_evidence_doubt(l->doubt),
                l->digits == LENET5_MAX_STRING ? "; at most " MAX_DIGITS " digits of a line are read" : "");
}

/* name is that of the place. */
static void print_line_text(FILE *out, const char *name, size_t number, size_t count, const lenet5_read_line *l,
                            const char *reason)
{
    char line[32] = "";
    if (count > 1)
        snprintf(line, sizeof line, " line %zu", number);
    fprintf(out, "%s%s: ", name, line);
    put_answer(out, l, reason);
    for (size_t i = 1; i < l->strings; i++) {
        fputs("    ", out);
        put_escaped(out, l->string[i].text);
        fprintf(out, "  %.4f\n", l->string[i].probability);
    }
}

/* ---- Readings ---------------------------------------------------------------------------------------------------- */

const char *header_of(const read_job *job)
{
    if (job->output != OUTPUT_CSV && job->output != OUTPUT_CSV_RAW)
        return "";
    return job->form.count > 0 ? "file,page,line,field,string,decision,probability\n"
                               : "file,page,line,string,decision,probability\n";
}

static void print_notes(const char *name, unsigned notes)
{
    for (unsigned bit = 1; bit <= notes; bit <<= 1)
        if (notes & bit)
            fprintf(error_stream(), "%s: %s\n", name, lenet5_note_text(bit));
}

static int print_empty(FILE *out, output_kind output, const read_place *place, const char *name,
                       const lenet5_reading *reading)
{
    switch (output) {
    case OUTPUT_JSON: return put_json(out, empty_reading_json(place, reading));
    case OUTPUT_CSV:
    case OUTPUT_CSV_RAW: print_empty_csv(out, place, output == OUTPUT_CSV_RAW); break;
    case OUTPUT_TEXT: fprintf(out, "%s: nothing is written there\n", name); break;
    }
    return EXIT_DONE;
}

static json_t *line_json(const read_job *job, const read_place *place, size_t index, const lenet5_reading *reading)
{
    json_t *object = reading_json(place, reading, index + 1);
    if (job->evidence)
        add_member(&object, "evidence", evidence_json(&reading->lines[index]));
    return object;
}

static int print_answer(FILE *out, const read_job *job, const read_place *place, const char *name, size_t index,
                        const lenet5_reading *reading)
{
    const lenet5_read_line *l = &reading->lines[index];
    const output_kind output = job->output;
    switch (output) {
    case OUTPUT_JSON: return put_json(out, line_json(job, place, index, reading));
    case OUTPUT_CSV:
    case OUTPUT_CSV_RAW: print_line_csv(out, place, index + 1, l, output == OUTPUT_CSV_RAW); break;
    case OUTPUT_TEXT:
        print_line_text(out, name, index + 1, reading->count, l, reason_for_none(job, reading->notes));
        break;
    }
    return EXIT_DONE;
}

void print_reading(read_outcome *outcome, const read_job *job, const read_place *place, const lenet5_reading *reading)
{
    char name[PLACE_NAME_SIZE];
    describe_place(name, place);
    if (reading->count == 0)
        outcome->failed |= print_empty(outcome->out, job->output, place, name, reading) != EXIT_DONE;
    outcome->rows.empty += reading->count == 0;
    for (size_t i = 0; i < reading->count; i++) {
        outcome->rows.accepted += reading->lines[i].decision == LENET5_ACCEPTED;
        outcome->rows.unsure += reading->lines[i].decision != LENET5_ACCEPTED;
        outcome->failed |= print_answer(outcome->out, job, place, name, i, reading) != EXIT_DONE;
    }
    if (job->output != OUTPUT_JSON)
        print_notes(name, reading->notes);
    flush_stream(outcome->out);
}

static json_t *unreadable_json(const read_place *place, const char *error)
{
    json_t *object = json_pack("{s:o, s:i}", "file", any_string_json(place->file), "page", place->page);
    if (place->field)
        add_member(&object, "field", any_string_json(place->field));
    add_member(&object, "decision", json_string("unreadable"));
    add_member(&object, "error", any_string_json(error));
    return object;
}

/* A page of a form has a field, be it without a name. */
static void print_unreadable_csv(FILE *out, const read_job *job, const read_place *place)
{
    read_place named = *place;
    if (job->form.count > 0 && !named.field)
        named.field = "";
    put_place_csv(out, &named, 0, job->output == OUTPUT_CSV_RAW);
    fputs(",unreadable,0\n", out);
}

void print_unreadable(read_outcome *outcome, const read_job *job, const read_place *place, const char *error)
{
    if (job->output == OUTPUT_JSON)
        outcome->failed |= put_json(outcome->out, unreadable_json(place, error)) != EXIT_DONE;
    else
        print_unreadable_csv(outcome->out, job, place);
    outcome->rows.unreadable++;
}
