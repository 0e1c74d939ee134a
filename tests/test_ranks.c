/*
 * Ranks without MPI: threads stand for the processes, and exchange rows through their common memory. The network that
 * they train together is the one that a process trains by itself.
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/student.h"
#include "support.h"
#include "system/ranks.h"
#include "train/share.h"

#define MAX_GROUP 5
#define PICTURES 150

/* ---- A group of threads ------------------------------------------------------------------------------------------ */

typedef struct group {
    pthread_barrier_t barrier;
    rank_group ranks[MAX_GROUP];
    const rank_table *tables[MAX_GROUP]; /* those that each rank exchanges now */
    bool wants_stop[MAX_GROUP];
} group;

static group all;

static void copy_rows(const rank_table *to, const rank_table *from, size_t rank)
{
    const size_t first = from->first[rank] * from->size, size = from->first[rank + 1] * from->size - first;
    memcpy((char *)to->rows + first, (const char *)from->rows + first, size);
}

static lenet5_status exchange(rank_group *ranks, const rank_table *tables, size_t count, lenet5_error *error)
{
    (void)error;
    all.tables[ranks->rank] = tables;
    all.wants_stop[ranks->rank] = wants_stop(ranks);
    pthread_barrier_wait(&all.barrier);
    ranks->stops = false;
    for (size_t rank = 0; rank < ranks->count; rank++) {
        ranks->stops |= all.wants_stop[rank];
        for (size_t i = 0; rank != ranks->rank && i < count; i++)
            copy_rows(&tables[i], &all.tables[rank][i], rank);
    }
    pthread_barrier_wait(&all.barrier);
    return LENET5_OK;
}

/* Runs work on each of count ranks. */
static void run_ranks(unsigned count, void *(*work)(void *ranks))
{
    pthread_t threads[MAX_GROUP];
    assert_true(count <= MAX_GROUP);
    pthread_barrier_init(&all.barrier, NULL, count);
    for (unsigned rank = 0; rank < count; rank++) {
        all.ranks[rank] = (rank_group){.rank = rank, .count = count, .exchange = exchange};
        assert_int_equal(pthread_create(&threads[rank], NULL, work, &all.ranks[rank]), 0);
    }
    for (unsigned rank = 0; rank < count; rank++)
        pthread_join(threads[rank], NULL);
    pthread_barrier_destroy(&all.barrier);
}

/* ---- Training ---------------------------------------------------------------------------------------------------- */

static struct {
    lenet5_training_options options;
    lenet5_dataset set;
    lenet5_model models[MAX_GROUP];
    lenet5_status status[MAX_GROUP];
    lenet5_error error[MAX_GROUP];
    unsigned odd; /* a rank with another seed; MAX_GROUP: none */
} job;

static void *train(void *argument)
{
    rank_group *ranks = argument;
    lenet5_training *training = NULL;
    lenet5_error *error = &job.error[ranks->rank];
    lenet5_training_options options = job.options;
    options.seed += ranks->rank == job.odd;
    lenet5_status status = lenet5_training_new(&training, &options, &job.set, &job.set, error);
    if (status == LENET5_OK)
        status = lenet5_training_share(training, ranks, error);
    while (status == LENET5_OK && !lenet5_training_finished(training) && !ranks->stops)
        status = lenet5_training_step(training, error);
    if (status == LENET5_OK)
        lenet5_training_model(&job.models[ranks->rank], training);
    job.status[ranks->rank] = status;
    lenet5_training_free(training);
    return NULL;
}

static void set_job(const char *recipe)
{
    job.options = (lenet5_training_options){.size = sizeof job.options, .recipe = recipe, .epochs = 2, .threads = 1};
    job.set = synthetic_digits(PICTURES, 1);
    job.odd = MAX_GROUP;
    memset(job.models, 0, sizeof job.models);
}

