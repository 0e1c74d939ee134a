#include "onnx.h"

#include <string.h>

#include "base/error.h"
#include "graph.h"
#include "lenet5/model.h"
#include "protobuf.h"
#include "tensors.h"

#define MAX_TENSORS ((size_t)LENET5_MAX_COMMITTEE * LENET5_TENSORS)
#define MAX_ENTRIES 64
#define MAX_SIZES 8

typedef struct onnx_file {
    const char *name;
    lenet5_error *error;
    json_t *header, *metadata;
    text_buffer data;
    bool ours;
} onnx_file;

static lenet5_status fail_damaged(const onnx_file *f)
{
    return lenet5_fail(f->error, LENET5_E_MODEL_TRUNCATED, LENET5_NO_OFFSET,
                       "%s: the ONNX file is damaged, or ends too early; copy it again", f->name);
}

/* ---- Tensors ----------------------------------------------------------------------------------------------------- */

typedef struct onnx_tensor {
    proto_field name, raw;
    uint64_t type;
    int64_t sizes[MAX_SIZES];
    size_t dimensions;
} onnx_tensor;

static void add_size(onnx_tensor *t, uint64_t size)
{
    if (t->dimensions < MAX_SIZES)
        t->sizes[t->dimensions] = size < INT32_MAX ? (int64_t)size : INT32_MAX;
    t->dimensions++;
}

static bool parse_tensor(onnx_tensor *t, proto_reader r)
{
    proto_field field;
    while (proto_next(&field, &r))
        switch (field.number) {
        case 1: add_size(t, field.whole); break;
        case 2: t->type = field.whole; break;
        case 8: t->name = field; break;
        case 9: t->raw = field; break;
        }
    return !r.broken && t->dimensions <= MAX_SIZES;
}

static const char *type_name(uint64_t type)
{
    switch (type) {
    case ONNX_FLOAT: return "F32";
    case ONNX_FLOAT16: return "F16";
    case ONNX_UINT8: return "U8";
    case ONNX_INT32: return "I32";
    default: return "(other)";
    }
}

static json_t *describe(const onnx_tensor *t, size_t begin)
{
    json_t *sizes = json_array();
    for (size_t i = 0; i < t->dimensions; i++)
        add_item(&sizes, json_integer(t->sizes[i]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", type_name(t->type), "shape", sizes, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + t->raw.size));
}

/* Takes a tensor of LeNet-5, and leaves out constants. */
static lenet5_status take_tensor(onnx_file *f, proto_reader r)
{
    char name[40];
    onnx_tensor t = {0};
    tensor_place place;
    if (!parse_tensor(&t, r))
        return fail_damaged(f);
    if (!t.name.bytes || t.name.size >= sizeof name)
        return LENET5_OK;
    memcpy(name, t.name.bytes, t.name.size);
    name[t.name.size] = '\0';
    if (!find_place(&place, name))
        return LENET5_OK;
    if (json_object_get(f->header, name) || json_object_size(f->header) > MAX_TENSORS)
        return fail_damaged(f);
    add_member(&f->header, name, describe(&t, f->data.size));
    text_put(&f->data, t.raw.bytes, t.raw.size);
    return f->header && !f->data.failed ? LENET5_OK : lenet5_fail_memory(f->error);
}

static lenet5_status take_graph(onnx_file *f, proto_reader r)
{
    proto_field field;
    lenet5_status status = LENET5_OK;
    while (status == LENET5_OK && proto_next(&field, &r))
        if (field.number == 5)
            status = take_tensor(f, proto_message(&field));
    return status == LENET5_OK && r.broken ? fail_damaged(f) : status;
}

/* ---- Metadata ---------------------------------------------------------------------------------------------------- */

static lenet5_status take_entry(onnx_file *f, proto_reader r)
{
    proto_field field;
    char key[40] = "";
    json_t *text = NULL;
    while (proto_next(&field, &r)) {
        if (field.number == 1 && field.bytes && field.size < sizeof key) {
            memcpy(key, field.bytes, field.size);
            key[field.size] = '\0';
        } else if (field.number == 2 && field.bytes && !text) {
            text = json_stringn((const char *)field.bytes, field.size);
        }
    }
    if (r.broken || !key[0] || !text || json_object_size(f->metadata) >= MAX_ENTRIES) {
        json_decref(text);
        return fail_damaged(f);
    }
    add_member(&f->metadata, key, text);
    return f->metadata ? LENET5_OK : lenet5_fail_memory(f->error);
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

static lenet5_status take_field(onnx_file *f, const proto_field *field)
{
    static const char producer[] = ONNX_PRODUCER;
    switch (field->number) {
    case 2:
        f->ours =
            field->size == sizeof producer - 1 && field->bytes && memcmp(field->bytes, producer, field->size) == 0;
        return LENET5_OK;
    case 7: return take_graph(f, proto_message(field));
    case 14: return take_entry(f, proto_message(field));
    default: return LENET5_OK;
    }
}

static lenet5_status read_onnx(onnx_file *f, proto_reader r)
{
    proto_field field;
    lenet5_status status = f->header && f->metadata ? LENET5_OK : lenet5_fail_memory(f->error);
    while (status == LENET5_OK && proto_next(&field, &r))
        status = take_field(f, &field);
    if (status == LENET5_OK && r.broken)
        status = fail_damaged(f);
    if (status == LENET5_OK && !f->ours)
        status =
            lenet5_fail(f->error, LENET5_E_MODEL_FORMAT, 0,
                        "%s: an ONNX model of another program; lenet5 import reads those of lenet5 export onnx, and "
                        "safetensors files with the twelve tensors (docs/how-to/use-other-runtimes.md)",
                        f->name);
    return status;
}

static lenet5_status write_safetensors(text_buffer *file, onnx_file *f)
{
    text_buffer header = {0};
    uint8_t size[8];
    if (json_object_set(f->header, "__metadata__", f->metadata) != 0)
        return lenet5_fail_memory(f->error);
    text_json(&header, json_incref(f->header));
    for (size_t i = 0; i < sizeof size; i++)
        size[i] = (uint8_t)((uint64_t)header.size >> 8 * i);
    text_put(file, size, sizeof size);
    text_put(file, header.bytes, header.size);
    text_put(file, f->data.bytes, f->data.size);
    file->failed |= header.failed;
    text_free(&header);
    return file->failed ? lenet5_fail_memory(f->error) : LENET5_OK;
}

lenet5_status onnx_to_safetensors(text_buffer *file, const uint8_t *bytes, size_t size, const char *name,
                                  lenet5_error *error)
{
    onnx_file f = {.name = name, .error = error, .header = json_object(), .metadata = json_object()};
    lenet5_status status = read_onnx(&f, (proto_reader){.next = bytes, .end = bytes + size});
    if (status == LENET5_OK)
        status = write_safetensors(file, &f);
    text_free(&f.data);
    json_decref(f.header);
    json_decref(f.metadata);
    return status;
}
