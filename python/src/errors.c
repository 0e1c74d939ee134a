/* Exceptions for the errors of the library. */
#include <string.h>

#include "extension.h"

PyObject *raise_error(const lenet5_error *error)
{
    if (error->status == LENET5_E_MEMORY)
        return PyErr_NoMemory();
    PyObject *message = PyUnicode_DecodeUTF8(error->message, (Py_ssize_t)strlen(error->message), "replace");
    PyObject *offset =
        error->offset == LENET5_NO_OFFSET ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(error->offset);
    PyObject *errors = message && offset ? PyImport_ImportModule("lenet5.errors") : NULL;
    PyObject *exception =
        errors ? PyObject_CallMethod(errors, "from_status", "iOO", (int)error->status, message, offset) : NULL;
    if (exception)
        PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_XDECREF(exception);
    Py_XDECREF(errors);
    Py_XDECREF(offset);
    Py_XDECREF(message);
    return NULL;
}
