/*
 * Global training (section VI-D of the paper). Forward sums and losses are those of all paths one by one; derivatives
 * are those by finite differences in double precision, on graphs that are made up and, through the network, on strings
 * that the reader cuts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "global/cut.h"
#include "global/forward.h"
#include "global/strings.h"
#include "net/initialise.h"
#include "net/reference.h"
#include "reader/search/search.h"
#include "reader/search/weights.h"
#include "support.h"
#include "train/training.h"

#define ROUNDS 300
#define MAX_GRAPH_ARCS 40

static const lenet5_loss read_loss = {LENET5_MAP, 72, 0.1125};

static lenet5_random dice;

static size_t random_up_to(size_t most)
{
    return lenet5_random_below(&dice, (uint32_t)most + 1);
}

static double random_between(double low, double high)
{
    return (double)lenet5_random_uniform(&dice, (float)low, (float)high);
}

/* ---- A made-up graph and all its paths --------------------------------------------------------------------------- */

typedef struct sample {
    graph g;
    of_digits log_weight[MAX_GRAPH_ARCS], derivative[MAX_GRAPH_ARCS];
    char text[LENET5_MAX_STRING + 1];
    path_sums sums;
} sample;

static double any_log_weight(void)
{
    return random_up_to(5) == 0 ? -INFINITY : random_between(-30, 3);
}

/* A graph of one to five pieces, whose arcs take up to three, and a transcript that it may have no path for. */
static sample *any_sample(void)
{
    sample *s = calloc(1, sizeof *s);
    assert_non_null(s);
    const size_t pieces = 1 + random_up_to(4);
    s->g = (graph){.weights = search_weights, .nodes = pieces + 1, .arcs = calloc(3 * pieces, sizeof(arc))};
    assert_non_null(s->g.arcs);
    for (size_t first = 0; first < pieces; first++) {
        s->g.skip[first] = random_up_to(1) ? 0 : random_between(0, 0.1);
        for (size_t last = first + 1; last <= pieces && last <= first + 3; last++) {
            if (last > first + 1 && random_up_to(3) == 0)
                continue;
            for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
                s->log_weight[s->g.count][digit] = any_log_weight();
            s->g.arcs[s->g.count++] = (arc){.first = first, .last = last};
        }
        s->g.begin[first + 1] = s->g.count;
    }
    const size_t length = 1 + random_up_to(2);
    for (size_t i = 0; i < length; i++)
        s->text[i] = (char)('0' + random_up_to(9));
    return s;
}

static void free_sample(sample *s)
{
    lenet5_graph_free(&s->g);
    free(s);
}

typedef struct brute_sums {
    double all, right;
} brute_sums;

/* Adds every path from a node on. right: what it has read so far is the first `read` digits of the transcript. */
static void add_paths(brute_sums *sums, const sample *s, size_t node, size_t read, bool right, double weight)
{
    const graph *g = &s->g;
    if (node + 1 == g->nodes) {
        sums->all += weight;
        sums->right += right && read == strlen(s->text) ? weight : 0;
        return;
    }
    add_paths(sums, s, node + 1, read, right, weight * g->skip[node]);
    for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
        for (unsigned digit = 0; digit < LENET5_CLASSES; digit++) {
            const bool still = right && read < strlen(s->text) && s->text[read] == (char)('0' + digit);
            if (isfinite(s->log_weight[i][digit]))
                add_paths(sums, s, g->arcs[i].last, read + 1, still, weight * exp(s->log_weight[i][digit]));
        }
}

static double loss_of(sample *s)
{
    return lenet5_string_loss(s->derivative, &s->sums, &s->g, (const of_digits *)s->log_weight, s->text);
}

static void the_loss_is_that_of_all_paths_one_by_one(void **state)
{
    (void)state;
    size_t finite = 0;
    lenet5_random_seed(&dice, 1, 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        sample *s = any_sample();
        brute_sums sums = {0, 0};
        add_paths(&sums, s, 0, 0, true, 1);
        const double loss = loss_of(s);
        if (sums.right > 0) {
            assert_true(fabs(loss - log(sums.all / sums.right)) < 1e-9);
            finite++;
        } else {
            assert_true(loss == INFINITY);
        }
        free_sample(s);
    }
    assert_in_range(finite, ROUNDS / 4, ROUNDS - 10); /* both cases are tested */
}

