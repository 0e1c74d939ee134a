/* A part of a reading: its results and their manifest (manifest.h), in the folder of lenet5 read --out. */
#ifndef LENET5_CLI_READ_PARTS_H
#define LENET5_CLI_READ_PARTS_H

#include "inputs.h"
#include "manifest.h"

typedef struct part_writer part_writer;

/*
 * Begins the part of a shard: makes the folder if it is missing, and checks that both files can be written. ending is
 * that of the results: ".jsonl". first_line begins them (CSV; "": none). header is that of the manifest, and is taken.
 * Returns an exit code, as part_add and part_end do. End or abandon it.
 */
int part_begin(part_writer **p, const char *folder, const shard *which, const char *ending, const char *first_line,
               json_t *header);

/* Adds the rows of an input, whose number is above those before. */
int part_add(part_writer *p, uint64_t number, const char *rows, size_t size, const row_counts *counts);

/* Gives both files their names, and frees the part. */
int part_end(part_writer *p, inputs *all);

/* Removes what is written so far, and frees the part; NULL: nothing. */
void part_abandon(part_writer *p);

#endif
