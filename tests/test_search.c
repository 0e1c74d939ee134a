/* The search with marks: the same answers as by brute force, and the strings that each format accepts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "lenet5.h"
#include "reader/search/beside.h"
#include "reader/search/evidence.h"
#include "reader/search/search.h"
#include "reader/search/weights.h"
#include "reader/second_opinion.h"
#include "unit.h"

#define MAX_TEXTS 20000
#define ROUNDS 200

static lenet5_random dice;

static size_t random_up_to(size_t most)
{
    return lenet5_random_below(&dice, (uint32_t)most + 1);
}

static double random_between(double low, double high)
{
    return (double)lenet5_random_uniform(&dice, (float)low, (float)high);
}

/* ---- Brute force ------------------------------------------------------------------------------------------------- */

/* Arcs with one or two likely digits and at most one mark. Confidence is 1, so probabilities are shares of weights. */
static arc any_arc(size_t first, size_t last)
{
    arc a = {.first = first, .last = last, .prior = random_between(0.1, 1), .shape = 1, .marked = random_up_to(1) == 1};
    a.letter = random_between(0, 1);
    a.posterior[random_up_to(9)] += 0.5F;
    a.posterior[random_up_to(9)] += 0.4F;
    if (a.marked)
        a.mark[random_up_to(MARKS - 1)] = random_between(0.01, 0.99);
    return a;
}

static graph any_graph(size_t pieces)
{
    graph g = {.weights = search_weights, .nodes = pieces + 1, .arcs = malloc(2 * pieces * sizeof(arc))};
    assert_non_null(g.arcs);
    for (size_t first = 0; first < pieces; first++) {
        g.skip[first] = random_up_to(2) ? 0 : random_between(0, 0.1);
        g.part[first] = first == 0 || random_up_to(1) == 0;
        g.gap[first] = g.part[first] && random_up_to(2) > 0;
        for (size_t last = first + 1; last <= pieces && last <= first + 2; last++)
            g.arcs[g.count++] = any_arc(first, last);
        g.begin[first + 1] = g.count;
    }
    g.part[pieces] = true;
    return g;
}

typedef struct texts {
    const graph *g;
    const grammar *f;
    double any, allowed;
    size_t count;
    struct {
        char text[LENET5_MAX_STRING + 1];
        double weight;
    } list[MAX_TEXTS];
} texts;

static void add_text(texts *t, const char *text, double weight)
{
    char digits_and_marks[LENET5_MAX_STRING + 1];
    size_t length = 0, i = 0;
    if (!lenet5_format_accepts(t->f, text))
        return;
    for (; *text; text++)
        if (t->f->has_marks || is_digit(symbol_of(*text)))
            digits_and_marks[length++] = *text;
    digits_and_marks[length] = '\0';
    t->allowed += weight;
    while (i < t->count && strcmp(t->list[i].text, digits_and_marks) != 0)
        i++;
    assert_true(i < MAX_TEXTS);
    if (i == t->count)
        strcpy(t->list[t->count++].text, digits_and_marks);
    t->list[i].weight += weight;
}

/* Adds every string from a node on; weight: that of the string before the node. */
static void try_all(texts *t, size_t node, char *text, size_t length, double weight)
{
    const graph *g = t->g;
    text[length] = '\0';
    if (g->behind[node] > 0 && weight > 0)
        add_text(t, text, weight * g->behind[node]);
    if (node == g->nodes - 1)
        return;
    if (g->skip[node] > 0)
        try_all(t, node + 1, text, length, weight * g->skip[node]);
    for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
        for (unsigned symbol = 0; symbol < symbols_of(&g->arcs[i]); symbol++)
            if (g->arcs[i].weight[symbol] > 1e-8) { /* the others are negligible */
                text[length] = lenet5_symbols[symbol];
                try_all(t, g->arcs[i].last, text, length + 1, weight * g->arcs[i].weight[symbol]);
            }
}

