/* Reads and writes safetensors files. Input is untrusted: reading yields valid numbers or an error. */
#include "safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"

#define MAX_HEADER ((size_t)1 << 20) /* bytes */
#define MAX_FILE ((size_t)1 << 28)   /* bytes: a committee of 64 networks has 15 MB */
#define SUM_KEY "sha256"

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [TENSOR_F32] = {"F32", 4}, [TENSOR_F64] = {"F64", 8}, [TENSOR_U32] = {"U32", 4}, [TENSOR_U64] = {"U64", 8}};

size_t lenet5_tensor_type_size(tensor_type type)
{
    return types[type].size;
}

static size_t element_count(const tensor *t)
{
    size_t count = 1;
    for (size_t i = 0; i < t->dimensions; i++)
        count *= t->shape[i];
    return count;
}

static size_t byte_count(const tensor *t)
{
    return element_count(t) * lenet5_tensor_type_size(t->type);
}

static void put_little_endian(uint8_t *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t little_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/* Converts a number of 4 or 8 bytes from the machine's byte order to the file's. */
static void to_file(uint8_t *bytes, const void *number, size_t size)
{
    uint32_t narrow;
    uint64_t wide;
    memcpy(size == 4 ? (void *)&narrow : (void *)&wide, number, size);
    put_little_endian(bytes, size == 4 ? narrow : wide, size);
}

static void from_file(void *number, const uint8_t *bytes, size_t size)
{
    const uint64_t wide = little_endian(bytes, size);
    const uint32_t narrow = (uint32_t)wide;
    memcpy(number, size == 4 ? (const void *)&narrow : (const void *)&wide, size);
}

/* Whether a number of a tensor is in its range; integers always are. */
static bool number_fits(const uint8_t *number, const tensor *t)
{
    float narrow = 0;
    double wide = 0;
    if (t->type == TENSOR_F32)
        memcpy(&narrow, number, sizeof narrow);
    if (t->type == TENSOR_F64)
        memcpy(&wide, number, sizeof wide);
    const double value = t->type == TENSOR_F32 ? (double)narrow : wide;
    return isfinite(value) && (t->max == 0 || fabs(value) <= t->max);
}

#define UNFIT "is not finite, or too large to be a weight"

static void sum_of_data(char sum[65], const uint8_t *data, size_t size)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, size, data);
    sha256_digest(&context, sizeof digest, digest);
    lenet5_hex(sum, digest, sizeof digest);
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

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
        *size += byte_count(&tensors[i]);
    uint8_t *data = malloc(*size);
    if (!data)
        return NULL;
    uint8_t *next = data;
    for (size_t i = 0; i < count; i++) {
        const size_t width = lenet5_tensor_type_size(tensors[i].type);
        const uint8_t *number = tensors[i].numbers;
        for (size_t k = element_count(&tensors[i]); k > 0; k--, number += width, next += width)
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
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", types[t->type].name, "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + byte_count(t)));
}

