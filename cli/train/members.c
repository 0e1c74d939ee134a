#include "members.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "begin.h"
#include "claim.h"
#include "progress.h"
#include "ranks/ranks.h"
#include "unfinished.h"

typedef struct pool {
    const members_plan *plan;
    atomic_size_t at_work; /* threads that are training */
    pthread_mutex_t output_lock;
    atomic_bool failed;
    bool output_failed;
    progress bar;
} pool;

int member_look(member *m, const lenet5_checkpoint *wanted)
{
    static const char remedy[] = "move it away, and --resume trains this member again";
    lenet5_error error;
    lenet5_checkpoint found, own = *wanted;
    if (access(m->checkpoint, F_OK) != 0)
        return EXIT_DONE;
    if (lenet5_checkpoint_load(&found, m->checkpoint, &error) != LENET5_OK)
        return report_bad_checkpoint(&error, remedy);
    m->begun = true;
    m->epochs = found.provenance.epochs;
    own.provenance.seed = m->seed;
    return check_options(m->checkpoint, &found, &own, remedy);
}

/* ---- One member -------------------------------------------------------------------------------------------------- */

static void report_epoch(pool *p, const member *m, const lenet5_epoch *e)
{
    const char *name = p->plan->held_out_name;
    const double error = percent(e->held_out_errors, e->held_out_pictures);
    char key[64];
    snprintf(key, sizeof key, "%s_error_pct", name);
    pthread_mutex_lock(&p->output_lock);
    progress_clear(&p->bar);
    if (p->plan->json)
        p->output_failed |=
            print_json(json_pack("{s:o, s:i, s:f, s:f, s:f, s:f}", "seed", whole_json(m->seed), "pass", (int)e->epoch,
                                 "loss", e->loss, "train_error_pct", percent(e->training_errors, e->training_pictures),
                                 key, error, "seconds", e->seconds)) != EXIT_DONE;
    else if (!p->plan->quiet)
        printf("seed %3llu  epoch %3u  loss %.4f  %s error %.2f %%\n", (unsigned long long)m->seed, e->epoch, e->loss,
               name, error);
    fflush(stdout);
    pthread_mutex_unlock(&p->output_lock);
}

static void report_failure(pool *p, const lenet5_error *error)
{
    pthread_mutex_lock(&p->output_lock);
    report_library_error(error);
    p->failed = true;
    pthread_mutex_unlock(&p->output_lock);
}

static lenet5_status begin(lenet5_training **training, string_source **strings, const members_plan *plan,
                           const member *m, lenet5_error *error)
{
    lenet5_training_options options = plan->options;
    options.seed = m->seed;
    options.threads = 1;
    const lenet5_status status =
        start_training(training, strings, m->begun ? m->checkpoint : NULL, &options, plan->set, plan->held_out, error);
    return status == LENET5_OK && !m->begun ? lenet5_training_save(m->checkpoint, *training, error) : status;
}

static lenet5_status run_steps(pool *p, member *m, lenet5_training *training, lenet5_error *error)
{
    double saved = lenet5_clock();
    lenet5_status status = LENET5_OK;
    while (status == LENET5_OK && !lenet5_training_finished(training) && !interrupted) {
        const unsigned before = lenet5_training_epochs_done(training);
        status = lenet5_training_step(training, error);
        const bool epoch_done = lenet5_training_epochs_done(training) > before;
        if (status == LENET5_OK && checkpoint_due(epoch_done || interrupted, saved)) {
            status = lenet5_training_save(m->checkpoint, training, error);
            saved = lenet5_clock();
        }
        atomic_store(&m->epochs, lenet5_training_epochs_done(training));
        if (epoch_done)
            report_epoch(p, m, lenet5_training_epoch(training, before));
    }
    return status;
}

