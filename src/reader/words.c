/*
 * Words and print among numbers. A line in which the network sees letters is left out where other lines are numbers;
 * alone on a picture it stays, as not sure. So does a sign or two that stand among others of their height which are no
 * number: letters of a word that look like digits.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "lines/near.h"
#include "reading.h"

#define WORD_BELIEF 0.05  /* in the likeliest string: a number that is hard to read has more */
#define WORD_RUBBISH 0.02 /* a sign, on average: a digit has a tenth of it */
#define SHORT 2           /* digits: more of them in a row hardly look like letters */
#define LETTER 0.4        /* of a sign's height, that its neighbours have at least: what is left of an x beside an X */
#define LETTER_MOST 1.5   /* likewise at most: a p to an a */
#define SPACING 2.5       /* of its height to the next letter, where one between them is lost */
#define BASE_LINE 0.5     /* of its height that the middle of a neighbour is off at most */
#define FLAT 3            /* times its height: a dash */
#define LETTERS 2         /* beside it: one may be a mark, or a unit */
#define ROW 32            /* pixels: about the height of a letter */

static bool is_word(const lenet5_read_line *l)
{
    if (l->decision == LENET5_ACCEPTED || l->crowded)
        return false;
    if (l->strings == 0)
        return true;
    return l->string[0].probability < WORD_BELIEF && l->evidence[LENET5_EVIDENCE_RUBBISH] >= WORD_RUBBISH;
}

void lenet5_leave_out_words(lenet5_reading *reading)
{
    size_t kept = 0;
    for (size_t i = 0; i < reading->count; i++)
        kept += !is_word(&reading->lines[i]);
    if (kept == 0 || kept == reading->count)
        return;
    kept = 0;
    for (size_t i = 0; i < reading->count; i++)
        if (!is_word(&reading->lines[i]))
            reading->lines[kept++] = reading->lines[i];
    reading->count = kept;
    reading->notes |= LENET5_NOTE_WORDS;
}

/* ---- Print --------------------------------------------------------------------------------------------------------
 */

/* A dash that was left over: no digit is so flat. */
static bool is_dash(const lenet5_read_line *l, const line_group *group)
{
    return l->digits == 1 &&
           (double)(group->box.right - group->box.left) > FLAT * (double)(group->box.bottom - group->box.top);
}

/* Whether a line may be letters of print that nothing else separates from digits. */
static bool may_be_print(const lenet5_read_line *l, const line_group *group)
{
    return l->decision == LENET5_ACCEPTED && l->digits + l->marks <= SHORT && group->field == NO_FIELD;
}

/* Whether a component is of a line that is a number, or in a field of its own. */
static bool is_number(const read_groups *r, size_t k)
{
    const int32_t line = r->groups->line[k];
    if (line == NO_LINE)
        return false;
    const size_t of = r->of[line];
    return r->groups->list[line].field != NO_FIELD ||
           (of != NOT_READ && r->reading->lines[of].decision == LENET5_ACCEPTED);
}

/* Whether letters stand beside a line, on its base line: those near it, and those near these. */
static bool is_among_letters(const read_groups *r, const near_rows *rows, size_t number, size_t *visited)
{
    const line_group *group = &r->groups->list[number];
    const double high = (double)(group->box.bottom - group->box.top);
    const double middle = 0.5 * (double)(group->box.top + group->box.bottom);
    near_search search = lenet5_near(rows, span_around(group->box, (LETTERS * (SPACING + 0.5)) * high, 0));
    size_t letters = 0, beside = 0, k;
    while (lenet5_near_next(&search, &k)) {
        const span *box = &rows->boxes[k];
        const double tall = (double)(box->bottom - box->top);
        if (r->groups->line[k] == (int32_t)number || tall < LETTER * high || tall > LETTER_MOST * high ||
            (double)(box->right - box->left) > 2 * high ||
            fabs(0.5 * (double)(box->top + box->bottom) - middle) > BASE_LINE * high || is_number(r, k))
            continue;
        letters++;
        beside += (double)box->left <= (double)group->box.right + SPACING * high &&
                  (double)box->right + SPACING * high >= (double)group->box.left;
    }
    *visited = search.visited;
    return letters >= LETTERS && beside > 0;
}

static lenet5_status look_for_print(bool *print, const read_groups *r, const near_rows *rows, budget *b,
                                    lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < r->groups->count && status == LENET5_OK; i++) {
        const size_t of = r->of[i];
        size_t visited = 0;
        if (of == NOT_READ || !may_be_print(&r->reading->lines[of], &r->groups->list[i]))
            continue;
        print[of] = is_dash(&r->reading->lines[of], &r->groups->list[i]) || is_among_letters(r, rows, i, &visited);
        status = lenet5_check_time(b, 20 * visited, error);
    }
    return status;
}

lenet5_status lenet5_doubt_print(const read_groups *r, budget *b, lenet5_error *error)
{
    const components *c = &r->groups->components;
    near_rows rows = {0};
    span *boxes = malloc((c->count + 1) * sizeof *boxes);
    bool *print = calloc(r->reading->count + 1, sizeof *print);
    lenet5_status status = boxes && print ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t i = 0; status == LENET5_OK && i < c->count; i++)
        boxes[i] = c->list[i].box;
    if (status == LENET5_OK)
        status = lenet5_near_new(&rows, boxes, c->count, ROW, error);
    if (status == LENET5_OK)
        status = look_for_print(print, r, &rows, b, error);
    for (size_t i = 0; status == LENET5_OK && i < r->reading->count; i++)
        if (print[i]) {
            r->reading->lines[i].decision = LENET5_UNSURE;
            r->reading->lines[i].doubt = LENET5_EVIDENCE_BESIDE;
            r->reading->notes |= LENET5_NOTE_WORDS;
        }
    lenet5_near_free(&rows);
    free(boxes);
    free(print);
    return status;
}
