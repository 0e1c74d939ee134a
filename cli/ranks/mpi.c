/*
 * Ranks by MPI, the only file that includes its header. All communication is collective and made by the thread that
 * called `begin`, except for the counter: a thread of rank 0 answers requests for the next number.
 */
#include <assert.h>
#include <limits.h>
#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "module.h"

#define TAG_ASK 1
#define TAG_ANSWER 2
#define TAG_LEAVE 3

/* Nanoseconds between two looks of the thread that answers: few after a message, then twice as many each time, so that
 * it takes no time from work that asks rarely. A rank that asks has other work for longer than that. */
#define SHORTEST_WAIT 500000
#define LONGEST_WAIT 16000000

/*
 * All that a rank sends in an exchange is one block: whether it has to stop, and its rows of each table. So an exchange
 * is one collective call, which waits for the network once.
 */
typedef struct packed_rows {
    uint8_t *bytes; /* of all ranks, in their order */
    size_t room;
    int sizes[MAX_RANKS], places[MAX_RANKS];
} packed_rows;

static struct {
    unsigned rank, count;
    packed_rows packed;
    bool counter;
    MPI_Comm numbers; /* the counter's */
    atomic_uint_fast64_t next;
    pthread_t thread; /* of rank 0, if there is a counter and there are other ranks */
} state;

static lenet5_status fail(lenet5_error *error, int code)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int length;
    MPI_Error_string(code, text, &length);
    return lenet5_fail(error, LENET5_E_RANKS, LENET5_NO_OFFSET, "MPI, rank %u of %u: %.400s", state.rank, state.count,
                       text);
}

/* ---- Exchanges --------------------------------------------------------------------------------------------------- */

static size_t rows_size(const rank_table *table, unsigned rank)
{
    return (table->first[rank + 1] - table->first[rank]) * table->size;
}

static void *rows_of(const rank_table *table, unsigned rank)
{
    return (uint8_t *)table->rows + table->first[rank] * table->size;
}

static lenet5_status lay_out(packed_rows *b, const rank_table *tables, size_t count, lenet5_error *error)
{
    size_t all = 0;
    for (unsigned rank = 0; rank < state.count; rank++) {
        size_t size = 1;
        for (size_t i = 0; i < count; i++)
            size += rows_size(&tables[i], rank);
        assert(all + size <= INT_MAX);
        b->places[rank] = (int)all;
        b->sizes[rank] = (int)size;
        all += size;
    }
    if (all <= b->room)
        return LENET5_OK;
    free(b->bytes);
    b->room = 0;
    b->bytes = malloc(all);
    if (!b->bytes)
        return lenet5_fail_memory(error);
    b->room = all;
    return LENET5_OK;
}

static void pack(const packed_rows *b, bool stop, const rank_table *tables, size_t count)
{
    uint8_t *to = b->bytes + b->places[state.rank];
    *to++ = stop;
    for (size_t i = 0; i < count; i++) {
        const size_t size = rows_size(&tables[i], state.rank);
        memcpy(to, rows_of(&tables[i], state.rank), size);
        to += size;
    }
}

/* Fills in the rows of another rank; returns whether that has to stop. */
static bool unpack(const packed_rows *b, unsigned rank, const rank_table *tables, size_t count)
{
    const uint8_t *from = b->bytes + b->places[rank];
    const bool stop = *from++;
    for (size_t i = 0; i < count; i++) {
        const size_t size = rows_size(&tables[i], rank);
        memcpy(rows_of(&tables[i], rank), from, size);
        from += size;
    }
    return stop;
}

static lenet5_status exchange_packed(rank_group *ranks, const rank_table *tables, size_t count, lenet5_error *error)
{
    packed_rows *b = &state.packed;
    const bool stop = wants_stop(ranks);
    const lenet5_status status = lay_out(b, tables, count, error);
    if (status != LENET5_OK)
        return status;
    pack(b, stop, tables, count);
    const int code =
        MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, b->bytes, b->sizes, b->places, MPI_BYTE, MPI_COMM_WORLD);
    if (code != MPI_SUCCESS)
        return fail(error, code);
    ranks->stops = stop;
    for (unsigned rank = 0; rank < state.count; rank++)
        if (rank != state.rank && unpack(b, rank, tables, count))
            ranks->stops = true;
    return LENET5_OK;
}

static lenet5_status exchange(rank_group *ranks, const rank_table *tables, size_t count, lenet5_error *error)
{
    const lenet5_status status = exchange_packed(ranks, tables, count, error);
    ranks->lost = status != LENET5_OK;
    return status;
}

/* ---- The counter ------------------------------------------------------------------------------------------------- */

