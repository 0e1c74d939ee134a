/* Grey levels of digits, from what clients send. */
#ifndef LENET5_SERVE_PIXELS_H
#define LENET5_SERVE_PIXELS_H

#include "server.h"

#define WHOLE_BYTES 1024 /* of 32x32 */

/* A digit on the network's input: 784 bytes in its middle, or 1,024. */
void place_pixels(grey_input placed, const uint8_t *pixels, size_t count);

/* What the numbers of a request have in common. It tells numbers from 0 to 1 from grey levels. */
typedef struct scale {
    double most;
    bool fractions;
} scale;

/* The numbers of a JSON array, nested or not, as they come, rounded to whole levels. False if there are not exactly so
 * many, or one is not from 0 to 255. */
bool pixels_from_json(uint8_t *pixels, scale *seen, const json_t *value, size_t count);

/* How many numbers there are in it. */
size_t count_numbers(const json_t *value);

/* The same from 32-bit floats, least significant byte first. */
bool pixels_from_floats(uint8_t *pixels, scale *seen, const uint8_t *bytes, size_t count);

/*
 * Whether the numbers may be grey levels. Those from 0 to 1 with fractions among them are not, and the request is
 * refused; to those that are 0 and 1 alone the answer has a note.
 */
bool check_scale(request *r, const scale *seen);

/* The same of bytes: floats given for levels are refused, 0 and 1 alone are noted. */
bool check_levels(request *r, const uint8_t *bytes, size_t size);

/* The body's JSON, of so many bytes from its beginning; NULL once the request is refused. */
json_t *parse_body(request *r, size_t size);

/* threshold and max_error, as lenet5 classify has them. False once the request is refused. */
bool choose_threshold(request *r, double threshold, bool given, double max_error);

/* Nested arrays of a tensor of that shape. */
void put_tensor(text_buffer *t, const float *numbers, const size_t *shape, size_t dimensions, unsigned decimals);

#endif