static double weigh_any(const graph *g, const grammar *f, size_t node)
{
    if (node == g->nodes - 1)
        return 1;
    double sum = g->skip[node] * weigh_any(g, f, node + 1);
    for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
        for (unsigned symbol = 0; symbol < (f->has_marks ? SYMBOLS : LENET5_CLASSES); symbol++)
            sum += g->arcs[i].weight[symbol] * weigh_any(g, f, g->arcs[i].last);
    return sum;
}

static void compare(const solution *found, size_t count, texts *t)
{
    char text[LENET5_MAX_STRING + 1];
    t->count = 0;
    t->allowed = 0;
    memset(t->list, 0, sizeof t->list);
    for (size_t node = 0; node + 1 < t->g->nodes; node++)
        try_all(t, node, text, 0, t->g->before[node]);
    const double all = t->allowed + exp(search_weights[OTHER_SHARE]) * fmax(0, weigh_any(t->g, t->f, 0) - t->allowed);
    double left = 1;
    if (all < 1e-3)
        return; /* try_all may leave out most of the weight */
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < t->count && strcmp(t->list[k].text, found[i].digits) != 0)
            k++;
        left = fmin(left, found[i].probability);
        if (found[i].probability < 1e-4)
            continue;
        assert_true(k < t->count);
        assert_true(fabs(found[i].probability - t->list[k].weight / all) <
                    1e-4); /* the beam drops less likely strings */
        t->list[k].weight = 0;
    }
    for (size_t k = 0; k < t->count && count < LENET5_MAX_N_BEST; k++)
        assert_true(t->list[k].text[0] == '\0' || t->list[k].weight / all < 1e-4); /* all others are listed */
    for (size_t k = 0; k < t->count; k++)
        assert_true(t->list[k].text[0] == '\0' || t->list[k].weight / all < left + 1e-4);
}

static void marks_are_read_as_by_brute_force(void **state)
{
    (void)state;
    static const char *const formats[] = {NULL, "amount", "date", "decimal", "phone", "3", "2-4", "d.dd", "(d)d-d"};
    texts *t = malloc(sizeof *t);
    assert_non_null(t);
    size_t read = 0, marked = 0;
    lenet5_random_seed(&dice, 19, 0);
    for (int round = 0; round < ROUNDS; round++) {
        grammar f;
        solution found[LENET5_MAX_N_BEST];
        n_best list = {found, LENET5_MAX_N_BEST, 0};
        graph g = any_graph(1 + random_up_to(5));
        const lenet5_read_options options = {.format = formats[random_up_to(8)], .digits_only = random_up_to(3) == 0};
        budget work = lenet5_budget_new(&options);
        assert_int_equal(lenet5_format_new(&f, &options, NULL), LENET5_OK);
        assert_int_equal(lenet5_graph_solve(&list, &g, &f, &work, NULL), LENET5_OK);
        const size_t count = list.count;
        t->g = &g;
        t->f = &f;
        compare(found, count, t);
        read += count > 0;
        marked += count > 0 && strspn(found[0].digits, "0123456789") < found[0].length;
        lenet5_format_free(&f);
        lenet5_graph_free(&g);
    }
    free(t);
    print_message("%zu of %d graphs have a string, %zu one with a mark\n", read, ROUNDS, marked);
    assert_true(read > ROUNDS / 2 && marked > ROUNDS / 20);
}

/* ---- Priors ------------------------------------------------------------------------------------------------------ */

