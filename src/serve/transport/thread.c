#include "thread.h"

#include <string.h>

#include "base/error.h"

lenet5_status thread_start(pthread_t *thread, bool *running, void *(*run)(void *context), void *context,
                           lenet5_error *error)
{
    const int failure = pthread_create(thread, NULL, run, context);
    *running = failure == 0;
    return *running
               ? LENET5_OK
               : lenet5_fail(error, LENET5_E_MEMORY, LENET5_NO_OFFSET, "cannot start a thread: %s", strerror(failure));
}
