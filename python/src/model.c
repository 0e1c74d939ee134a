/* The type Model: networks, their provenance, and their files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "extension.h"

const lenet5_committee *committee_of(PyObject *model)
{
    return &((model_object *)model)->committee;
}

bool committee_or_none(const lenet5_committee **committee, PyObject *object, PyTypeObject *type)
{
    *committee = object == Py_None ? NULL : committee_of(object);
    if (object == Py_None || PyObject_TypeCheck(object, type))
        return true;
    PyErr_SetString(PyExc_TypeError, "start and teacher are models, or None");
    return false;
}

/* ---- Construction ------------------------------------------------------------------------------------------------ */

/* Makes a model that owns the committee's networks, or frees them. */
static PyObject *adopt(PyTypeObject *type, lenet5_committee *committee)
{
    model_object *model = (model_object *)PyType_GenericAlloc(type, 0);
    if (!model) {
        lenet5_committee_free(committee);
        return NULL;
    }
    model->committee = *committee;
    model->shape[0] = (Py_ssize_t)committee->count;
    model->shape[1] = LENET5_PARAMETERS;
    model->strides[0] = sizeof(lenet5_network);
    model->strides[1] = sizeof(float);
    return (PyObject *)model;
}

PyObject *model_new(PyTypeObject *type, const lenet5_committee *committee)
{
    lenet5_committee copy = *committee;
    copy.networks = malloc(copy.count * sizeof *copy.networks);
    if (!copy.networks)
        return PyErr_NoMemory();
    memcpy(copy.networks, committee->networks, copy.count * sizeof *copy.networks);
    return adopt(type, &copy);
}

/* The numbers of a model file, which its loader would accept. */
static bool check_weights(const lenet5_network *networks, size_t count)
{
    const float *weights = (const float *)networks;
    for (size_t i = 0; i < count * LENET5_PARAMETERS; i++)
        if (!(fabsf(weights[i]) <= LENET5_MAX_WEIGHT)) {
            PyErr_Format(PyExc_ValueError, "weight %zu is not finite, or beyond 1e6", i);
            return false;
        }
    return true;
}

static bool weights_get(lenet5_committee *committee, const contents *c)
{
    const Py_buffer *b = &c->buffer;
    if (c->format != 'f' || b->ndim != 2 || b->shape[1] != LENET5_PARAMETERS || b->shape[0] < 1 ||
        b->shape[0] > LENET5_MAX_COMMITTEE) {
        PyErr_Format(PyExc_ValueError, "the weights are float32 of the shape (networks, %d), with 1 to %d networks",
                     LENET5_PARAMETERS, LENET5_MAX_COMMITTEE);
        return false;
    }
    committee->count = (size_t)b->shape[0];
    committee->networks = (lenet5_network *)c->bytes; /* only read */
    return check_weights(committee->networks, committee->count);
}

/* Model(weights, metadata) */
static PyObject *construct(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    PyObject *weights, *metadata;
    contents c;
    lenet5_committee committee = {0};
    static char *names[] = {"weights", "metadata", NULL};
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "OO!:Model", names, &weights, &PyDict_Type, &metadata) ||
        !metadata_get(&committee.provenance, metadata) || !contents_get(&c, weights))
        return NULL;
    PyObject *model = weights_get(&committee, &c) ? model_new(type, &committee) : NULL;
    contents_release(&c);
    return model;
}

