/*
 * Shared by the parts of lenet5 merge: merge.c is the command, verify.c checks each part by itself, order.c goes
 * through the inputs of all parts in their order. manifest.h describes the files.
 */
#ifndef LENET5_CLI_MERGE_H
#define LENET5_CLI_MERGE_H

#include <stdio.h>

#include "manifest.h"

/* The parts of a reading, in a folder. */
typedef struct part_set {
    const char *folder;
    uint64_t parts;
    json_t *header;     /* of the first part that is verified; the others have the same but for their number */
    const char *ending; /* of the results: ".jsonl" or ".csv" */
    part_totals totals; /* sums over the parts, but all_inputs and names_sha256 of that part */
} part_set;

/* Whether the results begin with a line that is no row. */
bool has_first_line(const part_set *set);

/*
 * Checks a part by itself: its manifest is whole, belongs to the parts before and matches the results. Adds its counts
 * to the totals. Returns an exit code.
 */
int verify_part(part_set *set, uint64_t part);

/* ---- Order ------------------------------------------------------------------------------------------------------- */

/* The inputs of all parts in the order of their numbers. */
typedef struct order order;

typedef struct ordered_input {
    uint64_t number, rows;
    uint64_t part;
    FILE *results; /* the rows are next there; NULL if the results are not open */
} ordered_input;

/* Opens all manifests, and the results if asked to, behind their first line. Returns an exit code, as order_next does.
 * Close it in any case. */
int order_open(order **o, const part_set *set, bool with_results);

/* The next input; number 0: there is none left. */
int order_next(ordered_input *next, order *o);

void order_close(order *o);

#endif
