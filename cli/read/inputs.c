#include "inputs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "paths.h"

struct inputs {
    const file_list *operands;
    uint64_t count; /* of the inputs so far */
};

/* ---- An input ---------------------------------------------------------------------------------------------------- */

bool is_stdin(const input *one)
{
    return strcmp(one->name, "-") == 0;
}

void input_request(const input *one)
{
    if (is_stdin(one) || is_special(one->name))
        return;
    const int file = open(one->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return;
    posix_fadvise(file, 0, 0, POSIX_FADV_WILLNEED);
    close(file);
}

void input_free(input *one)
{
    free(one->name);
    *one = (input){0};
}

/* ---- All inputs -------------------------------------------------------------------------------------------------- */

int inputs_open(inputs **all, const file_list *operands)
{
    inputs *new = calloc(1, sizeof *new);
    if (!new)
        return report_out_of_memory();
    *all = new;
    new->operands = operands;
    return EXIT_DONE;
}

int inputs_next(input *next, inputs *all)
{
    *next = (input){0};
    if (interrupted)
        return EXIT_FAILED;
    if (all->count == all->operands->count)
        return EXIT_DONE;
    *next = (input){.number = all->count + 1, .name = strdup(all->operands->files[all->count])};
    all->count++;
    return next->name ? EXIT_DONE : report_out_of_memory();
}

uint64_t inputs_expected(const inputs *all)
{
    return all->operands->count;
}

void inputs_close(inputs *all)
{
    free(all);
}
