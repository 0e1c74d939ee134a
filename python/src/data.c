/* Labelled pictures: data sets in folders, and drawn digits. */
#include "extension.h"

/* The arrays of a set as (pixels, labels, count, height, width), and frees the set. */
static PyObject *take_arrays(lenet5_dataset *set)
{
    const Py_ssize_t count = (Py_ssize_t)set->count, height = (Py_ssize_t)set->height, width = (Py_ssize_t)set->width;
    PyObject *pixels = PyByteArray_FromStringAndSize((const char *)set->pixels, count * height * width);
    PyObject *labels = PyByteArray_FromStringAndSize((const char *)set->labels, count);
    lenet5_dataset_free(set);
    return Py_BuildValue("(NNnnn)", pixels, labels, count, height, width);
}

/* load_dataset(folder, is_test) */
PyObject *load_dataset(PyObject *module, PyObject *arguments)
{
    PyObject *folder;
    int is_test;
    lenet5_dataset set;
    lenet5_error error;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O&p:load_dataset", PyUnicode_FSConverter, &folder, &is_test))
        return NULL;
    const char *path = PyBytes_AsString(folder);
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = lenet5_dataset_load(&set, path, is_test ? LENET5_TEST : LENET5_TRAIN, &error);
    PyEval_RestoreThread(thread);
    Py_DECREF(folder);
    return status == LENET5_OK ? take_arrays(&set) : raise_error(&error);
}

/* synthesise(count, seed) */
PyObject *synthesise(PyObject *module, PyObject *arguments)
{
    Py_ssize_t count;
    unsigned long long seed;
    lenet5_dataset set;
    lenet5_error error;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "nK:synthesise", &count, &seed))
        return NULL;
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status =
        lenet5_dataset_synthesise(&set, (size_t)count, seed, &error); /* refuses a negative count as too large */
    PyEval_RestoreThread(thread);
    return status == LENET5_OK ? take_arrays(&set) : raise_error(&error);
}