static void answer(const MPI_Status *asked)
{
    char nothing;
    const uint64_t number = atomic_fetch_add(&state.next, 1);
    MPI_Recv(&nothing, 0, MPI_BYTE, asked->MPI_SOURCE, TAG_ASK, state.numbers, MPI_STATUS_IGNORE);
    MPI_Send(&number, 1, MPI_UINT64_T, asked->MPI_SOURCE, TAG_ANSWER, state.numbers);
}

/* Answers the other ranks until each has left. It looks for messages now and then: a blocking receive would keep a
 * processor busy. */
static void *answer_all(void *unused)
{
    (void)unused;
    struct timespec wait = {.tv_nsec = SHORTEST_WAIT};
    for (unsigned left = state.count - 1; left > 0;) {
        int found = 0;
        char nothing;
        MPI_Status message;
        if (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, state.numbers, &found, &message) != MPI_SUCCESS)
            return NULL;
        if (!found) {
            nanosleep(&wait, NULL);
            wait.tv_nsec = wait.tv_nsec < LONGEST_WAIT ? 2 * wait.tv_nsec : LONGEST_WAIT;
            continue;
        }
        wait.tv_nsec = SHORTEST_WAIT;
        if (message.MPI_TAG == TAG_ASK)
            answer(&message);
        else {
            MPI_Recv(&nothing, 0, MPI_BYTE, message.MPI_SOURCE, TAG_LEAVE, state.numbers, MPI_STATUS_IGNORE);
            left--;
        }
    }
    return NULL;
}

static lenet5_status begin_counter(int threads, lenet5_error *error)
{
    if (threads < MPI_THREAD_MULTIPLE)
        return lenet5_fail(error, LENET5_E_RANKS, LENET5_NO_OFFSET,
                           "this MPI library serves one thread of a process only; use one with MPI_THREAD_MULTIPLE");
    const int code = MPI_Comm_dup(MPI_COMM_WORLD, &state.numbers);
    if (code != MPI_SUCCESS)
        return fail(error, code);
    MPI_Comm_set_errhandler(state.numbers, MPI_ERRORS_RETURN);
    if (state.rank == 0 && state.count > 1 && pthread_create(&state.thread, NULL, answer_all, NULL) != 0)
        return lenet5_fail(error, LENET5_E_MEMORY, LENET5_NO_OFFSET, "no thread can be started");
    state.counter = true;
    return LENET5_OK;
}

static lenet5_status next(uint64_t *number, lenet5_error *error)
{
    const char nothing = 0;
    if (state.rank == 0) {
        *number = atomic_fetch_add(&state.next, 1);
        return LENET5_OK;
    }
    int code = MPI_Send(&nothing, 0, MPI_BYTE, 0, TAG_ASK, state.numbers);
    if (code == MPI_SUCCESS)
        code = MPI_Recv(number, 1, MPI_UINT64_T, 0, TAG_ANSWER, state.numbers, MPI_STATUS_IGNORE);
    return code == MPI_SUCCESS ? LENET5_OK : fail(error, code);
}

static void end_counter(void)
{
    const char nothing = 0;
    if (state.rank > 0)
        MPI_Send(&nothing, 0, MPI_BYTE, 0, TAG_LEAVE, state.numbers);
    else if (state.count > 1)
        pthread_join(state.thread, NULL);
    MPI_Comm_free(&state.numbers);
}

/* ---- The processes ----------------------------------------------------------------------------------------------- */

static lenet5_status begin(rank_group *ranks, bool counter, lenet5_error *error)
{
    int rank = 0, count = 1, threads = MPI_THREAD_SINGLE;
    int code = MPI_Init_thread(NULL, NULL, counter ? MPI_THREAD_MULTIPLE : MPI_THREAD_FUNNELED, &threads);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_size(MPI_COMM_WORLD, &count);
    if (code != MPI_SUCCESS)
        return fail(error, code);
    if (count > MAX_RANKS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%d ranks; the maximum is %d", count, MAX_RANKS);
    state.rank = (unsigned)rank;
    state.count = (unsigned)count;
    ranks->rank = state.rank;
    ranks->count = state.count;
    ranks->exchange = exchange;
    return counter ? begin_counter(threads, error) : LENET5_OK;
}

static void host(char name[HOST_SIZE])
{
    char whole[MPI_MAX_PROCESSOR_NAME] = "";
    int length;
    MPI_Get_processor_name(whole, &length);
    snprintf(name, HOST_SIZE, "%s", whole);
}

static void end(void)
{
    if (state.counter)
        end_counter();
    free(state.packed.bytes);
    MPI_Finalize();
}

static void end_all(int code)
{
    MPI_Abort(MPI_COMM_WORLD, code);
}

LENET5_API extern const mpi_module LENET5_MPI_MODULE;
const mpi_module LENET5_MPI_MODULE = {.begin = begin, .next = next, .host = host, .end = end, .abort = end_all};
