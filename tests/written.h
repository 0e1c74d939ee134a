/* Helpers of the tests of reading: draw strings of synthetic digits and read them. */
#ifndef LENET5_TESTS_WRITTEN_H
#define LENET5_TESTS_WRITTEN_H

#include "lenet5.h"
#include "unit.h"

/* Setup and teardown of a group of tests: digits to draw strings of, and a reader with the built-in model. */
extern lenet5_reader *reader;
int prepare_reading(void **state);
int end_reading(void **state);

/* The caller frees the picture; text is set to the string in it. */
lenet5_picture draw_string(char text[LENET5_MAX_STRING + 1], const char *style, size_t count, size_t index);

lenet5_reading read_it(const lenet5_picture *p, const lenet5_read_options *options);

/* Whether a reading is one line with this string. */
bool reads(const lenet5_reading *r, const char *text);

#endif