/* As in fit_search: other weights on the same graph, then the first ones again. */
static void priors_follow_the_weights_of_the_graph(void **state)
{
    (void)state;
    double twice[SEARCH_WEIGHTS];
    graph g = {.weights = search_weights, .forms = mark_forms, .height = 50, .nodes = 2, .count = 1};
    arc a = {.last = 1, .measure = {[PRIOR_CUT_INK] = 0.2, [PRIOR_WIDTH] = 0.1}};
    g.arcs = &a;
    g.begin[1] = 1;
    g.piece[0].area = 0.01;
    for (size_t i = 0; i < SEARCH_WEIGHTS; i++)
        twice[i] = 2 * search_weights[i];
    for (int round = 0; round < 2; round++) {
        g.weights = search_weights;
        lenet5_set_priors(&g);
        const double prior = a.prior, shape = a.shape, skip = g.skip[0];
        assert_true(fabs(prior - exp(-0.2 * search_weights[PRIOR_CUT_INK])) < 1e-12);
        assert_true(fabs(shape - exp(-0.1 * search_weights[PRIOR_WIDTH])) < 1e-12);
        g.weights = twice;
        lenet5_set_priors(&g);
        assert_true(fabs(a.prior - prior * prior) < 1e-12 && fabs(a.shape - shape * shape) < 1e-12);
        assert_true(fabs(g.skip[0] - skip * skip) < 1e-12);
    }
}

/* The likeliest string of a format; there must be one. */
static solution best_of(graph *g, const char *format)
{
    grammar f;
    solution best;
    n_best list = {&best, 1, 0};
    const lenet5_read_options options = {.format = format};
    budget b = lenet5_budget_new(&options);
    assert_int_equal(lenet5_format_new(&f, &options, NULL), LENET5_OK);
    assert_int_equal(lenet5_graph_solve(&list, g, &f, &b, NULL), LENET5_OK);
    assert_int_equal(list.count, 1);
    lenet5_format_free(&f);
    return best;
}

/* A straight 1, which looks like a slash, must not be skipped as a mark in favour of the second half of a 6. */
static void a_one_among_digits_is_not_a_mark(void **state)
{
    (void)state;
    arc arcs[] = {{.first = 0, .last = 1, .prior = 1, .shape = 1, .marked = true},
                  {.first = 1, .last = 2, .prior = 1, .shape = 1},
                  {.first = 1, .last = 3, .prior = 1, .shape = 1},
                  {.first = 2, .last = 3, .prior = 0.05, .shape = 1}};
    static const unsigned digit[] = {1, 1, 6, 5};
    graph g = {
        .weights = search_weights, .forms = mark_forms, .nodes = 4, .arcs = arcs, .count = 4, .begin = {0, 1, 3, 4}};
    for (size_t i = 0; i < 4; i++)
        arcs[i].posterior[digit[i]] = 0.999F;
    arcs[0].mark[SLASH - LENET5_CLASSES] = 0.97;
    const solution best = best_of(&g, "2");
    assert_string_equal(best.digits, "16");
    assert_int_equal(best.omitted_marks, 0);
}

/* ---- Formats ----------------------------------------------------------------------------------------------------- */

static bool fits(const char *format, const char *text)
{
    grammar f;
    const lenet5_read_options options = {.format = format};
    assert_int_equal(lenet5_format_new(&f, &options, NULL), LENET5_OK);
    const bool accepted = lenet5_format_accepts(&f, text);
    lenet5_format_free(&f);
    return accepted;
}

static void check_format(const char *format, const char *const *right, const char *const *wrong)
{
    for (; *right; right++)
        if (!fits(format, *right))
            fail_msg("%s does not take %s", format, *right);
    for (; *wrong; wrong++)
        if (fits(format, *wrong))
            fail_msg("%s takes %s", format, *wrong);
}

#define TEXTS (const char *const[])

