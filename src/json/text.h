/*
 * Text that grows as it is written: JSON for many digits at once, which is written straight from the numbers. Where
 * memory runs out the text is given up, which is told once, at its end.
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
    bool failed; /* out of memory; nothing is added any more */
} text_buffer;

void text_put(text_buffer *t, const void *bytes, size_t size);
void text_puts(text_buffer *t, const char *string);
void text_whole(text_buffer *t, uint64_t number);

/* A number below 1e9 either way with so many decimals, at most 9, and no zeros at its end; null if it is not finite. */
void text_fixed(text_buffer *t, double number, unsigned decimals);

/* a,b,... of such numbers, and [a,b,...]. */
void text_fixed_row(text_buffer *t, const float *numbers, size_t count, unsigned decimals);
void text_fixed_list(text_buffer *t, const float *numbers, size_t count, unsigned decimals);

/* As any_string_json. */
void text_string(text_buffer *t, const char *string);

/* An object or an array as it is printed in a line, which is dropped. NULL stands for one that found no memory. */
void text_json(text_buffer *t, json_t *value);

void text_free(text_buffer *t);

#endif
