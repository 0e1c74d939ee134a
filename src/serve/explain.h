/* How a page was read, as /v1/read?explain=1 tells it. */
#ifndef LENET5_SERVE_EXPLAIN_H
#define LENET5_SERVE_EXPLAIN_H

#include "server.h"

/* What is gathered while one page is read; a line's stages and candidates, as JSON. */
typedef struct explainer {
    lenet5_observer observer;    /* for the reader */
    size_t most, size;           /* bytes that it may have, and has, as text */
    bool failed;                 /* out of memory: there is no explanation */
    json_t *stages, *candidates; /* by line, arrays */
} explainer;

/* An explainer must stay where it is. Free it in any case. */
void explainer_begin(explainer *e, size_t most);
void explainer_free(explainer *e);

/* Whether there is more than there may be; the rest is left out. */
bool explainer_full(const explainer *e);

/*
 * The member "explanation" of a line's object, or of an empty page's, whose line is 0; the stages of the whole page go
 * with the first of them. It says whether more pages follow. NULL: out of memory.
 */
json_t *explanation_json(explainer *e, const lenet5_picture *picture, size_t line, bool more);

#endif