static double difference_by(sample *s, double *number)
{
    const double step = 1e-5, middle = *number;
    *number = middle + step;
    const double above = loss_of(s);
    *number = middle - step;
    const double below = loss_of(s);
    *number = middle;
    return (above - below) / (2 * step);
}

static void derivatives_by_weights_are_finite_differences(void **state)
{
    (void)state;
    size_t tried = 0;
    lenet5_random_seed(&dice, 2, 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        sample *s = any_sample();
        if (isfinite(loss_of(s)))
            for (size_t i = 0; i < s->g.count; i++)
                for (unsigned digit = 0; digit < LENET5_CLASSES; digit++) {
                    loss_of(s);
                    const double derivative = s->derivative[i][digit];
                    const bool none = s->log_weight[i][digit] == -INFINITY;
                    const double expected = none ? 0 : difference_by(s, &s->log_weight[i][digit]);
                    assert_true(fabs(derivative - expected) < 1e-7);
                    tried += fabs(expected) > 0.01;
                }
        free_sample(s);
    }
    assert_true(tried > 500);
}

/* ---- Arcs -------------------------------------------------------------------------------------------------------- */

static void any_penalties(of_digits penalty)
{
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        penalty[digit] = random_between(0, 150);
}

static void derivatives_by_penalties_are_finite_differences(void **state)
{
    (void)state;
    const arc a = {.prior = 0.3, .shape = 0.8};
    lenet5_random_seed(&dice, 3, 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        of_digits penalty, factor, derivative, above, below;
        any_penalties(penalty);
        for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
            factor[digit] = random_between(-1, 1);
        lenet5_arc_gradient(derivative, factor, 5.8, &read_loss, penalty);
        for (unsigned by = 0; by < LENET5_CLASSES; by++) {
            const double step = 1e-4, middle = penalty[by];
            double difference = 0;
            penalty[by] = middle + step;
            lenet5_arc_log_weights(above, &a, 5.8, &read_loss, penalty);
            penalty[by] = middle - step;
            lenet5_arc_log_weights(below, &a, 5.8, &read_loss, penalty);
            penalty[by] = middle;
            for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
                difference += factor[digit] * (above[digit] - below[digit]) / (2 * step);
            assert_true(fabs(derivative[by] - difference) < 1e-6);
        }
    }
}

/* An arc whose weights the reader computes itself, in a graph of that arc alone. */
static void weights_are_those_of_the_reader(void **state)
{
    (void)state;
    const lenet5_read_options options = {.format = "digits", .digits_only = true};
    solution best = {0};
    grammar f;
    assert_int_equal(lenet5_format_new(&f, &options, NULL), LENET5_OK);
    lenet5_random_seed(&dice, 4, 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        arc a = {.last = 1, .prior = random_between(0.1, 1), .shape = random_between(0.1, 1), .marked = round % 2};
        graph g = {
            .weights = search_weights, .nodes = 2, .count = 1, .arcs = &a, .begin = {0, 1}, .part = {true, true}};
        n_best found = {&best, 1, 0};
        budget b = lenet5_budget_new(&options);
        of_digits penalty, log_weight;
        float narrow[LENET5_CLASSES];
        a.mark[0] = random_between(0, 0.9);
        any_penalties(penalty);
        for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
            narrow[digit] = (float)penalty[digit];
        lenet5_posterior(a.posterior, &read_loss, narrow);
        assert_int_equal(lenet5_graph_solve(&found, &g, &f, &b, NULL), LENET5_OK);
        lenet5_arc_log_weights(log_weight, &a, search_weights[SHARPNESS], &read_loss, penalty);
        for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
            if (a.weight[digit] > 1e-8 * digit_prior(&a))
                assert_true(fabs(log(a.weight[digit]) - log_weight[digit]) < 1e-4);
    }
    lenet5_format_free(&f);
}

