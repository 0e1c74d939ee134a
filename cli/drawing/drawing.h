/*
 * Drawings: the learning curves of a training (the paper's figure 5), the misread digits of a test (figure 8),
 * pictures with the digits read in them, and the forms of digits. A file is renamed into place when it is complete.
 *
 * Each function exists twice: in the module lenet5_drawing, which draws, and in the program, which loads the module
 * (extras.h) and calls it.
 */
#ifndef LENET5_CLI_DRAWING_H
#define LENET5_CLI_DRAWING_H

#include "lenet5.h"

/* A point of the learning curves: a finished epoch and its errors in %. */
typedef struct curve_point {
    double epoch; /* from 1 */
    double training_pct;
    double held_out_pct; /* below 0: unknown */
} curve_point;

typedef struct learning_curves {
    const curve_point *points;
    size_t count;
    const char *held_out_name; /* "test" or "validation" */
    const char *title;         /* above the curves, or "" */
    bool with_figure_5;        /* adds the paper's two curves */
} learning_curves;

/*
 * Draws the errors in % by epoch, on the training set and on the held-out set. The ending of path selects the format,
 * .svg or .png. LENET5_E_ARGUMENT: another ending, or no points.
 */
lenet5_status draw_curves(const char *path, const learning_curves *curves, lenet5_error *error);

/* A misread digit: its index in the set, its label and the answer. */
typedef struct misread {
    size_t index;
    unsigned truth, answer;
} misread;

/*
 * Draws the misread digits of a set with label and answer below each: the first 400, or a sentence if count is 0.
 * LENET5_E_ARGUMENT: path does not end in .png, or an index is not in the set.
 */
lenet5_status draw_misread(const char *path, const lenet5_dataset *set, const misread *digits, size_t count,
                           lenet5_error *error);

/*
 * Draws a picture with a box around each of count lines and each of their digits, which stands above its box with its
 * probability in per cent: blue if the line is accepted, vermilion if not. LENET5_E_ARGUMENT: path does not end in
 * .png, or the picture is too large to draw.
 */
lenet5_status draw_reading(const char *path, const lenet5_picture *picture, const lenet5_read_line *lines, size_t count,
                           lenet5_error *error);

/*
 * Draws a sheet of all forms of digits that the program can draw, each with its name and some examples. The same seed
 * gives the same examples. LENET5_E_ARGUMENT: path does not end in .png.
 */
lenet5_status draw_forms(const char *path, uint64_t seed, lenet5_error *error);

typedef struct drawing_module {
    lenet5_status (*curves)(const char *path, const learning_curves *curves, lenet5_error *error);
    lenet5_status (*misread)(const char *path, const lenet5_dataset *set, const misread *digits, size_t count,
                             lenet5_error *error);
    lenet5_status (*reading)(const char *path, const lenet5_picture *picture, const lenet5_read_line *lines,
                             size_t count, lenet5_error *error);
    lenet5_status (*forms)(const char *path, uint64_t seed, lenet5_error *error);
} drawing_module;

#endif
