/* The values of the paper's figure 5: epoch, training error in %, test error in %. */
#ifndef LENET5_CLI_FIGURE_5_H
#define LENET5_CLI_FIGURE_5_H

#include "drawing.h"

static const curve_point figure_5[] = {
    {1, 4.9, 2.65},  {2, 3.0, 2.23},  {3, 1.76, 1.47}, {4, 1.47, 1.42},  {5, 1.21, 1.42},
    {6, 0.90, 1.08}, {8, 0.69, 1.05}, {10, 0.48, .95}, {12, 0.43, 0.98}, {19, 0.35, 0.95},
};

#define FIGURE_5_POINTS (sizeof figure_5 / sizeof figure_5[0])

#endif
