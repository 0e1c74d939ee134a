#include "by_ranks.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "ranks/ranks.h"
#include "stream.h"

/*
 * Inputs of a block. Rank 0 answers a request within a millisecond, in which 16 threads read four of the fastest fields
 * (3.8 ms): with blocks of 16, which are listed ahead, the counter is never waited for. When the inputs run out, a rank
 * has less than two blocks left; so that this is at most a sixteenth of its share, blocks are smaller if a rank would
 * get fewer than MIN_BLOCKS.
 */
#define MAX_BLOCK 16
#define MIN_BLOCKS 32

#define ARCHIVE_BEGIN 65536 /* bytes, by which archives are compared: the first entries */

int by_ranks_begin(read_job *job)
{
    if (argument_flag(job->arguments, "out") && !argument_flag(job->arguments, "shard")) {
        const int code = ranks_begin(true);
        job->by_ranks = ranks_of_command()->count > 1;
        return code;
    }
    ranks_alone();
    return EXIT_DONE;
}

/* ---- What the inputs are ----------------------------------------------------------------------------------------- */

static int check_rereadable(const char *path)
{
    if (is_special(path))
        return report_error("%s: not a regular file, which each rank reads by itself; copy it to one", path);
    return EXIT_DONE;
}

/* Checks that the file of an option is none that is read once only. */
static int check_option(const read_job *job, const char *name)
{
    const char *path = argument_text(job->arguments, name);
    if (path && strcmp(path, "-") == 0)
        return report_usage_error(job->arguments->command,
                                  "--%s -: standard input is that of one rank; name a file that all can read", name);
    return path ? check_rereadable(path) : EXIT_DONE;
}

static int check_models(const read_job *job)
{
    const char *names = argument_text(job->arguments, "model");
    const char *paths[LENET5_MAX_COMMITTEE];
    char *list = strdup(names ? names : "");
    if (!list)
        return report_out_of_memory();
    const size_t count = split_models(paths, list);
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < count; i++)
        code = check_rereadable(paths[i]);
    free(list);
    return code;
}

int by_ranks_check(const read_job *job)
{
    static const char *const options[] = {"files", "tar", "list", "template"};
    if (!job->by_ranks)
        return EXIT_DONE;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const int code = check_option(job, options[i]);
        if (code != EXIT_DONE)
            return code;
    }
    for (size_t i = 0; i < job->arguments->count; i++)
        if (strcmp(job->arguments->operands[i], "-") == 0)
            return report_usage_error(job->arguments->command, "-: standard input is that of one rank; name a file");
    return check_models(job);
}

static int survey_names(read_job *job)
{
    inputs *all = NULL;
    int code =
        inputs_open(&all, &job->operands, argument_text(job->arguments, "files"), NULL, (shard){.part = 1, .parts = 1});
    if (code == EXIT_DONE)
        code = inputs_name_all(all);
    if (code == EXIT_DONE)
        inputs_sum(&job->survey.count, job->survey.sha256, all);
    inputs_close(all);
    return code;
}

/* An archive may take long to go through, which is done once: its size and begin stand for it. */
static int survey_archive(read_job *job, const char *path)
{
    stream file;
    struct sha256_ctx sum;
    uint8_t *bytes = malloc(ARCHIVE_BEGIN);
    int code = bytes ? stream_open(&file, path) : report_out_of_memory();
    if (code == EXIT_DONE) {
        const ssize_t got = stream_read(&file, bytes, ARCHIVE_BEGIN);
        sha256_init(&sum);
        sha256_update(&sum, sizeof file.size, (const uint8_t *)&file.size);
        sha256_update(&sum, got > 0 ? (size_t)got : 0, bytes);
        write_sha256(job->survey.sha256, &sum);
        code = got >= 0 ? EXIT_DONE : EXIT_FAILED;
        stream_close(&file);
    }
    job->survey.count = INPUTS_UNKNOWN;
    free(bytes);
    return code;
}

int by_ranks_survey(read_job *job)
{
    const char *archive = argument_text(job->arguments, "tar");
    const rank_group *ranks = ranks_of_command();
    if (!job->by_ranks)
        return EXIT_DONE;
    job->shard = (shard){.part = ranks->rank + 1, .parts = ranks->count};
    return archive ? survey_archive(job, archive) : survey_names(job);
}

/* ---- Agreement --------------------------------------------------------------------------------------------------- */

static int compare(const char *text, const char *what, const char *remedy)
{
    lenet5_error error;
    if (lenet5_rank_compare(ranks_of_command(), text, strlen(text), what, remedy, &error) != LENET5_OK)
        return ranks_report(&error);
    return EXIT_DONE;
}

/* The version is among the first members, so that the others are the same ones on all ranks. */
static int compare_headers(const read_job *job)
{
    const char *key;
    json_t *value;
    int code = EXIT_DONE;
    json_object_foreach (job->header, key, value) {
        char what[64];
        if (code != EXIT_DONE || strcmp(key, "part") == 0)
            continue;
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        snprintf(what, sizeof what, "values of \"%s\"", key);
        code = compare(text ? text : "", what,
                       strcmp(key, "isa") == 0 ? "set LENET5_ISA to a set that all processors have"
                                               : "start the same program with the same options and models on all");
        free(text);
    }
    return code;
}

static int compare_all(const read_job *job)
{
    const cli_arguments *a = job->arguments;
    int code = compare_headers(job);
    if (code == EXIT_DONE)
        code = compare(argument_text(a, "out"), "values of --out", "name the same folder on all");
    if (code == EXIT_DONE)
        code = compare(job->survey.sha256, argument_text(a, "tar") ? "archives" : "names of pictures",
                       "give all the same files");
    return code;
}

static uint64_t block_size(uint64_t count)
{
    const uint64_t fair = count / (ranks_of_command()->count * MIN_BLOCKS);
    return fair < 1 ? 1 : fair < MAX_BLOCK ? fair : MAX_BLOCK;
}

/* Launchers end the ranks when one fails, some without a signal that a process could answer; so this comes first. */
static void announce(void)
{
    set_interrupt_message(ranks_lead() ? "lenet5: interrupted; no part is written: run the same command again" : "");
    if (ranks_lead())
        print_line(stderr,
                   "%u ranks; if one of them fails, run the same command again: the parts are written when all "
                   "pictures are read",
                   ranks_of_command()->count);
}

int by_ranks_agree(read_job *job)
{
    if (!job->by_ranks)
        return EXIT_DONE;
    const int code = compare_all(job);
    job->shard.block = block_size(job->survey.count);
    if (code == EXIT_DONE)
        announce();
    return code;
}

void by_ranks_end(const read_job *job)
{
    if (!job->by_ranks || !interrupted || !ranks_lead())
        return;
    set_interrupt_message(""); /* a second signal would print it again */
    report_error("interrupted; no part is written: run the same command again");
}
