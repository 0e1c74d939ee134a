/*
 * Shared by the parts of lenet5 read: read.c parses the options, sources.c finds the pictures, threads.c distributes
 * them among threads, file.c reads one, print.c prints what was found.
 */
#ifndef LENET5_CLI_READ_H
#define LENET5_CLI_READ_H

#include <stdio.h>

#include "codes.h"
#include "common.h"
#include "explain.h"
#include "lenet5.h"
#include "sources.h"
#include "template.h"
#include "json/answers.h"

typedef enum telling { TELL_TEXT, TELL_JSON, TELL_CSV, TELL_CSV_RAW } telling;

/* What is asked of all pictures. */
typedef struct read_job {
    lenet5_committee models;
    lenet5_read_options options;
    code_list codes;
    lenet5_box region;
    bool whole;         /* no region was asked for */
    form_template form; /* without fields: none was given */
    telling telling;
    bool evidence; /* JSON says what each probability is made of */
    file_list files;
    unsigned threads;
    explanation *explanation; /* NULL: none is wanted; else there is one thread */
    const char *annotated; /* where to write pictures with what was read in them, or NULL; else there is one thread */
} read_job;

/* What a thread reads with. */
typedef struct read_hand {
    const read_job *job;
    lenet5_reader *reader;
    size_t annotated; /* pictures */
} read_hand;

/* What has become of a file. */
typedef struct read_outcome {
    FILE *out; /* what is told of it; complaints go where complain_into says */
    bool failed, rejected;
    bool cut; /* a signal has come before all of it was read */
} read_outcome;

/* The place in words, escaped: "form.tif page 2 field postcode". */
#define PLACE_NAME_SIZE (4 * 4096 + 512)
void name_place(char name[PLACE_NAME_SIZE], const read_place *place);

/* The name of the drawing of a picture: that of --annotate if number is 0, else OUT-number.png. */
void name_drawing(char path[PATH_SIZE + 32], const char *annotated, size_t number);

/* Reads a file and tells what is in it. */
void read_file(read_outcome *outcome, read_hand *hand, const char *file);

/* Reads all files, by several threads if so many are asked for, and tells all in the order of the files. Returns an
 * exit code. */
int read_files(const read_job *job);

void tell_head(const read_job *job);
void tell(read_outcome *outcome, const read_job *job, const read_place *place, const lenet5_reading *reading);

#endif