/* The header with the 8 bytes of its size, padded so that the data begin at a multiple of 8. */
static uint8_t *pack_header(const tensor *tensors, size_t count, json_t *metadata, size_t *size)
{
    json_t *header = json_object();
    int failed = json_object_set(header, "__metadata__", metadata);
    for (size_t i = 0, begin = 0; i < count; begin += byte_count(&tensors[i]), i++)
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
    for (size_t i = 0; i < element_count(t); i++, number += lenet5_tensor_type_size(t->type))
        if (!number_fits(number, t))
            return lenet5_fail(error, LENET5_E_MODEL_NUMBER, LENET5_NO_OFFSET,
                               "%s: not written: number %zu of \"%s\" " UNFIT, path, i, t->name);
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
        sum_of_data(sum, data, pieces[1].size);
        if (json_object_set_new(metadata, SUM_KEY, json_string(sum)) == 0)
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

static lenet5_status read_whole(safetensors *file, lenet5_error *error)
{
    FILE *stream = fopen(file->path, "rb");
    if (!stream)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "%s: cannot be opened: %s", file->path,
                           strerror(errno));
    size_t room = (size_t)1 << 19;
    lenet5_status status = LENET5_OK;
    for (;;) {
        uint8_t *larger = room <= MAX_FILE ? realloc(file->owned, room) : NULL;
        if (!larger) {
            status = room <= MAX_FILE ? lenet5_fail_memory(error)
                                      : lenet5_fail(error, LENET5_E_MODEL_HEADER_SIZE, MAX_FILE,
                                                    "%s: too large for a model or checkpoint of LeNet-5", file->path);
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

static lenet5_status parse_header(safetensors *file, lenet5_error *error)
{
    if (file->size < 8)
        return lenet5_fail(error, LENET5_E_MODEL_TRUNCATED, file->size,
                           "%s: byte %zu: the file ends within its first 8 bytes; it is not a safetensors file",
                           file->path, file->size);
    const uint64_t header = little_endian(file->bytes, 8);
    if (header < 2 || header > MAX_HEADER)
        return lenet5_fail(error, LENET5_E_MODEL_HEADER_SIZE, 0,
                           "%s: byte 0: the header's size is %" PRIu64
                           " bytes; sizes are 2 to %zu: is it a safetensors file?",
                           file->path, header, MAX_HEADER);
    if (header > file->size - 8)
        return lenet5_fail(error, LENET5_E_MODEL_TRUNCATED, file->size,
                           "%s: byte %zu: the file ends within its header of %" PRIu64 " bytes; copy it again",
                           file->path, file->size, header);
    file->data = 8 + (size_t)header;
    const char *text = (const char *)file->bytes + 8;
    if (text[0] != '{')
        return lenet5_fail(error, LENET5_E_MODEL_JSON, 8, "%s: byte 8: the header does not begin with {", file->path);
    json_error_t parse_error;
    file->header = json_loadb(text, (size_t)header, JSON_REJECT_DUPLICATES, &parse_error);
    if (!file->header && parse_error.text[0] == '\0') /* no message: out of memory */
        return lenet5_fail_memory(error);
    if (!file->header)
        return lenet5_fail(error, LENET5_E_MODEL_JSON, 8 + (uint64_t)parse_error.position,
                           "%s: byte %d: the header is not JSON: %s", file->path, 8 + parse_error.position,
                           parse_error.text);
    return LENET5_OK;
}

static lenet5_status check_metadata(safetensors *file, lenet5_error *error)
{
    file->metadata = json_object_get(file->header, "__metadata__");
    if (!json_is_object(file->metadata))
        return lenet5_fail(error, LENET5_E_MODEL_MISSING, 8, "%s: byte 8: no __metadata__; not a model of this program",
                           file->path);
    const char *key;
    json_t *value;
    json_object_foreach (file->metadata, key, value)
        if (!json_is_string(value))
            return lenet5_fail(error, LENET5_E_MODEL_JSON, 8, "%s: byte 8: __metadata__ \"%s\" is not a string",
                               file->path, key);
    return LENET5_OK;
}

static const json_t *find(const safetensors *file, const char *name)
{
    return strcmp(name, "__metadata__") == 0 ? NULL : json_object_get(file->header, name);
}

/* An integer of the header from 0 to max; max + 1 for anything else. */
static size_t whole(const json_t *value, size_t max)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) > max)
        return max + 1;
    return (size_t)json_integer_value(value);
}

typedef struct byte_range {
    size_t begin, end;
} byte_range;

static lenet5_status find_range(byte_range *range, const safetensors *file, const char *name, const json_t *entry,
                                lenet5_error *error)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const size_t available = file->size - file->data;
    range->begin = whole(json_array_get(offsets, 0), available);
    range->end = whole(json_array_get(offsets, 1), available);
    if (json_array_size(offsets) != 2 || range->begin > range->end)
        return lenet5_fail(error, LENET5_E_MODEL_OFFSETS, 8, "%s: byte 8: tensor \"%s\" has impossible data_offsets",
                           file->path, name);
    if (range->end > available)
        return lenet5_fail(error, LENET5_E_MODEL_TRUNCATED, file->size,
                           "%s: byte %zu: the file ends within tensor \"%s\" or before it; copy it again", file->path,
                           file->size, name);
    return LENET5_OK;
}