/* ---- A string, through the network ------------------------------------------------------------------------------- */

typedef struct through {
    lenet5_network_double network, gradient;
    lenet5_maps_double maps, delta;
    graph g;
    char text[LENET5_MAX_STRING + 1];
    of_digits *penalty, *log_weight, *derivative; /* (arcs) */
    path_sums sums;
} through;

static void widen(double *to, const float *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)from[i];
}

/* Shows the picture of an arc to the network. */
static void show_arc(through *t, size_t i)
{
    lenet5_maps maps;
    lenet5_set_input(&maps, t->g.arcs[i].picture);
    widen(&t->maps.input[0][0], &maps.input[0][0], sizeof maps.input / sizeof(float));
    lenet5_reference_forward_double(&t->maps, &t->network);
}

static double forward(through *t)
{
    for (size_t i = 0; i < t->g.count; i++) {
        show_arc(t, i);
        memcpy(t->penalty[i], t->maps.penalty, sizeof t->penalty[i]);
        lenet5_arc_log_weights(t->log_weight[i], &t->g.arcs[i], t->g.weights[SHARPNESS], &read_loss, t->penalty[i]);
    }
    return lenet5_string_loss(t->derivative, &t->sums, &t->g, (const of_digits *)t->log_weight, t->text);
}

static void backward(through *t)
{
    memset(&t->gradient, 0, sizeof t->gradient);
    for (size_t i = 0; i < t->g.count; i++) {
        of_digits d_penalty;
        lenet5_arc_gradient(d_penalty, t->derivative[i], t->g.weights[SHARPNESS], &read_loss, t->penalty[i]);
        show_arc(t, i);
        lenet5_reference_backward_double(&t->gradient, &t->delta, &t->network, &t->maps, d_penalty);
    }
}

static through *cut_string(const char *style)
{
    through *t = calloc(1, sizeof *t);
    lenet5_dataset set = synthetic_digits(40, 5);
    lenet5_string string;
    bool cut;
    assert_non_null(t);
    assert_int_equal(lenet5_string_draw(&string, &set, style, 4, 1, 6, NULL), LENET5_OK);
    assert_int_equal(lenet5_cut_string(&t->g, &cut, &string, NULL), LENET5_OK);
    assert_true(cut && t->g.count >= 4);
    strcpy(t->text, string.text);
    t->penalty = calloc(t->g.count, sizeof *t->penalty);
    t->log_weight = calloc(t->g.count, sizeof *t->log_weight);
    t->derivative = calloc(t->g.count, sizeof *t->derivative);
    assert_true(t->penalty && t->log_weight && t->derivative);
    lenet5_string_free(&string);
    lenet5_dataset_free(&set);
    return t;
}

static void free_through(through *t)
{
    lenet5_graph_free(&t->g);
    free(t->penalty);
    free(t->log_weight);
    free(t->derivative);
    free(t);
}

/* Parameters of every layer. */
static void the_gradient_of_a_string_is_finite_differences(void **state)
{
    (void)state;
    static const char *const styles[] = {"spaced", "touching", "form"};
    for (size_t s = 0; s < LENGTH(styles); s++) {
        through *t = cut_string(styles[s]);
        widen((double *)&t->network, (const float *)&lenet5_builtin_strings()->network, LENET5_PARAMETERS);
        t->text[0] = t->text[0] == '0' ? '1' : '0'; /* a wrong transcript: derivatives that are not near 0 */
        assert_true(isfinite(forward(t)));
        backward(t);
        double *w = (double *)&t->network;
        const double *g = (const double *)&t->gradient;
        for (size_t k = 0; k < LENET5_PARAMETERS; k += LENET5_PARAMETERS / 23 + s) {
            const double step = 1e-5, middle = w[k];
            w[k] = middle + step;
            const double above = forward(t);
            w[k] = middle - step;
            const double below = forward(t);
            w[k] = middle;
            const double difference = (above - below) / (2 * step);
            assert_true(fabs(g[k] - difference) <= 1e-5 * fmax(1, fabs(difference)));
        }
        free_through(t);
    }
}

