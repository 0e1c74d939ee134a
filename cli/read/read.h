/*
 * Shared by the parts of lenet5 read: read.c parses the options, inputs.c lists the pictures, threads.c distributes
 * them among threads, sources.c opens one, file.c reads it, print.c prints what was found.
 */
#ifndef LENET5_CLI_READ_H
#define LENET5_CLI_READ_H

#include <stdio.h>

#include "codes.h"
#include "common.h"
#include "explain.h"
#include "inputs.h"
#include "lenet5.h"
#include "template.h"
#include "json/answers.h"

typedef enum output_kind { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV, OUTPUT_CSV_RAW } output_kind;

/* The options, which hold for all pictures. */
typedef struct read_job {
    lenet5_committee models;
    lenet5_read_options options;
    code_list codes;
    lenet5_box region;
    bool whole;         /* no region is given */
    form_template form; /* without fields: none is given */
    output_kind output;
    bool evidence; /* JSON includes the measures of each probability */
    file_list operands;
    inputs *inputs;
    unsigned threads;
    explanation *explanation; /* NULL: none; otherwise there is one thread */
    const char *annotated;    /* the name of the annotated pictures; NULL: none; otherwise there is one thread */
} read_job;

/* The state of a thread. */
typedef struct read_worker {
    const read_job *job;
    lenet5_reader *reader;
    size_t annotated; /* pictures so far */
} read_worker;

/* The outcome of an input. */
typedef struct read_outcome {
    FILE *out; /* for its lines; errors go to error_stream() */
    bool failed, rejected;
    bool cut; /* a signal came before all of it was read */
} read_outcome;

/* Writes the place in words, escaped: "form.tif page 2 field postcode". */
#define PLACE_NAME_SIZE (4 * 4096 + 512)
void describe_place(char name[PLACE_NAME_SIZE], const read_place *place);

/* Writes the name of an annotated picture: that of --annotate if number is 0, else FILE-number.png. */
void name_drawing(char path[PATH_SIZE + 32], const char *annotated, size_t number);

/* Reads an input and prints its lines. */
void read_input(read_outcome *outcome, read_worker *worker, const input *one);

/* Reads all inputs, on several threads if asked to, and prints all lines in their order. Returns an exit code. */
int read_inputs(const read_job *job);

void print_header(const read_job *job);
void print_reading(read_outcome *outcome, const read_job *job, const read_place *place, const lenet5_reading *reading);

#endif
