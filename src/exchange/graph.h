/*
 * The graph of an ONNX model, which grows node by node. Every node has one output; values are known by their names.
 * graph_model makes the bytes of the file.
 */
#ifndef LENET5_EXCHANGE_GRAPH_H
#define LENET5_EXCHANGE_GRAPH_H

#include "protobuf.h"

/* Numbers of ONNX's TensorProto.DataType. */
typedef enum onnx_type {
    ONNX_FLOAT = 1,
    ONNX_UINT8 = 2,
    ONNX_INT8 = 3,
    ONNX_INT32 = 6,
    ONNX_INT64 = 7,
    ONNX_BOOL = 9,
    ONNX_FLOAT16 = 10
} onnx_type;

/* What a node or a tensor is called. */
typedef struct value {
    char name[40];
} value;

typedef struct shape {
    size_t dimensions; /* 0: a single number */
    int64_t sizes[4];  /* ANY: the number of pictures */
} shape;

#define ANY (-1)
#define SHAPE(...) ((shape){sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), {__VA_ARGS__}})
#define SCALAR ((shape){0})

/* An attribute of a node: a number, or a list of count numbers. */
typedef struct attribute {
    const char *name;
    size_t count; /* 0: a number */
    int64_t numbers[4];
} attribute;

#define ATTRIBUTES(...) ((const attribute[]){__VA_ARGS__, {0}})
#define INPUTS(...) ((const value[]){__VA_ARGS__, {{0}}})

/* The numbers of a tensor. */
size_t graph_count(shape s);

typedef struct graph {
    text_buffer nodes, tensors, inputs, outputs; /* fields of the graph's message */
    char prefix[8];                              /* of the names: "" or "2/" for the second network */
} graph;

/* Adds a node of a type of operator, and returns its output, which has the node's name. attributes may be NULL. */
value graph_node(graph *g, const char *name, const char *type, const value *inputs, const attribute *attributes);

/* Adds a tensor of numbers in the machine's byte order. */
value graph_tensor(graph *g, const char *name, onnx_type type, shape s, const void *numbers);

/* Adds a single number. */
value graph_number(graph *g, const char *name, float number);

/* Declare inputs and outputs of the whole graph. */
value graph_input(graph *g, const char *name, onnx_type type, shape s);
void graph_output(graph *g, value v, onnx_type type, shape s);

/* Makes the file, with metadata, an object of strings; frees the graph. The caller frees the file. */
text_buffer graph_model(graph *g, const char *name, json_t *metadata);

#endif
