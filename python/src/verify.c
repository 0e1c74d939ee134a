/* The derivatives of a model beside finite differences, as lenet5 inspect --verify checks them. */
#include "extension.h"

#define SEED 1998      /* of the drawn digit that is shown */
#define PER_TENSOR 40u /* numbers that are tried */

static lenet5_status verify(lenet5_verification *v, const lenet5_committee *committee, lenet5_error *error)
{
    lenet5_dataset digit;
    lenet5_status status = lenet5_dataset_synthesise(&digit, 1, SEED, error);
    if (status == LENET5_OK) {
        status = lenet5_verify(v, committee->networks, &committee->provenance.loss, digit.pixels,
                               (digit.labels[0] + 1u) % LENET5_CLASSES, PER_TENSOR, error);
        lenet5_dataset_free(&digit);
    }
    return status;
}

static PyObject *tensors_of(const lenet5_verification *v)
{
    PyObject *tensors = PyTuple_New(LENET5_TENSORS);
    for (size_t i = 0; i < LENET5_TENSORS && tensors; i++) {
        PyObject *tensor = Py_BuildValue("(sddn)", lenet5_tensors[i].name, v->gradient_error[i], v->curvature_error[i],
                                         (Py_ssize_t)v->checked[i]);
        if (!tensor || PyTuple_SetItem(tensors, (Py_ssize_t)i, tensor) != 0) /* takes the reference */
            Py_CLEAR(tensors);
    }
    return tensors;
}

/* model._verify(): (passed, tolerance, tensors) of its first network */
PyObject *model_verify(PyObject *self, PyObject *none)
{
    lenet5_verification v;
    lenet5_error error;
    (void)none;
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = verify(&v, committee_of(self), &error);
    PyEval_RestoreThread(thread);
    if (status != LENET5_OK)
        return raise_error(&error);
    return Py_BuildValue("(OdN)", v.passed ? Py_True : Py_False, v.tolerance, tensors_of(&v));
}
