/* lenet5 train --watch: a server whose page, /watch.html, shows the training while it is under way. */
#ifndef LENET5_CLI_WATCH_H
#define LENET5_CLI_WATCH_H

#include "common.h"

typedef struct watch watch;

/* What does not change. The sets stay the caller's and have to outlive the watch. */
typedef struct watched {
    const lenet5_training *training;
    const lenet5_dataset *held_out;
    const char *held_out_name;
    const char *recipe;
    unsigned threads;
} watched;

#ifdef LENET5_SERVE

/* Listens at place, where it is "" at the usual one, and says so. Returns an exit code; only if done, *w is set. */
int watch_begin(watch **w, const watched *what, const char *place, bool quiet);

/* Tells how far it is, some times a second. */
void watch_progress(watch *w, double pictures_per_s, double seconds_left);

/* Tells of a pass that has been finished: its object of lenet5 train --json, which is copied. */
void watch_pass(watch *w, const json_t *pass);

/* Tells that it is over and ends the server. All three do nothing where w is NULL. */
void watch_end(watch *w, bool finished);

#else /* nobody can watch */

static inline int watch_begin(watch **w, const watched *what, const char *place, bool quiet)
{
    (void)w, (void)what, (void)place, (void)quiet;
    return EXIT_USAGE;
}
static inline void watch_progress(watch *w, double pictures_per_s, double seconds_left)
{
    (void)w, (void)pictures_per_s, (void)seconds_left;
}
static inline void watch_pass(watch *w, const json_t *pass)
{
    (void)w, (void)pass;
}
static inline void watch_end(watch *w, bool finished)
{
    (void)w, (void)finished;
}

#endif

#endif
