#define _GNU_SOURCE /* memfd_create */
#include "files.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE_BYTES = 8, CHANGE = 8, VALUE = 4, SEAL = 1, HEADER = 2 };

static uint64_t little_endian(const uint8_t *bytes, size_t count)
{
    uint64_t number = 0;
    while (count-- > 0)
        number = number << 8 | bytes[count];
    return number;
}

/* A copy of the file with another header. */
static memory_file with_header(const uint8_t *file, size_t file_size, const uint8_t *header, size_t size)
{
    const size_t old = SIZE_BYTES + (size_t)little_endian(file, SIZE_BYTES);
    memory_file new = {.size = SIZE_BYTES + size + file_size - old};
    new.bytes = malloc(new.size);
    if (!new.bytes)
        abort();
    for (size_t i = 0; i < SIZE_BYTES; i++)
        new.bytes[i] = (uint8_t)((uint64_t)size >> 8 * i);
    memcpy(new.bytes + SIZE_BYTES, header, size);
    memcpy(new.bytes + SIZE_BYTES + size, file + old, file_size - old);
    return new;
}

memory_file with_changes(const uint8_t *file, size_t file_size, const uint8_t *data, size_t size)
{
    memory_file new = {malloc(file_size), file_size};
    if (!new.bytes)
        abort();
    memcpy(new.bytes, file, file_size);
    for (; size >= CHANGE; data += CHANGE, size -= CHANGE)
        memcpy(new.bytes + little_endian(data, CHANGE - VALUE) % (file_size - VALUE), data + CHANGE - VALUE, VALUE);
    new.size -= (size_t)little_endian(data, size) % file_size;
    return new;
}

static void seal(memory_file *file)
{
    static const char before[] = "\"sha256\":\"";
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    const uint64_t header = file->size < SIZE_BYTES ? 0 : little_endian(file->bytes, SIZE_BYTES);
    if (file->size < SIZE_BYTES || header > file->size - SIZE_BYTES)
        return;
    sha256_init(&context);
    sha256_update(&context, file->size - SIZE_BYTES - (size_t)header, file->bytes + SIZE_BYTES + header);
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i + sizeof before - 1 + BASE16_ENCODE_LENGTH(sizeof digest) <= header; i++)
        if (memcmp(file->bytes + SIZE_BYTES + i, before, sizeof before - 1) == 0) {
            base16_encode_update((char *)file->bytes + SIZE_BYTES + i + sizeof before - 1, sizeof digest, digest);
            return;
        }
}

memory_file change_safetensors(const uint8_t *file, size_t file_size, const uint8_t *data, size_t size)
{
    const unsigned how = size > 0 ? data[0] : SEAL;
    const size_t rest = size > 0 ? size - 1 : 0;
    memory_file new = how &HEADER ? with_header(file, file_size, data + 1, rest)
                                  : with_changes(file, file_size, data + (size > 0), rest);
    if (how & SEAL)
        seal(&new);
    return new;
}

int file_of(char path[FILE_PATH], const void *bytes, size_t size)
{
    const int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, FILE_PATH, "/proc/self/fd/%d", descriptor);
    return descriptor;
}

void use_set(const lenet5_dataset *set)
{
    unsigned sum = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->labels && set->labels[i] >= LENET5_CLASSES)
            abort();
        sum += lenet5_dataset_picture(set, i)[set->height * set->width - 1];
    }
    if (sum > 255 * set->count)
        abort();
}
