#include "watch.h"

#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "drawing/figure_5.h"
#include "extras.h"
#include "progress.h"
#include "serve/serve.h"
#include "json/text.h"

#define PAUSE 0.25        /* seconds between two progress events: a page shows no more */
#define KERNELS_PAUSE 1.0 /* seconds between two events with the kernels */
#define MAX_MISREAD 60    /* digits of an event */
#define STOP_SECONDS 2.0  /* for the pages to receive the last event */

struct watch {
    watched what;
    const serve_module *module;
    server *server;
    lenet5_committee digits, strings;
    lenet5_model model;
    json_t *state; /* what all events have brought so far, for pages that connect later */
    double published, kernels_published, misread_published; /* times of the last events */
    bool behind; /* an epoch has ended since the last event about the model */
};

/* ---- Publishing -------------------------------------------------------------------------------------------------- */

static void publish(watch *w, const char *event, const json_t *object)
{
    text_buffer t = {0};
    text_json(&t, json_incref((json_t *)object)); /* json_incref does not change the object */
    text_put(&t, "", 1);
    if (!t.failed)
        w->module->publish(w->server, event, t.bytes);
    text_free(&t);
}

/* Publishes an event, whose object it takes, and adds it to the state. */
static void publish_and_keep(watch *w, const char *event, json_t *object)
{
    publish(w, event, object);
    json_object_set_new(w->state, event, object);
}

static void publish_state(watch *w)
{
    publish(w, "state", w->state);
}

static void publish_kernels(watch *w)
{
    json_t *kernels = json_array();
    lenet5_training_model(&w->model, w->what.training);
    for (size_t map = 0; map < 6; map++) {
        json_t *rows = json_array();
        for (size_t row = 0; row < 5; row++) {
            const float *weight = w->model.network.c1.weight[map][row];
            add_item(&rows, json_pack("[f,f,f,f,f]", (double)weight[0], (double)weight[1], (double)weight[2],
                                      (double)weight[3], (double)weight[4]));
        }
        add_item(&kernels, rows);
    }
    publish_and_keep(w, "kernels", json_pack("{s:o}", "c1", kernels));
    w->kernels_published = lenet5_clock();
}

static json_t *misread_digit(const lenet5_dataset *set, size_t index, unsigned answer)
{
    char picture[BASE64_ENCODE_RAW_LENGTH(LENET5_PICTURE_BYTES) + 1] = "";
    base64_encode_raw(picture, LENET5_PICTURE_BYTES, lenet5_dataset_picture(set, index));
    return json_pack("{s:I, s:i, s:i, s:s}", "index", (json_int_t)index, "truth", set->labels[index], "answer",
                     (int)answer, "picture", picture);
}

/* Evaluates the model that publish_kernels has copied from the training. */
static void publish_misread(watch *w)
{
    lenet5_error error;
    lenet5_evaluation e;
    const lenet5_dataset *set = w->what.held_out;
    if (lenet5_evaluate(&e, &w->model.network, set, w->what.threads, &error) != LENET5_OK)
        return; /* the training goes on without this event */
    json_t *digits = json_array();
    for (size_t i = 0; i < e.count && json_array_size(digits) < MAX_MISREAD; i++)
        if (lenet5_best(e.penalty[i]) != set->labels[i])
            add_item(&digits, misread_digit(set, i, lenet5_best(e.penalty[i])));
    publish_and_keep(
        w, "misread",
        json_pack("{s:I, s:I, s:o}", "errors", (json_int_t)e.errors, "of", (json_int_t)e.count, "digits", digits));
    lenet5_evaluation_free(&e);
}

/* Publishes what takes a while to compute, of the current model. */
static void publish_model(watch *w)
{
    publish_kernels(w);
    publish_misread(w);
    publish_state(w);
    w->misread_published = lenet5_clock();
    w->behind = false;
}

