/* Strings of digits in pictures. */
#include <stdlib.h>

#include "extension.h"

/* ---- Results ----------------------------------------------------------------------------------------------------- */

static PyObject *box_of(const lenet5_box *b)
{
    return Py_BuildValue("(nnnn)", (Py_ssize_t)b->x, (Py_ssize_t)b->y, (Py_ssize_t)b->width, (Py_ssize_t)b->height);
}

/* Appends to the list and releases the item, which may be NULL. Returns whether all is well. */
static bool append(PyObject *list, PyObject *item)
{
    const bool done = list && item && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return done;
}

/* Returns the list, or NULL if it is not complete. */
static PyObject *complete(PyObject *list, bool done)
{
    if (!done)
        Py_CLEAR(list);
    return list;
}

static PyObject *strings_of(const lenet5_read_line *l)
{
    PyObject *list = PyList_New(0);
    bool done = list != NULL;
    for (size_t i = 0; i < l->strings && done; i++)
        done = append(list, Py_BuildValue("(sd)", l->string[i].text, l->string[i].probability));
    return complete(list, done);
}

static PyObject *digits_of(const lenet5_read_line *l)
{
    PyObject *list = PyList_New(0);
    bool done = list != NULL;
    for (size_t i = 0; i < l->digits && done; i++)
        done =
            append(list, Py_BuildValue("(IdN)", l->digit[i].digit, l->digit[i].probability, box_of(&l->digit[i].box)));
    return complete(list, done);
}

static PyObject *marks_of(const lenet5_read_line *l)
{
    PyObject *list = PyList_New(0);
    bool done = list != NULL;
    for (size_t i = 0; i < l->marks && done; i++)
        done = append(list, Py_BuildValue("(s#ndN)", &l->mark[i].mark, (Py_ssize_t)1, (Py_ssize_t)l->mark[i].position,
                                          l->mark[i].probability, box_of(&l->mark[i].box)));
    return complete(list, done);
}

static PyObject *notes_of(unsigned notes)
{
    PyObject *list = PyList_New(0);
    bool done = list != NULL;
    for (unsigned bit = 1; bit <= notes && done; bit <<= 1)
        if (notes & bit)
            done = append(list, PyUnicode_FromString(lenet5_note_text(bit)));
    return complete(list, done);
}

static PyObject *evidence_of(const lenet5_read_line *l)
{
    PyObject *dict = PyDict_New();
    bool done = dict != NULL;
    for (unsigned i = 0; i < LENET5_EVIDENCE && done; i++) {
        PyObject *number = PyFloat_FromDouble(l->evidence[i]);
        done = number && PyDict_SetItemString(dict, lenet5_evidence_name(i), number) == 0;
        Py_XDECREF(number);
    }
    return complete(dict, done);
}

/* A member that some lines lack. */
static PyObject *number_or_none(size_t number)
{
    return number > 0 ? PyLong_FromSize_t(number) : Py_NewRef(Py_None);
}

static PyObject *reason_of(const lenet5_read_line *l)
{
    const bool given = l->decision == LENET5_UNSURE && l->strings > 0;
    return Py_BuildValue("z", given ? lenet5_evidence_doubt(l->doubt) : NULL);
}

/* The members of lenet5.Line behind file and page, in their order; line counts from 1. */
static PyObject *line_of(const lenet5_reading *reading, size_t line, bool evidence)
{
    const lenet5_read_line *l = lenet5_reading_line(reading, line - 1);
    return Py_BuildValue("(nssdNNNNNINNNNN)", (Py_ssize_t)line, l->strings ? l->string[0].text : "",
                         l->decision == LENET5_ACCEPTED ? "accepted" : "unsure",
                         l->strings ? l->string[0].probability : 0.0, box_of(&l->box), strings_of(l), digits_of(l),
                         marks_of(l), notes_of(reading->notes), reading->turned, number_or_none(l->table),
                         number_or_none(l->table ? l->row : 0), number_or_none(l->table ? l->column : 0), reason_of(l),
                         evidence ? evidence_of(l) : Py_NewRef(Py_None));
}

/* A page in which nothing is written. */
static PyObject *empty_page(const lenet5_reading *reading)
{
    return Py_BuildValue("(issdO[][][]NIOOOOO)", 0, "", "empty", 0.0, Py_None, notes_of(reading->notes),
                         reading->turned, Py_None, Py_None, Py_None, Py_None, Py_None);
}

