/*
 * Files are read side by side, each by whichever thread is free, and told in their order: what a thread says of a file
 * is kept until all before it has been told.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "common.h"
#include "progress.h"
#include "read.h"

#define FEW 4 /* files, which need no line of progress */

/* A file that is being read, or has been. */
typedef struct kept_file {
    read_outcome outcome;
    char *text[2]; /* for stdout and for stderr */
    size_t size[2];
    bool done;
} kept_file;

typedef struct crew {
    const read_job *job;
    pthread_mutex_t turn; /* of what follows */
    kept_file *files;
    size_t next, told;
    size_t whole; /* of those that have been told */
    bool failed, rejected;
    progress progress;
} crew;

/* ---- Telling -------------------------------------------------------------------------------------------------- */

static void show_progress(crew *c)
{
    char label[80];
    const double seconds = seconds_now() - c->progress.started;
    const size_t count = c->job->files.count;
    snprintf(label, sizeof label, "%zu of %zu files, %.1f a second", c->told, count,
             seconds > 0 ? (double)c->told / seconds : 0);
    progress_show(&c->progress, (double)c->told / (double)count, label);
}

static void tell_file(crew *c, kept_file *file)
{
    if (file->size[0] + file->size[1] > 0) {
        progress_clear(&c->progress);
        c->progress.last = 0; /* it is shown again at once */
    }
    if (file->text[0])
        fwrite(file->text[0], 1, file->size[0], stdout);
    flush_stream(stdout); /* before what is said of it */
    if (file->text[1])
        fwrite(file->text[1], 1, file->size[1], stderr);
    c->failed |= file->outcome.failed;
    c->rejected |= file->outcome.rejected;
    for (int i = 0; i < 2; i++)
        free(file->text[i]);
    c->told++;
    c->whole += !file->outcome.cut;
    show_progress(c);
}

/* ---- Reading -------------------------------------------------------------------------------------------------- */

/* Reads a file with all that is said of it kept. */
static void read_kept(kept_file *file, read_hand *hand, const char *name)
{
    FILE *complained = open_memstream(&file->text[1], &file->size[1]);
    file->outcome.out = open_memstream(&file->text[0], &file->size[0]);
    if (file->outcome.out && complained) {
        complain_into(complained);
        read_file(&file->outcome, hand, name);
        complain_into(NULL);
    }
    const bool kept = file->outcome.out && complained;
    const bool whole = !file->outcome.out || fclose(file->outcome.out) == 0;
    if ((complained && fclose(complained) != 0) || !whole || !kept)
        file->outcome.failed = complain_memory() != EXIT_DONE;
}

static bool take_file(crew *c, size_t *index)
{
    pthread_mutex_lock(&c->turn);
    const bool there = !interrupted && c->next < c->job->files.count;
    *index = c->next;
    c->next += there;
    pthread_mutex_unlock(&c->turn);
    return there;
}

static void hand_in(crew *c, size_t index)
{
    pthread_mutex_lock(&c->turn);
    c->files[index].done = true;
    while (c->told < c->next && c->files[c->told].done)
        tell_file(c, &c->files[c->told]);
    pthread_mutex_unlock(&c->turn);
}

/* What each thread does, the one that starts the others too. */
static void *work(void *context)
{
    crew *c = context;
    lenet5_error error;
    size_t index;
    read_hand hand = {.job = c->job};
    if (lenet5_reader_new(&hand.reader, &c->job->models, &error) != LENET5_OK) {
        pthread_mutex_lock(&c->turn);
        c->failed = complain_error(&error) != EXIT_DONE;
        pthread_mutex_unlock(&c->turn);
        return NULL;
    }
    while (take_file(c, &index)) {
        read_kept(&c->files[index], &hand, c->job->files.files[index]);
        hand_in(c, index);
    }
    lenet5_reader_free(hand.reader);
    return NULL;
}

static size_t threads_of(const read_job *job)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = job->threads ? job->threads : processors > 0 ? (size_t)processors : 1;
    if (job->explanation || job->annotated)
        threads = 1; /* whose files are numbered as they come */
    threads = threads < LENET5_MAX_THREADS ? threads : LENET5_MAX_THREADS;
    return threads < job->files.count ? threads : job->files.count;
}

/* Where fewer threads can be started, fewer work. */
static void work_together(crew *c, size_t threads)
{
    pthread_t others[LENET5_MAX_THREADS];
    size_t started = 0;
    while (started + 1 < threads && pthread_create(&others[started], NULL, work, c) == 0)
        started++;
    work(c);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

static void read_several(crew *c)
{
    c->files = calloc(c->job->files.count, sizeof *c->files);
    if (!c->files) {
        c->failed = complain_memory() != EXIT_DONE;
        return;
    }
    pthread_mutex_init(&c->turn, NULL);
    progress_begin(&c->progress, c->job->files.count <= FEW, 0);
    show_progress(c);
    work_together(c, threads_of(c->job));
    progress_clear(&c->progress);
    pthread_mutex_destroy(&c->turn);
    free(c->files);
}

/* Tells page after page, as it is read. */
static void read_one(crew *c)
{
    lenet5_error error;
    read_hand hand = {.job = c->job};
    read_outcome outcome = {.out = stdout};
    if (lenet5_reader_new(&hand.reader, &c->job->models, &error) != LENET5_OK) {
        c->failed = complain_error(&error) != EXIT_DONE;
        return;
    }
    read_file(&outcome, &hand, c->job->files.files[0]);
    lenet5_reader_free(hand.reader);
    c->whole = !outcome.cut;
    c->failed = outcome.failed;
    c->rejected = outcome.rejected;
}

int read_files(const read_job *job)
{
    crew c = {.job = job};
    if (job->files.count == 1)
        read_one(&c);
    else if (job->files.count > 1)
        read_several(&c);
    if (interrupted)
        return complain("interrupted: %zu of %zu files were read", c.whole, job->files.count);
    return c.failed ? EXIT_FAILED : c.rejected ? EXIT_UNREADABLE : EXIT_DONE;
}
