/*
 * The objects of docs/json.md that the command line and the server share. They are complete, or NULL if memory is out.
 */
#ifndef LENET5_JSON_ANSWERS_H
#define LENET5_JSON_ANSWERS_H

#include <jansson.h>

#include "lenet5/reading.h"
#include "text.h"

/* Decimals of the numbers of a digit's answer. */
#define PROBABILITY_DECIMALS 7
#define PENALTY_DECIMALS 4

/* The answer of a network about one digit. */
typedef struct digit_answer {
    unsigned digit;
    bool empty; /* there is no ink; the network has not been run */
    bool accepted;
    float posterior[LENET5_CLASSES + 1];
    float penalty[LENET5_CLASSES];
} digit_answer;

digit_answer digit_answer_of(const lenet5_loss *loss, const float penalty[LENET5_CLASSES], double threshold);
digit_answer digit_answer_empty(void);

/* Writes the members of an object without its braces: "digit":7,"probability": ... */
void put_digit_answer(text_buffer *t, const digit_answer *a);

/* Where a line of writing was found. */
typedef struct read_place {
    const char *file;
    int page;          /* from 1 */
    const char *field; /* of a form; NULL: none, the page as it is */
} read_place;

/* The object of one line, from 1. */
json_t *reading_json(const read_place *place, const lenet5_reading *reading, size_t line);

/* The evidence, by name, that the probability of a line's string is computed from. */
json_t *evidence_json(const lenet5_read_line *line);

/* The object of a page, or field, in which nothing is written. */
json_t *empty_reading_json(const read_place *place, const lenet5_reading *reading);

/* The word for a decision in JSON and CSV. */
const char *decision_name(lenet5_decision decision);

/* An object with "layers", "parameters" and "connections", as lenet5 inspect prints them. */
json_t *network_json(void);
json_t *provenance_json(const lenet5_provenance *p);

#endif
