/* Calibration: a model whose probabilities are fitted to pictures that it was not trained on. */
#include "extension.h"

/* Fits the committee of a model that no one has seen yet. */
static bool calibrate(PyObject *model, const lenet5_dataset *set, unsigned threads)
{
    lenet5_error error;
    lenet5_committee *committee = &((model_object *)model)->committee;
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = lenet5_calibrate(committee, set, threads, &error);
    PyEval_RestoreThread(thread);
    return status == LENET5_OK || raise_error(&error) != NULL;
}

/* model._calibrate(x, y, threads): a new model */
PyObject *model_calibrate(PyObject *self, PyObject *arguments)
{
    PyObject *x, *y, *model = NULL;
    Py_ssize_t threads;
    pictures p;
    if (!PyArg_ParseTuple(arguments, "OOn:_calibrate", &x, &y, &threads) || !pictures_get(&p, x))
        return NULL;
    if (labels_get(&p.set.labels, y, p.set.count)) {
        model = model_new(Py_TYPE(self), committee_of(self));
        if (model && !calibrate(model, &p.set, as_unsigned(threads)))
            Py_CLEAR(model);
        PyMem_Free(p.set.labels);
    }
    pictures_release(&p);
    return model;
}
