/* Files that a target makes of its bytes. */
#ifndef LENET5_FUZZ_FILES_H
#define LENET5_FUZZ_FILES_H

#include <stddef.h>
#include <stdint.h>

typedef struct memory_file {
    uint8_t *bytes;
    size_t size;
} memory_file;

/*
 * A safetensors file, changed: bytes of input alone hardly ever make one. If bit 1 of the first byte is set, the rest
 * is its header in place of the one that it has; else each 8 bytes are a place in the file and 4 bytes that are put
 * there, and what is left over are bytes that its end loses. If bit 0 is set, the sum in its header is made right
 * again, if it is where it was. The caller frees the bytes.
 */
memory_file change_safetensors(const uint8_t *file, size_t file_size, const uint8_t *data, size_t size);

#define FILE_PATH 32

/* A file by a path, for what reads no memory. Returns its descriptor, which the caller closes; aborts if there is none.
 */
int file_of(char path[FILE_PATH], const void *bytes, size_t size);

#endif
