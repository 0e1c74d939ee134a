/*
 * Digits of requests that have arrived together are recognised together: sixteen at once where there are enough of
 * them, and one by one where that is faster, since sixteen take as long as ten or so single ones. Both agree but for
 * rounding (lenet5.h).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define WORTH_LANES 10 /* pictures: 16 lanes take 74 us, a single picture 7 (docs/performance.md) */

/* Up to 16 pictures, and where their penalties go. */
typedef struct sixteen {
    const lenet5_committee *committee;
    lenet5_lanes *lanes;
    lenet5_maps *maps;
    loop *loop;
    grey_input *picture[LENET5_LANES];
    float *penalty[LENET5_LANES];
    size_t count;
} sixteen;

static void recognise_together(const sixteen *s)
{
    grey_input shown[LENET5_LANES] = {{{0}}};
    float penalty[LENET5_LANES][LENET5_CLASSES];
    for (size_t i = 0; i < s->count; i++)
        memcpy(shown[i], s->picture[i], sizeof shown[i]);
    lenet5_set_whole_input_lanes(s->lanes, (const uint8_t(*)[32][32])shown);
    lenet5_committee_forward_lanes(penalty, s->lanes, s->committee);
    for (size_t i = 0; i < s->count; i++)
        memcpy(s->penalty[i], penalty[i], sizeof penalty[i]);
}

static void flush(sixteen *s)
{
    if (s->count >= WORTH_LANES) {
        recognise_together(s);
        count_more(s->loop, COUNT_TOGETHER, s->count);
    }
    for (size_t i = 0; i < s->count && s->count < WORTH_LANES; i++) {
        lenet5_set_whole_input(s->maps, (const uint8_t(*)[32]) * s->picture[i]);
        lenet5_committee_forward(s->penalty[i], s->maps, s->committee);
    }
    s->count = 0;
}

static void add(sixteen *s, batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        assert(s->count < LENET5_LANES);
        s->picture[s->count] = &b->pictures[i];
        s->penalty[s->count] = b->penalty[i];
        if (++s->count == LENET5_LANES)
            flush(s);
    }
}

/* ---- Batches -------------------------------------------------------------------------------------------------- */

bool batch_room(request *r, size_t count)
{
    batch *b = &r->batch;
    b->pictures = malloc(count * sizeof *b->pictures);
    b->penalty = malloc(count * sizeof *b->penalty);
    b->empty = calloc(count, sizeof *b->empty);
    b->count = count;
    if (b->pictures && b->penalty && b->empty)
        return true;
    refuse_memory(r);
    return false;
}

void batch_free(batch *b)
{
    free(b->pictures);
    free(b->penalty);
    free(b->empty);
    json_decref(b->asked);
}

static void tell(request *r, lenet5_maps *maps)
{
    size_t digits = r->batch.count;
    for (size_t i = 0; i < r->batch.count; i++)
        digits -= r->batch.empty[i];
    count_more(r->connection->loop, COUNT_DIGITS, digits);
    r->batch.tell(r, maps);
}

void batch_recognise(request *r, lenet5_reader *reader)
{
    (void)reader;
    loop *l = r->connection->loop;
    sixteen s = {.committee = l->server->options.digits,
                 .loop = l,
                 .lanes = lenet5_lanes_new(1),
                 .maps = malloc(sizeof *s.maps)};
    if (s.lanes && s.maps) {
        add(&s, &r->batch);
        flush(&s);
        tell(r, s.maps);
    } else {
        refuse_memory(r);
    }
    lenet5_lanes_free(s.lanes);
    free(s.maps);
}

/* ---- Rounds --------------------------------------------------------------------------------------------------- */

void gather(request *r)
{
    loop *l = r->connection->loop;
    if (l->gathered_count == l->gathered_room) {
        const size_t room = 2 * l->gathered_room + 64;
        request **larger = realloc(l->gathered, room * sizeof(request *));
        if (!larger) {
            refuse_memory(r);
            return;
        }
        l->gathered = larger;
        l->gathered_room = room;
    }
    assert(l->gathered_count < l->gathered_room);
    l->gathered[l->gathered_count++] = r;
}

void gather_recognise(loop *l)
{
    sixteen s = {.committee = l->server->options.digits, .loop = l, .lanes = l->lanes, .maps = l->maps};
    for (size_t i = 0; i < l->gathered_count; i++)
        add(&s, &l->gathered[i]->batch);
    flush(&s);
    for (size_t i = 0; i < l->gathered_count; i++) {
        request *r = l->gathered[i];
        tell(r, l->maps);
        r->stage = STAGE_ANSWERED;
        MHD_resume_connection(r->connection->mhd);
    }
    l->gathered_count = 0;
}
