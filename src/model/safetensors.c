/* Reads safetensors files. Input is untrusted: reading yields valid numbers or an error. */
#include "safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/parse_real.h"
#include "foreign.h"
#include "sum.h"

#define MAX_HEADER ((size_t)1 << 20) /* bytes */

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [TENSOR_F32] = {"F32", 4}, [TENSOR_F64] = {"F64", 8}, [TENSOR_U32] = {"U32", 4}, [TENSOR_U64] = {"U64", 8}};

size_t lenet5_tensor_type_size(tensor_type type)
{
    return types[type].size;
}

const char *lenet5_tensor_type_name(tensor_type type)
{
    return types[type].name;
}

size_t lenet5_tensor_count(const tensor *t)
{
    size_t count = 1;
    for (size_t i = 0; i < t->dimensions; i++)
        count *= t->shape[i];
    return count;
}

size_t lenet5_tensor_bytes(const tensor *t)
{
    return lenet5_tensor_count(t) * lenet5_tensor_type_size(t->type);
}

static uint64_t little_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

static void from_file(void *number, const uint8_t *bytes, size_t size)
{
    const uint64_t wide = little_endian(bytes, size);
    const uint32_t narrow = (uint32_t)wide;
    memcpy(number, size == 4 ? (const void *)&narrow : (const void *)&wide, size);
}

bool lenet5_number_fits(const uint8_t *number, const tensor *t)
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

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static lenet5_status read_header(safetensors *file, size_t size, lenet5_error *error)
{
    header_problem problem;
    const char *text = (const char *)file->bytes + 8;
    if (text[0] != '{')
        return lenet5_fail(error, LENET5_E_MODEL_JSON, 8, "%s: byte 8: the header does not begin with {", file->path);
    if (lenet5_header_read(&file->header, text, size, &problem))
        return LENET5_OK;
    if (!problem.what)
        return lenet5_fail_memory(error);
    return lenet5_fail(error, LENET5_E_MODEL_JSON, 8 + problem.position,
                       "%s: byte %zu: the header is not JSON of a safetensors file: %s", file->path,
                       8 + problem.position, problem.what);
}

static lenet5_status find_header(safetensors *file, lenet5_error *error)
{
    if (file->size < 8)
        return lenet5_fail(error, LENET5_E_MODEL_TRUNCATED, file->size,
                           "%s: byte %zu: the file ends within its first 8 bytes; it is not a safetensors file",
                           file->path, file->size);
    const uint64_t size = little_endian(file->bytes, 8);
    if (size > MAX_HEADER && lenet5_refuse_foreign(file->bytes, file->size, file->path, error) != LENET5_OK)
        return LENET5_E_MODEL_FORMAT;
    if (size < 2 || size > MAX_HEADER)
        return lenet5_fail(error, LENET5_E_MODEL_HEADER_SIZE, 0,
                           "%s: byte 0: the header's size is %" PRIu64
                           " bytes; sizes are 2 to %zu: is it a safetensors file?",
                           file->path, size, MAX_HEADER);
    if (size > file->size - 8)
        return lenet5_fail(error, LENET5_E_MODEL_TRUNCATED, file->size,
                           "%s: byte %zu: the file ends within its header of %" PRIu64 " bytes; copy it again",
                           file->path, file->size, size);
    file->data = 8 + (size_t)size;
    return read_header(file, (size_t)size, error);
}

static lenet5_status check_metadata(const safetensors *file, lenet5_error *error)
{
    for (size_t i = 0; i < file->header.entry_count; i++)
        if (!file->header.entries[i].value)
            return lenet5_fail(error, LENET5_E_MODEL_JSON, 8, "%s: byte 8: __metadata__ \"%s\" is not a string",
                               file->path, file->header.entries[i].key);
    return LENET5_OK;
}

typedef struct byte_range {
    size_t begin, end;
} byte_range;

static lenet5_status find_range(byte_range *range, const safetensors *file, const header_tensor *entry,
                                lenet5_error *error)
{
    const size_t available = file->size - file->data;
    *range = (byte_range){entry->begin, entry->end};
    if (entry->offset_count != 2 || range->begin > range->end)
        return lenet5_fail(error, LENET5_E_MODEL_OFFSETS, 8, "%s: byte 8: tensor \"%s\" has impossible data_offsets",
                           file->path, entry->name);
    if (range->end > available)
        return lenet5_fail(error, LENET5_E_MODEL_TRUNCATED, file->size,
                           "%s: byte %zu: the file ends within tensor \"%s\" or before it; copy it again", file->path,
                           file->size, entry->name);
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
    const tensor_header *h = &file->header;
    byte_range *ranges = calloc(h->tensor_count + 1, sizeof *ranges);
    if (!ranges)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < h->tensor_count && status == LENET5_OK; i++)
        status = find_range(&ranges[i], file, &h->tensors[i], error);
    if (status == LENET5_OK)
        status = check_no_holes(file, ranges, h->tensor_count, error);
    free(ranges);
    return status;
}

