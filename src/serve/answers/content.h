/* What bytes are by themselves, whatever their Content-Type is. */
#ifndef LENET5_SERVE_CONTENT_H
#define LENET5_SERVE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether they begin as a picture file of a format that the reader decodes. */
bool content_is_picture(const uint8_t *bytes, size_t size);

/* Whether they begin as a data URL. */
bool content_is_data_url(const uint8_t *bytes, size_t size);

/*
 * Decodes a data URL in base64 into allocated memory. NULL with *size 0 if it is malformed; with another if memory is
 * out.
 */
uint8_t *content_of_data_url(size_t *size, const uint8_t *url, size_t length);

/*
 * Returns the bits of the numbers, 32 or 64, if the bytes are floating-point numbers from 0 to 255, least significant
 * byte first, and not grey levels; 0 otherwise. A wrong verdict is next to impossible either way.
 */
unsigned content_float_bits(const uint8_t *bytes, size_t size);

#endif
