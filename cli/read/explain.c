#include "explain.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common.h"
#include "outputs.h"
#include "paths.h"
#include "png_file.h"
#include "system/file.h"

#define MAX_CANDIDATES 1792      /* of a line: 7 of each of 256 pieces, src/reader/search/graph.c */
#define MAX_PAGE_CANDIDATES 1000 /* shown of a page; each is a file */
#define MAX_PAGE_STAGES 200      /* shown of a page; each is a file */
#define MAX_INDEX (1u << 28)     /* bytes of the page of an earlier explanation */
#define NODE_SPACING 60          /* pixels, in the drawing of the graph */
#define NODE_MARGIN 40           /* pixels */
#define ARC_RISE 26              /* pixels by which the control points of an arc rise for each node it spans */
#define ARC_ROOM 24              /* pixels above the highest arc, for its digit */

#define NAME_SIZE 80

/* A picture file of an earlier explanation. */
typedef struct earlier_file {
    char name[NAME_SIZE];
    bool kept; /* the new explanation has it too */
} earlier_file;

struct explanation {
    const char *folder;
    bool replaces;         /* the folder holds an earlier explanation, whose files may be replaced */
    earlier_file *earlier; /* (earlier_count), by name */
    size_t earlier_count;
    lenet5_observer observer;
    FILE *page;
    char *text;
    size_t size;
    size_t picture, line; /* current; numbers of the files that belong to them */
    size_t count;         /* of candidates of the line */
    size_t stages, shown; /* files of stages and of candidates of the picture */
    lenet5_candidate candidates[MAX_CANDIDATES];
    bool failed;
};

/* The beginning of every explanation, which identifies one. */
#define MARK                                                                               \
    "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"generator\" " \
    "content=\"lenet5 read --explain\">"

static const char head[] = MARK
    "<title>lenet5 read</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
    ":root { color-scheme: light dark; --paper: #fff; --text: #222; --soft: #666; --line: #ddd; --good: #0072b2 }\n"
    "@media (prefers-color-scheme: dark) { :root { --paper: #181a1b; --text: #e6e6e6; --soft: #aaa; --line: #444;\n"
    "  --good: #56b4e9 } }\n"
    "body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); max-width: 70em;\n"
    "  margin: 2em auto; padding: 0 1em }\n"
    "h2 { border-top: 1px solid var(--line); padding-top: 1em } figure { margin: 1em 0 } figcaption { color: "
    "var(--soft) }\n"
    "img { max-width: 100%; background: #fff; border: 1px solid var(--line) }\n"
    ".tried { display: flex; flex-wrap: wrap; gap: 8px } .tried div { text-align: center; font-size: 12px; padding: "
    "4px;\n"
    "  border: 2px solid transparent } .tried img { width: 56px; image-rendering: pixelated; display: block }\n"
    ".tried .chosen { border-color: var(--good); border-radius: 4px } .graph { overflow-x: auto }\n"
    ".answer { font-size: 1.6em; letter-spacing: 0.08em } .soft { color: var(--soft) }\n"
    "svg text { fill: var(--text); font: 13px system-ui, sans-serif; text-anchor: middle } svg path { fill: none;\n"
    "  stroke: var(--line); stroke-width: 1.5 } svg .chosen path { stroke: var(--good); stroke-width: 3 }\n"
    "th { text-align: left; font-weight: normal; padding-right: 2em } td { text-align: right }\n"
    "svg circle { fill: var(--text) }\n</style>\n<h1>How lenet5 read it</h1>\n";

/* Writes text, escaped for HTML. */
static void put_text(FILE *page, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", page); break;
        case '&': fputs("&amp;", page); break;
        case '"': fputs("&quot;", page); break;
        default: fputc(*text, page);
        }
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const earlier_file *)a)->name, ((const earlier_file *)b)->name);
}

/* Returns the file of that name of the earlier explanation, or NULL. */
static earlier_file *find_earlier(const explanation *e, const char *name)
{
    earlier_file key = {.kept = false};
    snprintf(key.name, sizeof key.name, "%s", name);
    return e->earlier_count ? bsearch(&key, e->earlier, e->earlier_count, sizeof key, by_name) : NULL;
}

static bool is_regular(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 && S_ISREG(about.st_mode);
}

