#include "batcher.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "serve/transport/response.h"

#define MIN_LANES 10 /* pictures: 16 lanes take 74 us, a single picture 7 (docs/performance.md) */

/* Up to 16 pictures, and where their penalties go. */
struct batcher {
    const lenet5_committee *committee;
    lenet5_lanes *lanes;
    lenet5_maps *maps;
    grey_input *picture[LENET5_LANES];
    float *penalty[LENET5_LANES];
    size_t count;
    size_t recognised_in_lanes; /* pictures, since it was last counted */
};

batcher *batcher_new(const lenet5_committee *committee)
{
    batcher *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->committee = committee;
    b->lanes = lenet5_lanes_new(1);
    b->maps = malloc(sizeof *b->maps);
    if (b->lanes && b->maps)
        return b;
    batcher_free(b);
    return NULL;
}

void batcher_free(batcher *b)
{
    if (!b)
        return;
    lenet5_lanes_free(b->lanes);
    free(b->maps);
    free(b);
}

/* ---- Recognising ------------------------------------------------------------------------------------------------- */

static void recognise_in_lanes(batcher *b)
{
    grey_input shown[LENET5_LANES] = {{{0}}};
    float penalty[LENET5_LANES][LENET5_CLASSES];
    for (size_t i = 0; i < b->count; i++)
        memcpy(shown[i], b->picture[i], sizeof shown[i]);
    lenet5_set_whole_input_lanes(b->lanes, (const uint8_t(*)[32][32])shown);
    lenet5_committee_forward_lanes(penalty, b->lanes, b->committee);
    for (size_t i = 0; i < b->count; i++)
        memcpy(b->penalty[i], penalty[i], sizeof penalty[i]);
    b->recognised_in_lanes += b->count;
}

static void recognise_one_by_one(batcher *b)
{
    for (size_t i = 0; i < b->count; i++) {
        lenet5_set_whole_input(b->maps, (const uint8_t(*)[32]) * b->picture[i]);
        lenet5_committee_forward(b->penalty[i], b->maps, b->committee);
    }
}

static void flush(batcher *b)
{
    if (b->count >= MIN_LANES)
        recognise_in_lanes(b);
    else
        recognise_one_by_one(b);
    b->count = 0;
}

static void add(batcher *b, batch *added)
{
    for (size_t i = 0; i < added->count; i++) {
        assert(b->count < LENET5_LANES);
        b->picture[b->count] = &added->pictures[i];
        b->penalty[b->count] = added->penalty[i];
        if (++b->count == LENET5_LANES)
            flush(b);
    }
}

/* Answers a request whose penalties are known. */
static void answer(batcher *b, request *r)
{
    const batch *recognised = batch_of(r);
    size_t digits = recognised->count;
    for (size_t i = 0; i < recognised->count; i++)
        digits -= recognised->empty[i];
    request_count(r, COUNT_DIGITS, digits);
    request_count(r, COUNT_DIGITS_BATCHED, b->recognised_in_lanes);
    b->recognised_in_lanes = 0;
    recognised->write_answer(r, b->maps);
}

void batcher_answer(void *context, request *first)
{
    batcher *b = context;
    for (request *r = first; r; r = r->next)
        add(b, batch_of(r));
    flush(b);
    for (request *r = first; r; r = r->next)
        answer(b, r);
}

void batch_recognise(request *r, lenet5_reader *reader)
{
    (void)reader;
    batcher *b = batcher_new(request_options(r)->digits);
    if (!b) {
        response_fail_memory(r);
        return;
    }
    add(b, batch_of(r));
    flush(b);
    answer(b, r);
    batcher_free(b);
}

/* ---- Batches ----------------------------------------------------------------------------------------------------- */

static void free_batch(void *job)
{
    batch *b = job;
    free(b->pictures);
    free(b->penalty);
    free(b->empty);
    json_decref(b->body);
    free(b);
}

bool batch_begin(request *r, void (*write_answer)(request *r, lenet5_maps *scratch))
{
    batch *b = calloc(1, sizeof *b);
    if (!b) {
        response_fail_memory(r);
        return false;
    }
    assert(!r->job);
    b->write_answer = write_answer;
    r->job = b;
    r->job_free = free_batch;
    return true;
}

bool batch_allocate(request *r, size_t count)
{
    batch *b = batch_of(r);
    assert(!b->pictures);
    b->pictures = malloc(count * sizeof *b->pictures);
    b->penalty = malloc(count * sizeof *b->penalty);
    b->empty = calloc(count, sizeof *b->empty);
    b->count = count;
    if (b->pictures && b->penalty && b->empty)
        return true;
    response_fail_memory(r);
    return false;
}

bool batch_choose_threshold(request *r, double threshold, bool given, double max_error)
{
    lenet5_error error;
    double needed = 0;
    if (given && max_error > 0) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "max_error chooses the threshold; give one of the two");
        return false;
    }
    if (max_error > 0 && lenet5_threshold(&needed, &request_options(r)->digits->provenance, max_error, &error)) {
        response_fail_error(r, &error);
        return false;
    }
    batch_of(r)->threshold = fmax(threshold, needed);
    return true;
}
