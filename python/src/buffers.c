/* Pictures and labels from objects with the buffer protocol. */
#include <stdio.h>
#include <string.h>

#include "extension.h"

#define SIDE LENET5_PICTURE_SIDE

/* ---- Contents ---------------------------------------------------------------------------------------------------- */

/* The format of an element without its byte order, if that is the native one. */
static char native_format(const char *format)
{
    const char *native = strchr(PY_BIG_ENDIAN ? "@=>" : "@=<", format[0]) ? format + 1 : format;
    return native[0] && !native[1] ? native[0] : '\0';
}

bool contents_get(contents *c, PyObject *object)
{
    *c = (contents){0};
    if (PyObject_GetBuffer(object, &c->buffer, PyBUF_FORMAT | PyBUF_STRIDES) != 0)
        return false;
    c->format = native_format(c->buffer.format ? c->buffer.format : "B");
    c->bytes = c->buffer.buf;
    if (PyBuffer_IsContiguous(&c->buffer, 'C'))
        return true;
    c->copy = PyMem_Malloc((size_t)c->buffer.len);
    if (c->copy && PyBuffer_ToContiguous(c->copy, &c->buffer, c->buffer.len, 'C') == 0) {
        c->bytes = c->copy;
        return true;
    }
    if (!PyErr_Occurred())
        PyErr_NoMemory();
    contents_release(c);
    return false;
}

void contents_release(contents *c)
{
    PyMem_Free(c->copy);
    if (c->buffer.obj)
        PyBuffer_Release(&c->buffer);
    *c = (contents){0};
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

/* Finds the number of pictures: the shape is (n, 28, 28), (n, 784), (28, 28) or (784). */
static bool count_pictures(pictures *p)
{
    const Py_buffer *b = &p->contents.buffer;
    const Py_ssize_t *s = b->shape;
    const bool square = b->ndim >= 2 && s[b->ndim - 2] == SIDE && s[b->ndim - 1] == SIDE;
    const bool flat = b->ndim >= 1 && s[b->ndim - 1] == LENET5_PICTURE_BYTES;
    const int dimensions = square ? 2 : 1;
    if ((!square && !flat) || b->ndim > dimensions + 1) {
        PyErr_SetString(PyExc_ValueError,
                        "the shape of pictures is (n, 28, 28) or (n, 784), or of one picture (28, 28) "
                        "or (784,)");
        return false;
    }
    p->single = b->ndim == dimensions;
    p->set.count = p->single ? 1 : (size_t)s[0];
    if (p->set.count <= LENET5_MAX_PICTURES)
        return true;
    PyErr_Format(PyExc_ValueError, "%zu pictures; at most %u are possible", p->set.count, LENET5_MAX_PICTURES);
    return false;
}

/* Converts floats from 0 to 1. Returns the index of the first number that is outside, or count. */
static size_t convert(uint8_t *pixels, const void *numbers, char format, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double number = format == 'f' ? (double)((const float *)numbers)[i] : ((const double *)numbers)[i];
        if (!(number >= 0 && number <= 1))
            return i;
        pixels[i] = (uint8_t)(number * 255 + 0.5);
    }
    return count;
}

static bool convert_floats(pictures *p)
{
    const size_t count = p->set.count * LENET5_PICTURE_BYTES;
    const contents *c = &p->contents;
    p->converted = PyMem_Malloc(count);
    if (!p->converted) {
        PyErr_NoMemory();
        return false;
    }
    PyThreadState *thread = PyEval_SaveThread();
    const size_t wrong = convert(p->converted, c->bytes, c->format, count);
    PyEval_RestoreThread(thread);
    p->set.pixels = p->converted;
    if (wrong == count)
        return true;
    char message[160];
    snprintf(
        message, sizeof message,
        "picture %zu has the number %g; floats are from 0 (paper) to 1 (ink): divide by 255, or convert 0 to 255 to "
        "uint8",
        wrong / LENET5_PICTURE_BYTES,
        c->format == 'f' ? (double)((const float *)c->bytes)[wrong] : ((const double *)c->bytes)[wrong]);
    PyErr_SetString(PyExc_ValueError, message);
    return false;
}

static bool take_numbers(pictures *p)
{
    p->set.height = p->set.width = SIDE;
    p->set.pixels = (uint8_t *)p->contents.bytes; /* only read */
    if (p->contents.format == 'B')
        return true;
    if (p->contents.format == 'f' || p->contents.format == 'd')
        return convert_floats(p);
    PyErr_Format(PyExc_TypeError,
                 "pictures are uint8 from 0 (paper) to 255 (ink), or float32 or float64 from 0 to 1, not of the format "
                 "\"%s\"",
                 p->contents.buffer.format);
    return false;
}

bool pictures_get(pictures *p, PyObject *object)
{
    *p = (pictures){0};
    if (!contents_get(&p->contents, object))
        return false;
    if (count_pictures(p) && take_numbers(p))
        return true;
    pictures_release(p);
    return false;
}

void pictures_release(pictures *p)
{
    PyMem_Free(p->converted);
    contents_release(&p->contents);
    *p = (pictures){0};
}

/* ---- Labels ------------------------------------------------------------------------------------------------------ */

/* The whole number at bytes, of size bytes; a negative one is at least 2^63. */
static uint64_t whole_number(const uint8_t *bytes, Py_ssize_t size, bool is_signed)
{
    uint64_t number = 0;
    for (Py_ssize_t i = 0; i < size; i++)
        number |= (uint64_t)bytes[PY_BIG_ENDIAN ? size - 1 - i : i] << 8 * i;
    const uint64_t sign = (uint64_t)1 << (8 * size - 1);
    return is_signed && number & sign ? UINT64_MAX : number;
}

static bool convert_labels(uint8_t *labels, const contents *c, size_t count)
{
    const Py_ssize_t size = c->buffer.itemsize;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = (const uint8_t *)c->bytes + i * (size_t)size;
        const uint64_t label = whole_number(bytes, size, strchr("bhilqn", c->format) != NULL);
        if (label >= LENET5_CLASSES) {
            PyErr_Format(PyExc_ValueError, "label %zu is not from 0 to 9", i);
            return false;
        }
        labels[i] = (uint8_t)label;
    }
    return true;
}

static bool check_labels(const contents *c, size_t count)
{
    if (!c->format || !strchr("bBhHiIlLqQnN", c->format)) {
        PyErr_SetString(PyExc_TypeError, "labels are whole numbers, of 8 to 64 bits each");
        return false;
    }
    if (c->buffer.ndim == 1 && (size_t)c->buffer.shape[0] == count)
        return true;
    PyErr_Format(PyExc_ValueError, "the shape of labels is (n,), with one for each of the %zu pictures", count);
    return false;
}

bool labels_get(uint8_t **labels, PyObject *object, size_t count)
{
    contents c;
    if (!contents_get(&c, object))
        return false;
    bool done = check_labels(&c, count);
    *labels = done ? PyMem_Malloc(count) : NULL;
    if (done && !*labels)
        PyErr_NoMemory();
    done = *labels && convert_labels(*labels, &c, count);
    if (!done) {
        PyMem_Free(*labels);
        *labels = NULL;
    }
    contents_release(&c);
    return done;
}
