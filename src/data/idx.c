/*
 * IDX files, the format of MNIST. All numbers are big-endian:
 *
 *     byte 0  1  2     3           4        8        ...
 *          0  0  type  dimensions  size 0   size 1   ...   the numbers, the last dimension fastest
 *
 * Type 0x08 is bytes, 0x0C 32-bit integers. zlib reads plain and gzipped files alike. The header is not trusted: memory
 * grows with the bytes that arrive, not with the sizes in the header. If data follow the sizes in the header, only one
 * byte of them is unpacked, to detect the error.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dataset.h"
#include "files.h"
#include "system/file.h"

enum { TYPE_BYTE = 0x08, TYPE_INT = 0x0C };

#define MAX_FILE_PICTURES 10000000u   /* EMNIST ByClass has 814,255 */
#define MAX_SIDE 1024u                /* pixels */
#define MAX_BYTES ((size_t)1 << 32)   /* of a file's unpacked numbers; a gzipped file can be a thousandth of that */
#define FIRST_CHUNK ((size_t)1 << 20) /* bytes read before memory grows */
#define MAX_DIMENSIONS 3

typedef struct idx_file {
    gzFile stream;
    const char *path;
    uint64_t offset; /* in the unpacked file */
    unsigned type;
    size_t dimensions;
    uint32_t size[MAX_DIMENSIONS];
} idx_file;

static lenet5_status idx_fail(const idx_file *file, lenet5_status status, uint64_t offset, lenet5_error *error,
                              const char *format, ...) __attribute__((format(printf, 5, 6)));

static lenet5_status idx_fail(const idx_file *file, lenet5_status status, uint64_t offset, lenet5_error *error,
                              const char *format, ...)
{
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return lenet5_fail(error, status, offset, "%s: byte %llu: %s", file->path, (unsigned long long)offset, text);
}

/* Reads exactly size bytes. */
static lenet5_status idx_bytes(idx_file *file, void *bytes, size_t size, lenet5_error *error)
{
    size_t done = 0;
    while (done < size) {
        const size_t left = size - done;
        const unsigned chunk = left > FIRST_CHUNK ? (unsigned)FIRST_CHUNK : (unsigned)left;
        const int count = gzread(file->stream, (char *)bytes + done, chunk);
        if (count < 0)
            return idx_fail(file, LENET5_E_READ, file->offset + done, error, "cannot be read: %s",
                            lenet5_gz_fault(file->stream));
        if (count == 0)
            return idx_fail(file, LENET5_E_IDX_TRUNCATED, file->offset + done, error,
                            "the file ends here, %zu bytes too early; download it again", left);
        done += (size_t)count;
    }
    file->offset += size;
    return LENET5_OK;
}

