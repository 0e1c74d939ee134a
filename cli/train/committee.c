#include "committee.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "members.h"
#include "outputs.h"
#include "ranks/ranks.h"

typedef struct committee_training {
    const committee_plan *plan;
    member *members;
    lenet5_model **models; /* (count); NULL: not trained yet, or by another rank */
} committee_training;

/* ---- The members ------------------------------------------------------------------------------------------------- */

static int list_members(void *argument)
{
    committee_training *s = argument;
    int code = EXIT_DONE;
    for (size_t i = 0; i < s->plan->count && code == EXIT_DONE; i++) {
        member *m = &s->members[i];
        m->seed = s->plan->options.seed + i;
        unfinished_member(m->checkpoint, s->plan->place, i + 1, s->plan->count);
        if (s->plan->started)
            code = member_look(m, s->plan->started);
    }
    return code;
}

static lenet5_status keep(size_t index, const lenet5_model *model, void *context, lenet5_error *error)
{
    committee_training *s = context;
    s->models[index] = malloc(sizeof *model);
    if (!s->models[index])
        return lenet5_fail_memory(error);
    *s->models[index] = *model;
    return LENET5_OK;
}

/* ---- The committee ----------------------------------------------------------------------------------------------- */

/* Gives all ranks the model that one of them has. */
static lenet5_status exchange_model(committee_training *s, size_t index, lenet5_error *error)
{
    size_t first[MAX_RANKS + 1], owner = 0;
    rank_group *all = ranks_of_command();
    lenet5_status status = lenet5_rank_sum(&owner, all, s->models[index] ? all->rank + 1 : 0, error);
    if (status == LENET5_OK && !s->models[index])
        s->models[index] = malloc(sizeof *s->models[index]);
    if (status != LENET5_OK || !s->models[index])
        return status == LENET5_OK ? lenet5_fail_memory(error) : status;
    for (size_t rank = 0; rank <= all->count; rank++)
        first[rank] = rank >= owner;
    const rank_table table = {s->models[index], sizeof *s->models[index], first};
    return all->exchange(all, &table, 1, error);
}

static int exchange_models(committee_training *s)
{
    lenet5_error error;
    for (size_t i = 0; i < s->plan->count; i++)
        if (exchange_model(s, i, &error) != LENET5_OK)
            return report_library_error(&error);
    return EXIT_DONE;
}

static int save(const committee_training *s)
{
    lenet5_error error;
    const char *out = s->plan->place->out;
    lenet5_committee committee = {.count = s->plan->count, .provenance = s->models[0]->provenance};
    committee.networks = malloc(committee.count * sizeof *committee.networks);
    if (!committee.networks)
        return report_out_of_memory();
    for (size_t i = 0; i < committee.count; i++)
        committee.networks[i] = s->models[i]->network;
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

/* Trains the members; this rank its part of them. */
static int train_all(committee_training *s, bool *output_failed)
{
    const committee_plan *p = s->plan;
    const members_plan members = {.options = p->options,
                                  .set = p->set,
                                  .held_out = p->held_out,
                                  .held_out_name = p->held_out_name,
                                  .resuming_command = p->resuming_command,
                                  .quiet = p->quiet,
                                  .json = p->json,
                                  .members = s->members,
                                  .count = p->count,
                                  .take = keep,
                                  .context = s};
    const char *folder = p->place->members;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return report_error("%s: the folder cannot be made: %s", folder, strerror(errno));
    const int code = train_members(&members, output_failed);
    if (code != EXIT_DONE)
        rmdir(folder); /* if it is empty */
    return code;
}

static int train_and_combine(committee_training *s)
{
    bool output_failed = false;
    int code = train_all(s, &output_failed);
    if (code == EXIT_DONE)
        code = exchange_models(s);
    if (code != EXIT_DONE)
        return code;
    code = ranks_agree(ranks_lead() ? save(s) : EXIT_DONE);
    return code == EXIT_DONE && output_failed ? EXIT_FAILED : code;
}

int train_committee(const committee_plan *plan)
{
    committee_training s = {.plan = plan,
                            .members = calloc(plan->count, sizeof *s.members),
                            .models = calloc(plan->count, sizeof *s.models)};
    int code = s.members && s.models ? ranks_in_turn(list_members, &s) : report_out_of_memory();
    if (code == EXIT_DONE)
        code = train_and_combine(&s);
    for (size_t i = 0; s.models && i < plan->count; i++)
        free(s.models[i]);
    free(s.models);
    free(s.members);
    return code;
}
