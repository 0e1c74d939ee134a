#include "tensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "lenet5/model.h"

/* What the tensors may be called besides, and what is expected of them. */
static const struct {
    const char *others[2];
    const char *expected;
} known[LENET5_TENSORS] = {
    {{"conv1.weight"}, "[6,5,5] or [6,1,5,5]"},
    {{"conv1.bias"}, "[6]"},
    {{"s2.weight", "pool1.weight"}, "[6]"},
    {{"pool1.bias"}, "[6]"},
    {{"conv2.weight"}, "[60,5,5], or [16,6,5,5] with zeros where Table I has no kernel"},
    {{"conv2.bias"}, "[16]"},
    {{"s4.weight", "pool2.weight"}, "[16]"},
    {{"pool2.bias"}, "[16]"},
    {{"conv3.weight"}, "[120,16,5,5] or [120,400]"},
    {{"conv3.bias"}, "[120]"},
    {{"fc.weight"}, "[84,120]"},
    {{"fc.bias"}, "[84]"},
};

enum { C3_WEIGHT = 4, C5_WEIGHT = 8 };

/* ---- Names ------------------------------------------------------------------------------------------------------- */

static bool is_called(const char *name, size_t which)
{
    bool called = strcasecmp(name, lenet5_tensors[which].name) == 0;
    for (size_t i = 0; i < 2; i++)
        called |= known[which].others[i] && strcasecmp(name, known[which].others[i]) == 0;
    return called;
}

/* The last two parts of a name: "module.c1.weight" is "c1.weight". */
static const char *last_parts(const char *name)
{
    const char *parts = name;
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.'))
        if (strchr(dot + 1, '.'))
            parts = dot + 1;
    return parts;
}

bool find_place(tensor_place *place, const char *name)
{
    const char *slash = strchr(name, '/');
    char *end;
    const unsigned long number = slash && name[0] >= '2' && name[0] <= '9' ? strtoul(name, &end, 10) : 1;
    const bool numbered = number > 1 && number <= LENET5_MAX_COMMITTEE && end == slash;
    name = last_parts(numbered ? slash + 1 : name);
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        if (is_called(name, i)) {
            *place = (tensor_place){numbered ? number - 1 : 0, i};
            return true;
        }
    return false;
}

/* ---- Shapes ------------------------------------------------------------------------------------------------------ */

/* Compares shapes; sizes of 1 do not count. */
static bool is_shape(const header_tensor *found, const size_t *shape, size_t dimensions)
{
    size_t at = 0;
    if (found->dimensions > HEADER_DIMENSIONS)
        return false;
    for (size_t i = 0; i < found->dimensions; i++) {
        if (found->shape[i] == 1)
            continue;
        if (at == dimensions || found->shape[i] != shape[at++])
            return false;
    }
    return at == dimensions;
}

static bool is_dense_c3(const header_tensor *found, size_t which)
{
    return which == C3_WEIGHT && is_shape(found, (const size_t[]){16, 6, 5, 5}, 4);
}

static bool fits(const header_tensor *found, size_t which)
{
    const lenet5_tensor *t = &lenet5_tensors[which];
    return is_shape(found, t->shape, t->dimensions) || is_dense_c3(found, which) ||
           (which == C5_WEIGHT && is_shape(found, (const size_t[]){120, 400}, 2));
}

#define SHAPE_SIZE 120

static const char *shape_text(char text[SHAPE_SIZE], const header_tensor *found)
{
    char *next = text;
    if (found->dimensions == HEADER_NO_NUMBER)
        return strcpy(text, "(none)");
    for (size_t i = 0; i < found->dimensions && i < HEADER_DIMENSIONS; i++)
        next += snprintf(next, 22, "%s%zu", i ? "," : "[", found->shape[i]);
    strcpy(next, found->dimensions > HEADER_DIMENSIONS ? ",...]" : found->dimensions ? "]" : "[]");
    return text;
}

static lenet5_status fail_shape(const header_tensor *found, size_t which, const safetensors *file, lenet5_error *error)
{
    char text[SHAPE_SIZE];
    return lenet5_fail(error, LENET5_E_MODEL_SHAPE, file->data + found->begin,
                       "%s: tensor \"%.100s\" has the shape %s; %s of LeNet-5 has %s", file->path, found->name,
                       shape_text(text, found), lenet5_tensors[which].name, known[which].expected);
}

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

static float from_bits(uint32_t bits)
{
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static float from_half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31;
    const int fraction = bits & 1023;
    const float size = exponent == 31  ? fraction ? NAN : INFINITY
                       : exponent == 0 ? ldexpf((float)fraction, -24)
                                       : ldexpf((float)(fraction + 1024), exponent - 25);
    return bits & 0x8000 ? -size : size;
}

typedef enum number_type { FLOAT_32, FLOAT_16, BRAIN_16 } number_type;

static size_t width_of(number_type type)
{
    return type == FLOAT_32 ? 4 : 2;
}

