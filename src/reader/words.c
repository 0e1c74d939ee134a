/*
 * Words and print among numbers. A line of letters is dropped where other lines are numbers; alone on a picture it
 * stays, not accepted. Letters that look like digits are recognised by their neighbours: others of their height that
 * are not numbers. Where the network is sure of them they stay, but are not accepted.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "reading.h"
#include "search/evidence.h"

#define WORD_RUBBISH 0.02 /* mean probability of rubbish of a symbol, at least: of digits it is a tenth of that */
#define WORD_UNREAD 0.5   /* squares of a digit's height: unread ink beside symbols, at least */
#define SHORT_UNREAD 0.2  /* the same in a line of at most WORD_SHORT symbols */
#define WORD_SIGN 2.0     /* minus the logarithm of the probability that each symbol is a digit, at least */
#define WORD_SHORT 3      /* symbols of a word that looks like digits, at most: an N is 111; a longer line is kept */
#define LETTER_PROBABILITY 0.5 /* probability of the string of a line among letters, at most: numbers have more */
#define SHORT 2                /* symbols in a row that may be letters, at most */
#define MIN_LETTER_HEIGHT 0.4 /* of a sign's height: height of its neighbours, at least, as of a broken x beside an X */
#define MIN_WORD_LETTER_HEIGHT 0.6 /* the same for letters of one word, as of an n to an N */
#define MAX_LETTER_HEIGHT 1.5      /* the same at most, as of a p to an a */
#define SPACING 2.5                /* of its height: distance to the next letter where one between them is lost */
#define BASE_LINE 0.5              /* of its height: how far the middle of a neighbour is off */
#define MIN_DASH_ASPECT 3          /* width to height of a dash, at least */
#define LETTERS 2                  /* neighbours, at least: one may be a mark or a unit */
#define ROW 32                     /* pixels of a row of the box index: about the height of a letter */

lenet5_status lenet5_read_groups_new(read_groups *r, lenet5_reading *reading, const line_groups *groups,
                                     lenet5_error *error)
{
    const components *c = &groups->components;
    *r = (read_groups){.reading = reading,
                       .groups = groups,
                       .of = malloc((groups->count + 1) * sizeof *r->of),
                       .boxes = malloc((c->count + 1) * sizeof *r->boxes)};
    if (!r->of || !r->boxes)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < groups->count; i++)
        r->of[i] = NOT_READ;
    for (size_t i = 0; i < c->count; i++)
        r->boxes[i] = c->list[i].box;
    return lenet5_box_index_new(&r->near, r->boxes, c->count, ROW, error);
}

void lenet5_read_groups_free(read_groups *r)
{
    lenet5_box_index_free(&r->near);
    free(r->boxes);
    free(r->of);
    *r = (read_groups){0};
}

/* The reading of a line group, or NULL. */
static const lenet5_read_line *reading_of(const read_groups *r, size_t group)
{
    return r->of[group] != NOT_READ ? &r->reading->lines[r->of[group]] : NULL;
}

/* When components beside a line count as letters. */
typedef struct letter_rule {
    double height; /* of the line's height: theirs, at least */
    double likely; /* probability from which on a line is a number, accepted or not */
} letter_rule;

/* An accepted line is rejected easily; one that is not accepted is dropped only among letters of its own print. */
static const letter_rule beside_print = {MIN_LETTER_HEIGHT, 1},
                         in_word = {MIN_WORD_LETTER_HEIGHT, MIN_NUMBER_PROBABILITY};

/* ---- Letters beside a line --------------------------------------------------------------------------------------- */

/* Whether a component is in a field, or in a line that is a number. */
static bool is_number(const read_groups *r, size_t k, double likely)
{
    const int32_t line = r->groups->line[k];
    if (line == NO_LINE)
        return false;
    if (r->groups->list[line].field != NO_FIELD)
        return true;
    const lenet5_read_line *l = reading_of(r, (size_t)line);
    return l && (l->decision == LENET5_ACCEPTED || (l->strings > 0 && l->string[0].probability >= likely));
}

/* Whether letters stand beside a line on its baseline, next to it or next to those. */
static bool is_among_letters(const read_groups *r, size_t number, const letter_rule *rule, size_t *visited)
{
    const line_group *group = &r->groups->list[number];
    const double high = (double)(group->box.bottom - group->box.top);
    const double middle = 0.5 * (double)(group->box.top + group->box.bottom);
    box_query search = lenet5_box_query(&r->near, box_grown(group->box, (LETTERS * (SPACING + 0.5)) * high, 0));
    size_t letters = 0, beside = 0, k;
    while (lenet5_box_query_next(&search, &k)) {
        const box *bounds = &r->boxes[k];
        const double tall = (double)(bounds->bottom - bounds->top);
        if (r->groups->line[k] == (int32_t)number || tall < rule->height * high || tall > MAX_LETTER_HEIGHT * high ||
            (double)(bounds->right - bounds->left) > 2 * high ||
            fabs(0.5 * (double)(bounds->top + bounds->bottom) - middle) > BASE_LINE * high ||
            is_number(r, k, rule->likely))
            continue;
        letters++;
        beside += (double)bounds->left <= (double)group->box.right + SPACING * high &&
                  (double)bounds->right + SPACING * high >= (double)group->box.left;
    }
    *visited = search.visited;
    return letters >= LETTERS && beside > 0;
}

/* ---- Words ------------------------------------------------------------------------------------------------------- */

static size_t count_symbols(const lenet5_read_line *l)
{
    return l->digits + l->marks;
}