static int by_begin(const void *a, const void *b)
{
    const byte_range *left = a;
    const byte_range *right = b;
    return left->begin < right->begin ? -1 : left->begin > right->begin;
}

/* Checks that the tensors fill the data from the first byte to the last, without overlaps. */
static lenet5_status check_no_holes(const safetensors *file, byte_range *ranges, size_t count, lenet5_error *error)
{
    qsort(ranges, count, sizeof *ranges, by_begin);
    size_t end = 0;
    for (size_t i = 0; i < count; end = ranges[i++].end)
        if (ranges[i].begin != end)
            return lenet5_fail(error, LENET5_E_MODEL_OFFSETS, file->data + end, "%s: byte %zu: tensors %s", file->path,
                               file->data + end, ranges[i].begin < end ? "overlap" : "leave a hole");
    if (end != file->size - file->data)
        return lenet5_fail(error, LENET5_E_MODEL_OFFSETS, file->data + end,
                           "%s: byte %zu: the file continues after its last tensor", file->path, file->data + end);
    return LENET5_OK;
}

static lenet5_status check_ranges(const safetensors *file, lenet5_error *error)
{
    byte_range *ranges = calloc(json_object_size(file->header), sizeof *ranges);
    if (!ranges)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    size_t count = 0;
    const char *name;
    json_t *entry;
    json_object_foreach (file->header, name, entry)
        if (entry != file->metadata && status == LENET5_OK)
            status = find_range(&ranges[count++], file, name, entry, error);
    if (status == LENET5_OK)
        status = check_no_holes(file, ranges, count, error);
    free(ranges);
    return status;
}

static lenet5_status check_sum(const safetensors *file, lenet5_error *error)
{
    char sum[65];
    const char *expected = json_string_value(json_object_get(file->metadata, SUM_KEY));
    if (!expected)
        return LENET5_OK;
    sum_of_data(sum, file->bytes + file->data, file->size - file->data);
    if (strcmp(sum, expected) != 0)
        return lenet5_fail(error, LENET5_E_MODEL_CHECKSUM, file->data,
                           "%s: byte %zu: the data do not match the SHA-256 in the header; copy the file again",
                           file->path, file->data);
    return LENET5_OK;
}

static lenet5_status parse(safetensors *file, lenet5_error *error)
{
    lenet5_status status = parse_header(file, error);
    if (status == LENET5_OK)
        status = check_metadata(file, error);
    if (status == LENET5_OK)
        status = check_ranges(file, error);
    if (status == LENET5_OK)
        status = check_sum(file, error);
    return status;
}

lenet5_status lenet5_safetensors_read(safetensors *file, const char *path, lenet5_error *error)
{
    *file = (safetensors){.path = path};
    lenet5_status status = read_whole(file, error);
    if (status == LENET5_OK)
        status = parse(file, error);
    if (status != LENET5_OK)
        lenet5_safetensors_free(file);
    return status;
}

lenet5_status lenet5_safetensors_parse(safetensors *file, const void *bytes, size_t size, const char *name,
                                       lenet5_error *error)
{
    *file = (safetensors){.path = name, .bytes = bytes, .size = size};
    const lenet5_status status = parse(file, error);
    if (status != LENET5_OK)
        lenet5_safetensors_free(file);
    return status;
}

void lenet5_safetensors_free(safetensors *file)
{
    json_decref(file->header);
    free(file->owned);
    memset(file, 0, sizeof *file);
}

size_t lenet5_safetensors_count(const safetensors *file)
{
    return json_object_size(file->header) - 1;
}

static bool shape_fits(const tensor *wanted, const json_t *shape)
{
    if (json_array_size(shape) != wanted->dimensions)
        return false;
    for (size_t i = 0; i < wanted->dimensions; i++)
        if (whole(json_array_get(shape, i), MAX_FILE) != wanted->shape[i])
            return false;
    return true;
}

