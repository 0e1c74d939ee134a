/*
 * A pool of threads reads the files in parallel. The output of each file is kept in memory until that of all files
 * before it has been printed, so that the output is that of one thread.
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "common.h"
#include "progress.h"
#include "read.h"

#define MIN_FILES_SHOWN 5 /* with fewer files, no progress is shown */

typedef struct buffered_file {
    read_outcome outcome;
    char *text[2]; /* for stdout and for stderr, until they are printed */
    size_t size[2];
    bool done; /* it has been read */
} buffered_file;

typedef struct pool {
    const read_job *job;
    pthread_mutex_t lock; /* of the members below */
    buffered_file *files; /* (job->files.count) */
    size_t next, printed; /* indices of the next file to read and of the next one to print */
    size_t whole;         /* printed files that no signal has cut short */
    bool failed, rejected;
    progress progress;
} pool;

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static void show_progress(pool *p)
{
    char label[80];
    const double seconds = lenet5_clock() - p->progress.started;
    const size_t count = p->job->files.count;
    snprintf(label, sizeof label, "%zu of %zu files, %.1f a second", p->printed, count,
             seconds > 0 ? (double)p->printed / seconds : 0);
    progress_show(&p->progress, (double)p->printed / (double)count, label);
}

static void print_file(pool *p, buffered_file *file)
{
    if (file->size[0] + file->size[1] > 0) {
        progress_clear(&p->progress);
        p->progress.last = 0; /* shows it again at once */
    }
    if (file->text[0])
        fwrite(file->text[0], 1, file->size[0], stdout);
    flush_stream(stdout); /* before its errors */
    if (file->text[1])
        fwrite(file->text[1], 1, file->size[1], stderr);
    p->failed |= file->outcome.failed;
    p->rejected |= file->outcome.rejected;
    for (int i = 0; i < 2; i++)
        free(file->text[i]);
    p->printed++;
    p->whole += !file->outcome.cut;
    show_progress(p);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* Reads a file, and keeps what it prints. */
static void read_buffered(buffered_file *file, read_worker *worker, const char *name)
{
    FILE *errors = open_memstream(&file->text[1], &file->size[1]);
    file->outcome.out = open_memstream(&file->text[0], &file->size[0]);
    if (file->outcome.out && errors) {
        set_error_stream(errors);
        read_file(&file->outcome, worker, name);
        set_error_stream(NULL);
    }
    const bool kept = file->outcome.out && errors;
    const bool whole = !file->outcome.out || fclose(file->outcome.out) == 0;
    if ((errors && fclose(errors) != 0) || !whole || !kept)
        file->outcome.failed = report_out_of_memory() != EXIT_DONE;
}

static bool take_file(pool *p, size_t *index)
{
    pthread_mutex_lock(&p->lock);
    const bool there = !interrupted && p->next < p->job->files.count;
    *index = p->next;
    p->next += there;
    pthread_mutex_unlock(&p->lock);
    return there;
}

static void finish_file(pool *p, size_t index)
{
    pthread_mutex_lock(&p->lock);
    p->files[index].done = true;
    while (p->printed < p->next && p->files[p->printed].done)
        print_file(p, &p->files[p->printed]);
    pthread_mutex_unlock(&p->lock);
}

/* Run by each thread of the pool, the calling one included. */
static void *work(void *context)
{
    pool *p = context;
    lenet5_error error;
    size_t index;
    read_worker worker = {.job = p->job};
    if (lenet5_reader_new(&worker.reader, &p->job->models, &error) != LENET5_OK) {
        pthread_mutex_lock(&p->lock);
        p->failed = report_library_error(&error) != EXIT_DONE;
        pthread_mutex_unlock(&p->lock);
        return NULL;
    }
    while (take_file(p, &index)) {
        read_buffered(&p->files[index], &worker, p->job->files.files[index]);
        finish_file(p, index);
    }
    lenet5_reader_free(worker.reader);
    return NULL;
}

static size_t threads_of(const read_job *job)
{
    if (job->explanation || job->annotated)
        return 1; /* their files are numbered in the order of reading */
    return thread_count(job->threads, job->files.count);
}

/* If fewer threads can be started, fewer work. */
static void work_together(pool *p, size_t threads)
{
    pthread_t others[LENET5_MAX_THREADS];
    size_t started = 0;
    assert(threads <= LENET5_MAX_THREADS);
    while (started + 1 < threads && pthread_create(&others[started], NULL, work, p) == 0)
        started++;
    work(p);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

static void read_several(pool *p)
{
    p->files = calloc(p->job->files.count, sizeof *p->files);
    if (!p->files) {
        p->failed = report_out_of_memory() != EXIT_DONE;
        return;
    }
    pthread_mutex_init(&p->lock, NULL);
    progress_begin(&p->progress, p->job->files.count < MIN_FILES_SHOWN, 0);
    show_progress(p);
    work_together(p, threads_of(p->job));
    progress_clear(&p->progress);
    pthread_mutex_destroy(&p->lock);
    free(p->files);
}

/* Prints each page as soon as it is read. */
static void read_one(pool *p)
{
    lenet5_error error;
    read_worker worker = {.job = p->job};
    read_outcome outcome = {.out = stdout};
    if (lenet5_reader_new(&worker.reader, &p->job->models, &error) != LENET5_OK) {
        p->failed = report_library_error(&error) != EXIT_DONE;
        return;
    }
    read_file(&outcome, &worker, p->job->files.files[0]);
    lenet5_reader_free(worker.reader);
    p->whole = !outcome.cut;
    p->failed = outcome.failed;
    p->rejected = outcome.rejected;
}

int read_files(const read_job *job)
{
    pool p = {.job = job};
    if (job->files.count == 1)
        read_one(&p);
    else if (job->files.count > 1)
        read_several(&p);
    if (interrupted)
        return report_error("interrupted: %zu of %zu files were read", p.whole, job->files.count);
    return p.failed ? EXIT_FAILED : p.rejected ? EXIT_UNREADABLE : EXIT_DONE;
}
