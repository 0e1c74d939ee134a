/*
 * The forward algorithm, from the first node to the last, and the backward algorithm, from the last to the first; each
 * over all paths, and over the right ones, where a state is a node and the number of digits read. All sums are of
 * logarithms.
 */
#include "forward.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "net/reference.h"

/* log(e^a + e^b) */
static double log_add(double a, double b)
{
    const double more = fmax(a, b), less = fmin(a, b);
    return less == -INFINITY ? more : more + log1p(exp(less - more));
}

static double log_sum(const of_digits numbers)
{
    double sum = -INFINITY;
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        sum = log_add(sum, numbers[digit]);
    return sum;
}

static void fill(double *numbers, size_t count, double value)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = value;
}

/* ---- All paths --------------------------------------------------------------------------------------------------- */

static void sum_all_before(path_sums *s, const graph *g, const of_digits *log_weight)
{
    fill(s->before, g->nodes, -INFINITY);
    s->before[0] = 0;
    for (size_t node = 0; node + 1 < g->nodes; node++) {
        s->before[node + 1] = log_add(s->before[node + 1], s->before[node] + log(g->skip[node]));
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
            double *to = &s->before[g->arcs[i].last];
            *to = log_add(*to, s->before[node] + log_sum(log_weight[i]));
        }
    }
}

static void sum_all_behind(path_sums *s, const graph *g, const of_digits *log_weight)
{
    s->behind[g->nodes - 1] = 0;
    for (size_t node = g->nodes - 1; node-- > 0;) {
        double sum = log(g->skip[node]) + s->behind[node + 1];
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
            sum = log_add(sum, log_sum(log_weight[i]) + s->behind[g->arcs[i].last]);
        s->behind[node] = sum;
    }
}

/* ---- The paths that read the transcript -------------------------------------------------------------------------- */

static unsigned digit_at(const char *text, size_t position)
{
    return (unsigned)(text[position] - '0');
}

static void sum_right_before(path_sums *s, const graph *g, const of_digits *log_weight, const char *text, size_t length)
{
    for (size_t node = 0; node < g->nodes; node++)
        fill(s->right_before[node], length + 1, -INFINITY);
    s->right_before[0][0] = 0;
    for (size_t node = 0; node + 1 < g->nodes; node++) {
        const double *here = s->right_before[node];
        for (size_t read = 0; read <= length; read++) {
            double *skipped = &s->right_before[node + 1][read];
            *skipped = log_add(*skipped, here[read] + log(g->skip[node]));
        }
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
            for (size_t read = 0; read < length; read++) {
                double *to = &s->right_before[g->arcs[i].last][read + 1];
                *to = log_add(*to, here[read] + log_weight[i][digit_at(text, read)]);
            }
    }
}

static void sum_right_behind(path_sums *s, const graph *g, const of_digits *log_weight, const char *text, size_t length)
{
    fill(s->right_behind[g->nodes - 1], length + 1, -INFINITY);
    s->right_behind[g->nodes - 1][length] = 0;
    for (size_t node = g->nodes - 1; node-- > 0;)
        for (size_t read = 0; read <= length; read++) {
            double sum = log(g->skip[node]) + s->right_behind[node + 1][read];
            for (size_t i = g->begin[node]; i < g->begin[node + 1] && read < length; i++)
                sum = log_add(sum, log_weight[i][digit_at(text, read)] + s->right_behind[g->arcs[i].last][read + 1]);
            s->right_behind[node][read] = sum;
        }
}

/* ---- The loss ---------------------------------------------------------------------------------------------------- */

/* The posterior probability of arc number i with each digit among all paths, less that among the right ones. */
static void differ(of_digits d_log_weight, const path_sums *s, const graph *g, size_t i, const of_digits log_weight,
                   const char *text, size_t length)
{
    const size_t first = g->arcs[i].first, last = g->arcs[i].last;
    const double all = s->before[g->nodes - 1], right = s->right_before[g->nodes - 1][length];
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        d_log_weight[digit] = exp(s->before[first] + log_weight[digit] + s->behind[last] - all);
    for (size_t read = 0; read < length; read++) {
        const unsigned digit = digit_at(text, read);
        d_log_weight[digit] -=
            exp(s->right_before[first][read] + log_weight[digit] + s->right_behind[last][read + 1] - right);
    }
}

double lenet5_string_loss(of_digits *d_log_weight, path_sums *sums, const graph *g, const of_digits *log_weight,
                          const char *text)
{
    const size_t length = strlen(text);
    assert(length >= 1 && length <= LENET5_MAX_STRING && g->nodes >= 1 && g->nodes <= MAX_PIECES + 1);
    sum_right_before(sums, g, log_weight, text, length);
    const double right = sums->right_before[g->nodes - 1][length];
    if (right == -INFINITY)
        return INFINITY;
    sum_all_before(sums, g, log_weight);
    sum_all_behind(sums, g, log_weight);
    sum_right_behind(sums, g, log_weight, text, length);
    for (size_t i = 0; i < g->count; i++)
        differ(d_log_weight[i], sums, g, i, log_weight[i], text, length);
    return sums->before[g->nodes - 1] - right;
}

/*
 * With the label rubbish, eq. 9 is y_j + log(e^-j + sum of e^-y), and its derivatives are -p_i (loss.c): both parts of
 * the posteriors of all digits at once.
 */
void lenet5_arc_log_weights(of_digits log_weight, const arc *a, double sharpness, const lenet5_loss *loss,
                            const of_digits penalty)
{
    of_digits unused;
    const double prior = log(digit_prior(a));
    const double rubbish = -lenet5_loss_gradient_double(unused, loss, penalty, LENET5_RUBBISH);
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        log_weight[digit] = prior + sharpness * (rubbish + loss->scale * (loss->rubbish - penalty[digit]));
}

/* log p_i = -y_i - log(...), so dE/dy_i = -g_i + p_i (sum of all g), where g_i is dE/d(log p_i); and the scale. */
void lenet5_arc_gradient(of_digits d_penalty, const of_digits d_log_weight, double sharpness, const lenet5_loss *loss,
                         const of_digits penalty)
{
    double sum = 0;
    lenet5_loss_gradient_double(d_penalty, loss, penalty, LENET5_RUBBISH);
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        sum += d_log_weight[digit];
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        d_penalty[digit] = -sharpness * (loss->scale * d_log_weight[digit] + sum * d_penalty[digit]);
}
