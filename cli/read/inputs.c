#include "inputs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "names.h"
#include "paths.h"
#include "ranks/ranks.h"
#include "sha256.h"
#include "tar.h"

struct inputs {
    const file_list *operands;
    name_reader *names; /* NULL: none, as tar */
    tar_reader *tar;
    shard mine;
    uint64_t count;      /* of the inputs of all parts so far */
    uint64_t begin, end; /* of the block that this rank has taken: the first input of it, and the first behind it */
    struct sha256_ctx sum;
};

/* ---- An input ---------------------------------------------------------------------------------------------------- */

bool is_stdin(const input *one)
{
    return !one->bytes && strcmp(one->name, "-") == 0;
}

void input_request(const input *one)
{
    if (one->bytes || is_stdin(one) || is_special(one->name))
        return;
    const int file = open(one->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return;
    posix_fadvise(file, 0, 0, POSIX_FADV_WILLNEED);
    close(file);
}

void input_forget_bytes(input *one)
{
    free(one->bytes);
    one->bytes = NULL;
}

void input_free(input *one)
{
    input_forget_bytes(one);
    free(one->name);
    *one = (input){0};
}

/* ---- All inputs -------------------------------------------------------------------------------------------------- */

int inputs_open(inputs **all, const file_list *operands, const char *names, const char *tar, shard mine)
{
    inputs *new = calloc(1, sizeof *new);
    if (!new)
        return report_out_of_memory();
    *all = new;
    new->operands = operands;
    new->mine = mine;
    sha256_init(&new->sum);
    if (tar)
        return tar_open(&new->tar, tar);
    return names ? names_open(&new->names, names) : EXIT_DONE;
}

/* The name of the next input of any part; NULL: there is none left. */
static int next_name(const char **name, inputs *all)
{
    *name = NULL;
    if (interrupted)
        return EXIT_FAILED;
    if (all->count < all->operands->count) {
        *name = all->operands->files[all->count];
        return EXIT_DONE;
    }
    if (all->tar)
        return tar_next(name, all->tar);
    return all->names ? names_next(name, all->names) : EXIT_DONE;
}

/* Names and counts the next input. */
static int pass(const char **name, inputs *all)
{
    const int code = next_name(name, all);
    if (code != EXIT_DONE || !*name)
        return code;
    sha256_update(&all->sum, strlen(*name) + 1, (const uint8_t *)*name);
    all->count++;
    return EXIT_DONE;
}

int inputs_name_all(inputs *all)
{
    const char *name;
    int code;
    while ((code = pass(&name, all)) == EXIT_DONE && name)
        continue;
    return code;
}

/* Behind the last block, takes another one, which is further on. */
static int find_block(bool *mine, inputs *all)
{
    uint64_t number;
    if (all->count >= all->end) {
        if (!ranks_next(&number))
            return EXIT_FAILED;
        all->begin = 1 + number * all->mine.block;
        all->end = all->begin + all->mine.block;
    }
    *mine = all->count >= all->begin;
    return EXIT_DONE;
}

/* Whether the current input is of this part. */
static int find_owner(bool *mine, inputs *all)
{
    if (all->mine.block > 0)
        return find_block(mine, all);
    *mine = all->count % all->mine.parts == all->mine.part % all->mine.parts;
    return EXIT_DONE;
}

static int take(input *next, inputs *all, const char *name)
{
    *next = (input){.number = all->count, .name = strdup(name)};
    if (!next->name)
        return report_out_of_memory();
    if (!all->tar)
        return EXIT_DONE;
    const int code = tar_read(&next->bytes, &next->size, all->tar);
    next->too_large = code == EXIT_DONE && !next->bytes;
    return code;
}

int inputs_next(input *next, inputs *all)
{
    const char *name;
    bool mine = false;
    int code;
    *next = (input){0};
    while ((code = pass(&name, all)) == EXIT_DONE && name && (code = find_owner(&mine, all)) == EXIT_DONE && !mine)
        continue;
    return code == EXIT_DONE && name ? take(next, all, name) : code;
}

uint64_t inputs_expected(const inputs *all)
{
    if (all->names || all->tar || all->mine.block > 0)
        return INPUTS_UNKNOWN;
    if (all->operands->count < all->mine.part)
        return 0;
    return (all->operands->count - all->mine.part) / all->mine.parts + 1;
}

double inputs_share(const inputs *all)
{
    if (all->tar)
        return tar_share(all->tar);
    if (all->names)
        return names_share(all->names);
    return all->operands->count > 0 ? (double)all->count / (double)all->operands->count : 0;
}

void inputs_sum(uint64_t *count, char sha256[SHA256_SIZE], inputs *all)
{
    *count = all->count;
    write_sha256(sha256, &all->sum);
}

void inputs_close(inputs *all)
{
    if (!all)
        return;
    names_close(all->names);
    tar_close(all->tar);
    free(all);
}
