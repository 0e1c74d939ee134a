/* Training with progress, checkpoints and Ctrl-C. */
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "extension.h"

#define SECONDS_BETWEEN_SIGNALS 0.05 /* from one look for Ctrl-C to the next */

typedef struct job {
    pictures pictures, held_out_pictures;
    lenet5_dataset set, held_out; /* those with labels, which PyMem has; held_out.labels is NULL without one */
    lenet5_training_options options;
    PyObject *progress; /* called with the numbers of each epoch */
    PyObject *path;     /* bytes: of the checkpoint; NULL without one */
    int resume;
    lenet5_training *training;
} job;

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

/* Fills in the SHA-256 of a set, by which a checkpoint knows its data. */
static void hash(lenet5_dataset *set)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, set->count * set->height * set->width, set->pixels);
    sha256_update(&context, set->count, set->labels);
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(set->sha256 + 2 * i, 3, "%02x", digest[i]);
}

static bool take_set(lenet5_dataset *set, pictures *p, PyObject *x, PyObject *y)
{
    if (!pictures_get(p, x))
        return false;
    *set = p->set;
    if (!labels_get(&set->labels, y, set->count))
        return false;
    PyThreadState *thread = PyEval_SaveThread();
    hash(set);
    PyEval_RestoreThread(thread);
    return true;
}

static bool take_networks(job *j, PyObject *start, PyObject *teacher, PyTypeObject *type)
{
    const lenet5_committee *first;
    if (!committee_or_none(&first, start, type) || !committee_or_none(&j->options.teacher, teacher, type))
        return false;
    if (first && first->count != 1) {
        PyErr_SetString(PyExc_ValueError, "start is a committee; a training begins with a single network");
        return false;
    }
    j->options.start = first ? first->networks : NULL;
    return true;
}

static bool take_arguments(job *j, PyTypeObject *type, PyObject *arguments)
{
    PyObject *x, *y, *held_out_x, *held_out_y, *start, *teacher, *path;
    lenet5_training_options *o = &j->options;
    unsigned long long seed;
    Py_ssize_t epochs, batch, threads;
    int undistorted, without_drawn;
    if (!PyArg_ParseTuple(arguments, "OOOOsKnnppnOOsOOp:_train", &x, &y, &held_out_x, &held_out_y, &o->recipe, &seed,
                          &epochs, &batch, &undistorted, &without_drawn, &threads, &start, &teacher, &o->data_name,
                          &j->progress, &path, &j->resume))
        return false;
    o->seed = seed;
    o->epochs = as_unsigned(epochs);
    o->threads = as_unsigned(threads);
    o->batch = (size_t)batch; /* a negative one is refused as one above the limit */
    o->undistorted = undistorted;
    o->without_drawn = without_drawn;
    o->held_out_name = held_out_x == Py_None ? NULL : "validation";
    return (path == Py_None || PyUnicode_FSConverter(path, &j->path)) && take_networks(j, start, teacher, type) &&
           take_set(&j->set, &j->pictures, x, y) &&
           (held_out_x == Py_None || take_set(&j->held_out, &j->held_out_pictures, held_out_x, held_out_y));
}

static void release(job *j)
{
    lenet5_training_free(j->training);
    PyMem_Free(j->set.labels);
    PyMem_Free(j->held_out.labels);
    pictures_release(&j->pictures);
    pictures_release(&j->held_out_pictures);
    Py_XDECREF(j->path);
}

/* ---- Checkpoints ------------------------------------------------------------------------------------------------- */

static bool save_checkpoint(const job *j)
{
    lenet5_error error;
    const char *path = PyBytes_AsString(j->path);
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = lenet5_training_save(path, j->training, &error);
    PyEval_RestoreThread(thread);
    return status == LENET5_OK || raise_error(&error) != NULL;
}

/* Saves where an exception has stopped the training. If that fails too, its exception has the first as context. */
static void save_stopped(const job *j)
{
    PyObject *type, *value, *traceback, *new_type, *new_value, *new_traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (save_checkpoint(j)) {
        PyErr_Restore(type, value, traceback);
        return;
    }
    PyErr_Fetch(&new_type, &new_value, &new_traceback);
    PyErr_NormalizeException(&new_type, &new_value, &new_traceback);
    PyException_SetContext(new_value, value); /* takes the reference */
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    PyErr_Restore(new_type, new_value, new_traceback);
}

