/* A progress line on the terminal: what is being done, at which rate, and the time left. */
#ifndef LENET5_CLI_PROGRESS_H
#define LENET5_CLI_PROGRESS_H

#include <stdbool.h>

typedef struct progress {
    bool shown; /* stderr is a terminal, and quiet is not set */
    double started, last;
    double from; /* share of the work that was done at the start */
} progress;

/* done: share of the work, 0 to 1; above 0 for work that is resumed. */
void progress_begin(progress *p, bool quiet, double done);

/* Shows label and the time left, at most four times a second. */
void progress_show(progress *p, double done, const char *label);

/* Clears the line before something else is printed. */
void progress_clear(const progress *p);

#endif
