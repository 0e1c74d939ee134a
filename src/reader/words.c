/*
 * Words and print among numbers. A line of letters is left out where other lines are numbers; alone on a picture it
 * stays, as not sure. Letters that look like digits are known by what stands beside them: others of their height which
 * are no number. Where they are sure to the network, they stay, but are not accepted.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "reading.h"
#include "search/evidence.h"

#define WORD_RUBBISH 0.02  /* a sign, on average: a digit has a tenth of it */
#define WORD_UNREAD 0.5    /* squares of a digit's height: the letters beside those that look like digits */
#define SHORT_UNREAD 0.2   /* the same where few do */
#define WORD_SIGN 2.0      /* less the logarithm of the probability that one of them is a digit */
#define WORD_SHORT 3       /* symbols: an N is 111, and more of them are worth a question */
#define LETTER_BELIEF 0.5  /* in the likeliest string, among letters: a number has more */
#define SHORT 2            /* symbols: more of them in a row look like no letters */
#define LETTER 0.4         /* of a sign's height, that its neighbours have at least: what is left of an x beside an X */
#define LETTER_OF_WORD 0.6 /* likewise, of those of a word: an n to an N */
#define LETTER_MOST 1.5    /* likewise at most: a p to an a */
#define SPACING 2.5        /* of its height to the next letter, where one between them is lost */
#define BASE_LINE 0.5      /* of its height that the middle of a neighbour is off at most */
#define FLAT 3             /* times its height: a dash */
#define LETTERS 2          /* beside it: one may be a mark, or a unit */
#define ROW 32             /* pixels: about the height of a letter */

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

/* What was read in a line, or NULL. */
static const lenet5_read_line *reading_of(const read_groups *r, size_t group)
{
    return r->of[group] != NOT_READ ? &r->reading->lines[r->of[group]] : NULL;
}

/* What are letters beside a line. */
typedef struct letter_rule {
    double height; /* of its own, that they have at least */
    double likely; /* probability of a line that is a number, accepted or not */
} letter_rule;

/* A sign that is accepted is doubted for little; one that is not is dropped only among letters of one print with it. */
static const letter_rule beside_print = {LETTER, 1}, in_word = {LETTER_OF_WORD, MIN_NUMBER_PROBABILITY};

/* ---- Letters beside a line ------------------------------------------------------------------------------------ */

/* Whether a component is of a line that is a number, or in a field of its own. */
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

/* Whether letters stand beside a line, on its base line: those near it, and those near these. */
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
        if (r->groups->line[k] == (int32_t)number || tall < rule->height * high || tall > LETTER_MOST * high ||
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

/* ---- Words ---------------------------------------------------------------------------------------------------- */

static size_t count_symbols(const lenet5_read_line *l)
{
    return l->digits + l->marks;
}

/* A line that may be a letter or two, or what looks like digits of a word. */
static bool is_short(const lenet5_read_line *l, const line_group *group)
{
    return group->field == NO_FIELD && count_symbols(l) <= WORD_SHORT;
}

/* Whether a line cannot be a number, by what was read in it. */
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

/* Lines that are no numbers by themselves. */
static void find_rubbish(bool *word, const read_groups *r)
{
    for (size_t i = 0; i < r->groups->count; i++) {
        const lenet5_read_line *l = reading_of(r, i);
        if (l)
            word[r->of[i]] = l->decision != LENET5_ACCEPTED && !l->crowded && is_no_number(l, &r->groups->list[i]);
    }
}

/* Lines that stand among letters. */
static lenet5_status find_words(bool *word, const read_groups *r, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < r->groups->count && status == LENET5_OK; i++) {
        const line_group *group = &r->groups->list[i];
        const lenet5_read_line *l = reading_of(r, i);
        size_t visited = 0;
        if (!l || l->decision == LENET5_ACCEPTED || l->crowded || !is_short(l, group))
            continue;
        if (l->string[0].probability < LETTER_BELIEF)
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

/* Drops lines that are marked, unless all are; returns whether any was dropped. */
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
    find_rubbish(word, r);
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

void lenet5_find_fragments(bool *scrap, const read_groups *r)
{
    for (size_t i = 0; i < r->groups->count; i++) {
        const lenet5_read_line *l = reading_of(r, i);
        if (l)
            scrap[r->of[i]] =
                l->decision != LENET5_ACCEPTED && r->groups->list[i].field == NO_FIELD && count_symbols(l) <= SHORT;
    }
}

/* ---- Print ---------------------------------------------------------------------------------------------------- */

/* A dash that was left over: no digit is so flat. */
static bool is_dash(const lenet5_read_line *l, const line_group *group)
{
    return l->digits == 1 &&
           (double)(group->box.right - group->box.left) > FLAT * (double)(group->box.bottom - group->box.top);
}

/* Whether a line may be letters of print that nothing else separates from digits. */
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
