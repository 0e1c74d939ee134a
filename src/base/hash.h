/* FNV-1a, a fast hash of bytes for tables and for comparing files. Not cryptographic. */
#ifndef LENET5_BASE_HASH_H
#define LENET5_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t lenet5_hash(const uint8_t *bytes, size_t size)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001B3u;
    return hash;
}

#endif
