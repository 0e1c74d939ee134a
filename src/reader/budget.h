/*
 * Limits on the cost of reading one picture. Each stage announces its work in advance and is refused once the picture
 * has used up its units, its time is over or the caller wants to stop.
 *
 * One unit of work is a visit to one pixel, or what takes as long: about a nanosecond.
 */
#ifndef LENET5_READER_BUDGET_H
#define LENET5_READER_BUDGET_H

#include "lenet5/reading.h"

/*
 * Too much ink for writing. Not an error: stages return it as a status, and lenet5_read turns it into a note. It
 * differs from all public values, which are 0 or negative.
 */
#define LENET5_CROWDED ((lenet5_status)1)

/*
 * Units of work for the lines of a picture of any size: about two seconds. Finding the ink of ten million pixels takes
 * another second. A field of five digits as in docs/samples/plain.png takes 4 million units, an A4 page at 300 dpi with
 * 280 digits 200 million.
 */
#define MAX_WORK 1800000000u

typedef struct budget {
    uint64_t left;      /* units of work */
    uint64_t unchecked; /* units since the clock was last read */
    double deadline;    /* by lenet5_clock, in seconds; INFINITY: none */
    const lenet5_read_options *options;
} budget;

/* Starts the clock. The options must outlive the budget. */
budget lenet5_budget_new(const lenet5_read_options *options);

/*
 * For stages whose work depends on the size of the picture alone. Returns LENET5_OK, LENET5_E_TIME or LENET5_E_STOPPED.
 */
lenet5_status lenet5_check_time(budget *b, uint64_t work, lenet5_error *error);

/* For stages whose work depends on the content of the picture. Returns LENET5_CROWDED too. */
lenet5_status lenet5_spend(budget *b, uint64_t work, lenet5_error *error);

#endif