lenet5_status lenet5_safetensors_get(const tensor *wanted, const safetensors *file, lenet5_error *error)
{
    const json_t *entry = find(file, wanted->name);
    if (!entry)
        return lenet5_fail(error, LENET5_E_MODEL_MISSING, 8,
                           "%s: byte 8: no tensor \"%s\"; this is not a model of LeNet-5", file->path, wanted->name);
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    if (!type || strcmp(type, types[wanted->type].name) != 0)
        return lenet5_fail(error, LENET5_E_MODEL_DTYPE, 8, "%s: byte 8: tensor \"%s\" has type %s instead of %s",
                           file->path, wanted->name, type ? type : "(none)", types[wanted->type].name);
    byte_range range;
    const lenet5_status status = find_range(&range, file, wanted->name, entry, error);
    if (status != LENET5_OK)
        return status;
    const size_t width = lenet5_tensor_type_size(wanted->type);
    if (!shape_fits(wanted, json_object_get(entry, "shape")) || range.end - range.begin != byte_count(wanted))
        return lenet5_fail(error, LENET5_E_MODEL_SHAPE, 8, "%s: byte 8: tensor \"%s\" does not have LeNet-5's shape",
                           file->path, wanted->name);
    for (size_t i = 0; i < element_count(wanted); i++) {
        const size_t offset = file->data + range.begin + i * width;
        uint8_t *number = (uint8_t *)wanted->numbers + i * width;
        from_file(number, file->bytes + offset, width);
        if (!number_fits(number, wanted))
            return lenet5_fail(error, LENET5_E_MODEL_NUMBER, offset, "%s: byte %zu: a number of \"%s\" " UNFIT,
                               file->path, offset, wanted->name);
    }
    return LENET5_OK;
}

/* ---- Metadata ---------------------------------------------------------------------------------------------------- */

bool lenet5_safetensors_has(const safetensors *file, const char *key)
{
    return json_object_get(file->metadata, key) != NULL;
}

static lenet5_status entry(const char **value, const safetensors *file, const char *key, lenet5_error *error)
{
    *value = json_string_value(json_object_get(file->metadata, key));
    if (*value)
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_MODEL_MISSING, 8, "%s: byte 8: __metadata__ has no \"%s\"", file->path, key);
}

static lenet5_status fail_entry(const safetensors *file, const char *key, const char *value, lenet5_error *error)
{
    return lenet5_fail(error, LENET5_E_MODEL_METADATA, 8, "%s: byte 8: __metadata__ \"%s\" cannot be \"%.40s\"",
                       file->path, key, value);
}

lenet5_status lenet5_safetensors_text(char *text, size_t size, const safetensors *file, const char *key,
                                      lenet5_error *error)
{
    const char *value;
    const lenet5_status status = entry(&value, file, key, error);
    if (status != LENET5_OK)
        return status;
    if (strlen(value) >= size)
        return fail_entry(file, key, value, error);
    strcpy(text, value);
    return LENET5_OK;
}

lenet5_status lenet5_safetensors_whole(uint64_t *number, const safetensors *file, const char *key, uint64_t max,
                                       lenet5_error *error)
{
    const char *value;
    const lenet5_status status = entry(&value, file, key, error);
    if (status != LENET5_OK)
        return status;
    char *end;
    errno = 0;
    const uint64_t parsed = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno || parsed > max)
        return fail_entry(file, key, value, error);
    *number = parsed;
    return LENET5_OK;
}

lenet5_status lenet5_safetensors_real(double *number, const safetensors *file, const char *key, double min, double max,
                                      lenet5_error *error)
{
    const char *value;
    const lenet5_status status = entry(&value, file, key, error);
    if (status != LENET5_OK)
        return status;
    json_t *parsed = json_loads(value, JSON_DECODE_ANY, NULL); /* unlike strtod, independent of the locale */
    const double real = json_is_number(parsed) ? json_number_value(parsed) : NAN;
    json_decref(parsed);
    if (!(real >= min && real <= max))
        return fail_entry(file, key, value, error);
    *number = real;
    return LENET5_OK;
}