/* Writes a picture to a new file, or to one of the earlier explanation. */
static int write_picture_as(explanation *e, const char *path, const char *name, const uint8_t *pixels, size_t width,
                            size_t height, size_t channels)
{
    lenet5_error error;
    char temporary[TEMPORARY_SIZE];
    earlier_file *old = find_earlier(e, name);
    const bool taken = is_taken(path);
    if (taken && !(old && is_regular(path)))
        return report_error("%s exists and is not part of an earlier explanation; remove it or choose another folder",
                            path);
    name_temporary(temporary, path, "");
    if (write_png(taken ? path : temporary, pixels, width, height, channels, &error) != LENET5_OK)
        return report_library_error(&error);
    if (old)
        old->kept = true;
    return taken ? EXIT_DONE : publish_new(temporary, path);
}

static void write_picture(explanation *e, const char *name, const uint8_t *pixels, size_t width, size_t height,
                          size_t channels)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", e->folder, name);
    if (!e->failed)
        e->failed = write_picture_as(e, path, name, pixels, width, height, channels) != EXIT_DONE;
}

static void put_figure(explanation *e, const char *name, const char *caption)
{
    fprintf(e->page, "<figure><img src=\"%s\" alt=\"%s\"><figcaption>%s</figcaption></figure>\n", name, caption,
            caption);
}

/* ---- Candidates and their graph ---------------------------------------------------------------------------------- */

static unsigned best_digit(const lenet5_candidate *c)
{
    unsigned best = 0;
    for (unsigned digit = 1; digit < LENET5_CLASSES; digit++)
        best = c->posterior[digit] > c->posterior[best] ? digit : best;
    return best;
}

static size_t node_count(const explanation *e)
{
    size_t nodes = 1;
    for (size_t i = 0; i < e->count; i++)
        nodes = e->candidates[i].last + 1 > nodes ? e->candidates[i].last + 1 : nodes;
    return nodes;
}

/* Whether the drawing shows a candidate: it is probably a digit, or chosen. */
static bool is_drawn(const lenet5_candidate *c)
{
    return c->chosen || c->mark || (double)c->posterior[best_digit(c)] * c->prior > 0.01;
}

/* The height of the control points of a candidate's arc above the nodes; the arc itself reaches three quarters of
 * it. */
static size_t rise_of(const lenet5_candidate *c)
{
    return ARC_RISE * (c->last - c->first);
}

/* The height of the nodes below the top of the drawing. */
static size_t base_line(const explanation *e)
{
    size_t highest = 0;
    for (size_t i = 0; i < e->count; i++)
        if (is_drawn(&e->candidates[i]) && rise_of(&e->candidates[i]) > highest)
            highest = rise_of(&e->candidates[i]);
    return ARC_ROOM + highest * 3 / 4;
}

/* Draws a candidate as an arc over its pieces. Its control points may be above the drawing. */
static void put_arc(FILE *page, const lenet5_candidate *c, size_t base)
{
    const bool chosen = c->chosen || c->mark;
    const size_t from = NODE_MARGIN + c->first * NODE_SPACING;
    const size_t to = NODE_MARGIN + c->last * NODE_SPACING;
    const long handle = (long)base - (long)rise_of(c);
    const unsigned digit = best_digit(c);
    fprintf(
        page,
        "<g%s><path d=\"M%zu %zu C%zu %ld %zu %ld %zu %zu\"/><text x=\"%zu\" y=\"%zu\">%c</text><title>%u: %.4f, prior "
        "%.4f</title></g>\n",
        chosen ? " class=\"chosen\"" : "", from, base, from, handle, to, handle, to, base, (from + to) / 2,
        base - rise_of(c) * 3 / 4 - 4, c->mark ? c->mark : (char)('0' + digit), digit, (double)c->posterior[digit],
        c->prior);
}

