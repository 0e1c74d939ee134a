/* Penalties and probabilities of pictures of one digit each. */
#include <string.h>

#include "extension.h"

#define CHUNK 65536         /* pictures between two looks for Ctrl-C */
#define ONE_THREAD_UP_TO 64 /* pictures that are classified before other threads have started */

typedef struct job {
    const lenet5_committee *committee;
    pictures pictures;
    unsigned threads;
    uint8_t *digits;                  /* (count) */
    float (*penalty)[LENET5_CLASSES]; /* (count, 10) */
} job;

static void classify_one(const job *j)
{
    lenet5_maps maps;
    lenet5_set_input(&maps, j->pictures.set.pixels);
    lenet5_committee_forward(j->penalty[0], &maps, j->committee);
}

static lenet5_status classify_chunk(const job *j, size_t first, size_t count, lenet5_error *error)
{
    static uint8_t no_labels[CHUNK]; /* which an evaluation counts errors by */
    lenet5_evaluation evaluation;
    lenet5_dataset chunk = lenet5_dataset_slice(&j->pictures.set, first, count);
    chunk.labels = no_labels;
    const unsigned threads = j->threads == 0 && count <= ONE_THREAD_UP_TO ? 1 : j->threads;
    const lenet5_status status = lenet5_committee_evaluate(&evaluation, j->committee, &chunk, NULL, threads, error);
    if (status == LENET5_OK) {
        memcpy(j->penalty[first], evaluation.penalty, count * sizeof *evaluation.penalty);
        lenet5_evaluation_free(&evaluation);
    }
    return status;
}

static bool classify_all(const job *j)
{
    const size_t count = j->pictures.set.count;
    for (size_t first = 0; first < count; first += CHUNK) {
        lenet5_error error;
        lenet5_status status = LENET5_OK;
        const size_t size = count - first < CHUNK ? count - first : CHUNK;
        PyThreadState *thread = PyEval_SaveThread();
        if (count == 1)
            classify_one(j);
        else
            status = classify_chunk(j, first, size, &error);
        for (size_t i = first; i < first + size && status == LENET5_OK; i++)
            j->digits[i] = (uint8_t)lenet5_best(j->penalty[i]);
        PyEval_RestoreThread(thread);
        if (status != LENET5_OK)
            return raise_error(&error) != NULL;
        if (PyErr_CheckSignals() != 0)
            return false;
    }
    return true;
}

/* model._classify(pictures, threads): (digits, penalties, whether it is a single picture) */
PyObject *model_classify(PyObject *self, PyObject *arguments)
{
    PyObject *object;
    Py_ssize_t threads;
    job j = {.committee = committee_of(self)};
    if (!PyArg_ParseTuple(arguments, "On:_classify", &object, &threads) || !pictures_get(&j.pictures, object))
        return NULL;
    j.threads = as_unsigned(threads);
    const Py_ssize_t count = (Py_ssize_t)j.pictures.set.count;
    PyObject *digits = PyByteArray_FromStringAndSize(NULL, count);
    PyObject *penalties = PyByteArray_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof *j.penalty);
    PyObject *result = NULL;
    if (digits && penalties) {
        j.digits = (uint8_t *)PyByteArray_AsString(digits);
        j.penalty = (float(*)[LENET5_CLASSES])(void *)PyByteArray_AsString(penalties);
        if (classify_all(&j))
            result = Py_BuildValue("OOO", digits, penalties, j.pictures.single ? Py_True : Py_False);
    }
    Py_XDECREF(digits);
    Py_XDECREF(penalties);
    pictures_release(&j.pictures);
    return result;
}

/* Probabilities of count pictures. */
typedef struct probabilities {
    float *answer;                      /* (count): of the digit with the least penalty */
    float (*posterior)[LENET5_CLASSES]; /* (count, 10) */
    float *rubbish;                     /* (count) */
} probabilities;

static void find_probabilities(const probabilities *p, const lenet5_loss *loss, const float (*penalty)[LENET5_CLASSES],
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float posterior[LENET5_CLASSES + 1];
        lenet5_posterior(posterior, loss, penalty[i]);
        memcpy(p->posterior[i], posterior, sizeof p->posterior[i]);
        p->answer[i] = posterior[lenet5_best(penalty[i])];
        p->rubbish[i] = posterior[LENET5_RUBBISH];
    }
}

/* model._probabilities(penalties): (probability, posterior, rubbish) */
PyObject *model_probabilities(PyObject *self, PyObject *arguments)
{
    Py_buffer penalties;
    if (!PyArg_ParseTuple(arguments, "y*:_probabilities", &penalties))
        return NULL;
    const Py_ssize_t count = penalties.len / (Py_ssize_t)sizeof(float[LENET5_CLASSES]);
    PyObject *answer = PyByteArray_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(float));
    PyObject *posterior = PyByteArray_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(float[LENET5_CLASSES]));
    PyObject *rubbish = PyByteArray_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(float));
    PyObject *result = NULL;
    if (answer && posterior && rubbish) {
        const probabilities p = {(void *)PyByteArray_AsString(answer), (void *)PyByteArray_AsString(posterior),
                                 (void *)PyByteArray_AsString(rubbish)};
        PyThreadState *thread = PyEval_SaveThread();
        find_probabilities(&p, &committee_of(self)->provenance.loss, penalties.buf, (size_t)count);
        PyEval_RestoreThread(thread);
        result = PyTuple_Pack(3, answer, posterior, rubbish);
    }
    Py_XDECREF(answer);
    Py_XDECREF(posterior);
    Py_XDECREF(rubbish);
    PyBuffer_Release(&penalties);
    return result;
}
