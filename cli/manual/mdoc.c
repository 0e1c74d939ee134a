#include "mdoc.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/utf8.h"

FILE *page_open(const manual *m, const char *name, int section)
{
    char path[1024], title[64];
    size_t length = 0;
    snprintf(path, sizeof path, "%s/%s.%d", m->folder, name, section);
    FILE *page = fopen(path, "w");
    if (!page) {
        fprintf(stderr, "manual: %s: cannot be opened: %s\n", path, strerror(errno));
        return NULL;
    }
    for (; name[length] && length + 1 < sizeof title; length++)
        title[length] = (char)toupper((unsigned char)name[length]);
    title[length] = '\0';
    fprintf(page, ".Dd %s\n.Dt %s %d\n.Os\n", m->date, title, section);
    return page;
}

bool page_close(FILE *page, const char *name)
{
    const bool failed = ferror(page);
    if (fclose(page) == 0 && !failed)
        return true;
    fprintf(stderr, "manual: the page %s cannot be written\n", name);
    return false;
}

/* ---- Characters -------------------------------------------------------------------------------------------------- */

/* What roff writes for a character of ASCII that it would interpret or print as another one; NULL: itself. */
static const char *escape_of(char c, bool is_code)
{
    switch (c) {
    case '\\': return "\\e";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    case '"': return "\\(dq";
    case '`': return "\\(ga";
    case '\'': return is_code ? "\\(aq" : NULL;
    case '-': return is_code ? "\\-" : NULL;
    default: return NULL;
    }
}

/* Text on one line of input. Code has the hyphens and quotes of ASCII, which can be copied from the page. */
static void write_text(FILE *page, const char *text, size_t length, bool is_code)
{
    for (size_t i = 0, size; i < length; i += size) {
        uint32_t character = 0;
        const char *escape = escape_of(text[i], is_code);
        size = lenet5_utf8_next(&character, text + i);
        size = size ? size : 1;
        if (escape)
            fputs(escape, page);
        else if (size > 1)
            fprintf(page, "\\[u%04X]", (unsigned)character);
        else
            fputc(text[i], page);
    }
}

void write_argument(FILE *page, const char *text, size_t length)
{
    fputs(" \"", page);
    write_text(page, text, length, true);
    fputc('"', page);
}

void write_literal(FILE *page, const char *line, size_t length)
{
    if (length > 0 && (line[0] == '.' || line[0] == '\''))
        fputs("\\&", page);
    write_text(page, line, length, true);
    fputc('\n', page);
}

/* ---- Words ------------------------------------------------------------------------------------------------------- */

#define INPUT_COLUMNS 70 /* mandoc's check wants lines of input below 80, escapes included */

static size_t skip_blanks(const char *text, size_t at, size_t length)
{
    while (at < length && isspace((unsigned char)text[at]))
        at++;
    return at;
}

static size_t word_end(const char *text, size_t at, size_t length)
{
    while (at < length && !isspace((unsigned char)text[at]))
        at++;
    return at;
}

static bool ends_with_stop(const char *word, size_t size)
{
    while (size > 1 && strchr(")\"'", word[size - 1]))
        size--;
    return strchr(".!?", word[size - 1]) != NULL;
}

/* Whether the word before a text that begins with first and ends with a stop ended a sentence. */
static bool begins_sentence(char first)
{
    return isupper((unsigned char)first) || strchr("\"(-", first);
}

void write_words(FILE *page, const char *text, size_t length)
{
    size_t column = 0;
    for (size_t at = skip_blanks(text, 0, length); at < length;) {
        const char *word = text + at;
        const size_t size = word_end(text, at, length) - at;
        const size_t next = skip_blanks(text, at + size, length);
        const bool stop = ends_with_stop(word, size);
        const bool sentence = stop && size > 1 && next < length && begins_sentence(text[next]);
        if (column > 0 && column + 1 + size > INPUT_COLUMNS) {
            fputc('\n', page);
            column = 0;
        }
        if (column > 0)
            fputc(' ', page);
        else if (word[0] == '.' || word[0] == '\'')
            fputs("\\&", page);
        write_text(page, word, size, word[0] == '-');
        if (stop && next < length && !sentence)
            fputs("\\&", page); /* an abbreviation: roff takes a stop at the end of a line for that of a sentence */
        if (sentence)
            fputc('\n', page);
        column = sentence ? 0 : column + size + 1;
        at = next;
    }
    fputc('\n', page);
}

/* The end of the paragraph, or of the indented lines with the empty ones between them, that text begins with. */
static const char *block_end(const char *text)
{
    const bool is_table = text[0] == ' ';
    while (text[0] && text[0] != '\n' && (text[0] == ' ') == is_table) {
        text += strcspn(text, "\n");
        text += *text == '\n';
        const size_t gap = strspn(text, "\n");
        if (is_table && text[gap] == ' ')
            text += gap;
    }
    return text;
}

static void write_table(FILE *page, const char *text, const char *end)
{
    fputs(".Bd -literal -offset indent\n", page);
    const size_t indent = strspn(text, " ");
    while (text < end) {
        const size_t length = strcspn(text, "\n"), blanks = strspn(text, " ");
        const size_t skipped = blanks < indent ? blanks : indent;
        write_literal(page, text + skipped, length - skipped);
        text += length + (text[length] == '\n');
    }
    fputs(".Ed\n", page);
}

void write_paragraphs(FILE *page, const char *text)
{
    bool is_first = true;
    while (*text) {
        text += strspn(text, "\n");
        const char *end = block_end(text);
        if (text == end)
            break;
        if (text[0] == ' ') {
            write_table(page, text, end);
        } else {
            if (!is_first)
                fputs(".Pp\n", page);
            write_words(page, text, (size_t)(end - text));
        }
        is_first = false;
        text = end;
    }
}

void write_name(FILE *page, const char *name, const char *phrase, size_t length)
{
    fprintf(page, ".Sh NAME\n.Nm %s\n.Nd ", name);
    for (size_t i = 0; i < length; i++) {
        const char c = phrase[i] == '\n' ? ' ' : phrase[i];
        write_text(page, &c, 1, false);
    }
    fputc('\n', page);
}
