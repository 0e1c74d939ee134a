#include "committee.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "outputs.h"
#include "progress.h"

typedef struct member {
    uint64_t seed;
    char checkpoint[PATH_SIZE];
    atomic_uint epochs;  /* finished */
    lenet5_model *model; /* NULL: not finished yet */
} member;

typedef struct committee_training {
    const committee_plan *plan;
    member *members;
    unsigned epochs_total; /* of a member */
    atomic_size_t next;
    atomic_size_t at_work; /* threads that are training */
    pthread_mutex_t output_lock;
    atomic_bool failed;
    bool output_failed; /* a line of JSON found no memory, which stops no training */
    progress bar;
} committee_training;

/* ---- One member -------------------------------------------------------------------------------------------------- */

static void report_epoch(committee_training *s, const member *m, const lenet5_epoch *p)
{
    const char *name = s->plan->held_out_name;
    const double error = percent(p->held_out_errors, p->held_out_pictures);
    char key[64];
    snprintf(key, sizeof key, "%s_error_pct", name);
    pthread_mutex_lock(&s->output_lock);
    progress_clear(&s->bar);
    if (s->plan->json)
        s->output_failed |=
            print_json(json_pack("{s:o, s:i, s:f, s:f, s:f, s:f}", "seed", whole_json(m->seed), "pass", (int)p->epoch,
                                 "loss", p->loss, "train_error_pct", percent(p->training_errors, p->training_pictures),
                                 key, error, "seconds", p->seconds)) != EXIT_DONE;
    else if (!s->plan->quiet)
        printf("seed %3llu  epoch %3u  loss %.4f  %s error %.2f %%\n", (unsigned long long)m->seed, p->epoch, p->loss,
               name, error);
    fflush(stdout);
    pthread_mutex_unlock(&s->output_lock);
}

static void report_failure(committee_training *s, const lenet5_error *error)
{
    pthread_mutex_lock(&s->output_lock);
    report_library_error(error);
    s->failed = true;
    pthread_mutex_unlock(&s->output_lock);
}

static lenet5_status begin(lenet5_training **training, const committee_training *s, const member *m,
                           lenet5_error *error)
{
    const committee_plan *plan = s->plan;
    lenet5_training_options options = plan->options;
    options.seed = m->seed;
    options.threads = 1;
    if (plan->started && access(m->checkpoint, F_OK) == 0)
        return lenet5_training_resume(training, m->checkpoint, &options, plan->set, plan->held_out, error);
    const lenet5_status status = lenet5_training_new(training, &options, plan->set, plan->held_out, error);
    return status == LENET5_OK ? lenet5_training_save(m->checkpoint, *training, error) : status;
}

static lenet5_status run_steps(committee_training *s, member *m, lenet5_training *training, lenet5_error *error)
{
    double saved = lenet5_clock();
    lenet5_status status = LENET5_OK;
    while (status == LENET5_OK && !lenet5_training_finished(training) && !interrupted) {
        const unsigned before = lenet5_training_epochs_done(training);
        status = lenet5_training_step(training, error);
        const bool epoch_done = lenet5_training_epochs_done(training) > before;
        if (status == LENET5_OK && checkpoint_due(epoch_done, saved)) {
            status = lenet5_training_save(m->checkpoint, training, error);
            saved = lenet5_clock();
        }
        atomic_store(&m->epochs, lenet5_training_epochs_done(training));
        if (epoch_done)
            report_epoch(s, m, lenet5_training_epoch(training, before));
    }
    return status;
}

static lenet5_status finish(member *m, const lenet5_training *training, lenet5_error *error)
{
    m->model = malloc(sizeof *m->model);
    if (!m->model)
        return lenet5_fail_memory(error);
    lenet5_training_model(m->model, training);
    atomic_store(&m->epochs, m->model->provenance.epochs);
    return LENET5_OK;
}

static void train_member(committee_training *s, member *m)
{
    lenet5_error error;
    lenet5_training *training = NULL;
    lenet5_status status = begin(&training, s, m, &error);
    if (status == LENET5_OK)
        status = run_steps(s, m, training, &error);
    if (status == LENET5_OK && lenet5_training_finished(training))
        status = finish(m, training, &error);
    lenet5_training_free(training);
    if (status != LENET5_OK)
        report_failure(s, &error);
}