void watch_progress(watch *w, double pictures_per_s, double seconds_left)
{
    if (!w || lenet5_clock() - w->published < PAUSE || lenet5_training_pictures_seen(w->what.training) == 0)
        return;
    const lenet5_training *t = w->what.training;
    const unsigned epochs = lenet5_training_epochs_total(t), done = lenet5_training_epochs_done(t);
    w->published = lenet5_clock();
    publish_and_keep(w, "progress",
                     json_pack("{s:i, s:i, s:I, s:I, s:f, s:f, s:f}", "pass", (int)(done < epochs ? done + 1 : done),
                               "passes", (int)epochs, "seen", (json_int_t)lenet5_training_pictures_seen(t), "pictures",
                               (json_int_t)lenet5_training_epoch_length(t), "loss", lenet5_training_loss(t),
                               "pictures_per_s", pictures_per_s, "seconds_left", seconds_left));
    if (w->published - w->kernels_published > KERNELS_PAUSE)
        publish_kernels(w);
    publish_state(w);
}

void watch_epoch(watch *w, const json_t *epoch)
{
    if (!w)
        return;
    json_array_append_new(json_object_get(w->state, "history"), json_deep_copy(epoch));
    publish(w, "pass", epoch);
    w->behind = true;
    if (lenet5_clock() - w->misread_published > PAUSE) /* a small training has many epochs a second */
        publish_model(w);
}

/* ---- Beginning and end ------------------------------------------------------------------------------------------- */

static json_t *figure_5_json(void)
{
    json_t *points = json_array();
    for (size_t i = 0; i < FIGURE_5_POINTS; i++)
        add_item(&points, json_pack("{s:i, s:f, s:f}", "pass", (int)figure_5[i].epoch, "train_error_pct",
                                    figure_5[i].training_pct, "test_error_pct", figure_5[i].held_out_pct));
    return points;
}

static json_t *first_state(const watched *what)
{
    return json_pack("{s:s, s:i, s:s, s:I, s:b, s:[], s:o}", "recipe", what->recipe, "passes",
                     (int)lenet5_training_epochs_total(what->training), "held_out", what->held_out_name, "pictures",
                     (json_int_t)lenet5_training_epoch_length(what->training), "finished", 0, "history", "figure_5",
                     figure_5_json());
}

static void free_watch(watch *w)
{
    lenet5_committee_free(&w->digits);
    lenet5_committee_free(&w->strings);
    json_decref(w->state);
    free(w);
}

/* The server has the page to draw on, too, with the built-in networks. */
static int start_server(watch *w, const char *listen)
{
    lenet5_error error;
    serve_options options = SERVE_DEFAULTS;
    int code = load_models(&w->digits, NULL, 0, lenet5_builtin());
    if (code == EXIT_DONE)
        code = load_models(&w->strings, NULL, 0, lenet5_builtin_strings());
    if (code != EXIT_DONE)
        return code;
    options.listen = listen[0] ? listen : SERVE_DEFAULT_LISTEN;
    options.threads = 1;
    options.log = SERVE_LOG_NONE;
    options.digits = &w->digits;
    options.strings = &w->strings;
    w->module = load_extra("lenet5_serve", &error);
    if (!w->module || w->module->start(&w->server, &options, &error) != LENET5_OK)
        return report_error("--watch: %s", error.message);
    return EXIT_DONE;
}

int watch_begin(watch **begun, const watched *what, const char *listen, bool quiet)
{
    watch *w = calloc(1, sizeof *w);
    if (!w)
        return report_out_of_memory();
    w->what = *what;
    w->state = first_state(what);
    const int code = w->state ? start_server(w, listen) : report_out_of_memory();
    if (code != EXIT_DONE) {
        free_watch(w);
        return code;
    }
    publish_kernels(w);
    publish_state(w);
    if (!quiet)
        fprintf(stderr, "watch on %s/watch.html\n", w->module->url(w->server));
    *begun = w;
    return EXIT_DONE;
}

void watch_end(watch *w, bool finished)
{
    if (!w)
        return;
    if (w->behind)
        publish_model(w);
    add_member(&w->state, "finished", json_boolean(finished));
    publish_state(w);
    json_t *end = json_pack("{s:b}", "finished", (int)finished);
    publish(w, "end", end);
    json_decref(end);
    w->module->stop(w->server, STOP_SECONDS);
    free_watch(w);
}
