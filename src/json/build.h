/*
 * JSON that is complete or NULL: if memory runs out for one part, the whole value is freed and becomes NULL, and stays
 * NULL. json_pack does the same. text_json and put_json report it in the end.
 */
#ifndef LENET5_JSON_BUILD_H
#define LENET5_JSON_BUILD_H

#include <jansson.h>
#include <stdint.h>

/* Both take the reference of the value. */
void add_member(json_t **object, const char *key, json_t *value);
void add_item(json_t **array, json_t *value);

/* Returns a JSON string of any bytes. If they are not UTF-8, those above 127 become question marks. */
json_t *any_string_json(const char *string);

/* Returns a number below 2^53, which every reader of JSON keeps exact, or a string of the digits. */
json_t *whole_json(uint64_t number);

#endif
