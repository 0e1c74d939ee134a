/* The provenance of a model as a dict. */
#include <string.h>

#include "extension.h"

PyObject *metadata_dict(const lenet5_provenance *p)
{
    const double *t = p->thresholds;
    _Static_assert(LENET5_RISKS == 6, "as many d as there are thresholds");
    return Py_BuildValue("{s:s, s:s, s:d, s:d, s:K, s:I, s:s, s:s, s:s, s:n, s:n, s:s, s:n, s:n, s:(dddddd)}", "recipe",
                         p->recipe, "loss", p->loss.criterion == LENET5_MAP ? "map" : "mse", "rubbish", p->loss.rubbish,
                         "scale", p->loss.scale, "seed", (unsigned long long)p->seed, "passes", p->epochs, "data",
                         p->data_name, "data_sha256", p->data_sha256, "teacher_sha256", p->teacher_sha256,
                         "training_pictures", (Py_ssize_t)p->training_pictures, "validation_pictures",
                         (Py_ssize_t)p->validation_pictures, "held_out", p->held_out_name, "held_out_pictures",
                         (Py_ssize_t)p->held_out_pictures, "held_out_errors", (Py_ssize_t)p->held_out_errors,
                         "thresholds", t[0], t[1], t[2], t[3], t[4], t[5]);
}

/* The members of a dict as they are parsed, before they are checked. */
typedef struct parsed {
    const char *recipe, *loss, *data, *data_sha256, *teacher_sha256, *held_out;
    Py_ssize_t passes, training_pictures, validation_pictures, held_out_pictures, held_out_errors;
} parsed;

static bool parse(parsed *m, lenet5_provenance *p, PyObject *dict)
{
    static char *names[] = {"recipe",
                            "loss",
                            "rubbish",
                            "scale",
                            "seed",
                            "passes",
                            "data",
                            "data_sha256",
                            "teacher_sha256",
                            "training_pictures",
                            "validation_pictures",
                            "held_out",
                            "held_out_pictures",
                            "held_out_errors",
                            "thresholds",
                            NULL};
    double *t = p->thresholds;
    unsigned long long seed;
    PyObject *none = PyTuple_New(0);
    const bool done = none && PyArg_ParseTupleAndKeywords(
                                  none, dict, "ssddKnsssnnsnn(dddddd):metadata", names, &m->recipe, &m->loss,
                                  &p->loss.rubbish, &p->loss.scale, &seed, &m->passes, &m->data, &m->data_sha256,
                                  &m->teacher_sha256, &m->training_pictures, &m->validation_pictures, &m->held_out,
                                  &m->held_out_pictures, &m->held_out_errors, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5]);
    Py_XDECREF(none);
    if (done)
        p->seed = seed;
    return done;
}

static bool refuse(const char *member)
{
    PyErr_Format(PyExc_ValueError, "metadata: %s is out of range, or too long", member);
    return false;
}

static bool copy_text(char *text, size_t size, const char *from, const char *member)
{
    if (strlen(from) >= size)
        return refuse(member);
    strcpy(text, from);
    return true;
}

static bool copy_texts(lenet5_provenance *p, const parsed *m)
{
    return copy_text(p->recipe, sizeof p->recipe, m->recipe, "recipe") &&
           copy_text(p->data_name, sizeof p->data_name, m->data, "data") &&
           copy_text(p->data_sha256, sizeof p->data_sha256, m->data_sha256, "data_sha256") &&
           copy_text(p->teacher_sha256, sizeof p->teacher_sha256, m->teacher_sha256, "teacher_sha256") &&
           copy_text(p->held_out_name, sizeof p->held_out_name, m->held_out, "held_out");
}

static bool copy_counts(lenet5_provenance *p, const parsed *m)
{
    const struct {
        const char *member;
        Py_ssize_t count;
        size_t *copy;
    } counts[] = {{"training_pictures", m->training_pictures, &p->training_pictures},
                  {"validation_pictures", m->validation_pictures, &p->validation_pictures},
                  {"held_out_pictures", m->held_out_pictures, &p->held_out_pictures},
                  {"held_out_errors", m->held_out_errors, &p->held_out_errors}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i].count < 0 || (size_t)counts[i].count > LENET5_MAX_PICTURES)
            return refuse(counts[i].member);
        *counts[i].copy = (size_t)counts[i].count;
    }
    if (m->passes < 0 || m->passes > LENET5_MAX_EPOCHS)
        return refuse("passes");
    p->epochs = (unsigned)m->passes;
    return true;
}

static bool copy_loss(lenet5_provenance *p, const parsed *m)
{
    if (strcmp(m->loss, "map") != 0 && strcmp(m->loss, "mse") != 0)
        return refuse("loss");
    p->loss.criterion = strcmp(m->loss, "map") == 0 ? LENET5_MAP : LENET5_MSE;
    if (!(p->loss.rubbish >= 0 && p->loss.rubbish <= 1e6))
        return refuse("rubbish");
    if (!(p->loss.scale >= 1e-6 && p->loss.scale <= 1e6))
        return refuse("scale");
    for (size_t i = 0; i < LENET5_RISKS; i++)
        if (!(p->thresholds[i] >= 0 && p->thresholds[i] <= 1))
            return refuse("thresholds");
    return true;
}

bool metadata_get(lenet5_provenance *provenance, PyObject *dict)
{
    parsed m;
    return parse(&m, provenance, dict) && copy_loss(provenance, &m) && copy_texts(provenance, &m) &&
           copy_counts(provenance, &m);
}
