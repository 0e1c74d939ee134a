/*
 * A pool of threads reads the inputs in parallel. The calling thread lists them into a ring, some of them ahead, and
 * asks the system to load them. The output of each input stays in the ring until that of all inputs before it is
 * printed, so that the output is that of one thread, and memory does not grow with the number of inputs.
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "common.h"
#include "progress.h"
#include "ranks/ranks.h"
#include "read.h"

#define MIN_FILES_SHOWN 5 /* with fewer files, no progress is shown */
#define RING_SIZE 256     /* inputs for each thread: what it reads while another one reads a slow page */
#define MAX_AHEAD 32      /* listed inputs that no thread has taken; under several ranks a block (by_ranks.c) */
#define MAX_BYTES_AHEAD ((size_t)1 << 26) /* bytes of these; one input may have more */

typedef struct buffered_input {
    input input;
    read_outcome outcome;
    char *text[2]; /* for stdout, or the part, and for stderr, until they are printed */
    size_t size[2];
    bool done; /* it has been read */
} buffered_input;

typedef struct pool {
    const read_job *job;
    pthread_mutex_t lock; /* of the members below */
    pthread_cond_t changed;
    buffered_input *ring; /* (size); input number i of the part, from 0, is at i % size */
    size_t size;
    uint64_t listed, taken, printed; /* inputs so far; printed <= taken <= listed <= printed + size */
    size_t bytes_ahead;              /* of inputs that are listed and not taken */
    uint64_t max_ahead;              /* of those inputs */
    uint64_t reached;                /* number of the last printed input, among those of all parts */
    bool ended;                      /* no further input will be listed */
    uint64_t whole;                  /* printed inputs that no signal has cut short */
    row_counts rows;
    bool failed;
    bool broken;  /* a failure after which nothing more is read */
    double share; /* of the inputs that are listed; 0: unknown */
    progress progress;
} pool;

static bool must_stop(const pool *p)
{
    return interrupted || p->broken;
}

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void show_progress(pool *p)
{
    char label[96], all[32] = "";
    const double seconds = lenet5_clock() - p->progress.started;
    const uint64_t expected = inputs_expected(p->job->inputs);
    const uint64_t done = p->job->by_ranks ? p->reached : p->printed; /* ranks have taken all before that one */
    if (expected != INPUTS_UNKNOWN)
        snprintf(all, sizeof all, " of %llu", (unsigned long long)expected);
    snprintf(label, sizeof label, "%llu%s files, %.1f a second", (unsigned long long)done, all,
             seconds > 0 ? (double)done / seconds : 0);
    progress_show(&p->progress, expected != INPUTS_UNKNOWN ? (double)p->printed / (double)expected : p->share, label);
}

static void print_to_streams(pool *p, const buffered_input *one)
{
    if (one->size[0] + one->size[1] > 0) {
        progress_clear(&p->progress);
        p->progress.last = 0; /* shows it again at once */
    }
    if (one->text[0])
        fwrite(one->text[0], 1, one->size[0], stdout);
    flush_stream(stdout); /* before its errors */
    if (one->text[1])
        fwrite(one->text[1], 1, one->size[1], stderr);
}

/* Notes are left out; an error of an input that failed is not about the input, which would have a row. */
static void print_to_part(pool *p, const buffered_input *one)
{
    if (one->outcome.failed && !interrupted && one->text[1])
        fwrite(one->text[1], 1, one->size[1], stderr);
    if (!must_stop(p) && !one->outcome.failed)
        p->failed |=
            part_add(p->job->part, one->input.number, one->text[0], one->size[0], &one->outcome.rows) != EXIT_DONE;
    p->broken |= p->failed || one->outcome.failed;
}

