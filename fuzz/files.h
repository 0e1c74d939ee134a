/* Files made from a target's input. */
#ifndef LENET5_FUZZ_FILES_H
#define LENET5_FUZZ_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "lenet5/data.h"
#include "lenet5/network.h"

typedef struct memory_file {
    uint8_t *bytes;
    size_t size;
} memory_file;

/*
 * Changes a safetensors file, because random bytes almost never form one. If bit 1 of the first byte is set, the rest
 * of the input replaces the header; else each 8 bytes are an offset in the file and 4 bytes to write
 * there, and the remaining bytes are the number of bytes to cut off the end. If bit 0 is set, the checksum in the
 * header is corrected, if it is still in its place. The caller frees the bytes.
 */
memory_file change_safetensors(const uint8_t *file, size_t file_size, const uint8_t *data, size_t size);

/* The second kind of change, without the first byte. */
memory_file with_changes(const uint8_t *file, size_t file_size, const uint8_t *data, size_t size);

#define FILE_PATH 32

/* Puts the bytes into a file with a path, for functions that do not read memory. Returns its descriptor, which the
 * caller closes; aborts on failure. */
int file_of(char path[FILE_PATH], const void *bytes, size_t size);

/* Touches all pictures and labels of a set that was read; aborts if a label is no digit. */
void use_set(const lenet5_dataset *set);

#endif
