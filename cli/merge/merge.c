/* lenet5 merge: joins the parts that lenet5 read --out has written. */
#include "merge.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "outputs.h"
#include "progress.h"
#include "system/file.h"

#define MAX_NAMED 10 /* parts, or runs of inputs, that an error names */

/* ---- Lists of numbers in messages -------------------------------------------------------------------------------- */

typedef struct number_list {
    char text[MAX_NAMED * 48]; /* "3, 5-9, 12 ..." */
    size_t runs;
    uint64_t count; /* of the numbers */
} number_list;

static void add_numbers(number_list *list, uint64_t first, uint64_t last)
{
    const size_t used = strlen(list->text), room = sizeof list->text - used;
    const char *comma = list->runs > 0 ? ", " : "";
    if (list->runs == MAX_NAMED)
        snprintf(list->text + used, room, " ...");
    else if (list->runs < MAX_NAMED && first == last)
        snprintf(list->text + used, room, "%s%llu", comma, (unsigned long long)first);
    else if (list->runs < MAX_NAMED)
        snprintf(list->text + used, room, "%s%llu-%llu", comma, (unsigned long long)first, (unsigned long long)last);
    list->runs++;
    list->count += last - first + 1;
}

/* ---- Finding the parts ------------------------------------------------------------------------------------------- */

/* Notes which manifests a folder has; all have to be of the same number of parts. */
static int look_for_parts(part_set *set, bool there[MAX_PARTS + 1], DIR *entries)
{
    char first[PART_PATH_SIZE];
    uint64_t part, parts;
    for (const struct dirent *entry; (entry = readdir(entries));) {
        if (!parse_manifest_name(&part, &parts, entry->d_name))
            continue;
        if (set->parts == 0)
            part_path(first, set->folder, part, set->parts = parts, MANIFEST_ENDING);
        if (parts != set->parts)
            return report_error("%s/%s and %s are of different numbers of parts; remove those of the other reading",
                                set->folder, entry->d_name, first);
        there[part] = true;
    }
    return EXIT_DONE;
}

static int check_complete(const part_set *set, const bool there[MAX_PARTS + 1])
{
    number_list missing = {0};
    if (set->parts == 0)
        return report_error("%s: no manifest of a part is in it; lenet5 read --out writes them", set->folder);
    for (uint64_t part = 1; part <= set->parts; part++)
        if (!there[part])
            add_numbers(&missing, part, part);
    if (missing.count == 0)
        return EXIT_DONE;
    return report_error("%s: %llu of %llu parts are missing: %s; lenet5 read --shard %s/%llu reads such a part; ranks "
                        "read all again",
                        set->folder, (unsigned long long)missing.count, (unsigned long long)set->parts, missing.text,
                        missing.count == 1 ? missing.text : "I", (unsigned long long)set->parts);
}

static int find_parts(part_set *set)
{
    bool there[MAX_PARTS + 1] = {false};
    DIR *entries = opendir(set->folder);
    if (!entries)
        return report_error("%s: the folder cannot be read: %s", set->folder, strerror(errno));
    const int code = look_for_parts(set, there, entries);
    closedir(entries);
    return code == EXIT_DONE ? check_complete(set, there) : code;
}

/* ---- Checking ---------------------------------------------------------------------------------------------------- */

static void show(progress *p, uint64_t done, uint64_t all, const char *what)
{
    char label[80];
    if (!p->shown)
        return;
    snprintf(label, sizeof label, "%llu of %llu %s", (unsigned long long)done, (unsigned long long)all, what);
    progress_show(p, all > 0 ? (double)done / (double)all : 0, label);
}

/* Checks each part by itself; names the first MAX_NAMED that are wrong. */
static int verify_parts(part_set *set)
{
    uint64_t wrong = 0;
    char unnamed[KEPT_ERROR_SIZE] = "";
    progress p;
    progress_begin(&p, false, 0);
    for (uint64_t part = 1; part <= set->parts && !interrupted; part++) {
        keep_error(wrong < MAX_NAMED ? NULL : unnamed);
        show(&p, part - 1, set->parts, "parts checked");
        wrong += verify_part(set, part) != EXIT_DONE;
    }
    keep_error(NULL);
    progress_clear(&p);
    if (interrupted)
        return report_error("interrupted");
    if (wrong == 0)
        return EXIT_DONE;
    return report_error("%s: %llu of %llu parts cannot be merged", set->folder, (unsigned long long)wrong,
                        (unsigned long long)set->parts);
}

