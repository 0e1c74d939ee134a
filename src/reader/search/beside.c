#include "beside.h"

#include <math.h>

#define WORD 3          /* letters of a word, at least: two may be digits, or a unit that looks like one */
#define SURE_LETTER 0.9 /* mean probability of a word's letters, at least, and */
#define ANY_LETTER 0.5  /* that of each */
#define SURE_SIGN 0.95  /* probability that a single sign is a sign and no letter, at least */
#define APART 0.3       /* of the line's height: gap to a word or a sign, at least */
#define SMALL 0.03      /* squares of the line's height: smaller parts are dots of letters or marks behind a word */

/* The connected parts on one side of a string. */
typedef struct side {
    size_t letters;
    double sum, min; /* of the probabilities that they are letters or signs */
    double sign;     /* probability that the last one is a sign */
} side;

static double area_between(const graph *g, size_t first, size_t last)
{
    double area = 0;
    for (size_t i = first; i < last; i++)
        area += g->piece[i].area;
    return area;
}

static side look_at_side(const graph *g, size_t first, size_t last)
{
    side s = {.min = 1};
    size_t from = first;
    for (size_t node = first + 1; node <= last; node++) {
        if (!g->part[node] && node < last)
            continue;
        if (area_between(g, from, node) >= SMALL) {
            const arc *a = find_arc(g, from, node);
            const double letter = a ? a->letter : 0;
            s.letters++;
            s.sum += letter;
            s.min = fmin(s.min, letter);
            s.sign = a ? a->sign : 0;
        }
        from = node;
    }
    return s;
}

static bool is_plain(const graph *g, size_t first, size_t last)
{
    if (first == last)
        return true;
    const side s = look_at_side(g, first, last);
    return s.letters == 1 ? s.sign >= SURE_SIGN
                          : s.letters >= WORD && s.min >= ANY_LETTER && s.sum >= SURE_LETTER * (double)s.letters;
}

/* The gap between the pieces before a node and those behind it, in pixels. */
static double gap_at(const text_line *line, size_t node)
{
    const box before = pieces_box(line, 0, node), behind = pieces_box(line, node, line->count);
    return (double)behind.left - (double)before.right;
}

bool lenet5_is_plain_beside(const graph *g, const text_line *line, const solution *s)
{
    if (g->swept || s->length == 0)
        return false;
    const size_t first = g->arcs[s->arc[0]].first, last = g->arcs[s->arc[s->length - 1]].last;
    const double min = APART * line->height;
    return is_plain(g, 0, first) && is_plain(g, last, line->count) && (first == 0 || gap_at(line, first) >= min) &&
           (last == line->count || gap_at(line, last) >= min);
}

bool lenet5_is_beside(const graph *g, const solution *s, size_t piece)
{
    return piece < g->arcs[s->arc[0]].first || piece >= g->arcs[s->arc[s->length - 1]].last;
}