/* Whether a line may be one or two letters, or letters that look like digits. */
static bool is_short(const lenet5_read_line *l, const line_group *group)
{
    return group->field == NO_FIELD && count_symbols(l) <= WORD_SHORT;
}

/* Whether a line cannot be a number, by its own evidence. */
static bool is_no_number(const lenet5_read_line *l, const line_group *group)
{
    if (l->strings == 0)
        return true;
    const double *evidence = l->evidence;
    const double unread = is_short(l, group) ? SHORT_UNREAD : WORD_UNREAD;
    return l->string[0].probability < MIN_NUMBER_PROBABILITY &&
           (evidence[LENET5_EVIDENCE_RUBBISH] >= WORD_RUBBISH || evidence[LENET5_EVIDENCE_UNREAD] >= unread ||
            (is_short(l, group) && evidence[LENET5_EVIDENCE_SIGN] >= WORD_SIGN));
}

/* Marks lines that are not numbers by themselves. */
static void find_no_numbers(bool *word, const read_groups *r)
{
    for (size_t i = 0; i < r->groups->count; i++) {
        const lenet5_read_line *l = reading_of(r, i);
        if (l)
            word[r->of[i]] = l->decision != LENET5_ACCEPTED && !l->crowded && is_no_number(l, &r->groups->list[i]);
    }
}

/* Marks lines that stand among letters. */
static lenet5_status find_words(bool *word, const read_groups *r, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < r->groups->count && status == LENET5_OK; i++) {
        const line_group *group = &r->groups->list[i];
        const lenet5_read_line *l = reading_of(r, i);
        size_t visited = 0;
        if (!l || l->decision == LENET5_ACCEPTED || l->crowded || !is_short(l, group))
            continue;
        if (l->string[0].probability < LETTER_PROBABILITY)
            word[r->of[i]] = is_among_letters(r, i, &in_word, &visited);
        status = lenet5_check_time(b, 20 * visited, error);
    }
    return status;
}

static size_t count_others(const bool *marked, const lenet5_reading *reading)
{
    size_t count = 0;
    for (size_t i = 0; i < reading->count; i++)
        count += !marked[i];
    return count;
}

/* Drops the marked lines, unless all are marked; returns whether any was dropped. */
static bool drop_lines(read_groups *r, const bool *marked)
{
    lenet5_reading *reading = r->reading;
    const size_t others = count_others(marked, reading);
    size_t kept = 0;
    if (others == 0 || others == reading->count)
        return false;
    for (size_t i = 0; i < r->groups->count; i++) {
        const size_t was = r->of[i];
        if (was == NOT_READ)
            continue;
        assert(was >= kept && was < reading->count); /* lines are read in the order of their groups */
        r->of[i] = marked[was] ? NOT_READ : kept;
        if (!marked[was])
            reading->lines[kept++] = reading->lines[was];
    }
    reading->count = kept;
    return true;
}

lenet5_status lenet5_drop_words(bool *left_out, read_groups *r, budget *b, lenet5_error *error)
{
    bool *word = calloc(r->reading->count + 1, sizeof *word);
    *left_out = false;
    if (!word)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    find_no_numbers(word, r);
    if (count_others(word, r->reading) > 0) {
        *left_out = drop_lines(r, word);
        memset(word, 0, r->reading->count * sizeof *word);
        status = find_words(word, r, b, error);
        *left_out |= status == LENET5_OK && drop_lines(r, word);
    }
    r->reading->notes |= *left_out ? LENET5_NOTE_WORDS : 0;
    free(word);
    return status;
}

void lenet5_find_fragments(bool *fragment, const read_groups *r)
{
    for (size_t i = 0; i < r->groups->count; i++) {
        const lenet5_read_line *l = reading_of(r, i);
        if (l)
            fragment[r->of[i]] =
                l->decision != LENET5_ACCEPTED && r->groups->list[i].field == NO_FIELD && count_symbols(l) <= SHORT;
    }
}

/* ---- Print ------------------------------------------------------------------------------------------------------- */

/* Whether a line is a dash that was left over: no digit is so flat. */
static bool is_dash(const lenet5_read_line *l, const line_group *group)
{
    return l->digits == 1 && (double)(group->box.right - group->box.left) >
                                 MIN_DASH_ASPECT * (double)(group->box.bottom - group->box.top);
}

/* Whether an accepted line may be printed letters that nothing else separates from digits. */
static bool may_be_print(const lenet5_read_line *l, const line_group *group)
{
    return l->decision == LENET5_ACCEPTED && count_symbols(l) <= SHORT && group->field == NO_FIELD;
}

static lenet5_status find_print(bool *print, const read_groups *r, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < r->groups->count && status == LENET5_OK; i++) {
        const line_group *group = &r->groups->list[i];
        const lenet5_read_line *l = reading_of(r, i);
        size_t visited = 0;
        if (!l || !may_be_print(l, group))
            continue;
        print[r->of[i]] = is_dash(l, group) || is_among_letters(r, i, &beside_print, &visited);
        status = lenet5_check_time(b, 20 * visited, error);
    }
    return status;
}

lenet5_status lenet5_reject_stray_letters(const read_groups *r, budget *b, lenet5_error *error)
{
    bool *print = calloc(r->reading->count + 1, sizeof *print);
    const lenet5_status status = print ? find_print(print, r, b, error) : lenet5_fail_memory(error);
    for (size_t i = 0; status == LENET5_OK && i < r->reading->count; i++)
        if (print[i]) {
            lenet5_reject_line(&r->reading->lines[i], LENET5_EVIDENCE_BESIDE);
            r->reading->notes |= LENET5_NOTE_WORDS;
        }
    free(print);
    return status;
}
