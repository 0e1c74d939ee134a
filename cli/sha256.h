/* SHA-256 in hexadecimal. */
#ifndef LENET5_CLI_SHA256_H
#define LENET5_CLI_SHA256_H

#include <nettle/sha2.h>

#include "base/hex.h"

#define SHA256_SIZE (2 * SHA256_DIGEST_SIZE + 1) /* with its end */

/* Writes the sum of what the context has taken, and begins a new one. */
static inline void write_sha256(char text[SHA256_SIZE], struct sha256_ctx *context)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(context, sizeof digest, digest);
    lenet5_hex(text, digest, sizeof digest);
}

/* Writes the sum of bytes. */
static inline void sha256_of(char text[SHA256_SIZE], const void *bytes, size_t size)
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, size, bytes);
    write_sha256(text, &context);
}

#endif
