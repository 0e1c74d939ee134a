#include "sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/student.h"
#include "base/wilson.h"
#include "claim.h"
#include "members.h"
#include "outputs.h"
#include "ranks/ranks.h"
#include "system/file.h"

typedef struct sweep {
    job *job;
    size_t count;
    member *members;        /* (count) */
    char (*out)[PATH_SIZE]; /* (count): the models */
} sweep;

/* ---- What is there ----------------------------------------------------------------------------------------------- */

/* The options of a finished model. Those that a model does not record count as the given ones. */
static lenet5_checkpoint options_of_model(const job *j, const lenet5_model *model)
{
    return (lenet5_checkpoint){.provenance = model->provenance,
                               .epochs_total = model->provenance.epochs,
                               .batch = (size_t)j->batch,
                               .negatives = j->negatives,
                               .without_drawn = argument_flag(j->arguments, "without-drawn")};
}

/* A model with the options of the sweep is finished. */
static int look_at_model(const sweep *s, size_t index)
{
    lenet5_error error;
    const char *path = s->out[index];
    if (access(path, F_OK) != 0 || argument_flag(s->job->arguments, "restart"))
        return EXIT_DONE;
    if (!argument_flag(s->job->arguments, "resume"))
        return report_error("%s exists; keep it with --resume, replace it with --restart, or choose another --out",
                            path);
    lenet5_model *model = malloc(sizeof *model);
    if (!model)
        return report_out_of_memory();
    int code = EXIT_DONE;
    if (lenet5_model_load(model, path, &error) != LENET5_OK)
        code = report_library_error(&error);
    const lenet5_checkpoint made = options_of_model(s->job, model);
    if (code == EXIT_DONE)
        code = check_given_options(s->job, path, &made, s->members[index].seed);
    s->members[index].finished = code == EXIT_DONE;
    s->members[index].epochs = made.epochs_total;
    free(model);
    return code;
}

/* Discards the checkpoint, continues from it, or refuses to do either. */
static int look_at_checkpoint(const sweep *s, member *m)
{
    lenet5_error error;
    lenet5_checkpoint found;
    if (access(m->checkpoint, F_OK) != 0)
        return EXIT_DONE;
    if (refuse_claimed(m->checkpoint) != EXIT_DONE)
        return EXIT_FAILED;
    if (lenet5_checkpoint_load(&found, m->checkpoint, &error) != LENET5_OK)
        return report_bad_checkpoint(&error, "move it away, or choose another --out");
    if (argument_flag(s->job->arguments, "restart"))
        return !ranks_lead() || lenet5_file_remove(m->checkpoint, &error) == LENET5_OK ? EXIT_DONE
                                                                                       : report_library_error(&error);
    if (!argument_flag(s->job->arguments, "resume"))
        return report_error(
            "%s: an unfinished training, %u of %u epochs done; continue it with --resume, or discard it "
            "with --restart",
            m->checkpoint, found.provenance.epochs, found.epochs_total);
    m->begun = true;
    m->epochs = found.provenance.epochs;
    return check_given_options(s->job, m->checkpoint, &found, m->seed);
}

static int look(void *argument)
{
    sweep *s = argument;
    int code = EXIT_DONE;
    for (size_t i = 0; i < s->count && code == EXIT_DONE; i++) {
        member *m = &s->members[i];
        m->seed = s->job->seed + i;
        unfinished_seed(s->out[i], m->checkpoint, s->job->out, m->seed);
        code = look_at_model(s, i);
        if (code == EXIT_DONE && !m->finished)
            code = look_at_checkpoint(s, m);
    }
    return code;
}

/* ---- Training ---------------------------------------------------------------------------------------------------- */

static lenet5_status save_model(size_t index, const lenet5_model *model, void *context, lenet5_error *error)
{
    const sweep *s = context;
    if (keep_replaced(s->out[index], true) != EXIT_DONE)
        return lenet5_fail(error, LENET5_E_WRITE, LENET5_NO_OFFSET, "%.400s: is not replaced", s->out[index]);
    const lenet5_status status = lenet5_model_save(s->out[index], model, error);
    return status == LENET5_OK ? lenet5_file_remove(s->members[index].checkpoint, error) : status;
}

static int train_seeds(sweep *s, bool *output_failed)
{
    job *j = s->job;
    const members_plan plan = {.options = options_of(j),
                               .set = &j->training_part,
                               .held_out = &j->held_out,
                               .held_out_name = j->held_out_name,
                               .resuming_command = j->resuming_command,
                               .quiet = argument_flag(j->arguments, "quiet"),
                               .json = argument_flag(j->arguments, "json"),
                               .members = s->members,
                               .count = s->count,
                               .take = save_model,
                               .context = s};
    return train_members(&plan, output_failed);
}

/* ---- The errors -------------------------------------------------------------------------------------------------- */

