/* lenet5(1) and the pages of its commands. */
#include "manual/pages.h"

#include <ctype.h>
#include <string.h>

#include "manual/notes.h"
#include "options.h"

/* ---- Synopsis ---------------------------------------------------------------------------------------------------- */

/* "FILE..." is an argument and dots, "--out" an option, small letters stand for themselves. */
static void write_word(FILE *page, const char *word, size_t length)
{
    const size_t dots = length > 3 && strncmp(word + length - 3, "...", 3) == 0 ? 3 : 0;
    const bool is_option = length > 2 && strncmp(word, "--", 2) == 0;
    if (is_option)
        fprintf(page, "Fl \\-%.*s", (int)(length - 2), word + 2);
    else if (islower((unsigned char)word[0]) && strncmp(word, "options", 7) != 0)
        fprintf(page, "Cm %.*s", (int)length, word);
    else
        fprintf(page, "Ar %.*s%s", (int)(length - dots), word, dots ? " ..." : "");
}

static void write_usage(FILE *page, const char *usage)
{
    while (*usage) {
        const size_t length = strcspn(usage, " ");
        const bool is_optional = usage[0] == '[' && usage[length - 1] == ']';
        if (usage[0] == '|') {
            fputs("|", page);
        } else {
            fputs(is_optional ? ".Op " : ".", page);
            write_word(page, usage + is_optional, length - 2 * (size_t)is_optional);
        }
        fputc('\n', page);
        usage += length + (usage[length] == ' ');
    }
}

/* ---- Options ----------------------------------------------------------------------------------------------------- */

static void write_option(FILE *page, const option *o)
{
    fprintf(page, ".It Fl \\-%s", o->name);
    if (o->argument) {
        const bool is_optional = o->argument[0] == '[';
        const size_t length = strlen(o->argument) - 2 * (size_t)is_optional;
        fputs(is_optional ? " Op Ar" : " Ar", page);
        write_argument(page, o->argument + is_optional, length);
    }
    fputc('\n', page);
    write_words(page, o->help, strlen(o->help));
}

static void write_options(FILE *page, const cli_command *command)
{
    static const option help = FLAG("help", "print a summary of this page");
    fputs(".Sh OPTIONS\n.Bl -tag -width Ds\n", page);
    for (const option *o = command->options; o->name; o++)
        write_option(page, o);
    write_option(page, &help);
    fputs(".El\n", page);
}

/* ---- What surrounds a command ------------------------------------------------------------------------------------ */

static void write_items(FILE *page, const char *title, const char *macro, const note *notes, const cli_command *command)
{
    bool is_open = false;
    for (const note *n = notes; n->name; n++) {
        if (!note_applies(n, command))
            continue;
        if (!is_open)
            fprintf(page, ".Sh %s\n.Bl -tag -width Ds\n", title);
        is_open = true;
        fprintf(page, ".It %s", macro);
        write_argument(page, n->name, strlen(n->name));
        fputc('\n', page);
        write_words(page, n->text, strlen(n->text));
    }
    if (is_open)
        fputs(".El\n", page);
}

static void write_examples(FILE *page, const char *examples)
{
    if (!examples)
        return;
    fputs(".Sh EXAMPLES\n.Bd -literal\n", page);
    for (const char *line = examples; *line;) {
        const size_t length = strcspn(line, "\n");
        write_literal(page, line, length);
        line += length + (line[length] == '\n');
    }
    fputs(".Ed\n", page);
}

/* Whether a page like "lenet5-serve.1" is that of a command that this build does not have. */
static bool is_left_out(const char *page)
{
    char name[64];
    const size_t prefix = strlen("lenet5-");
    if (strncmp(page, "lenet5-", prefix) != 0 || page[strcspn(page, ".") + 1] != '1')
        return false;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(page + prefix, "."), page + prefix);
    return !find_command(name);
}

/* "lenet5-read.1 lenet5.3": pages, each with its section. */
static void write_see_also(FILE *page, const char *pages)
{
    const char *separator = "";
    fputs(".Sh SEE ALSO\n", page);
    while (*pages) {
        const size_t length = strcspn(pages, " "), name = strcspn(pages, ".");
        if (!is_left_out(pages)) {
            fprintf(page, "%s.Xr %.*s %c", separator, (int)name, pages, pages[name + 1]);
            separator = " ,\n";
        }
        pages += length + (pages[length] == ' ');
    }
    fputc('\n', page);
}

static void write_paper(FILE *page)
{
    fputs(".Rs\n.%A Y. LeCun\n.%A L. Bottou\n.%A Y. Bengio\n.%A P. Haffner\n"
          ".%T Gradient\\-Based Learning Applied to Document Recognition\n.%J Proceedings of the IEEE\n"
          ".%V 86\n.%N 11\n.%D November 1998\n.Re\n",
          page);
}

/* ---- Pages ------------------------------------------------------------------------------------------------------- */

static bool write_command_page(const manual *m, const cli_command *command)
{
    char name[64];
    snprintf(name, sizeof name, "lenet5-%s", command->name);
    FILE *page = page_open(m, name, 1);
    if (!page)
        return false;
    write_name(page, name, command->summary, strlen(command->summary));
    fprintf(page, ".Sh SYNOPSIS\n.Nm lenet5 %s\n", command->name);
    write_usage(page, command->usage);
    fputs(".Sh DESCRIPTION\n", page);
    write_paragraphs(page, command->description);
    write_options(page, command);
    write_items(page, "ENVIRONMENT", "Ev", environment_notes, command);
    write_items(page, "FILES", "Pa", file_notes, command);
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", page);
    for (const note *n = exit_notes; n->name; n++)
        if (note_applies(n, command))
            fprintf(page, ".It %s\n%s\n", n->name, n->text);
    fputs(".El\n", page);
    write_examples(page, command->examples);
    write_see_also(page, references_of(command));
    return page_close(page, name);
}

static bool write_overview(const manual *m)
{
    FILE *page = page_open(m, "lenet5", 1);
    if (!page)
        return false;
    write_name(page, "lenet5", overview_summary, strlen(overview_summary));
    fputs(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\n", page);
    write_paragraphs(page, overview_description);
    fputs(".Sh COMMANDS\n.Bl -tag -width Ds\n", page);
    for (size_t i = 0; commands[i]; i++) {
        fprintf(page, ".It Xr lenet5-%s 1\n", commands[i]->name);
        write_words(page, commands[i]->summary, strlen(commands[i]->summary));
    }
    fputs(".El\n", page);
    write_items(page, "ENVIRONMENT", "Ev", environment_notes, NULL);
    write_items(page, "FILES", "Pa", file_notes, NULL);
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", page);
    for (const note *n = exit_notes; n->name; n++)
        fprintf(page, ".It %s\n%s\n", n->name, n->text);
    fputs(".El\n", page);
    write_examples(page, overview_examples);
    write_see_also(page, overview_references);
    write_paper(page);
    return page_close(page, "lenet5");
}

bool write_command_pages(const manual *m)
{
    bool written = write_overview(m);
    for (size_t i = 0; written && commands[i]; i++)
        written = write_command_page(m, commands[i]);
    return written;
}
