/* What bytes are by themselves, whatever their Content-Type says. */
#ifndef LENET5_SERVE_CONTENT_H
#define LENET5_SERVE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether they begin as a picture file of a format that is read. */
bool content_is_picture(const uint8_t *bytes, size_t size);

/* Whether they begin as data:... does. */
bool content_is_data_url(const uint8_t *bytes, size_t size);

/* What a data URL in base 64 holds, allocated; NULL with *size 0 if it is none, and with another if memory is out. */
uint8_t *content_of_data_url(size_t *size, const uint8_t *url, size_t length);

/*
 * How many bits the numbers have that the bytes are, if they are floating-point numbers from 0 to 255, least
 * significant byte first, and not the grey levels that they are given for: 32, 64, or 0, which is all but certain
 * either way.
 */
unsigned content_float_bits(const uint8_t *bytes, size_t size);

#endif