static void formats_accept_their_strings_only(void **state)
{
    (void)state;
    check_format("digits",
                 TEXTS{"7", "17.5", "12/08/2024", "-3", "1,234.50-", "(7)", "31.964.-", "5-3=2", "09:45", NULL},
                 TEXTS{"", "-", ".5", "1..2", "(7", "7)", "()", "1.-2", "--3", "((7))", NULL});
    check_format("decimal", TEXTS{"17", "-3", "+17,5", "0.25", NULL}, TEXTS{"", "-", ".5", "5.", "1.2.3", "3-", NULL});
    check_format("amount",
                 TEXTS{"5", "13817", "13.817", "1.234.567,00", "31.964.-", "17.50", "(7.50)", "=125=", "-12,00", "60--",
                       "1234,50", NULL},
                 TEXTS{"", "17.5", "1.2345", "1234.567", "12.34.56", "(7", "7.50)", "/5", "1:20", NULL});
    check_format("date", TEXTS{"12/08/2024", "1.2.24", "31-12-99", "12/31/1999", "2024-08-12", "8/12/24", NULL},
                 TEXTS{"", "12/08", "32/01/2024", "13/13/2024", "0/1/2024", "12/08-2024", "12/08/202", "2024-13-01",
                       "2024-08-123", "12082024", NULL});
    check_format("phone", TEXTS{"12345", "+82-2-123-4567", "(555)123.4567", "0221/123456", "(02)-5551234", NULL},
                 TEXTS{"1234", "1--2345", "12345-", "(12345", "1234567890123456", "12+345", "(12)(34)56", NULL});
    check_format("dd/dd/dddd", TEXTS{"12082024", "12/08/2024", "12/082024", NULL},
                 TEXTS{"1/2082024", "12-08-2024", NULL});
    check_format("d.dd", TEXTS{"1.23", "1,23", "123", NULL}, TEXTS{"12.3", "1-23", NULL});
    check_format("5", TEXTS{"12345", "12.345", NULL}, TEXTS{"1234", "123456", NULL});
}

static void a_pattern_has_no_check_digit(void **state)
{
    (void)state;
    grammar f;
    lenet5_error error;
    const lenet5_read_options options = {.format = "date", .check = LENET5_CHECK_LUHN};
    assert_int_equal(lenet5_format_new(&f, &options, &error), LENET5_E_ARGUMENT);
    assert_non_null(strstr(error.message, "date has no check digit"));
}

static void codes_of_a_list_must_match_a_pattern(void **state)
{
    (void)state;
    grammar f;
    static const char *const codes[] = {"12/08/2024", "12-99", "1.2.1999"};
    const lenet5_read_options options = {.format = "date", .list = codes, .list_count = 3};
    assert_int_equal(lenet5_format_new(&f, &options, NULL), LENET5_OK);
    assert_int_equal(f.code_count, 2);
    assert_true(lenet5_format_accepts(&f, "12082024"));
    assert_true(lenet5_format_accepts(&f, "121999"));
    lenet5_format_free(&f);
}

/* The weight of this many letters exceeds the range of a double. */
static void a_number_behind_many_letters_is_found(void **state)
{
    enum { LETTERS = 200 };
    (void)state;
    arc arcs[LETTERS + 1];
    graph g = {.weights = search_weights, .nodes = LETTERS + 2, .arcs = arcs, .count = LETTERS + 1};
    for (size_t i = 0; i <= LETTERS; i++) {
        arcs[i] = (arc){.first = i, .last = i + 1, .prior = 1, .shape = 1, .letter = i < LETTERS};
        g.begin[i + 1] = i + 1;
        g.part[i] = true;
    }
    g.part[LETTERS + 1] = g.gap[LETTERS] = true;
    arcs[LETTERS].posterior[3] = 0.999F;
    const solution best = best_of(&g, "1");
    assert_string_equal(best.digits, "3");
    assert_true(best.beside && best.probability > 0.5);
}

/* ---- Evidence ---------------------------------------------------------------------------------------------------- */

static void measure_eight(double value[LENET5_EVIDENCE], double rival)
{
    arc eight = {.last = 1, .box = {0, 0, 12, 20}, .shape = 1};
    const graph g = {.nodes = 2, .count = 1, .arcs = &eight};
    const text_line line = {.height = 20};
    const solution read = {.digits = "8", .length = 1, .probability = 0.9};
    opinions seen = {.kind = {1}};
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        seen.mean[0][digit] = (0.3 - rival) / (LENET5_CLASSES - 2);
    seen.mean[0][8] = 0.7;
    seen.mean[0][3] = rival;
    lenet5_measure_evidence(value, &g, &line, &read, false);
    lenet5_add_opinions(value, &g, &read, &seen);
}

