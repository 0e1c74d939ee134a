/* The thread pool: every piece is done once, no worker does two at a time, and an idle pool uses no processor time. */
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "lenet5.h"
#include "system/workers.h"
#include "unit.h"

#define MAX_PIECES 1000
#define MAX_WORKERS 8

/* The records of one job's pieces. */
typedef struct job {
    size_t count;       /* pieces */
    size_t workers;     /* workers of the pool */
    long pause;         /* nanoseconds that a piece sleeps */
    bool own;           /* piece i belongs to worker i */
    atomic_uint stray;  /* pieces with an invalid index or worker */
    atomic_uint shared; /* pieces started by a worker that had not finished another */
    atomic_uint active[MAX_WORKERS];
    atomic_uint done[MAX_PIECES];
} job;

static void sleep_for(long nanoseconds)
{
    const struct timespec time = {.tv_nsec = nanoseconds};
    nanosleep(&time, NULL);
}

static void do_piece(void *argument, size_t index, size_t worker)
{
    job *j = argument;
    if (index >= j->count || worker >= j->workers || (j->own && index != worker)) {
        atomic_fetch_add(&j->stray, 1);
        return;
    }
    if (atomic_exchange(&j->active[worker], 1) != 0)
        atomic_fetch_add(&j->shared, 1);
    if (j->pause > 0)
        sleep_for(j->pause);
    atomic_fetch_add(&j->done[index], 1);
    atomic_store(&j->active[worker], 0);
}

static void begin(job *j, size_t count, const workers *pool)
{
    memset(j, 0, sizeof *j);
    j->count = count;
    j->workers = lenet5_workers_count(pool);
}

static void check(job *j)
{
    assert_int_equal(atomic_load(&j->stray), 0);
    assert_int_equal(atomic_load(&j->shared), 0);
    for (size_t i = 0; i < MAX_PIECES; i++)
        assert_int_equal(atomic_load(&j->done[i]), i < j->count ? 1 : 0);
}

static const unsigned thread_counts[] = {1, 2, 3, 4, 8};
static const size_t piece_counts[] = {0, 1, 2, 7, MAX_PIECES, 1, 0, 3};

#define THREAD_COUNTS (sizeof thread_counts / sizeof thread_counts[0])
#define PIECE_COUNTS (sizeof piece_counts / sizeof piece_counts[0])

/* Runs jobs one right after the other; each is checked at once and again after all of them. */
static void run_jobs(workers *pool)
{
    static job jobs[PIECE_COUNTS];
    for (size_t i = 0; i < PIECE_COUNTS; i++) {
        begin(&jobs[i], piece_counts[i], pool);
        lenet5_workers_run(pool, do_piece, &jobs[i], piece_counts[i]);
        check(&jobs[i]);
    }
    for (size_t i = 0; i < PIECE_COUNTS; i++)
        check(&jobs[i]);
}

static void every_piece_is_done_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        workers *pool = lenet5_workers_new(thread_counts[i]);
        assert_non_null(pool);
        assert_int_equal(lenet5_workers_count(pool), thread_counts[i]);
        for (int round = 0; round < 200; round++)
            run_jobs(pool);
        lenet5_workers_free(pool);
    }
}

/* With run_each every worker does its own piece. */
static void each_worker_does_its_own_piece(void **state)
{
    (void)state;
    static job j;
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        workers *pool = lenet5_workers_new(thread_counts[i]);
        assert_non_null(pool);
        for (int round = 0; round < 200; round++) {
            begin(&j, thread_counts[i], pool);
            j.own = true;
            lenet5_workers_run_each(pool, do_piece, &j);
            check(&j);
        }
        lenet5_workers_free(pool);
    }
}

static void count_piece(void *argument, size_t index, size_t worker)
{
    (void)worker;
    ((atomic_ulong *)argument)[index % 2]++;
}

/* Jobs at intervals shorter than it takes to wake a thread. */
static void jobs_can_follow_each_other_quickly(void **state)
{
    (void)state;
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        workers *pool = lenet5_workers_new(thread_counts[i]);
        atomic_ulong done[2] = {0};
        assert_non_null(pool);
        for (unsigned long round = 1; round <= 3000; round++) {
            lenet5_workers_run(pool, count_piece, done, 2);
            assert_int_equal(atomic_load(&done[0]), round);
            assert_int_equal(atomic_load(&done[1]), round);
        }
        lenet5_workers_free(pool);
    }
}

/* Pieces longer than the workers spin, so that all waiting threads sleep. */
static void slow_pieces_are_waited_for(void **state)
{
    (void)state;
    static job j;
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        workers *pool = lenet5_workers_new(thread_counts[i]);
        assert_non_null(pool);
        for (int round = 0; round < 3; round++) {
            begin(&j, 5, pool);
            j.pause = 2000000;
            lenet5_workers_run(pool, do_piece, &j, 5);
            check(&j);
            sleep_for(2000000);
        }
        lenet5_workers_free(pool);
    }
}

static double processor_time(void)
{
    struct timespec time;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time), 0);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void an_idle_pool_uses_no_processor_time(void **state)
{
    (void)state;
    static job j;
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        workers *pool = lenet5_workers_new(thread_counts[i]);
        assert_non_null(pool);
        begin(&j, MAX_PIECES, pool);
        lenet5_workers_run(pool, do_piece, &j, MAX_PIECES);
        const double start = processor_time();
        sleep_for(300000000);
        const double used = processor_time() - start;
        lenet5_workers_free(pool);
        if (!(used < 0.03))
            fail_msg("%u threads took %.0f ms of processor time for nothing", thread_counts[i], 1000 * used);
    }
}

static void the_size_of_a_pool_is_limited(void **state)
{
    (void)state;
    workers *pool = lenet5_workers_new(0);
    assert_non_null(pool);
    assert_in_range(lenet5_workers_count(pool), 1, LENET5_MAX_THREADS);
    lenet5_workers_free(pool);
    pool = lenet5_workers_new(LENET5_MAX_THREADS + 1);
    assert_non_null(pool);
    assert_in_range(lenet5_workers_count(pool), 1, LENET5_MAX_THREADS);
    lenet5_workers_free(pool);
    lenet5_workers_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_done_once),      cmocka_unit_test(jobs_can_follow_each_other_quickly),
        cmocka_unit_test(slow_pieces_are_waited_for),    cmocka_unit_test(an_idle_pool_uses_no_processor_time),
        cmocka_unit_test(the_size_of_a_pool_is_limited), cmocka_unit_test(each_worker_does_its_own_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
