#include "content.h"

#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Picture files ----------------------------------------------------------------------------------------------- */

static bool begins(const uint8_t *bytes, size_t size, const char *with, size_t length)
{
    return size >= length && memcmp(bytes, with, length) == 0;
}

/* P1 to P7, white space, and what may follow. Grey levels of a digit do not begin so. */
static bool is_pnm(const uint8_t *bytes, size_t size)
{
    return size > 4 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' && strchr(" \t\r\n", bytes[2]) &&
           bytes[2] && strchr("#0123456789 \t\r\nW", bytes[3]) && bytes[3];
}

/* "BM", two fields that are 0, and one of the sizes of the second header. */
static bool is_bmp(const uint8_t *bytes, size_t size)
{
    static const char nothing[4];
    return begins(bytes, size, "BM", 2) && size >= 18 && memcmp(bytes + 6, nothing, 4) == 0 && bytes[14] >= 12 &&
           bytes[14] <= 124 && memcmp(bytes + 15, nothing, 3) == 0;
}

/* Either byte order; then the offset of the first directory, or, in BigTIFF, the size of offsets. Neither is 0. */
static bool is_tiff(const uint8_t *bytes, size_t size)
{
    const bool little = begins(bytes, size, "II*\0", 4) || begins(bytes, size, "II+\0", 4);
    const bool big = begins(bytes, size, "MM\0*", 4) || begins(bytes, size, "MM\0+", 4);
    uint32_t offset = 0;
    for (size_t i = 0; size >= 8 && i < 4; i++)
        offset |= (uint32_t)bytes[little ? 4 + i : 7 - i] << (8 * i);
    return (little || big) && offset > 0;
}

bool content_is_picture(const uint8_t *bytes, size_t size)
{
    const bool jpeg = begins(bytes, size, "\xff\xd8\xff", 3) && size > 3 && bytes[3] >= 0xc0;
    const bool webp = begins(bytes, size, "RIFF", 4) && size >= 12 && memcmp(bytes + 8, "WEBP", 4) == 0;
    const bool heif = size >= 12 && memcmp(bytes + 4, "ftyp", 4) == 0; /* or a video, which the reader refuses */
    return heif || begins(bytes, size, "\x89PNG\r\n\x1a\n", 8) || jpeg || webp || is_tiff(bytes, size) ||
           is_pnm(bytes, size) || is_bmp(bytes, size);
}

/* ---- Data URLs --------------------------------------------------------------------------------------------------- */

static const char scheme[] = "data:";

bool content_is_data_url(const uint8_t *bytes, size_t size)
{
    return size >= sizeof scheme - 1 && strncasecmp((const char *)bytes, scheme, sizeof scheme - 1) == 0;
}

uint8_t *content_of_data_url(size_t *size, const uint8_t *url, size_t length)
{
    static const char base64[] = ";base64";
    struct base64_decode_ctx decoder;
    const uint8_t *comma = content_is_data_url(url, length) ? memchr(url, ',', length) : NULL;
    *size = 0;
    if (!comma || (size_t)(comma - url) < sizeof scheme + sizeof base64 - 2 ||
        strncasecmp((const char *)comma - sizeof base64 + 1, base64, sizeof base64 - 1) != 0)
        return NULL;
    const size_t encoded = length - (size_t)(comma + 1 - url);
    size_t decoded = BASE64_DECODE_LENGTH(encoded);
    uint8_t *bytes = malloc(decoded + 1);
    if (!bytes) {
        *size = decoded + 1;
        return NULL;
    }
    base64_decode_init(&decoder);
    if (!base64_decode_update(&decoder, &decoded, bytes, encoded, (const char *)comma + 1) ||
        !base64_decode_final(&decoder)) {
        free(bytes);
        return NULL;
    }
    *size = decoded;
    return bytes;
}

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

#define MIN_LEVEL (1.0 / (1 << 20)) /* the smallest level above 0 in an image of floats */
#define MIN_NUMBERS 16              /* above 0: grey levels look like so many floats with a probability below 1e-19 */

static double number_at(const uint8_t *bytes, size_t width)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < width; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    const uint32_t low = (uint32_t)bits;
    float single;
    double real;
    memcpy(&single, &low, sizeof single);
    memcpy(&real, &bits, sizeof real);
    return width == 4 ? (double)single : real;
}

/* Whether all bytes but the last look like the last byte of a float: an even grey area does, floats do not. */
static bool is_even_grey(const uint8_t *bytes, size_t width)
{
    for (size_t i = 0; i + 1 < width; i++)
        if (bytes[i] < 0x30 || bytes[i] > 0x48)
            return false;
    return true;
}

static bool are_floats(const uint8_t *bytes, size_t size, size_t width)
{
    static const uint8_t nothing[8];
    size_t numbers = 0, even = 0;
    if (size % width != 0)
        return false;
    for (size_t i = 0; i < size; i += width) {
        const double number = number_at(bytes + i, width);
        if (memcmp(bytes + i, nothing, width) == 0)
            continue;
        if (!(number >= MIN_LEVEL && number <= 255))
            return false;
        numbers++;
        even += is_even_grey(bytes + i, width);
    }
    return numbers >= MIN_NUMBERS && even < numbers / 2;
}

unsigned content_float_bits(const uint8_t *bytes, size_t size)
{
    return are_floats(bytes, size, 8) ? 64 : are_floats(bytes, size, 4) ? 32 : 0; /* halves of doubles may be floats */
}
