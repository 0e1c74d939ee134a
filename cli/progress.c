#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

void progress_begin(progress *p, bool quiet, double done)
{
    *p = (progress){.shown = !quiet && isatty(STDERR_FILENO), .started = lenet5_clock(), .from = done};
}

void progress_show(progress *p, double done, const char *label)
{
    const double now = p->shown ? lenet5_clock() : 0;
    if (!p->shown || now - p->last < 0.25)
        return;
    p->last = now;
    const double rate = (done - p->from) / (now - p->started);
    fprintf(stderr, "\r\033[K%s", label);
    if (rate > 0 && now - p->started > 1) {
        const unsigned long left = (unsigned long)((1 - done) / rate + 0.5);
        fprintf(stderr, ", %lu:%02lu:%02lu left", left / 3600, left / 60 % 60, left % 60);
    }
    fflush(stderr);
}

void progress_clear(const progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
}