static uint32_t big_endian(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static lenet5_status read_sizes(idx_file *file, lenet5_error *error)
{
    uint64_t all = file->type == TYPE_INT ? 4 : 1;
    for (size_t i = 0; i < file->dimensions; i++) {
        uint8_t bytes[4];
        const lenet5_status status = idx_bytes(file, bytes, 4, error);
        if (status != LENET5_OK)
            return status;
        file->size[i] = big_endian(bytes);
        const uint32_t most = i == 0 ? MAX_FILE_PICTURES : MAX_SIDE;
        if (file->size[i] == 0 || file->size[i] > most)
            return idx_fail(file, LENET5_E_IDX_DIMENSIONS, file->offset - 4, error,
                            "dimension %zu has size %lu; sizes are 1 to %lu", i, (unsigned long)file->size[i],
                            (unsigned long)most);
        all *= file->size[i];
    }
    if (all > MAX_BYTES)
        return idx_fail(file, LENET5_E_IDX_DIMENSIONS, 4, error, "the file has more than 4 GiB of numbers");
    return LENET5_OK;
}

static lenet5_status read_header(idx_file *file, lenet5_error *error)
{
    uint8_t magic[4];
    const lenet5_status status = idx_bytes(file, magic, sizeof magic, error);
    if (status != LENET5_OK)
        return status;
    if (memcmp(magic, "BZh", 3) == 0)
        return idx_fail(file, LENET5_E_IDX_MAGIC, 0, error, "compressed by bzip2; unpack it first, with bunzip2");
    if (magic[0] != 0 || magic[1] != 0)
        return idx_fail(file, LENET5_E_IDX_MAGIC, 0, error,
                        "not an IDX file: it begins with %02x %02x instead of 00 00", magic[0], magic[1]);
    file->type = magic[2];
    file->dimensions = magic[3];
    if (file->type != TYPE_BYTE && file->type != TYPE_INT)
        return idx_fail(file, LENET5_E_IDX_TYPE, 2, error,
                        "the numbers have type 0x%02x; supported are 0x08 (bytes) and, for labels, 0x0c (integers)",
                        file->type);
    if (file->dimensions < 1 || file->dimensions > MAX_DIMENSIONS)
        return idx_fail(file, LENET5_E_IDX_DIMENSIONS, 3, error, "%zu dimensions; pictures have 3, labels 1 or 2",
                        file->dimensions);
    return read_sizes(file, error);
}

/* Fails if data follow, or if the checksum at the end of a gzipped file is wrong. */
static lenet5_status idx_end(idx_file *file, lenet5_error *error)
{
    uint8_t beyond;
    const int count = gzread(file->stream, &beyond, 1);
    if (count > 0)
        return idx_fail(file, LENET5_E_IDX_TRAILING, file->offset, error,
                        "the file continues after the end given in its header");
    const char *fault = lenet5_gz_fault(file->stream);
    if (fault)
        return idx_fail(file, LENET5_E_READ, file->offset, error, "cannot be read: %s; download it again", fault);
    return LENET5_OK;
}

/* Reads all numbers of the file, size bytes, into newly allocated memory. */
static lenet5_status idx_numbers(idx_file *file, uint8_t **numbers, size_t size, lenet5_error *error)
{
    uint8_t *all = NULL;
    lenet5_status status = LENET5_OK;
    for (size_t done = 0, room = 0; done < size && status == LENET5_OK; done = room) {
        room = room ? 2 * room : FIRST_CHUNK;
        room = room < size ? room : size;
        uint8_t *larger = realloc(all, room);
        if (larger)
            all = larger;
        status = larger ? idx_bytes(file, all + done, room - done, error) : lenet5_fail_memory(error);
    }
    if (status == LENET5_OK)
        status = idx_end(file, error);
    if (status == LENET5_OK)
        *numbers = all;
    else
        free(all);
    return status;
}

static lenet5_status check_picture_header(const idx_file *file, lenet5_error *error)
{
    if (file->type != TYPE_BYTE)
        return idx_fail(file, LENET5_E_IDX_TYPE, 2, error, "pictures have type 0x08, bytes, not 0x%02x", file->type);
    if (file->dimensions != 3)
        return idx_fail(file, LENET5_E_IDX_DIMENSIONS, 3, error, "pictures have 3 dimensions, not %zu%s",
                        file->dimensions, file->dimensions == 1 ? "; is this the file of labels?" : "");
    return LENET5_OK;
}

lenet5_status lenet5_idx_pictures(lenet5_dataset *set, gzFile stream, const char *path, lenet5_error *error)
{
    idx_file file = {.stream = stream, .path = path};
    lenet5_status status = read_header(&file, error);
    if (status == LENET5_OK)
        status = check_picture_header(&file, error);
    if (status == LENET5_OK) {
        set->count = file.size[0];
        set->height = file.size[1];
        set->width = file.size[2];
        status = idx_numbers(&file, &set->pixels, set->count * set->height * set->width, error);
    }
    return status;
}

static lenet5_status check_label_header(const idx_file *file, size_t count, lenet5_error *error)
{
    const bool plain = file->type == TYPE_BYTE && file->dimensions == 1;
    const bool qmnist = file->type == TYPE_INT && file->dimensions == 2;
    if (!plain && !qmnist)
        return idx_fail(file, LENET5_E_IDX_DIMENSIONS, 2, error,
                        "labels are bytes of 1 dimension, or integers of 2 (QMNIST), not type 0x%02x of %zu%s",
                        file->type, file->dimensions, file->dimensions == 3 ? "; is this the file of pictures?" : "");
    if (file->size[0] != count)
        return idx_fail(file, LENET5_E_IDX_COUNT, 4, error, "%lu labels for %zu pictures", (unsigned long)file->size[0],
                        count);
    return LENET5_OK;
}

/* Labels are bytes or, in QMNIST, the first of each row of integers. Both are converted to bytes in place. */
static lenet5_status check_labels(const idx_file *file, uint8_t *labels, unsigned classes, lenet5_error *error)
{
    const size_t step = file->type == TYPE_INT ? 4 * (size_t)file->size[1] : 1;
    const uint64_t start = 4 + 4 * (uint64_t)file->dimensions;
    for (size_t i = 0; i < file->size[0]; i++) {
        const uint32_t label = file->type == TYPE_INT ? big_endian(labels + i * step) : labels[i];
        if (label >= classes)
            return idx_fail(file, LENET5_E_IDX_LABEL, start + i * step, error, "label %zu is %lu; it must be 0 to %u",
                            i, (unsigned long)label, classes - 1);
        labels[i] = (uint8_t)label;
    }
    return LENET5_OK;
}

lenet5_status lenet5_idx_labels(lenet5_dataset *set, const char *path, unsigned classes, lenet5_error *error)
{
    idx_file file = {.path = path};
    lenet5_status status = lenet5_gz_open(&file.stream, path, error);
    if (status != LENET5_OK)
        return status;
    status = read_header(&file, error);
    if (status == LENET5_OK)
        status = check_label_header(&file, set->count, error);
    if (status == LENET5_OK) {
        const size_t row = file.type == TYPE_INT ? 4 * (size_t)file.size[1] : 1;
        status = idx_numbers(&file, &set->labels, set->count * row, error);
    }
    if (status == LENET5_OK)
        status = check_labels(&file, set->labels, classes, error);
    gzclose_r(file.stream);
    return status;
}

static void put_big_endian(uint8_t bytes[4], size_t value)
{
    for (size_t i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static lenet5_status idx_write(const char *path, const uint8_t *numbers, const size_t *size, size_t dimensions,
                               lenet5_error *error)
{
    uint8_t header[4 + 4 * MAX_DIMENSIONS] = {0, 0, TYPE_BYTE, (uint8_t)dimensions};
    size_t count = 1;
    for (size_t i = 0; i < dimensions; i++) {
        put_big_endian(header + 4 + 4 * i, size[i]);
        count *= size[i];
    }
    const file_piece pieces[] = {{header, 4 + 4 * dimensions}, {numbers, count}};
    return lenet5_file_write(path, pieces, 2, error);
}

lenet5_status lenet5_dataset_write(const char *images, const char *labels, const lenet5_dataset *set,
                                   lenet5_error *error)
{
    const size_t size[] = {set->count, set->height, set->width};
    lenet5_status status = lenet5_check_set(set, error);
    if (status != LENET5_OK)
        return status;
    if (set->height > UINT32_MAX || set->width > UINT32_MAX)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the pictures are %zux%zu; sides in an IDX file are below 2^32", set->width, set->height);
    status = idx_write(images, set->pixels, size, 3, error);
    if (status != LENET5_OK || !set->labels)
        return status;
    return idx_write(labels, set->labels, size, 1, error);
}