/* Draws the chosen arcs last, on top of the others. */
static void put_graph(explanation *e)
{
    const size_t nodes = node_count(e);
    const size_t base = base_line(e);
    fprintf(e->page, "<div class=\"graph\"><svg width=\"%zu\" height=\"%zu\" role=\"img\" aria-label=\"graph\">\n",
            2 * NODE_MARGIN + (nodes - 1) * NODE_SPACING, base + 20);
    for (int chosen = 0; chosen <= 1; chosen++)
        for (size_t i = 0; i < e->count; i++)
            if ((e->candidates[i].chosen || e->candidates[i].mark) == (chosen == 1) && is_drawn(&e->candidates[i]))
                put_arc(e->page, &e->candidates[i], base);
    for (size_t i = 0; i < nodes; i++)
        fprintf(e->page, "<circle cx=\"%zu\" cy=\"%zu\" r=\"4\"/>\n", NODE_MARGIN + i * NODE_SPACING, base);
    fputs(
        "</svg></div>\n<p class=\"soft\">Each dot is a gap or a cut between two pieces; each arc joins pieces that may "
        "be a digit or a mark. "
        "The blue path is the answer.</p>\n",
        e->page);
}

static void put_candidates(explanation *e)
{
    const size_t left = MAX_PAGE_CANDIDATES - e->shown;
    const size_t count = e->count < left ? e->count : left;
    fputs("<details><summary>All candidates that the network classified</summary><div class=\"tried\">\n", e->page);
    for (size_t i = 0; i < count; i++) {
        const lenet5_candidate *c = &e->candidates[i];
        const unsigned digit = best_digit(c);
        const bool rubbish = c->posterior[LENET5_RUBBISH] > c->posterior[digit];
        char name[NAME_SIZE];
        uint8_t picture[LENET5_PICTURE_BYTES];
        for (size_t k = 0; k < LENET5_PICTURE_BYTES; k++)
            picture[k] = (uint8_t)(255 - c->picture[k]);
        snprintf(name, sizeof name, "%zu-%zu-%zu-%zu.png", e->picture, e->line, c->first, c->last);
        write_picture(e, name, picture, LENET5_PICTURE_SIDE, LENET5_PICTURE_SIDE, 1);
        fprintf(e->page, "<div%s><img src=\"%s\" alt=\"\">", c->chosen || c->mark ? " class=\"chosen\"" : "", name);
        if (c->mark)
            fprintf(e->page, "mark %c</div>\n", c->mark);
        else if (rubbish)
            fprintf(e->page, "no digit<br>%.3f</div>\n", (double)c->posterior[LENET5_RUBBISH]);
        else
            fprintf(e->page, "%u<br>%.3f</div>\n", digit, (double)c->posterior[digit]);
    }
    fputs("</div></details>\n", e->page);
    if (count < e->count)
        fprintf(e->page, "<p class=\"soft\">%zu more are not shown.</p>\n", e->count - count);
    e->shown += count;
}

static void end_line(explanation *e)
{
    if (e->count > 0 && e->shown < MAX_PAGE_CANDIDATES) {
        put_graph(e);
        put_candidates(e);
    }
    e->count = 0;
}

/* ---- Callbacks of the reader ------------------------------------------------------------------------------------- */

/* The caption of a stage. */
static const char *caption_of(const char *stage)
{
    return strcmp(stage, "layout") == 0
               ? "layout: cells in green, fields in blue, lines in orange, ink that is left out in red"
               : stage;
}

static void see_stage(void *context, const char *stage, size_t line, const uint8_t *rgb, size_t width, size_t height)
{
    explanation *e = context;
    char name[NAME_SIZE];
    if (line != e->line)
        end_line(e);
    if (e->stages == MAX_PAGE_STAGES)
        fputs("<p class=\"soft\">More lines and stages are not shown.</p>\n", e->page);
    if (e->stages++ >= MAX_PAGE_STAGES) {
        e->line = line;
        return;
    }
    if (line > 0)
        fprintf(e->page, "<h3>Line %zu</h3>\n", line);
    e->line = line;
    snprintf(name, sizeof name, "%zu-%zu-%s.png", e->picture, line, stage);
    for (char *c = name; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    write_picture(e, name, rgb, width, height, 3);
    put_figure(e, name, caption_of(stage));
}

static void see_candidate(void *context, size_t line, const lenet5_candidate *candidate)
{
    explanation *e = context;
    (void)line;
    if (e->stages <= MAX_PAGE_STAGES && e->count < MAX_CANDIDATES)
        e->candidates[e->count++] = *candidate;
}

/* ---- The page ---------------------------------------------------------------------------------------------------- */

/* Whether an entry is neither . nor .. */
static bool is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static bool is_empty(const char *path)
{
    DIR *folder = opendir(path);
    bool empty = folder;
    for (const struct dirent *entry; empty && (entry = readdir(folder));)
        empty = !is_entry(entry);
    if (folder)
        closedir(folder);
    return empty;
}

/* A page that was edited may have a name twice. */
static void drop_doubles(explanation *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->earlier_count; i++)
        if (kept == 0 || by_name(&e->earlier[kept - 1], &e->earlier[i]) != 0)
            e->earlier[kept++] = e->earlier[i];
    e->earlier_count = kept;
}