static float number_at(const uint8_t *bytes, size_t index, number_type type)
{
    bytes += index * width_of(type);
    const uint32_t low = bytes[0] | (uint32_t)bytes[1] << 8;
    if (type == FLOAT_16)
        return from_half((uint16_t)low);
    return from_bits(type == BRAIN_16 ? low << 16 : low | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
}

static const uint8_t *numbers_of(const safetensors *file, const header_tensor *found)
{
    return file->bytes + file->data + found->begin;
}

static lenet5_status find_type(number_type *type, const header_tensor *found, const safetensors *file,
                               lenet5_error *error)
{
    static const char *const names[] = {[FLOAT_32] = "F32", [FLOAT_16] = "F16", [BRAIN_16] = "BF16"};
    const char *name = found->type ? found->type : "(none)";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0) {
            *type = (number_type)i;
            return LENET5_OK;
        }
    const bool small = strcmp(name, "U8") == 0 || strcmp(name, "I8") == 0 || strcmp(name, "I32") == 0;
    return lenet5_fail(error, LENET5_E_MODEL_DTYPE, file->data + found->begin,
                       "%s: tensor \"%.100s\" has numbers of type %.20s; F32, F16 or BF16 is needed%s", file->path,
                       found->name, name,
                       small ? ": weights rounded to 8 bits do not give the model back; import the file in float" : "");
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

typedef struct taker {
    lenet5_network *networks;
    size_t count;
    const safetensors *file;
    lenet5_error *error;
    bool there[LENET5_MAX_COMMITTEE][LENET5_TENSORS];
} taker;

static lenet5_status fail_number(const taker *t, const header_tensor *found, size_t index)
{
    return lenet5_fail(t->error, LENET5_E_MODEL_NUMBER, t->file->data + found->begin,
                       "%s: number %zu of tensor \"%.100s\" is not finite, or above %g", t->file->path, index,
                       found->name, (double)LENET5_MAX_WEIGHT);
}

/* The kernels of Table I among those of all pairs of maps; the others have to be 0. */
static lenet5_status take_dense_c3(float *to, const taker *t, const header_tensor *found, number_type type)
{
    for (size_t i = 0; i < (size_t)16 * 6 * 25; i++) {
        const size_t map = i / 150, input = i / 25 % 6;
        const float number = number_at(numbers_of(t->file, found), i, type);
        if (lenet5_c3_table[input][map])
            *to++ = number;
        else if (number != 0)
            return lenet5_fail(
                t->error, LENET5_E_MODEL_NUMBER, t->file->data + found->begin,
                "%s: tensor \"%.100s\" is not 0 at [%zu,%zu,%zu,%zu]; map %zu of C3 does not see map %zu of "
                "S2 in Table I of the paper (lenet5 inspect)",
                t->file->path, found->name, map, input, i / 5 % 5, i % 5, map, input);
    }
    return LENET5_OK;
}

static lenet5_status take_numbers(float *to, const taker *t, const header_tensor *found, size_t which)
{
    number_type type = FLOAT_32;
    lenet5_status status = find_type(&type, found, t->file, t->error);
    const bool dense = is_dense_c3(found, which);
    const size_t count = lenet5_tensors[which].count;
    const size_t stored = dense ? 16 * 6 * 25 : count;
    if (status == LENET5_OK && found->end - found->begin != stored * width_of(type))
        status = lenet5_fail(t->error, LENET5_E_MODEL_SHAPE, t->file->data + found->begin,
                             "%s: tensor \"%.100s\" has %zu bytes; %zu numbers of type %s have %zu", t->file->path,
                             found->name, found->end - found->begin, stored, found->type, stored * width_of(type));
    if (status == LENET5_OK && dense)
        status = take_dense_c3(to, t, found, type);
    for (size_t i = 0; i < count && status == LENET5_OK && !dense; i++)
        to[i] = number_at(numbers_of(t->file, found), i, type);
    for (size_t i = 0; i < count && status == LENET5_OK; i++)
        if (!(fabsf(to[i]) <= LENET5_MAX_WEIGHT))
            status = fail_number(t, found, i);
    return status;
}

static lenet5_status take_tensor(taker *t, const header_tensor *found)
{
    tensor_place place;
    if (!find_place(&place, found->name) || place.network >= t->count)
        return lenet5_fail(t->error, LENET5_E_MODEL_UNKNOWN, t->file->data + found->begin,
                           "%s: tensor \"%.100s\" is none of the twelve of LeNet-5, c1.weight to f6.bias "
                           "(docs/how-to/use-other-runtimes.md)",
                           t->file->path, found->name);
    bool *there = &t->there[place.network][place.tensor];
    if (*there)
        return lenet5_fail(t->error, LENET5_E_MODEL_UNKNOWN, t->file->data + found->begin,
                           "%s: tensor \"%.100s\" is a second %s", t->file->path, found->name,
                           lenet5_tensors[place.tensor].name);
    *there = true;
    if (!fits(found, place.tensor))
        return fail_shape(found, place.tensor, t->file, t->error);
    return take_numbers((float *)&t->networks[place.network] + lenet5_tensors[place.tensor].first, t, found,
                        place.tensor);
}

static lenet5_status check_all_there(const taker *t)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < LENET5_TENSORS; k++)
            if (!t->there[i][k])
                return lenet5_fail(t->error, LENET5_E_MODEL_MISSING, LENET5_NO_OFFSET,
                                   "%s: there is no tensor \"%s\" of shape %s (network %zu)", t->file->path,
                                   lenet5_tensors[k].name, known[k].expected, i + 1);
    return LENET5_OK;
}

lenet5_status take_networks(lenet5_network *networks, size_t count, const safetensors *file, lenet5_error *error)
{
    taker t = {.networks = networks, .count = count, .file = file, .error = error};
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < file->header.tensor_count && status == LENET5_OK; i++)
        status = take_tensor(&t, &file->header.tensors[i]);
    return status == LENET5_OK ? check_all_there(&t) : status;
}
