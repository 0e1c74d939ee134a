/*
 * The objects of docs/json.md that the command line and the server have in common: whole, or NULL where memory has run
 * out.
 */
#ifndef LENET5_JSON_ANSWERS_H
#define LENET5_JSON_ANSWERS_H

#include <jansson.h>

#include "lenet5/reading.h"
#include "text.h"

/* What a network says of one digit. */
typedef struct digit_answer {
    unsigned digit;
    bool empty; /* there was no ink, and the network was not asked */
    bool accepted;
    float posterior[LENET5_CLASSES + 1];
    float penalty[LENET5_CLASSES];
} digit_answer;

digit_answer digit_answer_of(const lenet5_loss *loss, const float penalty[LENET5_CLASSES], double threshold);
digit_answer digit_answer_empty(void);

/* The members of an object, without its braces: "digit":7,"probability": ... */
void put_digit_answer(text_buffer *t, const digit_answer *a);

/* Where a line of writing was found. */
typedef struct read_place {
    const char *file;
    int page;          /* from 1 */
    const char *field; /* of a form; NULL: none, the page as it is */
} read_place;

/* Lines are counted from 1. */
json_t *reading_json(const read_place *place, const lenet5_reading *reading, size_t line);

/* What the probability of a line's string is made of, by name. */
json_t *evidence_json(const lenet5_read_line *line);

/* Of a page, or field, in which nothing is written. */
json_t *empty_reading_json(const read_place *place, const lenet5_reading *reading);

/* The word of the JSON and CSV forms. */
const char *decision_name(lenet5_decision decision);

/* "layers", "parameters" and "connections", as lenet5 inspect has them. */
json_t *network_json(void);
json_t *provenance_json(const lenet5_provenance *p);

#endif
