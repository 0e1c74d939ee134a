#include "committee.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define CHECKPOINT_SECONDS 15.0

void name_beside(char path[PATH_SIZE], const char *model, const char *part)
{
    static const char ending[] = ".safetensors";
    size_t length = strlen(model);
    if (length > strlen(ending) && strcmp(model + length - strlen(ending), ending) == 0)
        length -= strlen(ending);
    snprintf(path, PATH_SIZE, "%.*s.%s%s", (int)length, model, part, ending);
}

typedef struct member {
    uint64_t seed;
    char model[PATH_SIZE], checkpoint[PATH_SIZE];
    atomic_uint passes; /* that are finished */
    bool done;
} member;

typedef struct session {
    const committee_plan *plan;
    member *members;
    unsigned passes_in_all; /* of a member */
    atomic_size_t next;
    atomic_size_t at_work; /* threads */
    pthread_mutex_t telling;
    atomic_bool failed;
    bool untold; /* a line found no memory, which ends no training */
    progress bar;
} session;

/* ---- One member ---------------------------------------------------------------------------------------------------
 */

static void tell_pass(session *s, const member *m, const lenet5_pass *p)
{
    const char *name = s->plan->held_out_name;
    const double error = percent(p->held_out_errors, p->held_out_pictures);
    char key[64];
    snprintf(key, sizeof key, "%s_error_pct", name);
    pthread_mutex_lock(&s->telling);
    progress_clear(&s->bar);
    if (s->plan->json)
        s->untold |=
            print_json(json_pack("{s:o, s:i, s:f, s:f, s:f, s:f}", "seed", whole_json(m->seed), "pass", (int)p->pass,
                                 "loss", p->loss, "train_error_pct", percent(p->training_errors, p->training_pictures),
                                 key, error, "seconds", p->seconds)) != EXIT_DONE;
    else if (!s->plan->quiet)
        printf("seed %3llu  pass %3u  loss %.4f  %s error %.2f %%\n", (unsigned long long)m->seed, p->pass, p->loss,
               name, error);
    fflush(stdout);
    pthread_mutex_unlock(&s->telling);
}

static void tell_failure(session *s, const lenet5_error *error)
{
    pthread_mutex_lock(&s->telling);
    complain_error(error);
    s->failed = true;
    pthread_mutex_unlock(&s->telling);
}

/* A checkpoint of another training would be no member. */
static lenet5_status check_same(const lenet5_training *training, const session *s, const member *m, lenet5_error *error)
{
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return fail_memory(error);
    lenet5_training_model(model, training);
    const bool same = model->provenance.seed == m->seed &&
                      strcmp(model->provenance.recipe, s->plan->options.recipe) == 0 &&
                      lenet5_training_passes_in_all(training) == s->passes_in_all;
    free(model);
    if (same)
        return LENET5_OK;
    snprintf(error->message, sizeof error->message, "%.400s: is of another training; remove it", m->checkpoint);
    return LENET5_E_CHECKPOINT;
}

static lenet5_status begin(lenet5_training **training, const session *s, const member *m, lenet5_error *error)
{
    const committee_plan *plan = s->plan;
    lenet5_training_options options = plan->options;
    options.seed = m->seed;
    options.threads = 1;
    if (access(m->checkpoint, F_OK) != 0)
        return lenet5_training_new(training, &options, plan->set, plan->held_out, error);
    const lenet5_status status =
        lenet5_training_resume(training, m->checkpoint, &options, plan->set, plan->held_out, error);
    return status == LENET5_OK ? check_same(*training, s, m, error) : status;
}

static lenet5_status go_on(session *s, member *m, lenet5_training *training, lenet5_error *error)
{
    double saved = seconds_now();
    lenet5_status status = LENET5_OK;
    while (status == LENET5_OK && !lenet5_training_finished(training) && !interrupted) {
        const unsigned before = lenet5_training_passes(training);
        status = lenet5_training_step(training, error);
        atomic_store(&m->passes, lenet5_training_passes(training));
        if (status == LENET5_OK && lenet5_training_passes(training) > before)
            tell_pass(s, m, lenet5_training_pass(training, before));
        if (status == LENET5_OK && (interrupted || seconds_now() - saved > CHECKPOINT_SECONDS)) {
            status = lenet5_training_save(m->checkpoint, training, error);
            saved = seconds_now();
        }
    }
    return status;
}

static lenet5_status finish(member *m, const lenet5_training *training, lenet5_error *error)
{
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return fail_memory(error);
    lenet5_training_model(model, training);
    const lenet5_status status = lenet5_model_save(m->model, model, error);
    free(model);
    if (status == LENET5_OK) {
        unlink(m->checkpoint);
        m->done = true;
    }
    return status;
}

