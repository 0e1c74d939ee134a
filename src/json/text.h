/*
 * A growing text: JSON of many digits, which is written from the numbers directly. If memory runs out, `failed` is set
 * and later calls do nothing, so that the caller checks once, at the end.
 */
#ifndef LENET5_JSON_TEXT_H
#define LENET5_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "build.h"

typedef struct text_buffer {
    char *bytes;
    size_t size, room;
    bool failed; /* memory is out */
} text_buffer;

void text_put(text_buffer *t, const void *bytes, size_t size);
void text_puts(text_buffer *t, const char *string);
void text_whole(text_buffer *t, uint64_t number);

/* Adds a number, limited to +-1e9, with up to 9 decimals and without zeros at its end; null if it is not finite. */
void text_fixed(text_buffer *t, double number, unsigned decimals);

/* Add such numbers as a,b,... and as [a,b,...]. */
void text_fixed_row(text_buffer *t, const float *numbers, size_t count, unsigned decimals);
void text_fixed_list(text_buffer *t, const float *numbers, size_t count, unsigned decimals);

/* Adds the nested arrays of a tensor of some shape. */
void text_fixed_tensor(text_buffer *t, const float *numbers, const size_t *shape, size_t dimensions, unsigned decimals);

/* Adds any_string_json of a string. */
void text_string(text_buffer *t, const char *string);

/* Adds a value in one line, and takes its reference. NULL stands for memory that is out. */
void text_json(text_buffer *t, json_t *value);

void text_free(text_buffer *t);

#endif
