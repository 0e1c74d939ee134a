/* Grey levels of digits, from what clients send. Functions with a request are false once it has failed. */
#ifndef LENET5_SERVE_PIXELS_H
#define LENET5_SERVE_PIXELS_H

#include "batcher.h"

#define INPUT_SIDE 32    /* pixels of the network's input */
#define INPUT_BYTES 1024 /* of 32x32 */

/* Puts a digit on the network's input: 784 bytes into its middle, or 1,024. */
void pixels_place(grey_input placed, const uint8_t *pixels, size_t count);

/* What the numbers of a request have in common, which distinguishes numbers from 0 to 1 from grey levels. */
typedef struct scale {
    double max;
    bool fractions;
} scale;

/*
 * Parses the numbers of a JSON array, nested or not, and rounds them to whole levels. False unless there are exactly
 * count numbers, all of them from 0 to 255.
 */
bool pixels_from_json(uint8_t *pixels, scale *seen, const json_t *value, size_t count);

/* Counts the numbers of a JSON array, nested or not. */
size_t pixels_count(const json_t *value);

/* Parses 32-bit floats, least significant byte first, in the same way. */
bool pixels_from_floats(uint8_t *pixels, scale *seen, const uint8_t *bytes, size_t count);

/*
 * Checks that the numbers may be grey levels. Numbers from 0 to 1 with fractions among them are not, and fail the
 * request; numbers that are all 0 or 1 add a note to the answer.
 */
bool pixels_check_scale(request *r, const scale *seen);

/* Checks bytes in the same way: bytes that are floats fail the request. */
bool pixels_check_bytes(request *r, const uint8_t *bytes, size_t size);

/* Parses the JSON at the beginning of the body, of some bytes. NULL once the request has failed. */
json_t *pixels_parse_body(request *r, size_t size);

#endif
