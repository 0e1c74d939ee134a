#include "ranks.h"

#include <assert.h>

#include "base/error.h"
#include "base/hash.h"

static lenet5_status exchange_alone(rank_group *ranks, const rank_table *tables, size_t count, lenet5_error *error)
{
    ranks->stops = wants_stop(ranks);
    (void)tables;
    (void)count;
    (void)error;
    return LENET5_OK;
}

rank_group lenet5_one_rank(void)
{
    return (rank_group){.rank = 0, .count = 1, .exchange = exchange_alone};
}

void lenet5_rank_shares(size_t first[MAX_RANKS + 1], const rank_group *ranks, size_t count)
{
    assert(ranks->count > 0 && ranks->count <= MAX_RANKS);
    for (size_t rank = 0; rank <= ranks->count; rank++)
        first[rank] = count * rank / ranks->count;
}

lenet5_status lenet5_exchange_rows(rank_group *ranks, void *rows, size_t size, size_t count, lenet5_error *error)
{
    size_t first[MAX_RANKS + 1];
    lenet5_rank_shares(first, ranks, count);
    const rank_table table = {rows, size, first};
    return ranks->exchange(ranks, &table, 1, error);
}

lenet5_status lenet5_rank_sum(size_t *sum, rank_group *ranks, size_t number, lenet5_error *error)
{
    size_t numbers[MAX_RANKS];
    numbers[ranks->rank] = number;
    const lenet5_status status = lenet5_exchange_rows(ranks, numbers, sizeof numbers[0], ranks->count, error);
    *sum = 0;
    for (size_t rank = 0; status == LENET5_OK && rank < ranks->count; rank++)
        *sum += numbers[rank];
    return status;
}

lenet5_status lenet5_rank_compare(rank_group *ranks, const void *bytes, size_t size, const char *what,
                                  const char *remedy, lenet5_error *error)
{
    uint64_t hashes[MAX_RANKS];
    if (ranks->count == 1)
        return LENET5_OK;
    hashes[ranks->rank] = lenet5_hash(bytes, size);
    const lenet5_status status = lenet5_exchange_rows(ranks, hashes, sizeof hashes[0], ranks->count, error);
    for (unsigned rank = 1; status == LENET5_OK && rank < ranks->count; rank++)
        if (hashes[rank] != hashes[0])
            return lenet5_fail(error, LENET5_E_RANKS, LENET5_NO_OFFSET, "rank %u has other %s than rank 0; %s", rank,
                               what, remedy);
    return status;
}