static lenet5_status check_sum(const safetensors *file, lenet5_error *error)
{
    const char *sum = lenet5_safetensors_value(file, TENSOR_SUM_KEY);
    if (!sum || lenet5_data_match(sum, file->bytes + file->data, file->size - file->data))
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_MODEL_CHECKSUM, file->data,
                       "%s: byte %zu: the data do not match the SHA-256 in the header; copy the file again", file->path,
                       file->data);
}

lenet5_status lenet5_safetensors_check(safetensors *file, lenet5_error *error)
{
    lenet5_status status = find_header(file, error);
    if (status == LENET5_OK)
        status = check_metadata(file, error);
    if (status == LENET5_OK)
        status = check_ranges(file, error);
    if (status == LENET5_OK)
        status = check_sum(file, error);
    return status;
}

lenet5_status lenet5_safetensors_parse(safetensors *file, const void *bytes, size_t size, const char *name,
                                       lenet5_error *error)
{
    *file = (safetensors){.path = name, .bytes = bytes, .size = size};
    const lenet5_status status = lenet5_safetensors_check(file, error);
    if (status != LENET5_OK)
        lenet5_safetensors_free(file);
    return status;
}

void lenet5_safetensors_free(safetensors *file)
{
    lenet5_header_free(&file->header);
    free(file->owned);
    memset(file, 0, sizeof *file);
}

size_t lenet5_safetensors_count(const safetensors *file)
{
    return file->header.tensor_count;
}

static bool shape_fits(const tensor *wanted, const header_tensor *entry)
{
    if (entry->dimensions != wanted->dimensions)
        return false;
    for (size_t i = 0; i < wanted->dimensions; i++)
        if (entry->shape[i] != wanted->shape[i])
            return false;
    return true;
}

lenet5_status lenet5_safetensors_get(const tensor *wanted, const safetensors *file, lenet5_error *error)
{
    const header_tensor *entry = lenet5_header_tensor(&file->header, wanted->name);
    if (!entry)
        return lenet5_fail(error, LENET5_E_MODEL_MISSING, 8,
                           "%s: byte 8: no tensor \"%s\"; this is not a model of LeNet-5", file->path, wanted->name);
    if (!entry->type || strcmp(entry->type, types[wanted->type].name) != 0)
        return lenet5_fail(error, LENET5_E_MODEL_DTYPE, 8, "%s: byte 8: tensor \"%s\" has type %s instead of %s",
                           file->path, wanted->name, entry->type ? entry->type : "(none)", types[wanted->type].name);
    byte_range range;
    const lenet5_status status = find_range(&range, file, entry, error);
    if (status != LENET5_OK)
        return status;
    const size_t width = lenet5_tensor_type_size(wanted->type);
    if (!shape_fits(wanted, entry) || range.end - range.begin != lenet5_tensor_bytes(wanted))
        return lenet5_fail(error, LENET5_E_MODEL_SHAPE, 8, "%s: byte 8: tensor \"%s\" does not have LeNet-5's shape",
                           file->path, wanted->name);
    for (size_t i = 0; i < lenet5_tensor_count(wanted); i++) {
        const size_t offset = file->data + range.begin + i * width;
        uint8_t *number = (uint8_t *)wanted->numbers + i * width;
        from_file(number, file->bytes + offset, width);
        if (!lenet5_number_fits(number, wanted))
            return lenet5_fail(error, LENET5_E_MODEL_NUMBER, offset, "%s: byte %zu: a number of \"%s\" " TENSOR_UNFIT,
                               file->path, offset, wanted->name);
    }
    return LENET5_OK;
}

/* ---- Metadata ---------------------------------------------------------------------------------------------------- */

const char *lenet5_safetensors_value(const safetensors *file, const char *key)
{
    const header_entry *entry = lenet5_header_entry(&file->header, key);
    return entry ? entry->value : NULL;
}

static lenet5_status entry(const char **value, const safetensors *file, const char *key, lenet5_error *error)
{
    *value = lenet5_safetensors_value(file, key);
    if (*value)
        return LENET5_OK;
    if (!file->header.has_metadata)
        return lenet5_fail(error, LENET5_E_MODEL_MISSING, 8,
                           "%s: byte 8: no __metadata__; not a model of this program, but lenet5 import makes one of "
                           "the tensors of LeNet-5",
                           file->path);
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
    double real;
    if (!lenet5_parse_real(&real, value, &value) || *value != '\0' || real < min || real > max)
        return fail_entry(file, key, value, error);
    *number = real;
    return LENET5_OK;
}