static void destroy(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    lenet5_committee_free(&((model_object *)self)->committee);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* ---- Files and built-in models ----------------------------------------------------------------------------------- */

static PyObject *load(PyObject *type, PyObject *path)
{
    PyObject *bytes;
    lenet5_error error;
    lenet5_committee committee;
    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    const char *name = PyBytes_AsString(bytes);
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = lenet5_committee_load(&committee, &name, 1, &error);
    PyEval_RestoreThread(thread);
    Py_DECREF(bytes);
    return status == LENET5_OK ? adopt((PyTypeObject *)type, &committee) : raise_error(&error);
}

static PyObject *save(PyObject *self, PyObject *path)
{
    PyObject *bytes;
    lenet5_error error;
    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    const char *name = PyBytes_AsString(bytes);
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = lenet5_committee_save(name, committee_of(self), &error);
    PyEval_RestoreThread(thread);
    Py_DECREF(bytes);
    return status == LENET5_OK ? Py_NewRef(Py_None) : raise_error(&error);
}

static PyObject *builtin(PyObject *type, PyObject *arguments)
{
    const char *name;
    const lenet5_model *model;
    if (!PyArg_ParseTuple(arguments, "s:builtin", &name))
        return NULL;
    if (strcmp(name, "digits") == 0)
        model = lenet5_builtin();
    else if (strcmp(name, "strings") == 0)
        model = lenet5_builtin_strings();
    else if (strcmp(name, "signs") == 0)
        model = lenet5_builtin_signs();
    else
        return PyErr_Format(PyExc_ValueError,
                            "the built-in models are \"digits\", \"strings\" and \"signs\", not "
                            "\"%s\"",
                            name);
    if (!model)
        return PyErr_NoMemory();
    const lenet5_committee one = {1, (lenet5_network *)&model->network, model->provenance}; /* only read */
    return model_new((PyTypeObject *)type, &one);
}

/* ---- Properties -------------------------------------------------------------------------------------------------- */

static PyObject *get_metadata(PyObject *self, void *none)
{
    (void)none;
    return metadata_dict(&committee_of(self)->provenance);
}

static PyObject *get_sha256(PyObject *self, void *none)
{
    char sha256[65];
    (void)none;
    lenet5_committee_sha256(sha256, committee_of(self));
    return PyUnicode_FromString(sha256);
}

/* model.threshold(max_error) */
static PyObject *threshold(PyObject *self, PyObject *arguments)
{
    double max_error, least;
    lenet5_error error;
    if (!PyArg_ParseTuple(arguments, "d:threshold", &max_error))
        return NULL;
    if (lenet5_threshold(&least, &committee_of(self)->provenance, max_error, &error) != LENET5_OK)
        return raise_error(&error);
    return PyFloat_FromDouble(least);
}

/* The weights, which are not writable. */
static int get_buffer(PyObject *self, Py_buffer *view, int flags)
{
    model_object *model = (model_object *)self;
    const Py_ssize_t size = (Py_ssize_t)(model->committee.count * sizeof(lenet5_network));
    if (PyBuffer_FillInfo(view, self, model->committee.networks, size, 1, flags) != 0)
        return -1;
    view->itemsize = sizeof(float);
    if (flags & PyBUF_FORMAT)
        view->format = "f";
    if ((flags & PyBUF_ND) == PyBUF_ND) {
        view->ndim = 2;
        view->shape = model->shape;
    }
    if ((flags & PyBUF_STRIDES) == PyBUF_STRIDES)
        view->strides = model->strides;
    return 0;
}

/* ---- The type ---------------------------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {{"load", load, METH_O | METH_CLASS, NULL},
                                {"save", save, METH_O, NULL},
                                {"builtin", builtin, METH_VARARGS | METH_CLASS, NULL},
                                {"threshold", threshold, METH_VARARGS, NULL},
                                {"_classify", model_classify, METH_VARARGS, NULL},
                                {"_probabilities", model_probabilities, METH_VARARGS, NULL},
                                {"_read", model_read, METH_VARARGS, NULL},
                                {"_train", model_train, METH_VARARGS | METH_CLASS, NULL},
                                {"_calibrate", model_calibrate, METH_VARARGS, NULL},
                                {"_verify", model_verify, METH_NOARGS, NULL},
                                {NULL, NULL, 0, NULL}};

static PyGetSetDef properties[] = {{"_metadata", get_metadata, NULL, NULL, NULL},
                                   {"sha256", get_sha256, NULL, "The SHA-256 of the weights, in hexadecimal.", NULL},
                                   {NULL, NULL, NULL, NULL, NULL}};

static PyType_Slot slots[] = {{Py_tp_new, construct},     {Py_tp_dealloc, destroy},      {Py_tp_methods, methods},
                              {Py_tp_getset, properties}, {Py_bf_getbuffer, get_buffer}, {0, NULL}};

PyType_Spec model_spec = {.name = "lenet5._lenet5.Model",
                          .basicsize = sizeof(model_object),
                          .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                          .slots = slots};
