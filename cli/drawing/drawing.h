/*
 * Drawings of what a training and a test have found, as the paper has them: the learning curves of figure 5 and the
 * misread digits of figure 8; and of what was read in a picture. The files are renamed into place, so that none is ever
 * seen half written.
 *
 * All functions exist twice: in the module lenet5_drawing, where they draw, and in the program, where they load the
 * module (extras.h) and call it.
 */
#ifndef LENET5_CLI_DRAWING_H
#define LENET5_CLI_DRAWING_H

#include "lenet5.h"

/* One point of the learning curves: a finished pass, and the errors in %. */
typedef struct curve_point {
    double pass; /* from 1 */
    double training_pct;
    double held_out_pct; /* below 0: none */
} curve_point;

/*
 * Draws the error in % by pass, on the training set and on the one held out, which held_out_name calls "test" or
 * "validation"; with_figure_5 adds the paper's own two curves. The ending of path decides on the format, .svg or .png;
 * any other is LENET5_E_ARGUMENT, as is a count of 0.
 */
lenet5_status draw_curves(const char *path, const curve_point *points, size_t count, const char *held_out_name,
                          const char *title, bool with_figure_5, lenet5_error *error);

/* One misread digit: its place in the set, what it is and what it was taken for. */
typedef struct misread {
    size_t index;
    unsigned truth, answer;
} misread;

/*
 * Draws the misread digits of set, each with its truth and the answer below it: the first 400, or, if count is 0, words
 * that say so. path has to end in .png, and every index to be one of the set's; else it is LENET5_E_ARGUMENT.
 */
lenet5_status draw_misread(const char *path, const lenet5_dataset *set, const misread *digits, size_t count,
                           lenet5_error *error);

/*
 * Draws a picture with a box around each of count lines and around each of their digits, which stands above its box
 * with its probability in per cent: blue where the line is accepted, vermilion where it is not. path has to end in
 * .png, else it is LENET5_E_ARGUMENT.
 */
lenet5_status draw_reading(const char *path, const lenet5_picture *picture, const lenet5_read_line *lines, size_t count,
                           lenet5_error *error);

typedef struct drawing_module {
    lenet5_status (*curves)(const char *path, const curve_point *points, size_t count, const char *held_out_name,
                            const char *title, bool with_figure_5, lenet5_error *error);
    lenet5_status (*misread)(const char *path, const lenet5_dataset *set, const misread *digits, size_t count,
                             lenet5_error *error);
    lenet5_status (*reading)(const char *path, const lenet5_picture *picture, const lenet5_read_line *lines,
                             size_t count, lenet5_error *error);
} drawing_module;

#endif
