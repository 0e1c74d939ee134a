/*
 * What reading one picture may cost. Every stage of the reader says how much work it is about to do; it is refused once
 * the picture has used up its share, its time is over, or the caller wants an end.
 *
 * A unit of work is a visit to a pixel, or what takes as long: about a nanosecond.
 */
#ifndef LENET5_READER_BUDGET_H
#define LENET5_READER_BUDGET_H

#include "lenet5/reading.h"

/*
 * Too much ink to be writing. No error: the stages pass it on as a status, and lenet5_read makes a note of it. It is
 * none of the public values, all of which are 0 or negative.
 */
#define LENET5_CROWDED ((lenet5_status)1)

/*
 * Units of work for the lines of a picture, whatever its size: two seconds. Finding the ink of ten million pixels takes
 * another one. A field of five digits like docs/samples/plain.png takes 4 million, a page of A4 at 300 dots an inch
 * that is full of them, 280 digits, 200 million.
 */
#define MAX_WORK 1800000000u

typedef struct budget {
    uint64_t left;      /* units of work */
    uint64_t unchecked; /* units since the clock was last looked at */
    double deadline;    /* of lenet5_clock, in seconds; INFINITY: none */
    const lenet5_read_options *options;
} budget;

/* Starts the clock. The options must outlive the budget. */
budget lenet5_budget_new(const lenet5_read_options *options);

/* For stages whose work grows with the picture alone. LENET5_E_TIME or LENET5_E_STOPPED, or LENET5_OK. */
lenet5_status lenet5_check_time(budget *b, uint64_t work, lenet5_error *error);

/* For stages whose work grows with what is in the picture: LENET5_CROWDED besides. */
lenet5_status lenet5_spend(budget *b, uint64_t work, lenet5_error *error);

#endif
