/*
 * Shared by the parts of lenet5 read: read.c parses the options, inputs.c lists the pictures, threads.c distributes
 * them among threads, sources.c opens one, file.c reads it, print.c prints what was found, parts.c keeps the results of
 * a part, by_ranks.c lets several processes read together.
 */
#ifndef LENET5_CLI_READ_H
#define LENET5_CLI_READ_H

#include <stdio.h>

#include "codes.h"
#include "common.h"
#include "explain.h"
#include "inputs.h"
#include "lenet5.h"
#include "manifest.h"
#include "parts.h"
#include "template.h"
#include "json/answers.h"

typedef enum output_kind { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV, OUTPUT_CSV_RAW } output_kind;

/* What the inputs of all ranks are. */
typedef struct input_survey {
    uint64_t count; /* INPUTS_UNKNOWN in an archive */
    char sha256[SHA256_SIZE];
} input_survey;

/* The options, which hold for all pictures. */
typedef struct read_job {
    const cli_arguments *arguments;
    lenet5_committee models;
    lenet5_read_options options;
    code_list codes;
    lenet5_box region;
    bool whole;         /* no region is given */
    form_template form; /* without fields: none is given */
    output_kind output;
    bool evidence; /* JSON includes the measures of each probability */
    file_list operands;
    int listed;          /* the exit code of listing them */
    bool by_ranks;       /* several ranks read together */
    input_survey survey; /* if so */
    shard shard;
    inputs *inputs;
    unsigned threads;
    json_t *header;           /* of the part's manifest; NULL: none, or it has been taken */
    part_writer *part;        /* the results go there, with a row for each error; NULL: to standard output */
    explanation *explanation; /* NULL: none; otherwise there is one thread */
    const char *annotated;    /* the name of the annotated pictures; NULL: none; otherwise there is one thread */
} read_job;

/* The state of a thread. */
typedef struct read_worker {
    const read_job *job;
    lenet5_reader *reader;
    size_t annotated;            /* pictures so far */
    char error[KEPT_ERROR_SIZE]; /* that a row will have; only of a part */
} read_worker;

/* The outcome of an input. */
typedef struct read_outcome {
    FILE *out; /* for its rows; errors go to error_stream() */
    row_counts rows;
    bool failed;
    bool cut; /* a signal came before all of it was read */
} read_outcome;

/* Writes the place in words, escaped: "form.tif page 2 field postcode". */
#define PLACE_NAME_SIZE (4 * 4096 + 512)
void describe_place(char name[PLACE_NAME_SIZE], const read_place *place);

/* Writes the name of an annotated picture: that of --annotate if number is 0, else FILE-number.png. */
void name_drawing(char path[PATH_SIZE + 32], const char *annotated, size_t number);

/* Reads an input and prints its rows. */
void read_input(read_outcome *outcome, read_worker *worker, const input *one);

/* Reads all inputs, on several threads if asked to, and prints all rows in the order of the inputs. Returns an exit
 * code. */
int read_inputs(const read_job *job);

/* The header of the manifest of the job's part. */
json_t *part_header(const read_job *job);

/* The first line of CSV; "" for other output. */
const char *header_of(const read_job *job);

void print_reading(read_outcome *outcome, const read_job *job, const read_place *place, const lenet5_reading *reading);

/* Prints the row of a place that cannot be read. */
void print_unreadable(read_outcome *outcome, const read_job *job, const read_place *place, const char *error);

#endif
