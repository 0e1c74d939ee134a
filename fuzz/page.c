/*
 * A page with structure, which random bytes almost never form: bars, blobs, strokes, rules, digits, and rows and
 * columns of any of these. The bytes are options, the size, and drawing operations of six bytes each.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define MAX_PAINTED 8000000 /* pixels; keeps drawing faster than reading */

enum { BAR, BLOB, STROKE, RULE, UPRIGHT, DIGIT, ERASE, REPEAT, KINDS };
enum { OPERATION_BYTES = 6 };

typedef struct canvas {
    lenet5_picture picture;
    size_t painted;
} canvas;

typedef struct operation {
    unsigned kind;
    long x, y, width, height;
    uint8_t extra;
} operation;

static long least(long a, long b)
{
    return a < b ? a : b;
}

static void fill(canvas *c, long x, long y, long width, long height, uint8_t grey)
{
    const long left = x < 0 ? 0 : x, top = y < 0 ? 0 : y;
    const long right = least(x + width, (long)c->picture.width), bottom = least(y + height, (long)c->picture.height);
    for (long i = top; i < bottom && left < right && c->painted < MAX_PAINTED; i++) {
        memset(c->picture.grey + (size_t)i * c->picture.width + (size_t)left, grey, (size_t)(right - left));
        c->painted += (size_t)(right - left);
    }
}

static void blob(canvas *c, const operation *o)
{
    const double across = (double)o->width / 2, down = (double)o->height / 2;
    for (long i = 0; i < o->height; i++) {
        const double share = ((double)i + 0.5 - down) / down;
        const long half = lround(across * sqrt(1 - share * share));
        fill(c, o->x + o->width / 2 - half, o->y + i, 2 * half, 1, 0);
    }
}

/* A stroke from the left to the right of its box, falling or rising. */
static void stroke(canvas *c, const operation *o)
{
    const long thick = 1 + o->extra % 16;
    for (long i = 0; i < o->width; i++) {
        const long fall = o->height * i / o->width;
        fill(c, o->x + i, o->y + (o->extra & 128 ? o->height - fall : fall), thick, thick, 0);
    }
}

/* A digit of seven segments. */
static void digit(canvas *c, const operation *o)
{
    static const uint8_t bars[] = {0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f};
    const uint8_t on = bars[o->extra % 10];
    const long thick = 1 + o->extra / 10 % 8, half = o->height / 2;
    for (int i = 0; i < 3; i++)
        if (on >> (3 * i) & 1)
            fill(c, o->x, o->y + half * i, o->width, thick, 0);
    for (int i = 0; i < 4; i++)
        if (on >> (i < 2 ? 1 + i : 2 + i) & 1)
            fill(c, o->x + (i & 1 ? o->width - thick : 0), o->y + (i < 2 ? 0 : half), thick, half, 0);
}

static void draw(canvas *c, const operation *o)
{
    switch (o->kind) {
    case BAR: fill(c, o->x, o->y, o->width, o->height, o->extra / 2); break;
    case BLOB: blob(c, o); break;
    case STROKE: stroke(c, o); break;
    case RULE: fill(c, o->x, o->y, (long)c->picture.width, 1 + o->height % 8, o->extra / 2); break;
    case UPRIGHT: fill(c, o->x, o->y, 1 + o->width % 8, (long)c->picture.height, o->extra / 2); break;
    case DIGIT: digit(c, o); break;
    default: fill(c, o->x, o->y, o->width, o->height, 255); break;
    }
}

/* Repeats the last operation, moved each time: bytes 1 and 2 are the shift, byte 3 the number of repetitions. */
static void repeat(canvas *c, operation *last, const uint8_t *bytes)
{
    for (unsigned i = 0; i < bytes[3] && c->painted < MAX_PAINTED; i++) {
        last->x += bytes[1];
        last->y += (int8_t)bytes[2];
        last->extra = (uint8_t)(last->extra + bytes[4]);
        draw(c, last);
    }
}

static operation operation_at(const canvas *c, const uint8_t *bytes)
{
    return (operation){.kind = bytes[0] % KINDS,
                       .x = (long)(bytes[1] * c->picture.width / 256),
                       .y = (long)(bytes[2] * c->picture.height / 256),
                       .width = 1 + bytes[3],
                       .height = 1 + bytes[4],
                       .extra = bytes[5]};
}

/* 8 to 1020 pixels, mostly few: a page of a million pixels takes a second with the sanitizers. */
static size_t side(uint8_t byte)
{
    return 8 + (size_t)byte * byte * byte / 16384;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 + OPERATION_BYTES)
        return 0;
    canvas c = {{side(data[1]), side(data[2]), NULL}, 0};
    operation last = {.width = 1, .height = 1};
    c.picture.grey = malloc(c.picture.width * c.picture.height);
    if (!c.picture.grey)
        return 0;
    memset(c.picture.grey, 255, c.picture.width * c.picture.height);
    for (size_t at = 3; at + OPERATION_BYTES <= size; at += OPERATION_BYTES) {
        if (data[at] % KINDS == REPEAT) {
            repeat(&c, &last, data + at);
            continue;
        }
        last = operation_at(&c, data + at);
        draw(&c, &last);
    }
    fuzz_read(&c.picture, data[0]);
    lenet5_picture_free(&c.picture);
    return 0;
}