static void what_is_not_one_line_is_not_cut(void **state)
{
    (void)state;
    bool cut = true;
    graph g;
    uint8_t *paper = malloc((size_t)3 * 200 * 100);
    assert_non_null(paper);
    memset(paper, 240, (size_t)3 * 200 * 100);
    const lenet5_string blank = {.width = 200, .height = 100, .rgb = paper};
    assert_int_equal(lenet5_cut_string(&g, &cut, &blank, NULL), LENET5_OK);
    assert_false(cut);
    free(paper);
}

/* ---- A step ------------------------------------------------------------------------------------------------------ */

#define HALF 20 /* pictures: a shard and a part of one */

typedef struct given {
    lenet5_dataset set; /* of no pictures: nothing is added */
    float d_penalty[HALF][LENET5_CLASSES];
} given;

/* Adds the pictures of a set, with the derivatives of the loss by their labels. */
static lenet5_status add_given(further_pictures *drawn, void *context, lenet5_training *training, lenet5_error *error)
{
    given *g = context;
    (void)error;
    for (size_t i = 0; i < g->set.count; i++) {
        lenet5_maps maps;
        lenet5_set_input(&maps, lenet5_dataset_picture(&g->set, i));
        lenet5_forward(&maps, &training->network);
        lenet5_loss_gradient(g->d_penalty[i], &training->loss, maps.penalty, g->set.labels[i]);
    }
    *drawn = (further_pictures){.pixels = (const uint8_t(*)[LENET5_PICTURE_BYTES])g->set.pixels,
                                .d_penalty = (const float(*)[LENET5_CLASSES])g->d_penalty,
                                .count = g->set.count,
                                .losses = g->set.count};
    return LENET5_OK;
}

static lenet5_status evaluate_nothing(bool *done, void *context, lenet5_training *training, lenet5_error *error)
{
    (void)context, (void)training, (void)error;
    *done = true;
    return LENET5_OK;
}

/* Makes one step with the pictures of set and the given ones; returns the gradient, as the moments of Adam have it. */
static lenet5_network *gradient_of_step(const lenet5_dataset *set, given *g)
{
    const double none = 0;
    const extension extra = {.most = HALF, .context = g, .draw = add_given, .evaluate = evaluate_nothing};
    const lenet5_training_options undistorted = {.recipe = "strings",
                                                 .seed = 1,
                                                 .epochs = 1,
                                                 .batch = set->count,
                                                 .undistorted = true,
                                                 .threads = 2,
                                                 .negatives = &none,
                                                 .size = sizeof undistorted,
                                                 .start = &lenet5_builtin_signs()->network};
    lenet5_training *training;
    lenet5_network *gradient = malloc(sizeof *gradient);
    assert_non_null(gradient);
    assert_int_equal(lenet5_training_begin(&training, &undistorted, set, NULL, &extra, NULL), LENET5_OK);
    training->length = set->count; /* without drawn digits, which follow those of the set */
    assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    *gradient = training->first;
    lenet5_training_free(training);
    return gradient;
}

static void further_pictures_are_learned_as_those_of_the_batch(void **state)
{
    (void)state;
    lenet5_dataset set = synthetic_digits(2 * HALF, 11);
    const lenet5_dataset half = lenet5_dataset_slice(&set, 0, HALF);
    given nothing = {.set.count = 0}, rest = {.set = lenet5_dataset_slice(&set, HALF, HALF)};
    lenet5_network *whole = gradient_of_step(&set, &nothing), *divided = gradient_of_step(&half, &rest);
    const float *a = (const float *)whole, *b = (const float *)divided;
    double size = 0;
    for (size_t k = 0; k < LENET5_PARAMETERS; k++)
        size = fmax(size, fabs((double)a[k]));
    assert_true(size > 1e-3);
    for (size_t k = 0; k < LENET5_PARAMETERS; k++)
        assert_true(fabs((double)a[k] - (double)b[k]) < 1e-5 * size);
    free(whole);
    free(divided);
    lenet5_dataset_free(&set);
}