/* At the same probability, a digit with one strong rival is more doubtful than one with many weak rivals. */
static void a_rival_is_a_doubt(void **state)
{
    double none[LENET5_EVIDENCE], one[LENET5_EVIDENCE];
    (void)state;
    measure_eight(none, 0.04);
    measure_eight(one, 0.29);
    assert_true(one[LENET5_EVIDENCE_RIVAL] > none[LENET5_EVIDENCE_RIVAL] + 1);
    assert_true(one[LENET5_EVIDENCE_LOOKS] == none[LENET5_EVIDENCE_LOOKS]);
    assert_true(lenet5_string_probability(one) < lenet5_string_probability(none));
}

static double rival_of_slash(double share)
{
    double value[LENET5_EVIDENCE];
    arc slash = {.last = 1, .box = {0, 0, 12, 20}, .shape = 1};
    const graph g = {.nodes = 2, .count = 1, .arcs = &slash};
    const text_line line = {.height = 20};
    const solution read = {.digits = "/", .length = 1, .probability = 0.9};
    const opinions seen = {.kind = {1}};
    slash.posterior[1] = 0.99F;
    slash.mark[SLASH - LENET5_CLASSES] = share;
    lenet5_measure_evidence(value, &g, &line, &read, true);
    lenet5_add_opinions(value, &g, &read, &seen);
    return value[LENET5_EVIDENCE_RIVAL];
}

/* A stroke that may be a slash or a 1. */
static void a_mark_that_may_be_a_digit_is_a_doubt(void **state)
{
    (void)state;
    assert_true(rival_of_slash(0.8) > rival_of_slash(0.99) + 1);
    assert_true(rival_of_slash(1) == 0);
}

/* Marks are not shown to a network again as digits, even if the budget is used up. */
static void the_budget_may_end_at_a_mark(void **state)
{
    (void)state;
    double value[LENET5_EVIDENCE] = {0};
    arc slash = {.last = 1, .box = {0, 0, 12, 20}, .shape = 1};
    const graph g = {.nodes = 2, .count = 1, .arcs = &slash};
    const solution read = {.digits = "/", .length = 1, .probability = 0.9};
    page p = {.budget = lenet5_budget_new(&(lenet5_read_options){0})};
    p.budget.left = 0;
    assert_int_equal(lenet5_second_opinion(value, &p, &g, &read, NULL), LENET5_CROWDED);
}

/* The evidence of marks for a point of 4 pixels at a distance of gap pixels from a digit of 20. */
static void measure_point(double value[LENET5_EVIDENCE], size_t gap)
{
    enum { WIDTH = 40, HEIGHT = 20 };
    uint16_t owner[WIDTH * HEIGHT] = {0};
    const box digit = {0, 0, 10, HEIGHT}, point = {10 + gap, 16, 14 + gap, HEIGHT};
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < point.right; x++)
            owner[y * WIDTH + x] = x < digit.right ? 1 : x >= point.left && y >= point.top ? 2 : 0;
    arc arcs[] = {{.last = 1, .box = digit, .shape = 1}, {.first = 1, .last = 2, .box = point, .shape = 1}};
    arcs[1].mark[POINT - LENET5_CLASSES] = 0.95;
    const graph g = {.nodes = 3, .count = 2, .arcs = arcs};
    const text_line line = {.map = {WIDTH, HEIGHT, NULL}, .owner = owner, .height = 20, .gap = INFINITY};
    const solution read = {.digits = "4.", .length = 2, .probability = 0.9, .arc = {0, 1}};
    lenet5_measure_evidence(value, &g, &line, &read, true);
}

