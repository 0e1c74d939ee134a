/*
 * The batcher: digits of requests that arrive together are recognised together, sixteen at once where there are enough
 * of them. Both kinds of passes agree but for rounding (lenet5.h).
 */
#ifndef LENET5_SERVE_BATCHER_H
#define LENET5_SERVE_BATCHER_H

#include "serve/transport/request.h"
#include "json/build.h"

#define MAX_DIGITS 4096  /* of a request: 4 MiB of grey levels */
#define MAX_WITH_MAPS 64 /* digits of a request whose maps are written, some 70 kB of JSON each */

typedef uint8_t grey_input[32][32];

/* The digits of a request, which is its job. */
typedef struct batch {
    grey_input *pictures;             /* (count) */
    float (*penalty)[LENET5_CLASSES]; /* (count) */
    bool *empty;                      /* (count) pictures without ink, which are not counted as recognised */
    size_t count;
    double threshold;
    const char *note;                                       /* for the client, or NULL */
    void (*write_answer)(request *r, lenet5_maps *scratch); /* is called when the penalties are known */

    bool normalise, maps; /* classify.c: parameters of the request */
    size_t pixels_left;   /* classify.c: that its picture files may still have */
    json_t *body;         /* infer.c: the JSON of the request */
} batch;

/* Gives the request an empty batch. False once the request has failed. */
bool batch_begin(request *r, void (*write_answer)(request *r, lenet5_maps *scratch));

/* Allocates the batch's pictures. False once the request has failed. */
bool batch_allocate(request *r, size_t count);

/*
 * Sets the batch's threshold from the parameters threshold, if it is given, and max_error, 0 if it is not given. False
 * once the request has failed.
 */
bool batch_choose_threshold(request *r, double threshold, bool given, double max_error);

static inline batch *batch_of(const request *r)
{
    return r->job;
}

/* Recognises the digits of one request and answers it, on a thread of the pool. */
void batch_recognise(request *r, lenet5_reader *reader);

typedef struct batcher batcher;

/* NULL if memory is out. */
batcher *batcher_new(const lenet5_committee *committee);
void batcher_free(batcher *b);

/* Recognises the digits of requests that loop_defer has kept, and answers them; context is the batcher. */
void batcher_answer(void *context, request *first);

#endif