/* ---- Training ---------------------------------------------------------------------------------------------------- */

#define DIGITS 100
#define STEPS 3 /* of an epoch: 100 digits, 16 drawn ones and 15 negatives, 64 at a time */
#define HELD_OUT 40

typedef struct run {
    lenet5_dataset set, held_out;
    lenet5_training *training;
    string_source *source;
} run;

static const lenet5_training_options options = {.size = sizeof options, .recipe = "strings", .seed = 9, .epochs = 2};

static run *begin_with(const lenet5_training_options *wanted, const lenet5_network *start)
{
    run *r = calloc(1, sizeof *r);
    lenet5_training_options used = *wanted;
    assert_non_null(r);
    used.start = start;
    r->set = synthetic_digits(DIGITS, 7);
    r->held_out = synthetic_digits(HELD_OUT, 8);
    assert_int_equal(lenet5_strings_begin(&r->training, &r->source, &used, &r->set, &r->held_out, NULL), LENET5_OK);
    return r;
}

static run *begin(unsigned threads, const lenet5_network *start)
{
    lenet5_training_options used = options;
    used.threads = threads;
    return begin_with(&used, start);
}

static void release(run *r)
{
    lenet5_training_free(r->training);
    lenet5_strings_free(r->source);
    r->training = NULL;
    r->source = NULL;
}

static void end(run *r)
{
    release(r);
    lenet5_dataset_free(&r->set);
    lenet5_dataset_free(&r->held_out);
    free(r);
}

static void make_steps(run *r, size_t steps)
{
    for (size_t i = 0; i < steps; i++)
        assert_int_equal(lenet5_training_step(r->training, NULL), LENET5_OK);
}

/* Finishes a training, which frees it, and writes its model. */
static void finish(run *r, const char *file)
{
    lenet5_model *model = malloc(sizeof *model);
    assert_non_null(model);
    while (!lenet5_training_finished(r->training))
        make_steps(r, 1);
    lenet5_training_model(model, r->training);
    assert_int_equal(lenet5_model_save(file, model, NULL), LENET5_OK);
    free(model);
    end(r);
}

static void assert_same_bytes(const char *one, const char *other)
{
    const buffer a = read_bytes(one), b = read_bytes(other);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    free(a.data);
    free(b.data);
}

static void any_number_of_threads_gives_the_same_model(void **state)
{
    const path one = path_in(*state, "1.safetensors"), other = path_in(*state, "n.safetensors");
    finish(begin(1, &lenet5_builtin()->network), one.text);
    for (unsigned threads = 2; threads <= 3; threads++) {
        finish(begin(threads, &lenet5_builtin()->network), other.text);
        assert_same_bytes(one.text, other.text);
    }
}

/* Interrupted in the middle of the first epoch, and after it. */
static void a_resumed_training_gives_the_same_model(void **state)
{
    const path whole = path_in(*state, "whole.safetensors"), resumed = path_in(*state, "resumed.safetensors"),
               checkpoint = path_in(*state, "checkpoint.safetensors");
    finish(begin(2, &lenet5_builtin()->network), whole.text);
    for (size_t steps = 1; steps <= STEPS + 1; steps += STEPS) {
        run *r = begin(2, &lenet5_builtin()->network);
        make_steps(r, steps);
        assert_int_equal(lenet5_training_save(checkpoint.text, r->training, NULL), LENET5_OK);
        const string_sums sums = r->training->strings;
        release(r);
        assert_int_equal(
            lenet5_strings_continue(&r->training, &r->source, checkpoint.text, &options, &r->set, &r->held_out, NULL),
            LENET5_OK);
        assert_memory_equal(&r->training->strings, &sums, sizeof sums);
        assert_true(sums.count > 0 && sums.loss > 0);
        assert_int_equal(lenet5_training_epochs_done(r->training), steps / STEPS);
        finish(r, resumed.text);
        assert_same_bytes(whole.text, resumed.text);
    }
}