/* Lists the names of the pictures that a page shows, if they look like names of this program. */
static int list_earlier(explanation *e, const char *page)
{
    static const char begin[] = "<img src=\"";
    size_t room = 0;
    for (const char *at = page; (at = strstr(at, begin));) {
        at += strlen(begin);
        const size_t length = strspn(at, "0123456789abcdefghijklmnopqrstuvwxyz-.");
        if (length == 0 || length >= NAME_SIZE || at[length] != '"')
            continue;
        if (e->earlier_count == room) {
            room = room ? 2 * room : 256;
            earlier_file *larger = realloc(e->earlier, room * sizeof *larger);
            if (!larger)
                return report_out_of_memory();
            e->earlier = larger;
        }
        earlier_file *file = &e->earlier[e->earlier_count++];
        *file = (earlier_file){0};
        memcpy(file->name, at, length);
    }
    if (e->earlier_count > 0)
        qsort(e->earlier, e->earlier_count, sizeof *e->earlier, by_name);
    drop_doubles(e);
    return EXIT_DONE;
}

/* Finds the earlier explanation in a folder that is not empty, or fails. */
static int take_folder(explanation *e)
{
    char path[PATH_SIZE];
    char *page = NULL;
    size_t size;
    snprintf(path, sizeof path, "%s/index.html", e->folder);
    int code = is_regular(path) ? load_text(&page, &size, path, MAX_INDEX) : EXIT_DONE;
    e->replaces = code == EXIT_DONE && page && strncmp(page, MARK, strlen(MARK)) == 0;
    if (e->replaces)
        code = list_earlier(e, page);
    else if (code == EXIT_DONE)
        code = report_error("%s: holds files that are no explanation of lenet5 read; --explain takes a new or empty "
                            "folder, or one that it has written before",
                            e->folder);
    free(page);
    return code;
}

/* Fails if an input is in the folder: it could be replaced. */
static int refuse_inputs(const char *folder, const file_list *files)
{
    char path[PATH_SIZE];
    for (size_t i = 0; i < files->count; i++) {
        folder_part(path, sizeof path, files->files[i]);
        if (strcmp(files->files[i], "-") != 0 && is_same_path(path, folder))
            return report_error("%s: is in the folder of --explain, whose files may be replaced; choose another folder",
                                files->files[i]);
    }
    return EXIT_DONE;
}

static int open_folder(explanation *e, const file_list *files)
{
    if (refuse_inputs(e->folder, files) != EXIT_DONE)
        return EXIT_FAILED;
    if (mkdir(e->folder, 0777) != 0 && errno != EEXIST)
        return report_error("%s: the folder cannot be made: %s", e->folder, strerror(errno));
    return is_empty(e->folder) ? EXIT_DONE : take_folder(e);
}

static void explain_free(explanation *e)
{
    free(e->earlier);
    free(e->text);
    free(e);
}

int explain_begin(explanation **e, const char *folder, const file_list *files)
{
    explanation *new = calloc(1, sizeof *new);
    if (!new)
        return report_out_of_memory();
    new->folder = folder;
    new->observer = (lenet5_observer){new, see_stage, see_candidate};
    int code = open_folder(new, files);
    if (code == EXIT_DONE && !(new->page = open_memstream(&new->text, &new->size)))
        code = report_out_of_memory();
    if (code != EXIT_DONE) {
        explain_free(new);
        return code;
    }
    fputs(head, new->page);
    *e = new;
    return EXIT_DONE;
}

const lenet5_observer *explain_observer(explanation *e)
{
    return &e->observer;
}

