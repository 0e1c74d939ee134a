#include <errno.h>
#include <string.h>

#include "merge.h"
#include "paths.h"

/* ---- The header -------------------------------------------------------------------------------------------------- */

/* Reports a member of a header that is not that of the other parts. */
static int report_difference(const char *path, const char *key, const json_t *found, const json_t *wanted)
{
    char *is = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    char *was = wanted ? json_dumps(wanted, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    report_error("%s: \"%s\" is %.200s, but %.200s in the parts before; read all parts with the same program, options "
                 "and models%s",
                 path, key, is ? is : "missing", was ? was : "missing",
                 strcmp(key, "isa") == 0 ? ", and with LENET5_ISA set to an instruction set that all processors have"
                                         : "");
    free(is);
    free(was);
    return EXIT_FAILED;
}

/* Checks that each member of a header, but the number of the part, is in another. */
static int compare_headers(const char *path, json_t *header, json_t *other, bool swapped)
{
    const char *key;
    json_t *value;
    json_object_foreach (header, key, value) {
        json_t *wanted = json_object_get(other, key);
        if (strcmp(key, "part") != 0 && !json_equal(value, wanted))
            return swapped ? report_difference(path, key, wanted, value) : report_difference(path, key, value, wanted);
    }
    return EXIT_DONE;
}

static bool is_number(const json_t *header, const char *key, uint64_t number)
{
    const json_t *value = json_object_get(header, key);
    return json_is_integer(value) && (uint64_t)json_integer_value(value) == number;
}

/* Takes the first header as that of all parts. */
static int take_header(part_set *set, const char *path, json_t *header)
{
    const char *output = json_string_value(json_object_get(header, "output"));
    if (!output || (strcmp(output, "json") != 0 && strcmp(output, "csv") != 0))
        return report_error("%s: line 1: \"output\" is not \"json\" or \"csv\"", path);
    set->ending = strcmp(output, "json") == 0 ? ".jsonl" : ".csv";
    set->header = json_incref(header);
    return EXIT_DONE;
}

static int check_header(part_set *set, uint64_t part, const char *path, json_t *header)
{
    if (!header)
        return report_error("%s: line 1: not the header of a manifest of lenet5 read --out", path);
    if (!is_number(header, "lenet5_part", MANIFEST_VERSION))
        return report_error("%s: a manifest of another version; this program reads version %d", path, MANIFEST_VERSION);
    if (!is_number(header, "part", part) || !is_number(header, "parts", set->parts))
        return report_error("%s: the manifest of another part, by its header", path);
    if (!set->header)
        return take_header(set, path, header);
    const int code = compare_headers(path, header, set->header, false);
    return code == EXIT_DONE ? compare_headers(path, set->header, header, true) : code;
}

/* ---- The manifest ------------------------------------------------------------------------------------------------ */

static int check_sums(const part_totals *totals, uint64_t inputs, uint64_t rows, uint64_t last, const char *path)
{
    if (inputs != totals->inputs || rows != all_rows(&totals->rows) || last > totals->all_inputs)
        return report_error("%s: its inputs and rows are not those of its totals; read the part again", path);
    return EXIT_DONE;
}

/* Reads the runs, whose inputs ascend, and the totals. */
static int check_lines(part_totals *totals, FILE *manifest, const char *path)
{
    input_run run;
    uint64_t inputs = 0, rows = 0, last = 0, number = 2;
    manifest_line line;
    for (; (line = read_manifest_line(&run, totals, manifest)) == LINE_RUN && run.first > last; number++) {
        inputs += run.count;
        rows += run.count * run.rows;
        last = run.first + (run.count - 1) * run.step;
    }
    if (line != LINE_TOTALS)
        return report_error("%s: line %llu: damaged, or not the whole manifest; read the part again", path,
                            (unsigned long long)number);
    return check_sums(totals, inputs, rows, last, path);
}

static int check_manifest(part_set *set, uint64_t part, part_totals *totals)
{
    char path[PART_PATH_SIZE];
    part_path(path, set->folder, part, set->parts, MANIFEST_ENDING);
    FILE *manifest = fopen(path, "re");
    if (!manifest)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    json_t *header = read_header(manifest);
    int code = check_header(set, part, path, header);
    json_decref(header);
    if (code == EXIT_DONE)
        code = check_lines(totals, manifest, path);
    fclose(manifest);
    return code;
}

/* ---- The results ------------------------------------------------------------------------------------------------- */

bool has_first_line(const part_set *set)
{
    return strcmp(set->ending, ".csv") == 0;
}

static uint64_t count_lines(const char *bytes, size_t size)
{
    uint64_t lines = 0;
    for (const char *end = bytes + size, *at; (at = memchr(bytes, '\n', (size_t)(end - bytes))); bytes = at + 1)
        lines++;
    return lines;
}

/* Writes the SHA-256 of a file, and counts its lines. */
static int sum_up(char sha256[SHA256_SIZE], uint64_t *lines, FILE *results, const char *path)
{
    char bytes[65536];
    struct sha256_ctx sum;
    sha256_init(&sum);
    *lines = 0;
    for (size_t got; !interrupted && (got = fread(bytes, 1, sizeof bytes, results)) > 0;) {
        sha256_update(&sum, got, (const uint8_t *)bytes);
        *lines += count_lines(bytes, got);
    }
    write_sha256(sha256, &sum);
    if (interrupted)
        return EXIT_FAILED;
    return ferror(results) ? report_error("%s: cannot be read: %s", path, strerror(errno)) : EXIT_DONE;
}

static int check_results(const part_set *set, uint64_t part, const part_totals *totals)
{
    char path[PART_PATH_SIZE], sha256[SHA256_SIZE];
    uint64_t lines;
    part_path(path, set->folder, part, set->parts, set->ending);
    FILE *results = fopen(path, "re");
    if (!results)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    const int code = sum_up(sha256, &lines, results, path);
    fclose(results);
    if (code != EXIT_DONE)
        return code;
    if (strcmp(sha256, totals->results_sha256) != 0)
        return report_error("%s: its SHA-256 is %s, but %s in its manifest; read the part again", path, sha256,
                            totals->results_sha256);
    if (lines != all_rows(&totals->rows) + has_first_line(set))
        return report_error("%s: it has %llu lines, but %llu rows in its manifest; read the part again", path,
                            (unsigned long long)lines, (unsigned long long)all_rows(&totals->rows));
    return EXIT_DONE;
}

/* ---- Parts ------------------------------------------------------------------------------------------------------- */

static bool is_first(const part_set *set)
{
    return set->totals.names_sha256[0] == '\0';
}

/* Checks that the part is of the same inputs as those before. */
static int check_inputs(const part_set *set, uint64_t part, const part_totals *totals)
{
    char path[PART_PATH_SIZE];
    if (is_first(set) ||
        (totals->all_inputs == set->totals.all_inputs && strcmp(totals->names_sha256, set->totals.names_sha256) == 0))
        return EXIT_DONE;
    part_path(path, set->folder, part, set->parts, MANIFEST_ENDING);
    return report_error(
        "%s: a part of other inputs: it knows %llu inputs, the parts before %llu, and the SHA-256 of their "
        "names is %s, not %s",
        path, (unsigned long long)totals->all_inputs, (unsigned long long)set->totals.all_inputs, totals->names_sha256,
        set->totals.names_sha256);
}

static void add_totals(part_set *set, const part_totals *totals)
{
    set->totals.inputs += totals->inputs;
    set->totals.unreadable += totals->unreadable;
    add_rows(&set->totals.rows, &totals->rows);
    set->totals.all_inputs = totals->all_inputs;
    memcpy(set->totals.names_sha256, totals->names_sha256, SHA256_SIZE);
}

int verify_part(part_set *set, uint64_t part)
{
    part_totals totals;
    int code = check_manifest(set, part, &totals);
    if (code == EXIT_DONE)
        code = check_inputs(set, part, &totals);
    if (code == EXIT_DONE)
        code = check_results(set, part, &totals);
    if (code == EXIT_DONE)
        add_totals(set, &totals);
    return code;
}
