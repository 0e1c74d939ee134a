/*
 * Values as users write them: options of the command line, parameters of the server, members of a template. A parser
 * accepts the whole text or refuses it. It reports nothing: the caller knows the option's name and writes the message.
 */
#ifndef LENET5_JSON_VALUES_H
#define LENET5_JSON_VALUES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lenet5/reading.h"

/* The probability from which on the program and the server accept a single digit, unless the user gives one: the digit
 * is more probable than all the others together. */
#define DEFAULT_DIGIT_THRESHOLD 0.5

/* Parses a decimal number (0.5, 1e-3) from min to max. False for anything else: hexadecimal, inf, nan, blanks. */
bool parse_number(double *number, const char *text, double min, double max);

/* Parses decimal digits, a whole number from min to max. */
bool parse_whole(uint64_t *number, const char *text, uint64_t min, uint64_t max);

/*
 * Parses a share above 0: "1%", or "0.01" below 1. "1" is refused, because it could mean 1 % as well as 100 %; 100 % is
 * written "100%".
 */
bool parse_share(double *share, const char *text);

/* Parses such a share from a string, or from a number above 0 and below 1. */
bool parse_share_json(double *share, const json_t *value);

/* What a message says about a share that is refused. */
#define SHARE_SYNTAX "a share written as 1% or 0.01 (without %, a number below 1)"

/* Returns the index of a name in a list that ends with NULL; the index of that NULL if the name is not in it. */
size_t name_index(const char *const *names, const char *name);

/* Names by the numbers of lenet5_check and lenet5_read_method; the lists end with NULL. */
extern const char *const check_names[];
extern const char *const method_names[];

/* False if no check digit has that name. */
bool parse_check(lenet5_check *check, const char *name);

#endif
