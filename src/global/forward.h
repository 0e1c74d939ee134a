/*
 * Discriminative forward training (section VI-D of the paper): the loss of a string, whose transcript alone is known.
 *
 * The segmentation graph of the reader has a path for every way to read the string. The weight of a path is the product
 * of the weights of its arcs with a digit each, and of the pieces that it skips. With the sums over paths
 *
 *     Z = sum of the weights of all paths,     C = sum of the weights of the paths that read the transcript,
 *
 * the loss is E = log Z - log C, minus the logarithm of the share of the right paths. No cut is labelled. The derivative
 * of E by the logarithm of the weight of an arc with a digit is the difference of two posterior probabilities: that the
 * path takes the arc with that digit, among all paths and among the right ones.
 */
#ifndef LENET5_GLOBAL_FORWARD_H
#define LENET5_GLOBAL_FORWARD_H

#include "reader/search/graph.h"

/* Numbers of an arc, one for each digit. */
typedef double of_digits[LENET5_CLASSES];

/* Logarithms of sums of weights of partial paths. */
typedef struct path_sums {
    double before[MAX_PIECES + 1], behind[MAX_PIECES + 1]; /* (nodes): of all paths to a node, and from it */
    /* (nodes, digits + 1): of the paths that have read so many digits of the transcript, and of those that read the
     * rest */
    double right_before[MAX_PIECES + 1][LENET5_MAX_STRING + 1], right_behind[MAX_PIECES + 1][LENET5_MAX_STRING + 1];
} path_sums;

/*
 * Returns the loss of a string with that transcript, 1 to LENET5_MAX_STRING digits; INFINITY if no path reads it.
 * log_weight (arcs): of each arc with each digit, -INFINITY for 0. d_log_weight (arcs) becomes the derivatives of a
 * finite loss. sums is scratch.
 */
double lenet5_string_loss(of_digits *d_log_weight, path_sums *sums, const graph *g, const of_digits *log_weight,
                          const char *text);

/*
 * The weight that the reader gives to an arc with a digit, without its lower bound: prior x probability^sharpness,
 * where the probability is that of eq. 9 with its rubbish outcome.
 */
void lenet5_arc_log_weights(of_digits log_weight, const arc *a, double sharpness, const lenet5_loss *loss,
                            const of_digits penalty);

/* Sets the derivatives by an arc's penalties to those of a function with these derivatives by its log_weight. */
void lenet5_arc_gradient(of_digits d_penalty, const of_digits d_log_weight, double sharpness, const lenet5_loss *loss,
                         const of_digits penalty);

#endif
