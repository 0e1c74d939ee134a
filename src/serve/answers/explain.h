/* How a page was read, which /v1/read?explain=1 adds to its response. */
#ifndef LENET5_SERVE_EXPLAIN_H
#define LENET5_SERVE_EXPLAIN_H

#include "lenet5/reading.h"
#include "json/build.h"

/* Collects the stages and candidates of one page, as JSON. The reader has its address, so it must not be moved. */
typedef struct explainer {
    lenet5_observer observer;    /* for the reader */
    size_t max_size, size;       /* bytes of JSON that are allowed; that there are */
    bool failed;                 /* out of memory: there is no explanation */
    json_t *stages, *candidates; /* an array for each line */
} explainer;

/* Free it in any case. */
void explainer_begin(explainer *e, size_t max_size);
void explainer_free(explainer *e);

/* Whether the explanation is longer than allowed; the rest is left out. */
bool explainer_is_full(const explainer *e);

/*
 * Returns the member "explanation" of a line's object, or, for line 0, of an empty page's. The stages of the whole page
 * are in the first object of the page. `more` is whether pages follow. NULL: out of memory.
 */
json_t *explanation_json(explainer *e, const lenet5_picture *picture, size_t line, bool more);

#endif