/* The mean loss of the strings of the first step, by a network. */
static double loss_by(run *r, const lenet5_network *network)
{
    further_pictures drawn;
    lenet5_training *t = r->training;
    t->network = *network;
    t->strings = (string_sums){0};
    assert_int_equal(t->extension->draw(&drawn, t->extension->context, t, NULL), LENET5_OK);
    assert_true(t->strings.count > 0 && t->strings.skipped < t->strings.count);
    return t->strings.loss / t->strings.count;
}

/* A network that has learned digits as they are reads distorted ones less well. */
static void strings_are_of_distorted_digits(void **state)
{
    (void)state;
    const lenet5_network *network = &lenet5_builtin()->network;
    lenet5_training_options used = options;
    run *distorted = begin_with(&used, network);
    used.undistorted = true;
    run *plain = begin_with(&used, network);
    assert_true(loss_by(distorted, network) > 2 * loss_by(plain, network));
    end(distorted);
    end(plain);
}

/* From random weights. The strings of one step, before the training and after it. */
static void the_loss_goes_down(void **state)
{
    (void)state;
    lenet5_network *start = calloc(1, sizeof *start);
    assert_non_null(start);
    lenet5_random_seed(&dice, 10, 0);
    lenet5_initialise(start, &dice);
    run *fixed = begin(2, start), *r = begin(2, start);
    const double before = loss_by(fixed, start);
    while (!lenet5_training_finished(r->training))
        make_steps(r, 1);
    const double after = loss_by(fixed, &r->training->network);
    print_message("    loss of a string %.4f, then %.4f\n", before, after);
    assert_true(after < 0.8 * before);
    end(r);
    end(fixed);
    free(start);
}

/* Of a network that reads strings well. */
static void held_out_strings_are_read(void **state)
{
    (void)state;
    run *r = begin(2, &lenet5_builtin()->network);
    make_steps(r, STEPS);
    assert_int_equal(lenet5_training_epochs_done(r->training), 1);
    const string_epoch epoch = lenet5_strings_epoch(r->training, 0);
    assert_int_equal(epoch.count + epoch.skipped, STEPS * 16);
    assert_true(epoch.loss > 0);
    assert_int_equal(epoch.held_out.count, HELD_OUT / 5);
    assert_in_range(epoch.held_out.errors, 0, HELD_OUT / 10);
    end(r);
}

static void it_is_refused_where_it_cannot_work(void **state)
{
    (void)state;
    lenet5_training *training;
    string_source *source;
    lenet5_error error;
    lenet5_dataset set = synthetic_digits(DIGITS, 7);
    assert_int_equal(lenet5_training_new(&training, &options, &set, NULL, &error), LENET5_E_ARGUMENT);
    assert_non_null(strstr(error.message, "lenet5 train --recipe strings"));
    lenet5_training_options other = options;
    other.recipe = "read";
    assert_int_equal(lenet5_strings_begin(&training, &source, &other, &set, NULL, &error), LENET5_E_ARGUMENT);
    other = options;
    other.criterion = &(lenet5_criterion){LENET5_MSE};
    assert_int_equal(lenet5_strings_begin(&training, &source, &other, &set, NULL, &error), LENET5_E_ARGUMENT);
    assert_non_null(strstr(error.message, "eq. 8"));
    lenet5_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_is_that_of_all_paths_one_by_one),
        cmocka_unit_test(derivatives_by_weights_are_finite_differences),
        cmocka_unit_test(derivatives_by_penalties_are_finite_differences),
        cmocka_unit_test(weights_are_those_of_the_reader),
        cmocka_unit_test(the_gradient_of_a_string_is_finite_differences),
        cmocka_unit_test(what_is_not_one_line_is_not_cut),
        cmocka_unit_test(further_pictures_are_learned_as_those_of_the_batch),
        TEST_IN_FOLDER(any_number_of_threads_gives_the_same_model),
        TEST_IN_FOLDER(a_resumed_training_gives_the_same_model),
        cmocka_unit_test(strings_are_of_distorted_digits),
        cmocka_unit_test(the_loss_goes_down),
        cmocka_unit_test(held_out_strings_are_read),
        cmocka_unit_test(it_is_refused_where_it_cannot_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