static void train_member(session *s, member *m)
{
    lenet5_error error;
    lenet5_training *training = NULL;
    lenet5_status status = begin(&training, s, m, &error);
    if (status == LENET5_OK)
        status = go_on(s, m, training, &error);
    if (status == LENET5_OK && lenet5_training_finished(training))
        status = finish(m, training, &error);
    lenet5_training_free(training);
    if (status != LENET5_OK)
        tell_failure(s, &error);
}

static void *train_members(void *argument)
{
    session *s = argument;
    for (;;) {
        const size_t index = atomic_fetch_add(&s->next, 1);
        if (index >= s->plan->count || interrupted || s->failed)
            break;
        if (!s->members[index].done)
            train_member(s, &s->members[index]);
    }
    atomic_fetch_sub(&s->at_work, 1);
    return NULL;
}

/* ---- All of them --------------------------------------------------------------------------------------------------
 */

static void list_members(session *s)
{
    for (size_t i = 0; i < s->plan->count; i++) {
        member *m = &s->members[i];
        char part[64];
        m->seed = s->plan->options.seed + i;
        snprintf(part, sizeof part, "%llu", (unsigned long long)m->seed);
        name_beside(m->model, s->plan->out, part);
        snprintf(part, sizeof part, "%llu.checkpoint", (unsigned long long)m->seed);
        name_beside(m->checkpoint, s->plan->out, part);
        m->done = access(m->model, F_OK) == 0;
        m->passes = m->done ? s->passes_in_all : 0;
    }
}

static void watch_members(session *s)
{
    char label[64];
    const double all = (double)s->plan->count * s->passes_in_all;
    double done = 0;
    for (size_t i = 0; i < s->plan->count; i++)
        done += s->members[i].passes;
    pthread_mutex_lock(&s->telling);
    progress_begin(&s->bar, s->plan->quiet, done / all);
    pthread_mutex_unlock(&s->telling);
    while (atomic_load(&s->at_work) > 0) {
        const struct timespec moment = {.tv_nsec = 100000000};
        nanosleep(&moment, NULL);
        done = 0;
        for (size_t i = 0; i < s->plan->count; i++)
            done += s->members[i].passes;
        snprintf(label, sizeof label, "%.0f of %.0f passes", done, all);
        pthread_mutex_lock(&s->telling);
        progress_show(&s->bar, done / all, label);
        pthread_mutex_unlock(&s->telling);
    }
    progress_clear(&s->bar);
}

static void train_all(session *s)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = s->plan->options.threads ? s->plan->options.threads : processors > 0 ? (size_t)processors : 1;
    count = count < s->plan->count ? count : s->plan->count;
    pthread_t threads[LENET5_MAX_COMMITTEE];
    size_t started = 0;
    s->at_work = count;
    while (started < count && pthread_create(&threads[started], NULL, train_members, s) == 0)
        started++;
    atomic_fetch_sub(&s->at_work, count - started);
    if (started == 0)
        s->failed = complain("no thread can be started") != EXIT_DONE;
    watch_members(s);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

static int combine(const session *s)
{
    lenet5_error error;
    lenet5_committee committee;
    const char *paths[LENET5_MAX_COMMITTEE];
    for (size_t i = 0; i < s->plan->count; i++)
        paths[i] = s->members[i].model;
    lenet5_status status = lenet5_committee_load(&committee, paths, s->plan->count, &error);
    if (status != LENET5_OK)
        return complain_error(&error);
    status = lenet5_committee_save(s->plan->out, &committee, &error);
    lenet5_committee_free(&committee);
    if (status != LENET5_OK)
        return complain_error(&error);
    for (size_t i = 0; i < s->plan->count; i++)
        unlink(paths[i]);
    if (!s->plan->quiet)
        fprintf(stderr, "the committee is %s; lenet5 test %s examines it\n", s->plan->out, s->plan->out);
    return EXIT_DONE;
}

int train_committee(const committee_plan *plan)
{
    session s = {.plan = plan, .members = calloc(plan->count, sizeof *s.members)};
    if (!s.members)
        return complain_memory();
    s.passes_in_all = plan->options.passes;
    pthread_mutex_init(&s.telling, NULL);
    list_members(&s);
    train_all(&s);
    pthread_mutex_destroy(&s.telling);
    bool all = !s.failed;
    for (size_t i = 0; i < plan->count; i++)
        all = all && s.members[i].done;
    int code = EXIT_FAILED;
    if (all)
        code = combine(&s);
    else if (interrupted)
        fputs("interrupted; the same command goes on\n", stderr);
    free(s.members);
    return code == EXIT_DONE && s.untold ? EXIT_FAILED : code;
}
