/* lenet5 read --explain: a page on how pictures were read, stage by stage. */
#ifndef LENET5_CLI_EXPLAIN_H
#define LENET5_CLI_EXPLAIN_H

#include "lenet5_reader.h"

typedef struct explanation explanation;

/* Makes the folder. Returns an exit code, as explain_end does. */
int explain_begin(explanation **e, const char *folder);

/* What to give to the reader. */
const lenet5_observer *explain_observer(explanation *e);

/* Before and after a picture is read. */
void explain_picture(explanation *e, const char *title, const lenet5_picture *picture);
void explain_reading(explanation *e, const lenet5_reading *reading);

/* Writes index.html and frees the explanation; fails if any of its files could not be written. */
int explain_end(explanation *e);

#endif
