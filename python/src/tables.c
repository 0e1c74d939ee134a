/* The tables of the library: shapes of the network, codes, recipes. */
#include "extension.h"

typedef PyObject *row(size_t index); /* a new tuple; NULL beyond the last, or with an exception */

static PyObject *layer_row(size_t i)
{
    const lenet5_layer *l = &lenet5_layers[i];
    return i < LENET5_LAYERS ? Py_BuildValue("(sssnn)", l->name, l->output, l->kind, (Py_ssize_t)l->parameters,
                                             (Py_ssize_t)l->connections)
                             : NULL;
}

static PyObject *shape_of(const lenet5_tensor *t)
{
    PyObject *shape = PyTuple_New((Py_ssize_t)t->dimensions);
    for (size_t i = 0; i < t->dimensions && shape; i++)
        if (PyTuple_SetItem(shape, (Py_ssize_t)i, PyLong_FromSize_t(t->shape[i])) != 0)
            Py_CLEAR(shape);
    return shape;
}

static PyObject *tensor_row(size_t i)
{
    const lenet5_tensor *t = &lenet5_tensors[i];
    return i < LENET5_TENSORS
               ? Py_BuildValue("(snnN)", t->name, (Py_ssize_t)t->first, (Py_ssize_t)t->fan_in, shape_of(t))
               : NULL;
}

static PyObject *recipe_row(size_t i)
{
    const lenet5_recipe_description *r = lenet5_recipe_at(i);
    return r ? Py_BuildValue("(ssIn)", r->name, r->description, r->epochs, (Py_ssize_t)r->batch) : NULL;
}

/* The maps of S2 that each map of C3 sees. */
static PyObject *c3_row(size_t map)
{
    PyObject *inputs = map < 16 ? PyList_New(0) : NULL;
    for (size_t i = 0; i < 6 && inputs; i++) {
        PyObject *input = lenet5_c3_table[i][map] ? PyLong_FromSize_t(i) : NULL;
        if (lenet5_c3_table[i][map] && (!input || PyList_Append(inputs, input) != 0))
            Py_CLEAR(inputs);
        Py_XDECREF(input);
    }
    PyObject *tuple = inputs ? PyList_AsTuple(inputs) : NULL;
    Py_XDECREF(inputs);
    return tuple;
}

/* Adds a tuple of the rows to the module. */
static bool add_rows(PyObject *module, const char *name, row *row_at)
{
    PyObject *list = PyList_New(0), *next;
    for (size_t i = 0; list && (next = row_at(i)) != NULL; i++) {
        if (PyList_Append(list, next) != 0)
            Py_CLEAR(list);
        Py_DECREF(next);
    }
    PyObject *tuple = list && !PyErr_Occurred() ? PyList_AsTuple(list) : NULL;
    const bool done = tuple && PyModule_AddObjectRef(module, name, tuple) == 0;
    Py_XDECREF(list);
    Py_XDECREF(tuple);
    return done;
}

/* Adds the codes: bytes of (10, 12, 7), each 1 or -1 as a signed char. */
static bool add_codes(PyObject *module)
{
    PyObject *codes = PyBytes_FromStringAndSize((const char *)lenet5_codes, sizeof lenet5_codes);
    const bool done = codes && PyModule_AddObjectRef(module, "CODES", codes) == 0;
    Py_XDECREF(codes);
    return done;
}

bool add_tables(PyObject *module)
{
    return add_rows(module, "LAYERS", layer_row) && add_rows(module, "TENSORS", tensor_row) &&
           add_rows(module, "RECIPES", recipe_row) && add_rows(module, "C3_INPUTS", c3_row) && add_codes(module);
}