static void ranks_train_the_network_of_one_process(void **state)
{
    (void)state;
    static const char *const recipes[] = {"1998", "fast", "best", "read"};
    for (size_t i = 0; i < LENGTH(recipes); i++) {
        set_job(recipes[i]);
        rank_group one = lenet5_one_rank();
        train(&one);
        assert_int_equal(job.status[0], LENET5_OK);
        const lenet5_model alone = job.models[0];
        for (unsigned count = 2; count <= MAX_GROUP; count += 3) {
            run_ranks(count, train);
            for (unsigned rank = 0; rank < count; rank++) {
                assert_int_equal(job.status[rank], LENET5_OK);
                assert_memory_equal(&job.models[rank].network, &alone.network, sizeof alone.network);
                assert_int_equal(job.models[rank].provenance.held_out_errors, alone.provenance.held_out_errors);
            }
        }
        lenet5_dataset_free(&job.set);
    }
}

static void ranks_with_other_weights_do_not_train(void **state)
{
    (void)state;
    set_job("best");
    job.odd = 1;
    run_ranks(3, train);
    for (unsigned rank = 0; rank < 3; rank++) {
        assert_int_equal(job.status[rank], LENET5_E_RANKS);
        assert_non_null(strstr(job.error[rank].message, "rank 1 has other weights than rank 0"));
    }
    lenet5_dataset_free(&job.set);
}

static volatile sig_atomic_t interrupt = 1;

/* Rank 1 has to stop. */
static void *train_interrupted(void *argument)
{
    rank_group *ranks = argument;
    if (ranks->rank == 1)
        ranks->wants_stop = &interrupt;
    return train(argument);
}

static void all_ranks_stop_after_the_same_step(void **state)
{
    (void)state;
    set_job("fast");
    run_ranks(3, train_interrupted);
    for (unsigned rank = 0; rank < 3; rank++) {
        assert_int_equal(job.status[rank], LENET5_OK);
        assert_true(all.ranks[rank].stops);
        assert_int_equal(job.models[rank].provenance.epochs, 0);
        assert_memory_equal(&job.models[rank].network, &job.models[0].network, sizeof job.models[0].network);
    }
    lenet5_dataset_free(&job.set);
}

/* ---- Shares ------------------------------------------------------------------------------------------------------ */

static void shares_are_even_and_in_order(void **state)
{
    (void)state;
    size_t first[MAX_RANKS + 1];
    for (unsigned count = 1; count <= MAX_RANKS; count += 31) {
        const rank_group ranks = {.count = count};
        for (size_t rows = 0; rows < 200; rows += 7) {
            lenet5_rank_shares(first, &ranks, rows);
            assert_int_equal(first[0], 0);
            assert_int_equal(first[count], rows);
            for (unsigned rank = 0; rank < count; rank++) {
                const size_t share = first[rank + 1] - first[rank];
                assert_in_range(share, rows / count, rows / count + 1);
            }
        }
    }
}

static void *sum(void *argument)
{
    rank_group *ranks = argument;
    size_t result = 0;
    job.status[ranks->rank] = lenet5_rank_sum(&result, ranks, 10 + ranks->rank, NULL);
    job.models[ranks->rank].provenance.training_pictures = result;
    return NULL;
}

static void numbers_of_all_ranks_are_summed(void **state)
{
    (void)state;
    run_ranks(4, sum);
    for (unsigned rank = 0; rank < 4; rank++) {
        assert_int_equal(job.status[rank], LENET5_OK);
        assert_int_equal(job.models[rank].provenance.training_pictures, 46);
    }
}

/* Quantiles of tables of Student's distribution. */
static void intervals_of_a_mean_follow_students_distribution(void **state)
{
    (void)state;
    static const struct {
        size_t degrees;
        double quantile;
    } known[] = {{1, 12.706205}, {2, 4.302653}, {4, 2.776445}, {15, 2.131450}, {100, 1.983972}, {9999, 1.960201}};
    for (size_t i = 0; i < LENGTH(known); i++)
        assert_true(fabs(lenet5_student(known[i].degrees) - known[i].quantile) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_train_the_network_of_one_process),
        cmocka_unit_test(ranks_with_other_weights_do_not_train),
        cmocka_unit_test(all_ranks_stop_after_the_same_step),
        cmocka_unit_test(shares_are_even_and_in_order),
        cmocka_unit_test(numbers_of_all_ranks_are_summed),
        cmocka_unit_test(intervals_of_a_mean_follow_students_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