static void *train_members(void *argument)
{
    committee_training *s = argument;
    for (;;) {
        const size_t index = atomic_fetch_add(&s->next, 1);
        if (index >= s->plan->count || interrupted || s->failed)
            break;
        train_member(s, &s->members[index]);
    }
    atomic_fetch_sub(&s->at_work, 1);
    return NULL;
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

/* An existing checkpoint must be one of this committee. */
static int check_member(const committee_training *s, member *m)
{
    lenet5_error error;
    lenet5_checkpoint found;
    if (access(m->checkpoint, F_OK) != 0)
        return EXIT_DONE;
    if (lenet5_checkpoint_load(&found, m->checkpoint, &error) != LENET5_OK)
        return report_bad_checkpoint(&error, "move it away, and --resume trains this member again");
    m->epochs = found.provenance.epochs;
    lenet5_checkpoint wanted = *s->plan->started;
    wanted.provenance.seed = m->seed;
    return check_options(m->checkpoint, &found, &wanted, "move it away, and --resume trains this member again");
}

static int list_members(committee_training *s)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < s->plan->count && code == EXIT_DONE; i++) {
        member *m = &s->members[i];
        m->seed = s->plan->options.seed + i;
        unfinished_member(m->checkpoint, s->plan->place, i + 1, s->plan->count);
        if (s->plan->started)
            code = check_member(s, m);
    }
    return code;
}

static void watch_members(committee_training *s)
{
    char label[64];
    const double all = (double)s->plan->count * s->epochs_total;
    double done = 0;
    for (size_t i = 0; i < s->plan->count; i++)
        done += s->members[i].epochs;
    pthread_mutex_lock(&s->output_lock);
    progress_begin(&s->bar, s->plan->quiet, done / all);
    pthread_mutex_unlock(&s->output_lock);
    while (atomic_load(&s->at_work) > 0) {
        const struct timespec moment = {.tv_nsec = 100000000};
        nanosleep(&moment, NULL);
        done = 0;
        for (size_t i = 0; i < s->plan->count; i++)
            done += s->members[i].epochs;
        snprintf(label, sizeof label, "%.0f of %.0f epochs", done, all);
        pthread_mutex_lock(&s->output_lock);
        progress_show(&s->bar, done / all, label);
        pthread_mutex_unlock(&s->output_lock);
    }
    progress_clear(&s->bar);
}

static void train_all(committee_training *s)
{
    const size_t count = thread_count(s->plan->options.threads, s->plan->count);
    pthread_t threads[LENET5_MAX_COMMITTEE];
    assert(count <= LENET5_MAX_COMMITTEE);
    size_t started = 0;
    s->at_work = count;
    while (started < count && pthread_create(&threads[started], NULL, train_members, s) == 0)
        started++;
    atomic_fetch_sub(&s->at_work, count - started);
    if (started == 0)
        s->failed = report_error("no thread can be started") != EXIT_DONE;
    watch_members(s);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

static int combine(const committee_training *s)
{
    lenet5_error error;
    const char *out = s->plan->place->out;
    lenet5_committee committee = {.count = s->plan->count, .provenance = s->members[0].model->provenance};
    committee.networks = malloc(committee.count * sizeof *committee.networks);
    if (!committee.networks)
        return report_out_of_memory();
    for (size_t i = 0; i < committee.count; i++)
        committee.networks[i] = s->members[i].model->network;
    int code = keep_replaced(out, s->plan->quiet);
    if (code == EXIT_DONE && lenet5_committee_save(out, &committee, &error) != LENET5_OK)
        code = report_library_error(&error);
    lenet5_committee_free(&committee);
    if (code != EXIT_DONE)
        return code;
    unfinished_retire(s->plan->place);
    if (!s->plan->quiet)
        report_written("committee", out);
    return EXIT_DONE;
}

static bool all_finished(const committee_training *s)
{
    for (size_t i = 0; i < s->plan->count; i++)
        if (!s->members[i].model)
            return false;
    return true;
}

static int train_and_combine(committee_training *s)
{
    const char *folder = s->plan->place->members;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return report_error("%s: the folder cannot be made: %s", folder, strerror(errno));
    train_all(s);
    if (!s->failed && all_finished(s))
        return combine(s);
    rmdir(folder); /* if it is empty */
    if (interrupted)
        print_line(stderr, "interrupted; to continue: %s", s->plan->resuming_command);
    return EXIT_FAILED;
}

int train_committee(const committee_plan *plan)
{
    committee_training s = {.plan = plan, .members = calloc(plan->count, sizeof *s.members)};
    if (!s.members)
        return report_out_of_memory();
    s.epochs_total = plan->options.epochs;
    pthread_mutex_init(&s.output_lock, NULL);
    int code = list_members(&s);
    if (code == EXIT_DONE)
        code = train_and_combine(&s);
    pthread_mutex_destroy(&s.output_lock);
    for (size_t i = 0; i < plan->count; i++)
        free(s.members[i].model);
    free(s.members);
    return code == EXIT_DONE && s.output_failed ? EXIT_FAILED : code;
}
