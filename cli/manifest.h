/*
 * The parts of a reading, as lenet5 read --out writes them and lenet5 merge joins them. A part is two files: its
 * results, part-03-of-16.jsonl or .csv, and their manifest, part-03-of-16.manifest.jsonl. docs/json.md describes them.
 *
 * A manifest is a line with the header, a line for each run of inputs, and a line with the totals.
 */
#ifndef LENET5_CLI_MANIFEST_H
#define LENET5_CLI_MANIFEST_H

#include <stdio.h>

#include "common.h"
#include "sha256.h"

#define MANIFEST_VERSION 1
#define MAX_PARTS 10000                /* merge has all of them open at once */
#define MAX_INPUTS ((uint64_t)1 << 53) /* what every reader of JSON keeps exact */

/* ---- Names ------------------------------------------------------------------------------------------------------- */

#define MANIFEST_ENDING ".manifest.jsonl"

/* Writes the name of a file of a part: its results or its manifest. Numbers have as many digits as parts has, so that
 * names sort. */
#define PART_PATH_SIZE (PATH_SIZE + 64)
void part_path(char path[PART_PATH_SIZE], const char *folder, uint64_t part, uint64_t parts, const char *ending);

/* Whether a name, without its folder, is that of a manifest; sets the numbers. */
bool parse_manifest_name(uint64_t *part, uint64_t *parts, const char *name);

/* ---- Runs of inputs ---------------------------------------------------------------------------------------------- */

/* Inputs first, first + step ... of a part, each with that many rows. */
typedef struct input_run {
    uint64_t first, step, count, rows;
} input_run;

/* Adds an input, whose number is above those before. Returns false if it does not continue the run, which stays as it
 * is. A run with count 0 takes any. */
bool run_extend(input_run *run, uint64_t number, uint64_t rows);

/* ---- Totals ------------------------------------------------------------------------------------------------------ */

/* The rows of results, by decision. */
typedef struct row_counts {
    uint64_t accepted, unsure, empty, unreadable;
} row_counts;

void add_rows(row_counts *sum, const row_counts *more);
uint64_t all_rows(const row_counts *rows);

typedef struct part_totals {
    uint64_t inputs;     /* of the part */
    uint64_t unreadable; /* of these, with a row that is unreadable */
    row_counts rows;
    char results_sha256[SHA256_SIZE];
    uint64_t all_inputs;            /* of all parts */
    char names_sha256[SHA256_SIZE]; /* of their names, each ended by a zero byte */
} part_totals;

/* "inputs", "read", "unreadable" and "rows", as the line has them. */
json_t *counts_json(const part_totals *totals);

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

#define MAX_MANIFEST_LINE 8192 /* bytes; a header has a thousand */

#define RUN_LINE_SIZE 96
void write_run(char line[RUN_LINE_SIZE], const input_run *run);

json_t *totals_json(const part_totals *totals);

/* Reads the header, an object with "lenet5_part". NULL if the line is something else. */
json_t *read_header(FILE *manifest);

/* Reads the next line behind the header. LINE_WRONG also if the manifest ends without totals, or does not end with
 * them. */
typedef enum manifest_line { LINE_RUN, LINE_TOTALS, LINE_WRONG } manifest_line;
manifest_line read_manifest_line(input_run *run, part_totals *totals, FILE *manifest);

#endif
