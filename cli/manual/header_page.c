/*
 * A page of section 3 from a public header: its first comment, and then each declaration with the comment above it. A
 * comment is one that begins in the first column; the declarations up to the next one belong to it. Rulers, comments of
 * the form "---- Title ----", begin a subsection.
 */
#include "manual/pages.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_COLUMNS 74 /* of a declaration, within the margin of a page on a terminal of 80 columns */
#define MAX_LINE 1024   /* bytes; headers have at most 120 */
#define PAGE_NAME 64

typedef struct header {
    const manual *manual;
    const char *path; /* "include/lenet5/network.h" */
    char *const *all; /* the paths of all headers, ended by NULL */
    char page_name[PAGE_NAME];
    FILE *file, *page;
    char line[MAX_LINE]; /* the one at hand, without its end; "" at the end of the file */
    bool is_over;
    bool has_failed; /* a page that refers to this one could not be written */
} header;

/* A text that grows. */
typedef struct text {
    char *bytes; /* ended by 0; NULL while it is empty */
    size_t size;
} text;

static void append(text *t, const char *bytes, size_t size)
{
    char *grown = realloc(t->bytes, t->size + size + 1);
    if (!grown) {
        fputs("manual: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    memcpy(grown + t->size, bytes, size);
    t->bytes = grown;
    t->size += size;
    t->bytes[t->size] = '\0';
}

static void append_line(text *t, const char *line)
{
    append(t, line, strlen(line));
    append(t, "\n", 1);
}

static void clear(text *t)
{
    free(t->bytes);
    *t = (text){0};
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static void next_line(header *h)
{
    h->is_over = !fgets(h->line, sizeof h->line, h->file);
    if (h->is_over)
        h->line[0] = '\0';
    h->line[strcspn(h->line, "\n")] = '\0';
}

/* From an #if to its #endif: what is there for C++, for other compilers, and against a second inclusion. */
static void skip_conditional(header *h)
{
    size_t depth = 0;
    do {
        depth += begins(h->line, "#if");
        depth -= begins(h->line, "#endif");
        next_line(h);
    } while (depth > 0 && !h->is_over);
}

/* ---- Comments ---------------------------------------------------------------------------------------------------- */

/* The text within a comment's line: without what opens, continues and closes it. */
static void append_comment_line(text *t, const char *line)
{
    line += strspn(line, " ");
    line += begins(line, "/*") ? 2 : begins(line, "*/") ? 0 : begins(line, "*") ? 1 : 0;
    line += line[0] == ' ';
    const char *end = strstr(line, "*/");
    size_t length = end ? (size_t)(end - line) : strlen(line);
    while (length > 0 && line[length - 1] == ' ')
        length--;
    if (length > 0 || (t->size > 0 && !end)) {
        append(t, line, length);
        append(t, "\n", 1);
    }
}

/* Reads the comment that begins at the line at hand. */
static text read_comment(header *h)
{
    text comment = {0};
    bool is_closed = false;
    while (!is_closed && !h->is_over) {
        is_closed = strstr(h->line, "*/") != NULL;
        append_comment_line(&comment, h->line);
        next_line(h);
    }
    return comment;
}

static bool is_ruler(const text *comment)
{
    return comment->bytes && begins(comment->bytes, "----");
}

static void write_ruler(const header *h, const text *comment)
{
    const char *title = comment->bytes + strspn(comment->bytes, "- ");
    size_t length = strcspn(title, "\n");
    while (length > 0 && strchr("- ", title[length - 1]))
        length--;
    fputs(".Ss", h->page);
    write_argument(h->page, title, length);
    fputc('\n', h->page);
}

/* ---- Declarations ------------------------------------------------------------------------------------------------ */

/* A comment within a declaration, filled, below what it is about. */
static void write_inner_comment(const header *h, const char *comment, size_t indent)
{
    char line[MAX_LINE];
    size_t column = (size_t)snprintf(line, sizeof line, "%*s/*", (int)indent, "");
    for (const char *word = comment; *word;) {
        const size_t length = strcspn(word, " \n");
        if (column + 1 + length > PAGE_COLUMNS) {
            write_literal(h->page, line, column);
            column = (size_t)snprintf(line, sizeof line, "%*s", (int)indent + 2, "");
        }
        column += (size_t)snprintf(line + column, sizeof line - column, " %.*s", (int)length, word);
        assert(column < sizeof line);
        word += length;
        word += strspn(word, " \n");
    }
    column += (size_t)snprintf(line + column, sizeof line - column, " */");
    write_literal(h->page, line, column);
}

/* Code without what a macro has at the end of its lines: blanks, and the backslash far to the right. */
static void write_code(const header *h, const char *line, size_t length)
{
    const bool is_continued = length > 0 && line[length - 1] == '\\';
    length -= is_continued;
    while (length > 0 && line[length - 1] == ' ')
        length--;
    char code[MAX_LINE];
    const int size = snprintf(code, sizeof code, "%.*s%s", (int)length, line, is_continued ? " \\" : "");
    write_literal(h->page, code, (size_t)size);
}

/* A line of a struct, of an enumeration or of a macro, and its comment: beside it, or below if that is too wide. */
static void write_member(header *h)
{
    const char *comment = strstr(h->line, "/*");
    const size_t length = strlen(h->line), indent = strspn(h->line, " ");
    if (!comment || (length <= PAGE_COLUMNS && strstr(comment, "*/"))) {
        write_code(h, h->line, length);
        next_line(h);
        return;
    }
    write_code(h, h->line, (size_t)(comment - h->line));
    memmove(h->line, comment, strlen(comment) + 1);
    text inner = read_comment(h);
    write_inner_comment(h, inner.bytes ? inner.bytes : "", indent + 4);
    clear(&inner);
}

/* The name that a function's declaration declares: the word before its first parenthesis. */
static size_t declared_name(const char **name, const char *declaration)
{
    const char *end = strchr(declaration, '(');
    const char *start = end;
    while (start && start > declaration && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
    *name = start;
    return end ? (size_t)(end - start) : 0;
}

/* A page that refers to this one, so that `man 3 lenet5_forward` shows it. */
static void write_reference(header *h, const char *declaration)
{
    const char *name;
    char path[MAX_LINE];
    const size_t length = declared_name(&name, declaration);
    if (length == 0 || !begins(name, "lenet5_"))
        return;
    snprintf(path, sizeof path, "%s/%.*s.3", h->manual->folder, (int)length, name);
    FILE *page = fopen(path, "w");
    if (page)
        fprintf(page, ".so man3/%s.3\n", h->page_name);
    if (page && fclose(page) == 0)
        return;
    fprintf(stderr, "manual: %s: cannot be written: %s\n", path, strerror(errno));
    h->has_failed = true;
}

/* A function's declaration, on several lines if it is long. */
static void write_function(header *h, const char *declaration)
{
    char line[MAX_LINE];
    size_t column = 0;
    write_reference(h, declaration);
    for (const char *parameter = declaration; *parameter;) {
        const char *comma = strpbrk(parameter, ",;");
        const size_t length = comma ? (size_t)(comma + 1 - parameter) : strlen(parameter);
        if (column > 4 && column + 1 + length > PAGE_COLUMNS) {
            write_literal(h->page, line, column);
            column = (size_t)snprintf(line, sizeof line, "    ");
        }
        const char *blank = column > 0 && line[column - 1] != ' ' ? " " : "";
        column += (size_t)snprintf(line + column, sizeof line - column, "%s%.*s", blank, (int)length, parameter);
        assert(column < sizeof line);
        parameter += length;
        parameter += strspn(parameter, " \n");
    }
    write_literal(h->page, line, column);
}

static bool is_function(const char *line)
{
    const char *parenthesis = strchr(line, '('), *comment = strstr(line, "/*");
    return isalpha((unsigned char)line[0]) && !begins(line, "typedef") && !begins(line, "enum") && parenthesis &&
           (!comment || parenthesis < comment);
}

/* Reads and writes the declaration or the comment within one that the line at hand begins. */
static void write_declaration(header *h)
{
    text whole = {0};
    const size_t indent = strspn(h->line, " ");
    if (begins(h->line + indent, "/*")) {
        whole = read_comment(h);
        write_inner_comment(h, whole.bytes, indent);
    } else if (is_function(h->line)) {
        do {
            append_line(&whole, h->line);
            next_line(h);
        } while (!strchr(whole.bytes, ';') && !h->is_over);
        write_function(h, whole.bytes);
    } else {
        write_member(h);
    }
    clear(&whole);
}

/* Whether the line at hand is not of the interface: conditionals and inclusions. */
static bool is_foreign(const header *h)
{
    return begins(h->line, "#if") || begins(h->line, "#include") || begins(h->line, "#endif");
}

static void skip_line(header *h)
{
    if (begins(h->line, "#if"))
        skip_conditional(h);
    else
        next_line(h);
}

static void drop_export(char *line)
{
    if (begins(line, "LENET5_API "))
        memmove(line, line + strlen("LENET5_API "), strlen(line + strlen("LENET5_API ")) + 1);
}

static void skip_to_code(header *h)
{
    while (!h->is_over && (h->line[0] == '\0' || is_foreign(h)))
        skip_line(h);
}

/* Whether the line at hand is within the braces of a declaration: these are in the first column, and nothing else is. */
static bool is_within(const header *h)
{
    return h->line[0] == ' ' || h->line[0] == '}';
}

/* Passes over an empty line; returns whether it was within a declaration, where the page has one too. */
static bool pass_gap(header *h)
{
    next_line(h);
    const bool goes_on = is_within(h);
    fputs(goes_on ? "\n" : "", h->page);
    return goes_on;
}

/* The declarations up to a comment, or to an empty line between declarations. Returns whether there are any. */
static bool write_block(header *h)
{
    bool is_open = false;
    while (!h->is_over && !begins(h->line, "/*") && !is_foreign(h)) {
        if (h->line[0] == '\0') {
            if (!pass_gap(h))
                break;
            continue;
        }
        fputs(is_open ? "" : ".Bd -literal\n", h->page);
        is_open = true;
        drop_export(h->line);
        write_declaration(h);
    }
    fputs(is_open ? ".Ed\n" : "", h->page);
    return is_open;
}

/* ---- The page ---------------------------------------------------------------------------------------------------- */

/* A comment of its own, as the first text below a title or not, or below the declarations that it is about. */
static void write_comment(const header *h, const char *comment, bool is_about, bool is_first)
{
    fputs(is_about ? ".Bd -ragged -offset indent -compact\n" : is_first ? "" : ".Pp\n", h->page);
    write_paragraphs(h->page, comment);
    fputs(is_about ? ".Ed\n" : "", h->page);
}

static void write_body(header *h)
{
    bool is_first = false;
    for (skip_to_code(h); !h->is_over; skip_to_code(h)) {
        text comment = {0};
        if (begins(h->line, "/*"))
            comment = read_comment(h);
        if (is_ruler(&comment)) {
            write_ruler(h, &comment);
        } else {
            const bool is_about = write_block(h);
            if (comment.bytes)
                write_comment(h, comment.bytes, is_about, is_first);
        }
        is_first = is_ruler(&comment);
        clear(&comment);
    }
}

/* "network.h: the network and its passes. More." The phrase ends with the sentence, or where a name is explained. */
static size_t phrase_length(const char *phrase)
{
    size_t length = strlen(phrase);
    static const char *const ends[] = {". ", ".\n", ": ", ":\n", ", \"", "; "};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(phrase, ends[i]);
        if (end && (size_t)(end - phrase) < length)
            length = (size_t)(end - phrase);
    }
    return length;
}

/* The part of the path that a program includes: what follows the last "include/". */
static const char *included_name(const char *path)
{
    const char *name = path;
    for (const char *at = path; (at = strstr(at, "include/")); at++)
        name = at + strlen("include/");
    return name;
}

/* "lenet5/network.h" is the page lenet5_network. */
static void name_page(char name[PAGE_NAME], const char *path)
{
    snprintf(name, PAGE_NAME, "%s", included_name(path));
    name[strcspn(name, ".")] = '\0';
    for (char *c = name; *c; c++)
        if (*c == '/')
            *c = '_';
}

static void write_head(header *h, const text *comment)
{
    const char *phrase = comment->bytes ? strstr(comment->bytes, ": ") : NULL;
    phrase = phrase ? phrase + 2 : "a header of lenet5";
    const size_t length = phrase_length(phrase);
    const bool is_sentence = phrase[length] == '.'; /* which the name has already */
    write_name(h->page, h->page_name, phrase, length);
    fprintf(h->page, ".Sh SYNOPSIS\n.In %s\n", included_name(h->path));
    fputs(".Pp\n.Dl cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs lenet5_reader)\n.Sh DESCRIPTION\n", h->page);
    write_paragraphs(h->page, is_sentence ? phrase + length + strspn(phrase + length, ". \n") : phrase);
}

/* The page of a header that follows another one in the alphabet; returns false behind the last one. */
static bool next_page(char next[PAGE_NAME], const header *h, const char *previous)
{
    next[0] = '\0';
    for (char *const *path = h->all; *path; path++) {
        char name[PAGE_NAME];
        name_page(name, *path);
        if (strcmp(name, previous) > 0 && (next[0] == '\0' || strcmp(name, next) < 0))
            snprintf(next, PAGE_NAME, "%s", name);
    }
    return next[0] != '\0';
}

/* The program's page, and those of the other headers. */
static void write_see_also(const header *h)
{
    char name[PAGE_NAME], previous[PAGE_NAME] = "";
    fputs(".Sh SEE ALSO\n.Xr lenet5 1", h->page);
    while (next_page(name, h, previous)) {
        if (strcmp(name, h->page_name) != 0)
            fprintf(h->page, " ,\n.Xr %s 3", name);
        snprintf(previous, PAGE_NAME, "%s", name);
    }
    fputc('\n', h->page);
}

static bool write_page(header *h)
{
    text intro = {0};
    next_line(h);
    if (begins(h->line, "/*"))
        intro = read_comment(h);
    while (!h->is_over && !begins(h->line, "#ifndef")) /* the guard */
        next_line(h);
    next_line(h);
    next_line(h);
    write_head(h, &intro);
    clear(&intro);
    write_body(h);
    write_see_also(h);
    return page_close(h->page, h->page_name);
}

bool write_header_page(const manual *m, const char *path, char *const *all)
{
    header h = {.manual = m, .path = path, .all = all, .file = fopen(path, "r")};
    if (!h.file) {
        fprintf(stderr, "manual: %s: cannot be opened: %s\n", path, strerror(errno));
        return false;
    }
    name_page(h.page_name, path);
    h.page = page_open(m, h.page_name, 3);
    const bool written = h.page && write_page(&h) && !h.has_failed;
    fclose(h.file);
    return written;
}