static lenet5_status finish(const members_plan *plan, member *m, const lenet5_training *training, lenet5_error *error)
{
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return lenet5_fail_memory(error);
    lenet5_training_model(model, training);
    atomic_store(&m->epochs, model->provenance.epochs);
    const lenet5_status status = plan->take((size_t)(m - plan->members), model, plan->context, error);
    m->finished = status == LENET5_OK;
    free(model);
    return status;
}

static void train_claimed(pool *p, member *m)
{
    lenet5_error error;
    lenet5_training *training = NULL;
    string_source *strings = NULL;
    lenet5_status status = begin(&training, &strings, p->plan, m, &error);
    if (status == LENET5_OK)
        status = run_steps(p, m, training, &error);
    if (status == LENET5_OK && lenet5_training_finished(training))
        status = finish(p->plan, m, training, &error);
    lenet5_training_free(training);
    lenet5_strings_free(strings);
    if (status != LENET5_OK)
        report_failure(p, &error);
}

/* Trains a member, which no other process trains meanwhile. */
static void train_member(pool *p, member *m)
{
    int lock;
    pthread_mutex_lock(&p->output_lock);
    const int code = claim_name(&lock, m->checkpoint);
    p->failed |= code != EXIT_DONE;
    pthread_mutex_unlock(&p->output_lock);
    if (code == EXIT_DONE)
        train_claimed(p, m);
    if (lock >= 0)
        close(lock);
}

static bool take_number(pool *p, uint64_t *number)
{
    if (interrupted || p->failed)
        return false;
    if (!ranks_next(number))
        p->failed = true;
    return !p->failed && *number < p->plan->count;
}

static void *train_some(void *argument)
{
    pool *p = argument;
    for (uint64_t number; take_number(p, &number);)
        if (!p->plan->members[number].finished)
            train_member(p, &p->plan->members[number]);
    atomic_fetch_sub(&p->at_work, 1);
    return NULL;
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

static double epochs_done(const members_plan *plan)
{
    double done = 0;
    for (size_t i = 0; i < plan->count; i++)
        done += plan->members[i].epochs;
    return done;
}

/* Shows the progress, of one rank among others only its own. */
static void watch_members(pool *p)
{
    char label[64];
    const double all = (double)p->plan->count * p->plan->options.epochs;
    pthread_mutex_lock(&p->output_lock);
    progress_begin(&p->bar, p->plan->quiet || ranks_of_command()->count > 1, epochs_done(p->plan) / all);
    pthread_mutex_unlock(&p->output_lock);
    while (atomic_load(&p->at_work) > 0) {
        const struct timespec moment = {.tv_nsec = 100000000};
        nanosleep(&moment, NULL);
        const double done = epochs_done(p->plan);
        snprintf(label, sizeof label, "%.0f of %.0f epochs", done, all);
        pthread_mutex_lock(&p->output_lock);
        progress_show(&p->bar, done / all, label);
        pthread_mutex_unlock(&p->output_lock);
    }
    progress_clear(&p->bar);
}

static void train_all(pool *p)
{
    const size_t count = thread_count(p->plan->options.threads, p->plan->count);
    pthread_t threads[LENET5_MAX_THREADS];
    assert(count <= LENET5_MAX_THREADS);
    size_t started = 0;
    p->at_work = count;
    while (started < count && pthread_create(&threads[started], NULL, train_some, p) == 0)
        started++;
    atomic_fetch_sub(&p->at_work, count - started);
    if (started == 0)
        p->failed = report_error("no thread can be started") != EXIT_DONE;
    watch_members(p);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

int train_members(const members_plan *plan, bool *output_failed)
{
    pool p = {.plan = plan};
    pthread_mutex_init(&p.output_lock, NULL);
    train_all(&p);
    pthread_mutex_destroy(&p.output_lock);
    *output_failed = p.output_failed;
    if (!interrupted)
        return p.failed ? EXIT_FAILED : EXIT_DONE;
    if (ranks_lead())
        print_line(stderr, "interrupted; to continue: %s", plan->resuming_command);
    return ranks_agree(EXIT_FAILED);
}
