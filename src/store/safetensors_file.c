#include "safetensors_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/foreign.h"
#include "model/sum.h"
#include "system/file.h"

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static void put_little_endian(uint8_t *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

/* Converts a number of 4 or 8 bytes from the machine's byte order to the file's. */
static void to_file(uint8_t *bytes, const void *number, size_t size)
{
    uint32_t narrow;
    uint64_t wide;
    memcpy(size == 4 ? (void *)&narrow : (void *)&wide, number, size);
    put_little_endian(bytes, size == 4 ? narrow : wide, size);
}

char *lenet5_json_text(const json_t *value, size_t flags)
{
    const size_t size = json_dumpb(value, NULL, 0, flags);
    char *text = size > 0 ? malloc(size + 1) : NULL;
    if (text && json_dumpb(value, text, size, flags) != size) {
        free(text);
        return NULL;
    }
    if (text)
        text[size] = '\0';
    return text;
}

static uint8_t *pack_data(const tensor *tensors, size_t count, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < count; i++)
        *size += lenet5_tensor_bytes(&tensors[i]);
    uint8_t *data = malloc(*size);
    if (!data)
        return NULL;
    uint8_t *next = data;
    for (size_t i = 0; i < count; i++) {
        const size_t width = lenet5_tensor_type_size(tensors[i].type);
        const uint8_t *number = tensors[i].numbers;
        for (size_t k = lenet5_tensor_count(&tensors[i]); k > 0; k--, number += width, next += width)
            to_file(next, number, width);
    }
    return data;
}

static json_t *describe(const tensor *t, size_t begin)
{
    json_t *shape = json_array();
    int failed = 0;
    for (size_t i = 0; i < t->dimensions; i++)
        failed |= json_array_append_new(shape, json_integer((json_int_t)t->shape[i]));
    if (failed) {
        json_decref(shape);
        return NULL;
    }
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", lenet5_tensor_type_name(t->type), "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + lenet5_tensor_bytes(t)));
}

/* The header with the 8 bytes of its size, padded so that the data begin at a multiple of 8. */
static uint8_t *pack_header(const tensor *tensors, size_t count, json_t *metadata, size_t *size)
{
    json_t *header = json_object();
    int failed = json_object_set(header, "__metadata__", metadata);
    for (size_t i = 0, begin = 0; i < count; begin += lenet5_tensor_bytes(&tensors[i]), i++)
        failed |= json_object_set_new(header, tensors[i].name, describe(&tensors[i], begin));
    char *text = failed ? NULL : lenet5_json_text(header, JSON_COMPACT);
    json_decref(header);
    if (!text)
        return NULL;
    const size_t length = strlen(text);
    const size_t padded = (length + 7) / 8 * 8;
    uint8_t *bytes = malloc(8 + padded);
    if (bytes) {
        put_little_endian(bytes, padded, 8);
        memset(bytes + 8, ' ', padded);
        memcpy(bytes + 8, text, length);
        *size = 8 + padded;
    }
    free(text);
    return bytes;
}

static lenet5_status check_numbers(const char *path, const tensor *t, lenet5_error *error)
{
    const uint8_t *number = t->numbers;
    for (size_t i = 0; i < lenet5_tensor_count(t); i++, number += lenet5_tensor_type_size(t->type))
        if (!lenet5_number_fits(number, t))
            return lenet5_fail(error, LENET5_E_MODEL_NUMBER, LENET5_NO_OFFSET,
                               "%s: not written: number %zu of \"%s\" " TENSOR_UNFIT, path, i, t->name);
    return LENET5_OK;
}

lenet5_status lenet5_safetensors_write(const char *path, const tensor *tensors, size_t count, json_t *metadata,
                                       lenet5_error *error)
{
    file_piece pieces[2] = {{0}};
    uint8_t *header = NULL;
    char sum[65];
    for (size_t i = 0; i < count; i++) {
        const lenet5_status sound = check_numbers(path, &tensors[i], error);
        if (sound != LENET5_OK)
            return sound;
    }
    uint8_t *data = pack_data(tensors, count, &pieces[1].size);
    if (data) {
        lenet5_data_sum(sum, data, pieces[1].size);
        if (json_object_set_new(metadata, TENSOR_SUM_KEY, json_string(sum)) == 0)
            header = pack_header(tensors, count, metadata, &pieces[0].size);
    }
    pieces[0].data = header;
    pieces[1].data = data;
    const lenet5_status status = header ? lenet5_file_write(path, pieces, 2, error) : lenet5_fail_memory(error);
    free(header);
    free(data);
    return status;
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static lenet5_status fail_too_large(const safetensors *file, lenet5_error *error)
{
    const lenet5_status status = lenet5_refuse_foreign(file->bytes, file->size, file->path, error);
    return status != LENET5_OK ? status
                               : lenet5_fail(error, LENET5_E_MODEL_HEADER_SIZE, SAFETENSORS_MAX_FILE,
                                             "%s: too large for a model or checkpoint of LeNet-5", file->path);
}

static lenet5_status read_whole(safetensors *file, lenet5_error *error)
{
    FILE *stream = fopen(file->path, "rb");
    if (!stream)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "%s: cannot be opened: %s", file->path,
                           strerror(errno));
    size_t room = (size_t)1 << 19;
    lenet5_status status = LENET5_OK;
    for (;;) {
        uint8_t *larger = room <= SAFETENSORS_MAX_FILE ? realloc(file->owned, room) : NULL;
        if (!larger) {
            status = room <= SAFETENSORS_MAX_FILE ? lenet5_fail_memory(error) : fail_too_large(file, error);
            break;
        }
        file->bytes = file->owned = larger;
        file->size += fread(file->owned + file->size, 1, room - file->size, stream);
        if (file->size < room) {
            if (ferror(stream))
                status = lenet5_fail(error, LENET5_E_READ, file->size, "%s: byte %zu: cannot be read: %s", file->path,
                                     file->size, strerror(errno));
            break;
        }
        room *= 2;
    }
    fclose(stream);
    return status;
}

lenet5_status lenet5_safetensors_read(safetensors *file, const char *path, lenet5_error *error)
{
    *file = (safetensors){.path = path};
    lenet5_status status = read_whole(file, error);
    if (status == LENET5_OK)
        status = lenet5_safetensors_check(file, error);
    if (status != LENET5_OK)
        lenet5_safetensors_free(file);
    return status;
}
