#include "parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "system/file.h"
#include "json/text.h"

struct part_writer {
    char results_path[PART_PATH_SIZE], manifest_path[PART_PATH_SIZE];
    file_writer *results, *manifest; /* NULL: not begun, or ended */
    struct sha256_ctx sum;           /* of the results */
    input_run run;                   /* that inputs are added to */
    part_totals totals;
};

/* ---- The two files ----------------------------------------------------------------------------------------------- */

static int append(file_writer *file, const char *bytes, size_t size)
{
    lenet5_error error;
    return lenet5_file_append(file, bytes, size, &error) == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

static int append_results(part_writer *p, const char *bytes, size_t size)
{
    sha256_update(&p->sum, size, (const uint8_t *)bytes);
    return append(p->results, bytes, size);
}

static int append_json(part_writer *p, json_t *object)
{
    text_buffer line = {0};
    text_json(&line, object);
    text_puts(&line, "\n");
    const int code = line.failed ? report_out_of_memory() : append(p->manifest, line.bytes, line.size);
    text_free(&line);
    return code;
}

/* Ends the run of inputs, if there is one. */
static int append_run(part_writer *p)
{
    char line[RUN_LINE_SIZE];
    if (p->run.count == 0)
        return EXIT_DONE;
    write_run(line, &p->run);
    p->run = (input_run){0};
    return append(p->manifest, line, strlen(line));
}

/* ---- Parts ------------------------------------------------------------------------------------------------------- */

static int begin_files(part_writer *p, const char *folder)
{
    lenet5_error error;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return report_error("%s: the folder cannot be made: %s", folder, strerror(errno));
    if (lenet5_file_begin(&p->results, p->results_path, &error) != LENET5_OK ||
        lenet5_file_begin(&p->manifest, p->manifest_path, &error) != LENET5_OK)
        return report_library_error(&error);
    return EXIT_DONE;
}

int part_begin(part_writer **begun, const char *folder, const shard *which, const char *ending, const char *first_line,
               json_t *header)
{
    part_writer *p = calloc(1, sizeof *p);
    *begun = p;
    if (!p) {
        json_decref(header);
        return report_out_of_memory();
    }
    part_path(p->results_path, folder, which->part, which->parts, ending);
    part_path(p->manifest_path, folder, which->part, which->parts, MANIFEST_ENDING);
    sha256_init(&p->sum);
    int code = begin_files(p, folder);
    if (code == EXIT_DONE)
        code = append_results(p, first_line, strlen(first_line));
    if (code == EXIT_DONE)
        return append_json(p, header);
    json_decref(header);
    return code;
}

int part_add(part_writer *p, uint64_t number, const char *rows, size_t size, const row_counts *counts)
{
    p->totals.inputs++;
    p->totals.unreadable += counts->unreadable > 0;
    add_rows(&p->totals.rows, counts);
    int code = append_results(p, rows, size);
    if (code == EXIT_DONE && !run_extend(&p->run, number, all_rows(counts))) {
        code = append_run(p);
        run_extend(&p->run, number, all_rows(counts));
    }
    return code;
}

/* Gives a file its name, and forgets it. */
static int finish(file_writer **file)
{
    lenet5_error error;
    file_writer *whole = *file;
    *file = NULL;
    return lenet5_file_finish(whole, &error) == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

int part_end(part_writer *p, inputs *all)
{
    inputs_sum(&p->totals.all_inputs, p->totals.names_sha256, all);
    write_sha256(p->totals.results_sha256, &p->sum);
    int code = append_run(p);
    if (code == EXIT_DONE)
        code = append_json(p, totals_json(&p->totals));
    if (code == EXIT_DONE)
        code = finish(&p->results);
    if (code == EXIT_DONE)
        code = finish(&p->manifest);
    part_abandon(p);
    return code;
}

void part_abandon(part_writer *p)
{
    if (!p)
        return;
    lenet5_file_abandon(p->results);
    lenet5_file_abandon(p->manifest);
    free(p);
}
