/*
 * JSON that is whole or not there: where a part is missing for want of memory, all of it is given up and becomes NULL,
 * and stays so. json_pack does the same. text_json and put_json say in the end that memory has run out.
 */
#ifndef LENET5_JSON_BUILD_H
#define LENET5_JSON_BUILD_H

#include <jansson.h>
#include <stdint.h>

/* Both take the value. */
void add_member(json_t **object, const char *key, json_t *value);
void add_item(json_t **array, json_t *value);

/* A JSON string of any bytes: those that are not ASCII become question marks where they are not UTF-8. */
json_t *any_string_json(const char *string);

/* A number that every reader of JSON keeps exact, or, from 2^53 on, a string of its digits. */
json_t *whole_json(uint64_t number);

#endif
