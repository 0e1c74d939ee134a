/* The numbers of fields are those of onnx.proto. */
#include "graph.h"

#include <assert.h>
#include <string.h>

#include "onnx.h"

#define IR_VERSION 8 /* the format of the file; the first version that has OPSET */
#define OPSET 17     /* the version of the operators */

enum { ATTRIBUTE_INT = 2, ATTRIBUTE_INTS = 7 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_TENSOR = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

static value named(const graph *g, const char *name)
{
    value v = {0};
    assert(strlen(g->prefix) + strlen(name) < sizeof v.name);
    strcat(strcpy(v.name, g->prefix), name);
    return v;
}

static void put_attribute(text_buffer *node, const attribute *a)
{
    text_buffer message = {0};
    proto_put_string(&message, 1, a->name);
    if (a->count == 0)
        proto_put_whole(&message, 3, (uint64_t)a->numbers[0]);
    for (size_t i = 0; i < a->count; i++)
        proto_put_whole(&message, 8, (uint64_t)a->numbers[i]);
    proto_put_whole(&message, 20, a->count ? ATTRIBUTE_INTS : ATTRIBUTE_INT);
    proto_put_message(node, 5, &message);
}

value graph_node(graph *g, const char *name, const char *type, const value *inputs, const attribute *attributes)
{
    text_buffer node = {0};
    const value v = named(g, name);
    for (; inputs->name[0]; inputs++)
        proto_put_string(&node, 1, inputs->name);
    proto_put_string(&node, 2, v.name);
    proto_put_string(&node, 3, v.name);
    proto_put_string(&node, 4, type);
    for (; attributes && attributes->name; attributes++)
        put_attribute(&node, attributes);
    proto_put_message(&g->nodes, GRAPH_NODE, &node);
    return v;
}

/* Adds numbers of 1, 4 or 8 bytes, the least significant byte first. */
static void put_numbers(text_buffer *to, const void *numbers, size_t count, size_t width)
{
    const uint8_t *next = numbers;
    for (size_t i = 0; i < count; i++, next += width) {
        uint64_t wide = *next;
        uint32_t narrow;
        uint8_t bytes[8];
        if (width == 8)
            memcpy(&wide, next, sizeof wide);
        if (width == 4) {
            memcpy(&narrow, next, sizeof narrow);
            wide = narrow;
        }
        for (size_t k = 0; k < width; k++)
            bytes[k] = (uint8_t)(wide >> 8 * k);
        text_put(to, bytes, width);
    }
}

size_t graph_count(shape s)
{
    size_t count = 1;
    for (size_t i = 0; i < s.dimensions; i++)
        count *= (size_t)s.sizes[i];
    return count;
}

value graph_tensor(graph *g, const char *name, onnx_type type, shape s, const void *numbers)
{
    text_buffer tensor = {0}, raw = {0};
    const value v = named(g, name);
    const size_t width = type == ONNX_INT64 ? 8 : type == ONNX_FLOAT || type == ONNX_INT32 ? 4 : 1;
    for (size_t i = 0; i < s.dimensions; i++)
        proto_put_whole(&tensor, 1, (uint64_t)s.sizes[i]);
    proto_put_whole(&tensor, 2, type);
    proto_put_string(&tensor, 8, v.name);
    put_numbers(&raw, numbers, graph_count(s), width);
    proto_put_message(&tensor, 9, &raw);
    proto_put_message(&g->tensors, GRAPH_TENSOR, &tensor);
    return v;
}

value graph_number(graph *g, const char *name, float number)
{
    return graph_tensor(g, name, ONNX_FLOAT, SCALAR, &number);
}

static void put_value_info(text_buffer *to, unsigned field, const char *name, onnx_type type, shape s)
{
    text_buffer info = {0}, any = {0}, tensor = {0}, sizes = {0};
    for (size_t i = 0; i < s.dimensions; i++) {
        text_buffer size = {0};
        if (s.sizes[i] == ANY)
            proto_put_string(&size, 2, "n");
        else
            proto_put_whole(&size, 1, (uint64_t)s.sizes[i]);
        proto_put_message(&sizes, 1, &size);
    }
    proto_put_whole(&tensor, 1, type);
    proto_put_message(&tensor, 2, &sizes);
    proto_put_message(&any, 1, &tensor);
    proto_put_string(&info, 1, name);
    proto_put_message(&info, 2, &any);
    proto_put_message(to, field, &info);
}

value graph_input(graph *g, const char *name, onnx_type type, shape s)
{
    put_value_info(&g->inputs, GRAPH_INPUT, name, type, s);
    return named(g, name);
}

void graph_output(graph *g, value v, onnx_type type, shape s)
{
    put_value_info(&g->outputs, GRAPH_OUTPUT, v.name, type, s);
}

static void take(text_buffer *to, text_buffer *part)
{
    text_put(to, part->bytes, part->size);
    to->failed |= part->failed;
    text_free(part);
}

static void put_metadata(text_buffer *model, json_t *metadata)
{
    const char *key;
    json_t *entry;
    json_object_foreach (metadata, key, entry) {
        text_buffer pair = {0};
        proto_put_string(&pair, 1, key);
        proto_put_string(&pair, 2, json_string_value(entry));
        proto_put_message(model, 14, &pair);
    }
}

text_buffer graph_model(graph *g, const char *name, json_t *metadata)
{
    text_buffer model = {0}, whole = {0}, operators = {0};
    take(&whole, &g->nodes);
    proto_put_string(&whole, GRAPH_NAME, name);
    take(&whole, &g->tensors);
    take(&whole, &g->inputs);
    take(&whole, &g->outputs);
    proto_put_string(&operators, 1, "");
    proto_put_whole(&operators, 2, OPSET);

    proto_put_whole(&model, 1, IR_VERSION);
    proto_put_string(&model, 2, ONNX_PRODUCER);
    proto_put_string(&model, 3, lenet5_version());
    proto_put_message(&model, 7, &whole);
    proto_put_message(&model, 8, &operators);
    put_metadata(&model, metadata);
    return model;
}