typedef struct coverage {
    number_list missing, repeated;
    uint64_t expected; /* number of the next input */
} coverage;

static void cover(coverage *c, uint64_t number)
{
    if (number > c->expected)
        add_numbers(&c->missing, c->expected, number - 1);
    if (number < c->expected)
        add_numbers(&c->repeated, number, number);
    else
        c->expected = number + 1;
}

static int report_coverage(coverage *c, const part_set *set)
{
    if (c->expected <= set->totals.all_inputs)
        add_numbers(&c->missing, c->expected, set->totals.all_inputs);
    if (c->missing.count > 0)
        report_error("%s: %llu of %llu inputs are in no part: %s", set->folder, (unsigned long long)c->missing.count,
                     (unsigned long long)set->totals.all_inputs, c->missing.text);
    if (c->repeated.count > 0)
        report_error("%s: %llu inputs are in more than one part: %s", set->folder,
                     (unsigned long long)c->repeated.count, c->repeated.text);
    return c->missing.count + c->repeated.count > 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Checks that each input is in exactly one part. */
static int check_coverage(const part_set *set)
{
    coverage c = {.expected = 1};
    ordered_input next;
    order *o = NULL;
    int code = order_open(&o, set, false);
    while (code == EXIT_DONE && !interrupted && (code = order_next(&next, o)) == EXIT_DONE && next.number > 0)
        cover(&c, next.number);
    order_close(o);
    if (interrupted)
        return report_error("interrupted");
    return code == EXIT_DONE ? report_coverage(&c, set) : code;
}

/* ---- Merging ----------------------------------------------------------------------------------------------------- */

/* The merged results. */
typedef struct merged {
    file_writer *file; /* NULL: standard output */
    struct sha256_ctx sum;
} merged;

/* main reports what fails. */
static int print_bytes(const char *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, stdout) == size)
        return EXIT_DONE;
    output_errno = output_errno ? output_errno : errno;
    return EXIT_FAILED;
}