/* A broken stroke leaves such pieces. */
static void a_point_beside_a_digit_may_belong_to_it(void **state)
{
    double near[LENET5_EVIDENCE], apart[LENET5_EVIDENCE];
    (void)state;
    measure_point(near, 0);
    measure_point(apart, 8);
    assert_true(apart[LENET5_EVIDENCE_MARKS] < 0.1);
    assert_true(near[LENET5_EVIDENCE_MARKS] > 0.7);
    assert_true(lenet5_string_probability(near) <= 0.4 && lenet5_string_probability(apart) > 0.4);
    assert_int_equal(lenet5_main_doubt(near), LENET5_EVIDENCE_MARKS);
}

static double ones_of(const char *text)
{
    double value[LENET5_EVIDENCE];
    arc any = {.last = 1, .box = {0, 0, 12, 20}};
    const graph g = {.nodes = 2, .count = 1, .arcs = &any};
    const text_line line = {.height = 20};
    solution read = {.length = strlen(text), .probability = 0.9};
    strcpy(read.digits, text);
    lenet5_measure_evidence(value, &g, &line, &read, true);
    return value[LENET5_EVIDENCE_ONES];
}

/* A parenthesis before or behind a number looks like a 1. */
static void ones_at_the_ends_are_a_doubt(void **state)
{
    (void)state;
    assert_true(ones_of("1422") == 0.5 && ones_of("4221") == 0.5 && ones_of("14221") == 1 && ones_of("1") == 1);
    assert_true(ones_of("4112") == 0);
}

/* Letters followed by a digit. */
static bool is_plain_before_digit(const double *letters, size_t count, double sign, size_t gap)
{
    static text_line line;
    arc arcs[MAX_PIECES] = {0};
    graph g = {.nodes = count + 2, .count = count + 1, .arcs = arcs};
    solution s = {.digits = "7", .length = 1, .arc = {(uint32_t)count}, .beside = true};
    line = (text_line){.height = 40, .count = count + 1};
    for (size_t i = 0; i <= count; i++) {
        const size_t left = 30 * i + (i == count ? gap : 0);
        line.pieces[i] = (box){left, 0, left + 26, 40};
        arcs[i] = (arc){.first = i, .last = i + 1, .box = line.pieces[i], .is_part = true};
        arcs[i].letter = i < count ? letters[i] : 0;
        arcs[i].sign = i < count ? sign : 0;
        g.piece[i].area = 0.2;
        g.part[i + 1] = true;
        g.begin[i + 1] = i + 1;
    }
    return lenet5_is_plain_beside(&g, &line, &s);
}

static void words_and_signs_are_not_part_of_a_number(void **state)
{
    (void)state;
    assert_true(is_plain_before_digit((double[]){0.99, 0.8, 0.99}, 3, 0.1, 20));
    assert_true(is_plain_before_digit((double[]){0.99}, 1, 0.99, 20));
    assert_false(is_plain_before_digit((double[]){0.99, 0.99}, 2, 0.1, 20));      /* too short */
    assert_false(is_plain_before_digit((double[]){0.99, 0.4, 0.99}, 3, 0.1, 20)); /* a digit among them */
    assert_false(is_plain_before_digit((double[]){0.99}, 1, 0.1, 20));            /* a single letter */
    assert_false(is_plain_before_digit((double[]){0.99}, 1, 0.99, 2));            /* too near */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_read_as_by_brute_force),
        cmocka_unit_test(priors_follow_the_weights_of_the_graph),
        cmocka_unit_test(a_one_among_digits_is_not_a_mark),
        cmocka_unit_test(a_number_behind_many_letters_is_found),
        cmocka_unit_test(formats_accept_their_strings_only),
        cmocka_unit_test(a_pattern_has_no_check_digit),
        cmocka_unit_test(codes_of_a_list_must_match_a_pattern),
        cmocka_unit_test(a_rival_is_a_doubt),
        cmocka_unit_test(a_mark_that_may_be_a_digit_is_a_doubt),
        cmocka_unit_test(the_budget_may_end_at_a_mark),
        cmocka_unit_test(a_point_beside_a_digit_may_belong_to_it),
        cmocka_unit_test(ones_at_the_ends_are_a_doubt),
        cmocka_unit_test(words_and_signs_are_not_part_of_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