void explain_picture(explanation *e, const char *title, const lenet5_picture *picture)
{
    char name[NAME_SIZE];
    end_line(e);
    e->picture++;
    e->line = 0;
    e->stages = e->shown = 0;
    fputs("<h2>", e->page);
    put_text(e->page, title);
    fputs("</h2>\n", e->page);
    snprintf(name, sizeof name, "%zu-grey.png", e->picture);
    write_picture(e, name, picture->grey, picture->width, picture->height, 1);
    put_figure(e, name, "the picture, in grey");
}

/* Writes the measures behind the probability of a line. */
static void put_evidence(FILE *page, const lenet5_read_line *l)
{
    fputs("<details><summary>Measures behind the probability</summary><table>\n", page);
    for (unsigned i = 0; i < LENET5_EVIDENCE; i++)
        fprintf(page, "<tr><th>%s</th><td>%.4f</td></tr>\n", lenet5_evidence_name(i), l->evidence[i]);
    fputs("</table></details>\n", page);
}

static void put_place(FILE *page, const lenet5_read_line *l)
{
    if (l->table > 0)
        fprintf(page, "<p class=\"soft\">table %zu, row %zu, column %zu</p>\n", l->table, l->row, l->column);
}

/* Strings of a mask or a list may have any character, so they are escaped. */
static void put_strings(FILE *page, const lenet5_read_line *l)
{
    fputs("<p class=\"soft\">", page);
    for (size_t k = 0; k < l->strings; k++) {
        fputs(k > 0 ? ", " : "", page);
        put_text(page, l->string[k].text);
        fprintf(page, ": probability %.4f", l->string[k].probability);
    }
    fputs("</p>\n", page);
}

static void put_line(FILE *page, const lenet5_read_line *l)
{
    const bool sure = l->decision == LENET5_ACCEPTED;
    fprintf(page, "<p class=\"answer\">%s", sure ? "" : "not sure; nearest ");
    put_text(page, l->strings ? l->string[0].text : "nothing");
    fputs("</p>\n", page);
    put_place(page, l);
    if (l->strings == 0)
        return;
    put_strings(page, l);
    if (!sure)
        fprintf(page, "<p class=\"soft\">%s</p>\n", lenet5_evidence_doubt(l->doubt));
    put_evidence(page, l);
}

void explain_reading(explanation *e, const lenet5_reading *reading)
{
    end_line(e);
    if (reading->count == 0)
        fputs("<p class=\"answer\">nothing is written there</p>\n", e->page);
    for (size_t i = 0; i < reading->count; i++)
        put_line(e->page, &reading->lines[i]);
    for (unsigned bit = 1; bit <= reading->notes; bit <<= 1)
        if (reading->notes & bit)
            fprintf(e->page, "<p class=\"soft\">%s</p>\n", lenet5_note_text(bit));
}

/* Removes the files of the earlier explanation that the new one lacks. */
static void remove_earlier(const explanation *e)
{
    char path[PATH_SIZE];
    for (size_t i = 0; i < e->earlier_count; i++) {
        snprintf(path, sizeof path, "%s/%s", e->folder, e->earlier[i].name);
        if (!e->earlier[i].kept && is_regular(path))
            unlink(path);
    }
}

static int write_page(const explanation *e, const char *path)
{
    lenet5_error error;
    char temporary[TEMPORARY_SIZE];
    const file_piece piece = {e->text, e->size};
    name_temporary(temporary, path, "");
    if (lenet5_file_write(e->replaces ? path : temporary, &piece, 1, &error) != LENET5_OK)
        return report_library_error(&error);
    return e->replaces ? EXIT_DONE : publish_new(temporary, path);
}

int explain_end(explanation *e, bool failed)
{
    char path[PATH_SIZE];
    bool lost = e->failed;
    fputs("</html>\n", e->page);
    if (fclose(e->page) != 0)
        lost = report_out_of_memory() != EXIT_DONE;
    snprintf(path, sizeof path, "%s/index.html", e->folder);
    if (!lost)
        lost = write_page(e, path) != EXIT_DONE;
    if (!lost)
        remove_earlier(e);
    if (!lost && !failed)
        print_line(stderr, "the explanation is %s", path);
    explain_free(e);
    return lost ? EXIT_FAILED : EXIT_DONE;
}
