/* The inputs of lenet5 read, one after the other: the files that operands stand for. They are numbered from 1. */
#ifndef LENET5_CLI_READ_INPUTS_H
#define LENET5_CLI_READ_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "files.h"

typedef struct input {
    uint64_t number;
    char *name; /* of the file, "-" for standard input */
} input;

bool is_stdin(const input *one);

/* Asks the system to load a file, before it is read. */
void input_request(const input *one);

void input_free(input *one);

typedef struct inputs inputs;

/* Opens the inputs, those of operands, which must outlive them. Returns an exit code, as inputs_next does. Close them in
 * any case. */
int inputs_open(inputs **all, const file_list *operands);

/* The next input; without a name if there is none left. Free it. */
int inputs_next(input *next, inputs *all);

/* The number of inputs. */
uint64_t inputs_expected(const inputs *all);

void inputs_close(inputs *all);

#endif
