/* lenet5 read --explain: a page that shows how pictures were read, stage by stage. */
#ifndef LENET5_CLI_EXPLAIN_H
#define LENET5_CLI_EXPLAIN_H

#include "files.h"
#include "lenet5.h"

typedef struct explanation explanation;

/*
 * Creates the folder, or takes one that is empty or holds an earlier explanation, of which only its own files are
 * replaced or removed. The folder may hold none of the input files. Returns an exit code, as explain_end does.
 */
int explain_begin(explanation **e, const char *folder, const file_list *files);

/* The observer for the reader. */
const lenet5_observer *explain_observer(explanation *e);

/* Called before and after a picture is read. */
void explain_picture(explanation *e, const char *title, const lenet5_picture *picture);
void explain_reading(explanation *e, const lenet5_reading *reading);

/* Writes index.html and frees the explanation; fails if any of its files could not be written. Reports the page's name
 * on stderr unless the reading has failed. */
int explain_end(explanation *e, bool failed);

#endif
