#include "answer_graph.h"

#include <math.h>

#include "lenet5/model.h"

void add_outputs(graph *g, bool penalties)
{
    if (!penalties) {
        graph_output(g, (value){"digit"}, ONNX_UINT8, SHAPE(ANY));
        graph_output(g, (value){"probability"}, ONNX_FLOAT, SHAPE(ANY));
        graph_output(g, (value){"posterior"}, ONNX_FLOAT, SHAPE(ANY, LENET5_CLASSES + 1));
    }
    graph_output(g, (value){"penalty"}, ONNX_FLOAT, SHAPE(ANY, LENET5_CLASSES));
    if (!penalties)
        graph_output(g, (value){"accepted"}, ONNX_BOOL, SHAPE(ANY));
}

/* The probabilities of eq. 9: rubbish is an eleventh penalty, j. */
static value posterior(graph *g, value penalty, const lenet5_loss *loss)
{
    const value one_more = graph_tensor(g, "one_more", ONNX_INT64, SHAPE(4), (const int64_t[]){0, 0, 0, 1});
    const value rubbish = graph_number(g, "rubbish", (float)loss->rubbish);
    const value scale = graph_number(g, "minus_scale", (float)-loss->scale);
    const value outcomes = graph_node(g, "outcomes", "Pad", INPUTS(penalty, one_more, rubbish), NULL);
    const value exponent = graph_node(g, "exponent", "Mul", INPUTS(outcomes, scale), NULL);
    return graph_node(g, "posterior", "Softmax", INPUTS(exponent), ATTRIBUTES({"axis", 0, {1}}));
}

/*
 * Accepted is 1 / (1 + odds against the digit) >= threshold, as digit_answer_of has it, with the odds the probability
 * of all others by the digit's: threshold * others <= (1 - threshold) * own. At threshold 1, others below the rounding
 * of 1 are accepted.
 */
static void accept(graph *g, value own, value others, double threshold)
{
    const value left = graph_number(g, "threshold", (float)threshold);
    const value right = graph_number(g, "threshold.rest", (float)fmax(1 - threshold, 0x1p-53));
    graph_node(g, "accepted", "LessOrEqual",
               INPUTS(graph_node(g, "accepted.against", "Mul", INPUTS(others, left), NULL),
                      graph_node(g, "accepted.for", "Mul", INPUTS(own, right), NULL)),
               NULL);
}

static value sum_of_row(graph *g, const char *name, value rows, value axis)
{
    return graph_node(g, name, "ReduceSum", INPUTS(rows, axis), ATTRIBUTES({"keepdims", 0, {0}}));
}

void add_answers(graph *g, value penalty, const lenet5_loss *loss, double threshold)
{
    int64_t all[LENET5_CLASSES + 1];
    for (int64_t i = 0; i <= LENET5_CLASSES; i++)
        all[i] = i;
    const value axis = graph_tensor(g, "answer_axis", ONNX_INT64, SHAPE(1), (const int64_t[]){1});
    const value classes = graph_tensor(g, "classes", ONNX_INT64, SHAPE(1, LENET5_CLASSES + 1), all);
    const value none = graph_number(g, "none", 0);
    const value p = posterior(g, penalty, loss);
    const value best =
        graph_node(g, "best", "ArgMin", INPUTS(penalty), ATTRIBUTES({"axis", 0, {1}}, {"keepdims", 0, {1}}));
    const value is_best = graph_node(g, "is_best", "Equal", INPUTS(classes, best), NULL);
    const value own = graph_node(g, "own", "Where", INPUTS(is_best, p, none), NULL);
    const value others = graph_node(g, "others", "Where", INPUTS(is_best, none, p), NULL);
    graph_node(g, "digit", "Cast", INPUTS(graph_node(g, "best.flat", "Squeeze", INPUTS(best, axis), NULL)),
               ATTRIBUTES({"to", 0, {ONNX_UINT8}}));
    accept(g, sum_of_row(g, "probability", own, axis), sum_of_row(g, "others.sum", others, axis), threshold);
}
