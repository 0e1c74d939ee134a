/* A program without MPI: every process is alone. */
#include "ranks.h"

#include <stdatomic.h>

static rank_group all;
static atomic_uint_fast64_t next;

void ranks_alone(void)
{
    all = lenet5_one_rank();
    all.wants_stop = &interrupted;
}

int ranks_begin(bool counter)
{
    (void)counter;
    ranks_alone();
    return EXIT_DONE;
}

rank_group *ranks_of_command(void)
{
    return &all;
}

bool ranks_lead(void)
{
    return true;
}

bool ranks_next(uint64_t *number)
{
    *number = atomic_fetch_add(&next, 1);
    return true;
}

int ranks_in_turn(int (*prepare)(void *argument), void *argument)
{
    return prepare(argument);
}

int ranks_agree(int code)
{
    return code;
}

int ranks_report(const lenet5_error *error)
{
    return report_library_error(error);
}

void ranks_end(int code)
{
    (void)code;
}
