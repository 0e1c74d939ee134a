/* A line on the terminal that says how far long work is, at which rate, and how long it will take yet. */
#ifndef LENET5_CLI_PROGRESS_H
#define LENET5_CLI_PROGRESS_H

#include <stdbool.h>

typedef struct progress {
    bool shown; /* stderr is a terminal and nobody asked for quiet */
    double started, last;
    double from; /* of the work, when it started */
} progress;

/* Done is a fraction of the whole work, 0 to 1: more than 0 where it is resumed. */
void progress_begin(progress *p, bool quiet, double done);

/* Shows label and the time left, not more often than some times a second. */
void progress_show(progress *p, double done, const char *label);

/* Clears the line, so that something else can be printed. */
void progress_clear(const progress *p);

double seconds_now(void);

#endif
