/*
 * The extension module lenet5._lenet5: the public headers of the library for Python, on the limited API of 3.11. The
 * package's Python files define what users see; lenet5/_lenet5.pyi describes this interface.
 *
 * Functions that return a PyObject * or bool return NULL or false with an exception set.
 */
#ifndef LENET5_PYTHON_EXTENSION_H
#define LENET5_PYTHON_EXTENSION_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <limits.h>

#include "lenet5.h"

/* A number of epochs or threads; one that is out of range becomes one that the library refuses. */
static inline unsigned as_unsigned(Py_ssize_t number)
{
    return number < 0 || number > INT_MAX ? UINT_MAX : (unsigned)number;
}

/* ---- errors.c ---------------------------------------------------------------------------------------------------- */

/* Sets the exception of lenet5.errors that stands for the error, and returns NULL. */
PyObject *raise_error(const lenet5_error *error);

/* ---- buffers.c --------------------------------------------------------------------------------------------------- */

/* The contents of a buffer, row by row; the buffer's own memory if that is in order. */
typedef struct contents {
    Py_buffer buffer;
    char format;       /* of its elements, native: 'B' for bytes, 'f' for floats; 0: none that is read */
    void *copy;        /* NULL if the buffer is contiguous */
    const void *bytes; /* (buffer.len) */
} contents;

bool contents_get(contents *c, PyObject *object);
void contents_release(contents *c);

/* Pictures of 28x28 from a buffer of bytes or of floats. */
typedef struct pictures {
    contents contents;
    uint8_t *converted; /* from floats; else NULL */
    lenet5_dataset set; /* without labels; refers to the memory of the others */
    bool single;        /* the buffer has one picture and no dimension for their number */
} pictures;

bool pictures_get(pictures *p, PyObject *object);
void pictures_release(pictures *p);

/* Allocates count labels, 0 to 9, from a buffer of whole numbers. Free them by PyMem_Free. */
bool labels_get(uint8_t **labels, PyObject *object, size_t count);

/* ---- model.c ----------------------------------------------------------------------------------------------------- */

/* A Python object that owns networks and their provenance, and never changes. */
typedef struct model_object {
    PyObject head;
    lenet5_committee committee;
    Py_ssize_t shape[2], strides[2]; /* of its buffer: (networks, 60000) floats */
} model_object;

extern PyType_Spec model_spec;

/* Makes a model of type with a copy of the networks. */
PyObject *model_new(PyTypeObject *type, const lenet5_committee *committee);

/* The committee of a model. */
const lenet5_committee *committee_of(PyObject *model);

/* Writes the committee of object to committee, or NULL for None; TypeError unless it is of type or one of its bases. */
bool committee_or_none(const lenet5_committee **committee, PyObject *object, PyTypeObject *type);

/* ---- metadata.c -------------------------------------------------------------------------------------------------- */

/* A dict with the members of the metadata as lenet5 inspect --json has them, and the thresholds. */
PyObject *metadata_dict(const lenet5_provenance *provenance);
bool metadata_get(lenet5_provenance *provenance, PyObject *dict);

/* ---- Methods of models, each in the file of its name ------------------------------------------------------------- */

PyObject *model_classify(PyObject *self, PyObject *arguments);
PyObject *model_probabilities(PyObject *self, PyObject *arguments);
PyObject *model_read(PyObject *self, PyObject *arguments);
PyObject *model_train(PyObject *type, PyObject *arguments);
PyObject *model_calibrate(PyObject *self, PyObject *arguments);
PyObject *model_verify(PyObject *self, PyObject *none);

/* ---- Functions of the module ------------------------------------------------------------------------------------- */

/* tables.c: adds the shapes of the network and the recipes to the module. */
bool add_tables(PyObject *module);

/* data.c */
PyObject *load_dataset(PyObject *module, PyObject *arguments);
PyObject *synthesise(PyObject *module, PyObject *arguments);

#endif