/* Refuses options that differ from those that the checkpoint's training began with; 0 stands for any. */
static bool agrees(const job *j, const char *path, const lenet5_checkpoint *c)
{
    const lenet5_training_options *o = &j->options;
    const char *other = strcmp(o->recipe, c->provenance.recipe) != 0    ? "recipe"
                        : o->seed != c->provenance.seed                 ? "seed"
                        : o->epochs > 0 && o->epochs != c->epochs_total ? "number of epochs"
                        : o->batch > 0 && o->batch != c->batch          ? "batch"
                        : o->undistorted != c->undistorted              ? "value of undistorted"
                        : o->without_drawn != c->without_drawn          ? "value of without_drawn"
                                                                        : NULL;
    if (other)
        PyErr_Format(PyExc_ValueError, "%s: the training that it continues has another %s", path, other);
    return !other;
}

/* ---- The training ------------------------------------------------------------------------------------------------ */

static const lenet5_dataset *held_out(const job *j)
{
    return j->held_out.labels ? &j->held_out : NULL;
}

static bool resume(job *j)
{
    lenet5_error error;
    lenet5_checkpoint c;
    const char *path = PyBytes_AsString(j->path);
    if (lenet5_checkpoint_load(&c, path, &error) != LENET5_OK)
        return raise_error(&error) != NULL;
    if (!agrees(j, path, &c))
        return false;
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = lenet5_training_resume(&j->training, path, &j->options, &j->set, held_out(j), &error);
    PyEval_RestoreThread(thread);
    return status == LENET5_OK || raise_error(&error) != NULL;
}

static bool begin(job *j)
{
    lenet5_error error;
    PyThreadState *thread = PyEval_SaveThread();
    const lenet5_status status = lenet5_training_new(&j->training, &j->options, &j->set, held_out(j), &error);
    PyEval_RestoreThread(thread);
    return status == LENET5_OK || raise_error(&error) != NULL;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Steps until an epoch ends, or it is time to look for Ctrl-C. */
static lenet5_status run(lenet5_training *training, lenet5_error *error)
{
    const unsigned done = lenet5_training_epochs_done(training);
    const double end = seconds() + SECONDS_BETWEEN_SIGNALS;
    lenet5_status status;
    do
        status = lenet5_training_step(training, error);
    while (status == LENET5_OK && lenet5_training_epochs_done(training) == done && seconds() < end);
    return status;
}

/* Saves the checkpoint and calls progress after epoch number index, from 0. */
static bool report(const job *j, unsigned index)
{
    const lenet5_epoch *e = lenet5_training_epoch(j->training, index);
    if (j->path && !save_checkpoint(j))
        return false;
    PyObject *result = PyObject_CallFunction(
        j->progress, "Idnnnnddd", e->epoch, e->loss, (Py_ssize_t)e->training_errors, (Py_ssize_t)e->training_pictures,
        (Py_ssize_t)e->held_out_errors, (Py_ssize_t)e->held_out_pictures, e->seconds, e->min_rate, e->max_rate);
    Py_XDECREF(result);
    return result != NULL;
}

/* Trains to the end; at an exception of a signal handler or of progress, saves and stops. */
static bool train(const job *j)
{
    bool going = true;
    while (going && !lenet5_training_finished(j->training)) {
        lenet5_error error;
        const unsigned done = lenet5_training_epochs_done(j->training);
        PyThreadState *thread = PyEval_SaveThread();
        const lenet5_status status = run(j->training, &error);
        PyEval_RestoreThread(thread);
        if (status != LENET5_OK)
            return raise_error(&error) != NULL;
        going = PyErr_CheckSignals() == 0 && (lenet5_training_epochs_done(j->training) == done || report(j, done));
    }
    if (!going && j->path)
        save_stopped(j);
    return going;
}

static PyObject *finished_model(const job *j, PyTypeObject *type)
{
    lenet5_model *model = PyMem_Malloc(sizeof *model);
    if (!model)
        return PyErr_NoMemory();
    lenet5_training_model(model, j->training);
    const lenet5_committee one = {1, &model->network, model->provenance};
    PyObject *result = model_new(type, &one);
    PyMem_Free(model);
    return result;
}

/*
 * Model._train(x, y, held_out_x, held_out_y, recipe, seed, epochs, batch, undistorted, without_drawn, threads, start,
 * teacher, data, progress, checkpoint, resume): the model. What is not given is None or 0.
 */
PyObject *model_train(PyObject *type, PyObject *arguments)
{
    job j = {.options = {.size = sizeof j.options}};
    PyTypeObject *base = (PyTypeObject *)type;
    PyObject *model = NULL;
    if (take_arguments(&j, base, arguments) && (j.resume ? resume(&j) : begin(&j)) && train(&j))
        model = finished_model(&j, base);
    release(&j);
    return model;
}
