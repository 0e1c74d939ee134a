/*
 * Classifying in bulk: the pass of int8.h where the processor has the kernel; the float pass of 16 pictures for the
 * pictures whose lead is too small there, or without the kernel for all.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/lanes.h"
#include "int8.h"

/*
 * If the two least penalties of the integer pass differ by less, the float pass decides. On MNIST's last 10,000
 * training pictures and six networks that were not trained on them, wherever the two passes disagreed this difference
 * was at most 2.6; fewer than 1 % of the pictures have one below 10.
 */
#define MIN_DIFFERENCE 10.0

typedef struct batch {
    const uint8_t *pictures[LENET5_LANES];
    uint8_t *digits[LENET5_LANES];
    size_t count;
} batch;

struct lenet5_bulk {
    lenet5_lanes lanes;
    lenet5_int8_states states;
    lenet5_int8_packed packed;
    lenet5_network network;
    batch doubtful;
    lenet5_int8_forward *forward; /* NULL: the float pass classifies all pictures */
};

lenet5_status lenet5_bulk_new(lenet5_bulk **bulk, const lenet5_network *network, lenet5_error *error)
{
    lenet5_bulk *made = aligned_alloc(64, sizeof *made); /* its size is a multiple of 64 bytes, as its lanes are */
    lenet5_int8 *quantised = malloc(sizeof *quantised);
    if (!made || !quantised) {
        free(made);
        free(quantised);
        return lenet5_fail_memory(error);
    }
    made->network = *network;
    made->doubtful.count = 0;
    made->forward = lenet5_int8_quantise(quantised, network) ? lenet5_int8_in_use() : NULL;
    if (made->forward)
        lenet5_int8_pack(&made->packed, quantised);
    free(quantised);
    *bulk = made;
    return LENET5_OK;
}

/* Repeats the last picture in the unused lanes. */
static void fill_lanes(batch *b)
{
    for (size_t lane = b->count; lane < LENET5_LANES; lane++)
        b->pictures[lane] = b->pictures[b->count - 1];
}

static size_t read_float(lenet5_bulk *bulk, batch *b)
{
    fill_lanes(b);
    lenet5_set_input_lanes(&bulk->lanes, b->pictures);
    lenet5_forward_lanes(&bulk->lanes, &bulk->network);
    for (size_t lane = 0; lane < b->count; lane++) {
        float penalty[LENET5_CLASSES];
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            penalty[digit] = bulk->lanes.penalty[digit][lane];
        *b->digits[lane] = (uint8_t)lenet5_best(penalty);
    }
    return b->count;
}

static size_t read_doubtful(lenet5_bulk *bulk)
{
    const size_t count = bulk->doubtful.count > 0 ? read_float(bulk, &bulk->doubtful) : 0;
    bulk->doubtful.count = 0;
    return count;
}

static size_t read_int8(lenet5_bulk *bulk, batch *b)
{
    /* A difference of penalties is twice that of scores. */
    const int32_t enough = (int32_t)(MIN_DIFFERENCE / 2 * LENET5_INT8_STATE);
    batch *doubtful = &bulk->doubtful;
    size_t again = 0;
    fill_lanes(b);
    bulk->forward(&bulk->states, &bulk->packed, b->pictures);
    for (size_t lane = 0; lane < b->count; lane++) {
        *b->digits[lane] = (uint8_t)bulk->states.digit[lane];
        if (bulk->states.lead[lane] >= enough)
            continue;
        assert(doubtful->count < LENET5_LANES);
        doubtful->pictures[doubtful->count] = b->pictures[lane];
        doubtful->digits[doubtful->count++] = b->digits[lane];
        if (doubtful->count == LENET5_LANES)
            again += read_doubtful(bulk);
    }
    return again;
}

/* Prefetches the next pictures: the hardware prefetcher does not follow 16 streams. */
static void prefetch(const uint8_t *pictures, size_t count)
{
    const size_t bytes = LENET5_PICTURE_BYTES * lanes_left(0, count);
    for (size_t i = 0; i < bytes; i += 64)
        __builtin_prefetch(pictures + i, 0, 2);
}

size_t lenet5_bulk_read(uint8_t *digits, lenet5_bulk *bulk, const uint8_t *pictures, size_t count)
{
    size_t in_float = 0;
    for (size_t first = 0; first < count; first += LENET5_LANES) {
        batch b = {.count = lanes_left(first, count)};
        for (size_t lane = 0; lane < b.count; lane++) {
            b.pictures[lane] = pictures + (first + lane) * LENET5_PICTURE_BYTES;
            b.digits[lane] = digits + first + lane;
        }
        prefetch(pictures + (first + b.count) * LENET5_PICTURE_BYTES, count - first - b.count);
        in_float += bulk->forward ? read_int8(bulk, &b) : read_float(bulk, &b);
    }
    return in_float + read_doubtful(bulk);
}

bool lenet5_bulk_uses_int8(const lenet5_bulk *bulk)
{
    return bulk->forward != NULL;
}

void lenet5_bulk_free(lenet5_bulk *bulk)
{
    free(bulk);
}