static int put(merged *m, const char *bytes, size_t size)
{
    lenet5_error error;
    sha256_update(&m->sum, size, (const uint8_t *)bytes);
    if (!m->file)
        return print_bytes(bytes, size);
    return lenet5_file_append(m->file, bytes, size, &error) == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

/* Copies lines. */
static int copy_rows(merged *m, FILE *results, uint64_t rows)
{
    char bytes[8192];
    int code = EXIT_DONE;
    while (rows > 0 && code == EXIT_DONE) {
        if (!fgets(bytes, sizeof bytes, results))
            return report_error("the results of a part have changed since they were checked");
        const size_t size = strlen(bytes);
        rows -= bytes[size - 1] == '\n';
        code = put(m, bytes, size);
    }
    return code;
}

/* Copies the first line of CSV from the first part. */
static int copy_first_line(merged *m, const part_set *set)
{
    char path[PART_PATH_SIZE];
    if (!has_first_line(set))
        return EXIT_DONE;
    part_path(path, set->folder, 1, set->parts, set->ending);
    FILE *results = fopen(path, "re");
    if (!results)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    const int code = copy_rows(m, results, 1);
    fclose(results);
    return code;
}

static int copy_all(merged *m, const part_set *set)
{
    ordered_input next;
    order *o = NULL;
    progress p;
    int code = order_open(&o, set, true);
    progress_begin(&p, !m->file, 0);
    if (code == EXIT_DONE)
        code = copy_first_line(m, set);
    while (code == EXIT_DONE && (code = order_next(&next, o)) == EXIT_DONE && next.number > 0 && !interrupted) {
        code = copy_rows(m, next.results, next.rows);
        show(&p, next.number, set->totals.all_inputs, "inputs merged");
    }
    progress_clear(&p);
    order_close(o);
    return interrupted ? report_error("interrupted") : code;
}

static int begin_merged(merged *m, const char *out)
{
    lenet5_error error;
    sha256_init(&m->sum);
    if (out && lenet5_file_begin(&m->file, out, &error) != LENET5_OK)
        return report_library_error(&error);
    return EXIT_DONE;
}

static int end_merged(merged *m, int code)
{
    lenet5_error error;
    if (!m->file || code != EXIT_DONE) {
        lenet5_file_abandon(m->file);
        return code;
    }
    return lenet5_file_finish(m->file, &error) == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

/* Checks that the output is none of the files that are merged. */
static int keep_parts(const cli_arguments *a, const part_set *set)
{
    static const char *const endings[] = {".jsonl", ".csv", MANIFEST_ENDING};
    char path[PART_PATH_SIZE];
    int code = EXIT_DONE;
    for (uint64_t part = 1; part <= set->parts; part++)
        for (size_t i = 0; code == EXIT_DONE && i < sizeof endings / sizeof endings[0]; i++) {
            part_path(path, set->folder, part, set->parts, endings[i]);
            code = keep_apart(a, "out", path);
        }
    return code;
}

static int print_summary(const part_set *set, const char *out, merged *m, bool as_json)
{
    const part_totals *t = &set->totals;
    char sha256[SHA256_SIZE];
    if (!as_json) {
        print_line(stdout, "%s: %llu inputs, %llu of them unreadable; %llu rows, %llu accepted", out,
                   (unsigned long long)t->inputs, (unsigned long long)t->unreadable,
                   (unsigned long long)all_rows(&t->rows), (unsigned long long)t->rows.accepted);
        return EXIT_DONE;
    }
    json_t *object = counts_json(t);
    write_sha256(sha256, &m->sum);
    add_member(&object, "parts", json_integer((json_int_t)set->parts));
    add_member(&object, "names_sha256", json_string(t->names_sha256));
    add_member(&object, "file", any_string_json(out));
    add_member(&object, "sha256", json_string(sha256));
    return print_json(object);
}

static int merge(const part_set *set, const cli_arguments *a)
{
    const char *out = argument_text(a, "out");
    merged m = {0};
    int code = begin_merged(&m, out);
    if (code == EXIT_DONE)
        code = copy_all(&m, set);
    code = end_merged(&m, code);
    return code == EXIT_DONE && out ? print_summary(set, out, &m, argument_flag(a, "json")) : code;
}

static int run(const cli_arguments *arguments)
{
    part_set set = {.folder = arguments->operands[0]};
    if (argument_flag(arguments, "json") && !argument_text(arguments, "out"))
        return report_usage_error(arguments->command, "--json needs --out: the merged results go to standard output");
    watch_interrupts();
    int code = check_output(arguments, "out", NULL);
    if (code == EXIT_DONE)
        code = find_parts(&set);
    if (code == EXIT_DONE)
        code = keep_parts(arguments, &set);
    if (code == EXIT_DONE)
        code = verify_parts(&set);
    if (code == EXIT_DONE)
        code = check_coverage(&set);
    if (code == EXIT_DONE)
        code = merge(&set, arguments);
    json_decref(set.header);
    return code;
}

static const option options[] = {
    {"out", "FILE", VALUE_NEW_FILE, NULL, "the file to write; default: standard output"},
    OPTION_JSON("with --out: print the counts of inputs and rows as a JSON object (docs/json.md)"),
    {0},
};

const cli_command merge_command = {
    .name = "merge",
    .summary = "join the parts of a reading that was divided among processes",
    .usage = "DIR [options]",
    .description = "Joins the results that lenet5 read --out DIR has written, in the order of the pictures. They are\n"
                   "the bytes that a single process writes. Which process has read a part, and in which order,\n"
                   "makes no difference.\n\n"
                   "First it checks that no part is missing, that all parts were read with the same options and\n"
                   "models from the same pictures, that the results of each match their SHA-256, and that each\n"
                   "picture was read exactly once. Otherwise it names the parts or pictures at fault, writes\n"
                   "nothing, and the exit code is 1.\n\n"
                   "At most 10,000 parts; the files of all of them are open at once.",
    .examples = "lenet5 read --files list.txt --json --out parts --shard 1/2\n"
                "lenet5 read --files list.txt --json --out parts --shard 2/2  # elsewhere\n"
                "lenet5 merge parts --out results.jsonl",
    .options = options,
    .operand = VALUE_FOLDER,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
