/*
 * Manual pages in mdoc, the macros of BSD's manuals, which groff and mandoc both format. Text that is passed in is plain:
 * what roff would interpret is escaped here.
 */
#ifndef LENET5_CLI_MANUAL_MDOC_H
#define LENET5_CLI_MANUAL_MDOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What all pages share. */
typedef struct manual {
    const char *folder; /* where the pages are written */
    const char *date;   /* "November 29, 2026" */
} manual;

/* Opens folder/name.section and writes the head of the page, up to its NAME. Returns NULL after a message. */
FILE *page_open(const manual *m, const char *name, int section);

/* Closes a page; returns false, after a message, if it could not be written. */
bool page_close(FILE *page, const char *name);

/* The section NAME: the page's name and what it is, a phrase. */
void write_name(FILE *page, const char *name, const char *phrase, size_t length);

/* Text to be filled: words, a new line of input for each sentence. */
void write_words(FILE *page, const char *text, size_t length);

/* Paragraphs, separated by empty lines; lines that begin with a blank are those of a table or of code. */
void write_paragraphs(FILE *page, const char *text);

/* One line within a literal display. */
void write_literal(FILE *page, const char *line, size_t length);

/* An argument of a macro, in quotes, behind a blank. */
void write_argument(FILE *page, const char *text, size_t length);

#endif