static void print_input(pool *p, buffered_input *one)
{
    if (p->job->part)
        print_to_part(p, one);
    else
        print_to_streams(p, one);
    p->failed |= one->outcome.failed;
    add_rows(&p->rows, &one->outcome.rows);
    p->printed++;
    p->reached = one->input.number;
    p->whole += !one->outcome.cut;
    for (int i = 0; i < 2; i++)
        free(one->text[i]);
    input_free(&one->input);
    *one = (buffered_input){0};
    show_progress(p);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* Closes a stream in memory. False: memory was out. glibc's fclose then reports nothing and leaves no text. */
static bool close_text(FILE *stream, char *const *text)
{
    const bool whole = stream && !ferror(stream);
    return stream && fclose(stream) == 0 && whole && *text;
}

/* Reads an input, and keeps what it prints, but not its bytes: many inputs may wait for one before them. */
static void read_buffered(buffered_input *one, read_worker *worker)
{
    FILE *errors = open_memstream(&one->text[1], &one->size[1]);
    one->outcome.out = open_memstream(&one->text[0], &one->size[0]);
    if (one->outcome.out && errors) {
        set_error_stream(errors);
        read_input(&one->outcome, worker, &one->input);
        set_error_stream(NULL);
    }
    const bool printed = close_text(one->outcome.out, one->text);
    if (!close_text(errors, one->text + 1) || !printed)
        one->outcome.failed = report_out_of_memory() != EXIT_DONE;
    input_forget_bytes(&one->input);
}

/* Waits for an input. NULL: none is left, or reading has to stop. */
static buffered_input *take_input(pool *p)
{
    buffered_input *one = NULL;
    pthread_mutex_lock(&p->lock);
    while (p->taken == p->listed && !p->ended && !must_stop(p))
        pthread_cond_wait(&p->changed, &p->lock);
    if (p->taken < p->listed && !must_stop(p)) {
        one = &p->ring[p->taken++ % p->size];
        p->bytes_ahead -= one->input.size;
    }
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return one;
}

static void finish_input(pool *p, buffered_input *done)
{
    pthread_mutex_lock(&p->lock);
    done->done = true;
    while (p->printed < p->taken && p->ring[p->printed % p->size].done)
        print_input(p, &p->ring[p->printed % p->size]);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void break_off(pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->failed = p->broken = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* Run by each thread of the pool. */
static void *work(void *context)
{
    pool *p = context;
    lenet5_error error;
    read_worker worker = {.job = p->job};
    if (lenet5_reader_new(&worker.reader, &p->job->models, &error) != LENET5_OK) {
        report_library_error(&error);
        break_off(p);
        return NULL;
    }
    for (buffered_input *one; (one = take_input(p));) {
        read_buffered(one, &worker);
        finish_input(p, one);
    }
    lenet5_reader_free(worker.reader);
    return NULL;
}

/* ---- Listing ----------------------------------------------------------------------------------------------------- */

static bool has_room(const pool *p)
{
    const uint64_t ahead = p->listed - p->taken;
    return p->listed - p->printed < p->size && ahead < p->max_ahead && (ahead == 0 || p->bytes_ahead < MAX_BYTES_AHEAD);
}

/* Waits until another input may be listed. Returns false if reading has to stop. */
static bool wait_for_room(pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (!has_room(p) && !must_stop(p))
        pthread_cond_wait(&p->changed, &p->lock);
    const bool go_on = !must_stop(p);
    pthread_mutex_unlock(&p->lock);
    return go_on;
}

static void add_input(pool *p, const input *next)
{
    pthread_mutex_lock(&p->lock);
    assert(p->listed - p->printed < p->size);
    p->ring[p->listed++ % p->size].input = *next;
    p->bytes_ahead += next->size;
    p->share = inputs_share(p->job->inputs);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* What is listed is read in any case, but a part without all of its inputs is not written. */
static void end_inputs(pool *p, bool failed)
{
    pthread_mutex_lock(&p->lock);
    p->ended = true;
    p->failed |= failed;
    p->broken |= failed && p->job->part;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* Run by the calling thread, whose blocking reads a signal interrupts. */
static void list_inputs(pool *p)
{
    input next = {0};
    int code = EXIT_DONE;
    while (wait_for_room(p) && (code = inputs_next(&next, p->job->inputs)) == EXIT_DONE && next.name) {
        input_request(&next);
        add_input(p, &next);
    }
    if (code != EXIT_DONE)
        input_free(&next);
    end_inputs(p, code != EXIT_DONE);
}

static size_t threads_of(const read_job *job)
{
    if (job->explanation || job->annotated)
        return 1; /* their files are numbered in the order of reading */
    return thread_count(job->threads, (size_t)inputs_expected(job->inputs));
}

/* If fewer threads can be started, fewer work. */
static void work_together(pool *p, size_t threads)
{
    pthread_t workers[LENET5_MAX_THREADS];
    size_t started = 0;
    int failure = 0;
    assert(threads <= LENET5_MAX_THREADS);
    while (started < threads && (failure = pthread_create(&workers[started], NULL, work, p)) == 0)
        started++;
    if (started == 0 && failure != 0) {
        report_error("no thread can be started: %s", strerror(failure));
        break_off(p);
    }
    list_inputs(p);
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i], NULL);
}

static void free_ring(pool *p)
{
    for (; p->taken < p->listed; p->taken++)
        input_free(&p->ring[p->taken % p->size].input);
    free(p->ring);
}

static void read_several(pool *p)
{
    const size_t threads = threads_of(p->job);
    p->size = RING_SIZE * (threads > 0 ? threads : 1);
    p->max_ahead = p->job->by_ranks ? p->job->shard.block : MAX_AHEAD;
    p->ring = calloc(p->size, sizeof *p->ring);
    if (!p->ring) {
        p->failed = report_out_of_memory() != EXIT_DONE;
        return;
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    progress_begin(&p->progress, !ranks_lead() || inputs_expected(p->job->inputs) < MIN_FILES_SHOWN, 0);
    show_progress(p);
    work_together(p, threads);
    progress_clear(&p->progress);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free_ring(p);
}

/* Prints each page as soon as it is read. */
static void read_one(pool *p)
{
    lenet5_error error;
    input one;
    read_worker worker = {.job = p->job};
    read_outcome outcome = {.out = stdout};
    if (lenet5_reader_new(&worker.reader, &p->job->models, &error) != LENET5_OK) {
        p->failed = report_library_error(&error) != EXIT_DONE;
        return;
    }
    outcome.failed = inputs_next(&one, p->job->inputs) != EXIT_DONE;
    if (!outcome.failed)
        read_input(&outcome, &worker, &one);
    lenet5_reader_free(worker.reader);
    input_free(&one);
    p->whole = !outcome.cut;
    p->failed = outcome.failed;
    p->rows = outcome.rows;
}

/* An interrupt of several ranks is reported once, by by_ranks_end. */
static int report_interrupted(const pool *p)
{
    const uint64_t expected = inputs_expected(p->job->inputs);
    if (p->job->by_ranks)
        return EXIT_FAILED;
    if (expected == INPUTS_UNKNOWN)
        return report_error("interrupted: %llu files were read", (unsigned long long)p->whole);
    return report_error("interrupted: %llu of %llu files were read", (unsigned long long)p->whole,
                        (unsigned long long)expected);
}

int read_inputs(const read_job *job)
{
    pool p = {.job = job};
    if (inputs_expected(job->inputs) == 1 && !job->part)
        read_one(&p);
    else
        read_several(&p);
    if (interrupted)
        return report_interrupted(&p);
    if (p.failed)
        return EXIT_FAILED;
    return p.rows.unsure + p.rows.unreadable > 0 ? EXIT_UNREADABLE : EXIT_DONE;
}
