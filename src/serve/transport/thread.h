/* Threads of the server. */
#ifndef LENET5_SERVE_THREAD_H
#define LENET5_SERVE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "lenet5/base.h"

/* Starts a thread; *running is whether it has started, and so has to be joined. */
lenet5_status thread_start(pthread_t *thread, bool *running, void *(*run)(void *context), void *context,
                           lenet5_error *error);

#endif
