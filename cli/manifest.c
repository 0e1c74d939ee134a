#include "manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "paths.h"

/* ---- Names ------------------------------------------------------------------------------------------------------- */

void part_path(char path[PART_PATH_SIZE], const char *folder, uint64_t part, uint64_t parts, const char *ending)
{
    const int digits = snprintf(NULL, 0, "%" PRIu64, parts);
    snprintf(path, PART_PATH_SIZE, "%s/part-%0*" PRIu64 "-of-%" PRIu64 "%s", folder, digits, part, parts, ending);
}

bool parse_manifest_name(uint64_t *part, uint64_t *parts, const char *name)
{
    char path[PART_PATH_SIZE];
    if (sscanf(name, "part-%5" SCNu64 "-of-%5" SCNu64, part, parts) != 2 || *part < 1 || *part > *parts ||
        *parts > MAX_PARTS)
        return false;
    part_path(path, ".", *part, *parts, MANIFEST_ENDING);
    return strcmp(file_part(path), name) == 0;
}

/* ---- Runs of inputs ---------------------------------------------------------------------------------------------- */

bool run_extend(input_run *run, uint64_t number, uint64_t rows)
{
    if (run->count == 0)
        *run = (input_run){.first = number, .step = 1, .rows = rows};
    else if (run->count == 1 && rows == run->rows)
        run->step = number - run->first;
    if (rows != run->rows || number != run->first + run->count * run->step)
        return false;
    run->count++;
    return true;
}

/* ---- Totals ------------------------------------------------------------------------------------------------------ */

void add_rows(row_counts *sum, const row_counts *more)
{
    sum->accepted += more->accepted;
    sum->unsure += more->unsure;
    sum->empty += more->empty;
    sum->unreadable += more->unreadable;
}

uint64_t all_rows(const row_counts *rows)
{
    return rows->accepted + rows->unsure + rows->empty + rows->unreadable;
}

json_t *counts_json(const part_totals *totals)
{
    const row_counts *rows = &totals->rows;
    return json_pack("{s:I, s:I, s:I, s:{s:I, s:I, s:I, s:I}}", "inputs", (json_int_t)totals->inputs, "read",
                     (json_int_t)(totals->inputs - totals->unreadable), "unreadable", (json_int_t)totals->unreadable,
                     "rows", "accepted", (json_int_t)rows->accepted, "unsure", (json_int_t)rows->unsure, "empty",
                     (json_int_t)rows->empty, "unreadable", (json_int_t)rows->unreadable);
}

json_t *totals_json(const part_totals *totals)
{
    json_t *object = counts_json(totals);
    add_member(&object, "results_sha256", json_string(totals->results_sha256));
    add_member(&object, "all_inputs", json_integer((json_int_t)totals->all_inputs));
    add_member(&object, "names_sha256", json_string(totals->names_sha256));
    return object;
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

void write_run(char line[RUN_LINE_SIZE], const input_run *run)
{
    snprintf(line, RUN_LINE_SIZE, "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]\n", run->first, run->step,
             run->count, run->rows);
}

/* Reads a line that ends, and has no zero byte. */
static bool read_line(char line[MAX_MANIFEST_LINE], FILE *manifest)
{
    return fgets(line, MAX_MANIFEST_LINE, manifest) && strchr(line, '\n');
}

json_t *read_header(FILE *manifest)
{
    char line[MAX_MANIFEST_LINE];
    json_t *header = read_line(line, manifest) ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json_is_integer(json_object_get(header, "lenet5_part")))
        return header;
    json_decref(header);
    return NULL;
}

static bool is_run(const input_run *run)
{
    return run->first >= 1 && run->first <= MAX_INPUTS && run->step >= 1 && run->step <= MAX_INPUTS &&
           run->count >= 1 && run->count - 1 <= (MAX_INPUTS - run->first) / run->step && run->rows <= MAX_INPUTS;
}

static bool parse_run(input_run *run, const char *line)
{
    int end = 0;
    return sscanf(line, "[%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64 "]%n", &run->first, &run->step, &run->count,
                  &run->rows, &end) == 4 &&
           strcmp(line + end, "\n") == 0 && is_run(run);
}

static bool parse_sum(char sha256[SHA256_SIZE], const char *text)
{
    snprintf(sha256, SHA256_SIZE, "%s", text);
    return strlen(text) == SHA256_SIZE - 1;
}

enum { INPUTS, READ, UNREADABLE, ROWS_ACCEPTED, ROWS_UNSURE, ROWS_EMPTY, ROWS_UNREADABLE, ALL_INPUTS, NUMBERS };

static bool are_counts(const json_int_t number[NUMBERS])
{
    for (size_t i = 0; i < NUMBERS; i++)
        if (number[i] < 0 || (uint64_t)number[i] > MAX_INPUTS)
            return false;
    return number[READ] + number[UNREADABLE] == number[INPUTS];
}

static bool take_totals(part_totals *totals, json_t *value)
{
    json_int_t n[NUMBERS];
    const char *results, *names;
    if (json_unpack(value, "{s:I, s:I, s:I, s:{s:I, s:I, s:I, s:I !}, s:s, s:I, s:s !}", "inputs", &n[INPUTS], "read",
                    &n[READ], "unreadable", &n[UNREADABLE], "rows", "accepted", &n[ROWS_ACCEPTED], "unsure",
                    &n[ROWS_UNSURE], "empty", &n[ROWS_EMPTY], "unreadable", &n[ROWS_UNREADABLE], "results_sha256",
                    &results, "all_inputs", &n[ALL_INPUTS], "names_sha256", &names) != 0 ||
        !are_counts(n))
        return false;
    *totals = (part_totals){.inputs = (uint64_t)n[INPUTS],
                            .unreadable = (uint64_t)n[UNREADABLE],
                            .rows = {(uint64_t)n[ROWS_ACCEPTED], (uint64_t)n[ROWS_UNSURE], (uint64_t)n[ROWS_EMPTY],
                                     (uint64_t)n[ROWS_UNREADABLE]},
                            .all_inputs = (uint64_t)n[ALL_INPUTS]};
    return parse_sum(totals->results_sha256, results) && parse_sum(totals->names_sha256, names);
}

static bool parse_totals(part_totals *totals, const char *line)
{
    json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    const bool right = take_totals(totals, value);
    json_decref(value);
    return right;
}

manifest_line read_manifest_line(input_run *run, part_totals *totals, FILE *manifest)
{
    char line[MAX_MANIFEST_LINE];
    if (!read_line(line, manifest))
        return LINE_WRONG;
    if (parse_run(run, line))
        return LINE_RUN;
    return parse_totals(totals, line) && getc(manifest) == EOF ? LINE_TOTALS : LINE_WRONG;
}