static PyObject *page_of(const lenet5_reading *reading, bool evidence)
{
    PyObject *lines = PyList_New(0);
    bool done = lines != NULL;
    for (size_t i = 0; i < reading->count && done; i++)
        done = append(lines, line_of(reading, i + 1, evidence));
    if (done && reading->count == 0)
        done = append(lines, empty_page(reading));
    return complete(lines, done);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

typedef struct job {
    Py_buffer bytes; /* of a file; without any, path is opened */
    const char *path;
    lenet5_pages *pages;
    lenet5_reader *reader;
    lenet5_read_options options;
    const char **list; /* PyMem */
    int evidence;
    Py_ssize_t max_pixels;
    PyThreadState *thread; /* while the GIL is released */
} job;

/* Looks for Ctrl-C. */
static bool stop(void *context)
{
    job *j = context;
    PyEval_RestoreThread(j->thread);
    const bool stop = PyErr_CheckSignals() != 0;
    j->thread = PyEval_SaveThread();
    return stop;
}

static lenet5_status open_pages(job *j, lenet5_error *error)
{
    const lenet5_status status = j->bytes.obj
                                     ? lenet5_pages_parse(&j->pages, j->bytes.buf, (size_t)j->bytes.len, j->path, error)
                                     : lenet5_pages_open(&j->pages, j->path, error);
    return status == LENET5_OK && j->options.max_pixels > 0 ? lenet5_pages_limit(j->pages, j->options.max_pixels, error)
                                                            : status;
}

static lenet5_status read_page(lenet5_reading *reading, job *j, lenet5_error *error)
{
    lenet5_picture picture;
    lenet5_status status = lenet5_pages_next(&picture, j->pages, error);
    if (status == LENET5_OK) {
        status = lenet5_read(reading, j->reader, &picture, &j->options, error);
        lenet5_picture_free(&picture);
    }
    return status;
}

/* The exception of a failure; one that a signal handler has raised is there already. */
static bool raise_failure(const lenet5_error *error)
{
    if (error->status != LENET5_E_STOPPED)
        raise_error(error);
    return false;
}

static bool start(job *j, const lenet5_committee *committee)
{
    lenet5_error error;
    lenet5_status status = lenet5_reader_new(&j->reader, committee, &error);
    if (status == LENET5_OK) {
        PyThreadState *thread = PyEval_SaveThread();
        status = open_pages(j, &error);
        PyEval_RestoreThread(thread);
    }
    return status == LENET5_OK || raise_failure(&error);
}

/* Reads all pages into the list. */
static bool read_all(PyObject *list, job *j)
{
    bool done = true;
    while (done && lenet5_pages_left(j->pages)) {
        lenet5_error error;
        lenet5_reading reading;
        j->thread = PyEval_SaveThread();
        const lenet5_status status = read_page(&reading, j, &error);
        PyEval_RestoreThread(j->thread);
        if (status != LENET5_OK)
            return raise_failure(&error);
        done = append(list, page_of(&reading, j->evidence));
        lenet5_reading_free(&reading);
    }
    return done;
}

/* ---- Options ----------------------------------------------------------------------------------------------------- */

/* Takes the codes of a tuple of strings, which outlives the job. */
static bool take_list(job *j, PyObject *codes)
{
    const Py_ssize_t count = PyTuple_Size(codes);
    if (count < 0 || count > LENET5_MAX_LIST) {
        if (count > 0)
            PyErr_Format(PyExc_ValueError, "a list of %zd codes; at most %d are possible", count, LENET5_MAX_LIST);
        return false;
    }
    j->list = PyMem_Calloc((size_t)count + 1, sizeof *j->list);
    if (!j->list)
        return PyErr_NoMemory() != NULL;
    bool done = true;
    for (Py_ssize_t i = 0; i < count && done; i++) {
        j->list[i] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(codes, i), NULL);
        done = j->list[i] != NULL;
    }
    j->options.list = j->list;
    j->options.list_count = (size_t)count;
    return done;
}

/* Everything but the threshold for max_error, which takes the place of the threshold. */
static bool take_options(job *j, double max_error, Py_ssize_t n_best, int check, int method, int marks)
{
    lenet5_error error;
    j->options.check = (lenet5_check)check;
    j->options.method = (lenet5_read_method)method;
    j->options.n_best = n_best > 0 ? (size_t)n_best : SIZE_MAX; /* refused by the library, as what is above its limit */
    j->options.max_pixels = j->max_pixels >= 0 ? (size_t)j->max_pixels : SIZE_MAX;
    j->options.digits_only = !marks;
    j->options.stop = stop;
    j->options.stop_context = j;
    if ((max_error < 0 || lenet5_read_threshold(&j->options.threshold, max_error, &error) == LENET5_OK) &&
        lenet5_read_options_validate(&j->options, &error) == LENET5_OK)
        return true;
    return raise_failure(&error);
}

static void release(job *j)
{
    lenet5_pages_free(j->pages);
    lenet5_reader_free(j->reader);
    PyMem_Free(j->list);
    if (j->bytes.obj)
        PyBuffer_Release(&j->bytes);
}

/*
 * model._read(path, bytes, format, list, check, method, threshold, max_error, n_best, marks, evidence, max_pixels,
 * seconds): a list of pages, each a list of lines. path is of type bytes, bytes a buffer or None, list a tuple or None;
 * max_error is below 0 if none is given.
 */
PyObject *model_read(PyObject *self, PyObject *arguments)
{
    PyObject *codes, *pages = NULL;
    double max_error;
    Py_ssize_t n_best;
    int check, method, marks;
    job j = {.options = {.size = sizeof j.options}};
    if (PyArg_ParseTuple(arguments, "yz*zOiiddnppnd:_read", &j.path, &j.bytes, &j.options.format, &codes, &check,
                         &method, &j.options.threshold, &max_error, &n_best, &marks, &j.evidence, &j.max_pixels,
                         &j.options.seconds) &&
        (codes == Py_None || take_list(&j, codes)) && take_options(&j, max_error, n_best, check, method, marks) &&
        start(&j, committee_of(self))) {
        pages = PyList_New(0);
        pages = complete(pages, pages && read_all(pages, &j));
    }
    release(&j);
    return pages;
}
