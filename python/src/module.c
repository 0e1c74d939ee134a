/* The module lenet5._lenet5. */
#include "extension.h"

static PyObject *isa(PyObject *module, PyObject *none)
{
    (void)module, (void)none;
    return PyUnicode_FromString(lenet5_isa());
}

static int execute(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &model_spec, NULL);
    const bool done = type && PyModule_AddObjectRef(module, "Model", type) == 0 && add_tables(module) &&
                      PyModule_AddStringConstant(module, "VERSION", lenet5_version()) == 0;
    Py_XDECREF(type);
    return done ? 0 : -1;
}

static PyMethodDef functions[] = {{"isa", isa, METH_NOARGS, NULL},
                                  {"load_dataset", load_dataset, METH_VARARGS, NULL},
                                  {"synthesise", synthesise, METH_VARARGS, NULL},
                                  {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "lenet5._lenet5", .m_methods = functions,
                                        .m_slots = slots};

PyMODINIT_FUNC PyInit__lenet5(void); /* the interpreter finds it by its name */

PyMODINIT_FUNC PyInit__lenet5(void)
{
    return PyModuleDef_Init(&definition);
}