/* The mean of some numbers, their standard deviation, and the 95 % interval of the mean: all nan for a single one but
 * the mean. */
typedef struct summary {
    double mean, deviation, low, high;
} summary;

static summary summarise(const double *numbers, size_t count)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        mean += numbers[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (numbers[i] - mean) * (numbers[i] - mean);
    if (count < 2)
        return (summary){mean, NAN, NAN, NAN};
    const double deviation = sqrt(squares / (double)(count - 1));
    const double half = lenet5_student(count - 1) * deviation / sqrt((double)count);
    return (summary){mean, deviation, mean - half, mean + half};
}

/* Writes the rows of the log; errors[i] becomes the error of seed number i in per cent. */
static int put_seeds(FILE *log, double *errors, const sweep *s)
{
    lenet5_error error;
    lenet5_model *model = malloc(sizeof *model);
    lenet5_status status = model ? LENET5_OK : lenet5_fail_memory(&error);
    fputs("seed,errors,pictures,error_pct,low_pct,high_pct\n", log);
    for (size_t i = 0; i < s->count && status == LENET5_OK; i++) {
        double low, high;
        status = lenet5_model_load(model, s->out[i], &error);
        if (status != LENET5_OK)
            break;
        const lenet5_provenance *p = &model->provenance;
        lenet5_wilson(&low, &high, p->held_out_errors, p->held_out_pictures);
        errors[i] = percent(p->held_out_errors, p->held_out_pictures);
        fprintf(log, "%llu,%zu,%zu,%.4f,%.4f,%.4f\n", (unsigned long long)p->seed, p->held_out_errors,
                p->held_out_pictures, errors[i], 100 * low, 100 * high);
    }
    free(model);
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

static int write_log(const sweep *s, const char *text, size_t size)
{
    lenet5_error error;
    const file_piece piece = {text, size};
    if (!s->job->log || lenet5_file_write(s->job->log, &piece, 1, &error) == LENET5_OK)
        return EXIT_DONE;
    return report_library_error(&error);
}

static int print_summary(const sweep *s, const summary *all)
{
    char key[64];
    if (argument_flag(s->job->arguments, "json")) {
        snprintf(key, sizeof key, "%s_error_pct", s->job->held_out_name);
        json_t *object = json_pack("{s:i, s:f}", "seeds", (int)s->count, key, all->mean);
        if (s->count > 1) {
            add_member(&object, "interval_pct", json_pack("[f,f]", all->low, all->high));
            add_member(&object, "deviation_pct", json_real(all->deviation));
        }
        return print_json(object);
    }
    printf("%zu seed%s: mean %s error %.3f %%", s->count, s->count == 1 ? "" : "s", s->job->held_out_name, all->mean);
    if (s->count > 1)
        printf(" (95 %% interval %.3f to %.3f), standard deviation %.3f", all->low, all->high, all->deviation);
    printf("\n");
    return EXIT_DONE;
}

/* Prints and logs the errors of all seeds, from their models. */
static int report_errors(const sweep *s)
{
    char *text = NULL;
    size_t size = 0;
    FILE *log = open_memstream(&text, &size);
    double *errors = calloc(s->count, sizeof *errors);
    int code = log && errors ? put_seeds(log, errors, s) : report_out_of_memory();
    const summary all = code == EXIT_DONE ? summarise(errors, s->count) : (summary){0};
    if (code == EXIT_DONE) {
        fprintf(log, "mean,,,%.4f", all.mean);
        fprintf(log, s->count > 1 ? ",%.4f,%.4f\nstandard deviation,,,%.4f,,\n" : ",,\n", all.low, all.high,
                all.deviation);
    }
    if (log && fclose(log) != 0 && code == EXIT_DONE)
        code = report_out_of_memory();
    if (code == EXIT_DONE)
        code = write_log(s, text, size);
    if (code == EXIT_DONE && !s->job->quiet)
        code = print_summary(s, &all);
    free(errors);
    free(text);
    return code;
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

static int train_and_report(sweep *s)
{
    bool output_failed = false;
    int code = train_seeds(s, &output_failed);
    if (code != EXIT_DONE)
        return code;
    code = ranks_agree(EXIT_DONE); /* all models are written */
    if (code == EXIT_DONE)
        code = ranks_agree(ranks_lead() ? report_errors(s) : EXIT_DONE);
    return code == EXIT_DONE && output_failed ? EXIT_FAILED : code;
}

int train_sweep(job *j)
{
    sweep s = {.job = j, .count = (size_t)(j->last_seed - j->seed + 1)};
    s.members = calloc(s.count, sizeof *s.members);
    s.out = calloc(s.count, sizeof *s.out);
    int code = s.members && s.out ? ranks_in_turn(look, &s) : report_out_of_memory();
    if (code == EXIT_DONE)
        code = train_and_report(&s);
    free(s.members);
    free(s.out);
    return code;
}
