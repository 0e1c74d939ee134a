/*
 * A merge by a heap: of each part, the next run of inputs is known; the part whose next input has the least number is
 * on top. All files stay open, with buffers of their own, since those of stdio have whatever size the file system
 * prefers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "merge.h"

#define SPARE_FILES 32                 /* descriptors besides those of the parts */
#define MANIFEST_BUFFER ((size_t)4096) /* bytes */
#define MIN_BUFFER ((size_t)1 << 14)   /* bytes, of the results of a part */
#define MAX_BUFFER ((size_t)1 << 20)   /* bytes; enough for a disk to be read in order */
#define ALL_BUFFERS ((size_t)1 << 28)  /* bytes for the results of all parts, unless each has MIN_BUFFER */

typedef struct part_reader {
    uint64_t part;
    FILE *manifest, *results; /* NULL: not open */
    input_run run;            /* what is left of it; its first input is the next one. Count 0: none is left */
} part_reader;

struct order {
    const part_set *set;
    part_reader *readers; /* (set->parts) */
    part_reader **heap;   /* (count) those with inputs left; heap[i] comes before heap[2 i + 1] and heap[2 i + 2] */
    size_t count;
    char *buffers; /* of all files */
};

/* ---- The heap ---------------------------------------------------------------------------------------------------- */

/* Moves a reader down from an index to its place. */
static void sift_down(order *o, size_t at)
{
    part_reader *moved = o->heap[at];
    for (size_t child; (child = 2 * at + 1) < o->count; at = child) {
        child += child + 1 < o->count && o->heap[child + 1]->run.first < o->heap[child]->run.first;
        if (moved->run.first <= o->heap[child]->run.first)
            break;
        o->heap[at] = o->heap[child];
    }
    o->heap[at] = moved;
}

static void make_heap(order *o)
{
    for (uint64_t i = 0; i < o->set->parts; i++)
        if (o->readers[i].run.count > 0)
            o->heap[o->count++] = &o->readers[i];
    for (size_t i = o->count / 2; i-- > 0;)
        sift_down(o, i);
}

/* ---- The files --------------------------------------------------------------------------------------------------- */

static int report_changed(const order *o, const part_reader *r)
{
    char path[PART_PATH_SIZE];
    part_path(path, o->set->folder, r->part, o->set->parts, MANIFEST_ENDING);
    return report_error("%s: has changed since it was checked", path);
}

/* Reads the next run of a part. */
static int next_run(const order *o, part_reader *r)
{
    part_totals totals;
    const manifest_line line = read_manifest_line(&r->run, &totals, r->manifest);
    if (line == LINE_WRONG)
        return report_changed(o, r);
    if (line == LINE_TOTALS)
        r->run.count = 0;
    return EXIT_DONE;
}

static int open_file(FILE **file, const order *o, uint64_t part, const char *ending, char *buffer, size_t size)
{
    char path[PART_PATH_SIZE];
    part_path(path, o->set->folder, part, o->set->parts, ending);
    *file = fopen(path, "re");
    if (!*file)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    setvbuf(*file, buffer, _IOFBF, size);
    return EXIT_DONE;
}

static bool skip_line(FILE *file)
{
    int c;
    while ((c = getc(file)) != '\n' && c != EOF)
        continue;
    return c == '\n';
}

static int open_reader(const order *o, part_reader *r, bool with_results, char *buffer, size_t size)
{
    int code = open_file(&r->manifest, o, r->part, MANIFEST_ENDING, buffer, MANIFEST_BUFFER);
    if (code == EXIT_DONE && with_results)
        code = open_file(&r->results, o, r->part, o->set->ending, buffer + MANIFEST_BUFFER, size);
    if (code == EXIT_DONE &&
        (!skip_line(r->manifest) || (with_results && has_first_line(o->set) && !skip_line(r->results))))
        code = report_changed(o, r);
    return code == EXIT_DONE ? next_run(o, r) : code;
}

/* Raises the limit of open files as far as needed and allowed. */
static int allow_files(const part_set *set)
{
    struct rlimit limit;
    const rlim_t needed = 2 * set->parts + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return EXIT_DONE;
    if (limit.rlim_max < needed)
        return report_error(
            "%s: %llu parts need %llu open files, and the limit is %llu; raise it (ulimit -n), or read in "
            "fewer parts",
            set->folder, (unsigned long long)set->parts, (unsigned long long)needed,
            (unsigned long long)limit.rlim_max);
    limit.rlim_cur = needed;
    setrlimit(RLIMIT_NOFILE, &limit);
    return EXIT_DONE;
}

static size_t buffer_size(uint64_t parts)
{
    const size_t share = ALL_BUFFERS / parts;
    return share < MIN_BUFFER ? MIN_BUFFER : share < MAX_BUFFER ? share : MAX_BUFFER;
}

int order_open(order **opened, const part_set *set, bool with_results)
{
    const size_t size = with_results ? buffer_size(set->parts) : 0, both = MANIFEST_BUFFER + size;
    order *o = *opened = calloc(1, sizeof *o);
    if (!o)
        return report_out_of_memory();
    o->set = set;
    o->readers = calloc(set->parts, sizeof *o->readers);
    o->heap = calloc(set->parts, sizeof *o->heap);
    o->buffers = malloc(set->parts * both);
    if (!o->readers || !o->heap || !o->buffers)
        return report_out_of_memory();
    int code = allow_files(set);
    for (uint64_t i = 0; i < set->parts && code == EXIT_DONE; i++) {
        o->readers[i].part = i + 1;
        code = open_reader(o, &o->readers[i], with_results, o->buffers + i * both, size);
    }
    if (code == EXIT_DONE)
        make_heap(o);
    return code;
}

void order_close(order *o)
{
    if (!o)
        return;
    for (uint64_t i = 0; o->readers && i < o->set->parts; i++) {
        if (o->readers[i].manifest)
            fclose(o->readers[i].manifest);
        if (o->readers[i].results)
            fclose(o->readers[i].results);
    }
    free(o->readers);
    free(o->heap);
    free(o->buffers);
    free(o);
}

/* ---- Inputs ------------------------------------------------------------------------------------------------------ */

int order_next(ordered_input *next, order *o)
{
    int code = EXIT_DONE;
    *next = (ordered_input){0};
    if (o->count == 0)
        return EXIT_DONE;
    part_reader *r = o->heap[0];
    *next = (ordered_input){r->run.first, r->run.rows, r->part, r->results};
    r->run.first += r->run.step;
    r->run.count--;
    if (r->run.count == 0)
        code = next_run(o, r);
    if (r->run.count == 0)
        o->heap[0] = o->heap[--o->count];
    if (o->count > 0)
        sift_down(o, 0);
    return code;
}
