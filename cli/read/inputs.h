/*
 * The inputs of lenet5 read, one after the other: the files that operands stand for, those of a list of names, or the
 * files of a TAR stream. They are numbered from 1. A part takes some of them; the others are named only.
 */
#ifndef LENET5_CLI_READ_INPUTS_H
#define LENET5_CLI_READ_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "files.h"
#include "sha256.h"

/* A share of the inputs: numbers part, part + parts, part + 2 parts ...; or blocks of consecutive inputs, of which each
 * rank takes the next one from the counter when it is through with one (ranks.h). */
typedef struct shard {
    uint64_t part, parts; /* 1 <= part <= parts */
    uint64_t block;       /* inputs of a block; 0: there are no blocks */
} shard;

typedef struct input {
    uint64_t number; /* among the inputs of all parts */
    char *name;      /* as results have it; of the file, "-" for standard input, or of an entry of a TAR stream */
    uint8_t *bytes;  /* (size) of an entry; NULL: the file has them */
    size_t size;
    bool too_large; /* an entry of MAX_PICTURE_FILE bytes or more, which are not kept */
} input;

bool is_stdin(const input *one);

/* Asks the system to load a file, before it is read. */
void input_request(const input *one);

/* Frees the bytes of an entry that is read. */
void input_forget_bytes(input *one);

void input_free(input *one);

typedef struct inputs inputs;

/*
 * Opens the inputs: the operands, and behind them those of a list of names (NULL: none); or the files of a TAR stream
 * (NULL: none). Operands and paths must outlive them. Returns an exit code, as inputs_next does. Close them in any
 * case.
 */
int inputs_open(inputs **all, const file_list *operands, const char *names, const char *tar, shard mine);

/* The next input of the part; without a name if there is none left: all inputs of all parts have been named then. Free
 * it. */
int inputs_next(input *next, inputs *all);

/* Goes to the end, and takes no input. */
int inputs_name_all(inputs *all);

/* The number of inputs of the part; INPUTS_UNKNOWN before their end is known, and of blocks. */
#define INPUTS_UNKNOWN UINT64_MAX
uint64_t inputs_expected(const inputs *all);

/* The share of the inputs of all parts that has been named, 0 to 1; 0 if it is unknown. */
double inputs_share(const inputs *all);

/* Writes the number of inputs of all parts so far, and the SHA-256 of their names, each ended by a zero byte. To be
 * called once, at the end. */
void inputs_sum(uint64_t *count, char sha256[SHA256_SIZE], inputs *all);

void inputs_close(inputs *all);

#endif
