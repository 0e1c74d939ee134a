/* lenet5 train --watch: a server whose page, /watch.html, shows the training while it runs. */
#ifndef LENET5_CLI_WATCH_H
#define LENET5_CLI_WATCH_H

#include "common.h"

typedef struct watch watch;

/* What is watched. Everything pointed at stays the caller's and has to outlive the watch. */
typedef struct watched {
    const lenet5_training *training;
    const lenet5_dataset *held_out;
    const char *held_out_name;
    const char *recipe;
    unsigned threads;
} watched;

#ifdef LENET5_SERVE

/*
 * Starts the server at an address as of lenet5 serve --listen, "" for the default, and prints its URL unless quiet.
 * Returns an exit code; *w is set if that is EXIT_DONE. The functions below do nothing if w is NULL.
 */
int watch_begin(watch **w, const watched *what, const char *listen, bool quiet);

/* Publishes the progress, a few times a second at most. */
void watch_progress(watch *w, double pictures_per_s, double seconds_left);

/* Publishes a finished epoch, as the object of lenet5 train --json, which is copied. */
void watch_epoch(watch *w, const json_t *epoch);

/* Publishes the end, and stops the server. */
void watch_end(watch *w, bool finished);

#else /* without the server */

static inline int watch_begin(watch **w, const watched *what, const char *listen, bool quiet)
{
    (void)w, (void)what, (void)listen, (void)quiet;
    return EXIT_USAGE;
}
static inline void watch_progress(watch *w, double pictures_per_s, double seconds_left)
{
    (void)w, (void)pictures_per_s, (void)seconds_left;
}
static inline void watch_epoch(watch *w, const json_t *epoch)
{
    (void)w, (void)epoch;
}
static inline void watch_end(watch *w, bool finished)
{
    (void)w, (void)finished;
}

#endif

#endif
