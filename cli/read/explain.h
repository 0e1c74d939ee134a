/* lenet5 read --explain: a page on how pictures were read, stage by stage. */
#ifndef LENET5_CLI_EXPLAIN_H
#define LENET5_CLI_EXPLAIN_H

#include "lenet5.h"
#include "sources.h"

typedef struct explanation explanation;

/*
 * Makes the folder, or takes one that is empty or holds an earlier explanation: of its files, those of that explanation
 * alone are replaced or removed. It may hold none of the files that are read. Returns an exit code, as explain_end
 * does.
 */
int explain_begin(explanation **e, const char *folder, const file_list *files);

/* What to give to the reader. */
const lenet5_observer *explain_observer(explanation *e);

/* Before and after a picture is read. */
void explain_picture(explanation *e, const char *title, const lenet5_picture *picture);
void explain_reading(explanation *e, const lenet5_reading *reading);

/* Writes index.html and frees the explanation; fails if any of its files could not be written. Says where it is unless
 * the reading has failed. */
int explain_end(explanation *e, bool failed);

#endif
