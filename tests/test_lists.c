/* Lists of codes: the same answers as by brute force, and almost no memory beyond the list itself. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/random.h"
#include "lenet5.h"
#include "reader/search/search.h"
#include "reader/search/weights.h"
#include "unit.h"

#define MAX_CODES 300
#define MAX_TEXT 40
#define ROUNDS 400

static lenet5_random dice;
static bool with_marks;

static size_t random_up_to(size_t max)
{
    return lenet5_random_below(&dice, (uint32_t)max + 1);
}

static double random_between(double low, double high)
{
    return (double)lenet5_random_uniform(&dice, (float)low, (float)high);
}

/* ---- Graphs of nothing ------------------------------------------------------------------------------------------- */

/* Confidence is 1, so that a string's probability is its share of the weights. sharp: sharpness of the network. */
static arc any_arc(size_t first, size_t last, double sharp)
{
    double sum = 0, odds[10];
    arc a = {.first = first, .last = last, .prior = random_between(0.1, 1), .shape = 1};
    for (unsigned digit = 0; digit < 10; digit++)
        sum += odds[digit] = exp(random_between(0, sharp));
    for (unsigned digit = 0; digit < 10; digit++)
        a.posterior[digit] = (float)(odds[digit] / sum);
    a.marked = with_marks && random_up_to(2) == 0;
    for (size_t mark = 0; a.marked && mark < MARKS; mark++)
        a.mark[mark] = random_between(0, 0.8 / MARKS);
    return a;
}

static graph any_graph(size_t pieces, size_t joined, double sharp, double skip)
{
    graph g = {.weights = search_weights, .nodes = pieces + 1, .arcs = malloc(pieces * joined * sizeof(arc))};
    assert_non_null(g.arcs);
    for (size_t first = 0; first < pieces; first++) {
        g.skip[first] = skip < 1 && random_up_to(1) ? 0 : random_between(skip / 2, skip);
        for (size_t last = first + 1; last <= pieces && last <= first + joined; last++)
            g.arcs[g.count++] = any_arc(first, last, sharp);
        g.begin[first + 1] = g.count;
        g.gap[first] = random_up_to(2) == 0;
    }
    return g;
}

/* ---- Brute force ------------------------------------------------------------------------------------------------- */

static double add(double all, double way, bool best)
{
    return best ? fmax(all, way) : all + way;
}

/* The weight of a string from a node on: the sum over all paths or, if best, the greatest. */
static double weigh_from(const graph *g, size_t node, const char *digits, bool best)
{
    double all = *digits ? 0 : g->behind[node];
    if (node == g->nodes - 1)
        return all;
    all = add(all, g->skip[node] * weigh_from(g, node + 1, digits, best), best);
    for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
        const arc *a = &g->arcs[i];
        if (*digits)
            all = add(all, a->weight[*digits - '0'] * weigh_from(g, a->last, digits + 1, best), best);
        double marks = 0;
        for (unsigned mark = LENET5_CLASSES; mark < symbols_of(a); mark++)
            marks = add(marks, a->weight[mark], best);
        if (marks > 0)
            all = add(all, marks * weigh_from(g, a->last, digits, best), best);
    }
    return all;
}

static double weigh(const graph *g, const char *digits, bool best)
{
    double all = 0;
    for (size_t node = 0; node + 1 < g->nodes; node++)
        all = add(all, g->before[node] * weigh_from(g, node, digits, best), best);
    return all;
}

static double weigh_any(const graph *g, size_t node)
{
    if (node == g->nodes - 1)
        return 1;
    double sum = g->skip[node] * weigh_any(g, node + 1);
    for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
        double symbols = 0;
        for (unsigned symbol = 0; symbol < LENET5_CLASSES; symbol++)
            symbols += g->arcs[i].weight[symbol];
        sum += symbols * weigh_any(g, g->arcs[i].last);
    }
    return sum;
}

/* The weight of the best path from one node to another without parts of a code. */
static double between_arcs(const graph *g, size_t from, size_t to)
{
    if (from >= to)
        return from == to;
    double best = g->skip[from] * between_arcs(g, from + 1, to);
    for (size_t i = g->begin[from]; i < g->begin[from + 1]; i++) {
        double mark = 0;
        for (unsigned symbol = LENET5_CLASSES; symbol < symbols_of(&g->arcs[i]); symbol++)
            mark = fmax(mark, g->arcs[i].weight[symbol]);
        best = fmax(best, mark * between_arcs(g, g->arcs[i].last, to));
    }
    return best;
}

static double weigh_path(const graph *g, const solution *s)
{
    const arc *first = &g->arcs[s->arc[0]], *last = &g->arcs[s->arc[s->length - 1]];
    double before = 0, behind = 0, weight = 1;
    for (size_t node = 0; node < g->nodes; node++) {
        before = fmax(before, g->before[node] * between_arcs(g, node, first->first));
        behind = fmax(behind, g->behind[node] * between_arcs(g, last->last, node));
    }
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        weight *= a->weight[s->digits[i] - '0'] * (i > 0 ? between_arcs(g, g->arcs[s->arc[i - 1]].last, a->first) : 1);
    }
    return before * weight * behind;
}

static bool adds_up(lenet5_check check, const char *digits)
{
    unsigned sum = 0;
    const size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        const unsigned digit = (unsigned)(digits[length - 1 - i] - '0');
        const unsigned doubled = i % 2 == 1 ? 2 * digit : digit;
        if (check == LENET5_CHECK_LUHN)
            sum += doubled > 9 ? doubled - 9 : doubled;
        else
            sum += check == LENET5_CHECK_MOD10 ? digit * (i % 2 == 1 ? 3 : 1) : digit * (unsigned)(i + 1);
    }
    return check == LENET5_CHECK_NONE || sum % (check == LENET5_CHECK_MOD11 ? 11 : 10) == 0;
}

/* ---- Small lists ------------------------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    size_t min, max;
} formats[] = {{NULL, 1, 32}, {"3", 3, 3}, {"2-5", 2, 5}, {"dd-dd", 4, 4}};

typedef struct known {
    char digits[MAX_TEXT];
    double weight;
} known;

typedef struct sample {
    char text[MAX_CODES][MAX_TEXT];
    const char *list[MAX_CODES];
    size_t count;
    known of_format[MAX_CODES]; /* each once, the likeliest first */
    size_t known;
    double weight; /* of all of them */
} sample;

/* A code with strokes and blanks between its digits, which do not count. */
static void make_code(char *text, char *digits)
{
    const size_t length = 1 + random_up_to(5);
    for (size_t i = 0; i < length; i++) {
        *digits = (char)('0' + random_up_to(9));
        *text++ = *digits++;
        if (random_up_to(4) == 0)
            *text++ = "- /"[random_up_to(2)];
    }
    *text = *digits = '\0';
}

static int heavier(const void *a, const void *b)
{
    const double left = ((const known *)a)->weight, right = ((const known *)b)->weight;
    return (left < right) - (left > right);
}

static void add_known(sample *s, const char *digits, size_t format, lenet5_check check)
{
    const size_t length = strlen(digits);
    if (length < formats[format].min || length > formats[format].max || !adds_up(check, digits))
        return;
    for (size_t i = 0; i < s->known; i++)
        if (strcmp(s->of_format[i].digits, digits) == 0)
            return;
    strcpy(s->of_format[s->known++].digits, digits);
}

static void make_sample(sample *s, size_t format, lenet5_check check)
{
    char digits[MAX_TEXT];
    *s = (sample){.count = 1 + random_up_to(random_up_to(2) ? 30 : MAX_CODES - 1)};
    for (size_t i = 0; i < s->count; i++) {
        make_code(s->text[i], digits);
        s->list[i] = s->text[i];
        add_known(s, digits, format, check);
    }
}

static void weigh_sample(sample *s, const graph *g)
{
    s->weight = 0;
    for (size_t i = 0; i < s->known; i++)
        s->weight += s->of_format[i].weight = weigh(g, s->of_format[i].digits, false);
    qsort(s->of_format, s->known, sizeof *s->of_format, heavier);
}

static void assert_near(double value, double wanted, double error)
{
    if (fabs(value - wanted) > error * wanted)
        fail_msg("%.12g, not %.12g", value, wanted);
}

static void compare(const solution *found, size_t count, size_t wanted, const sample *s, const graph *g)
{
    const double all = s->weight + exp(search_weights[OTHER_SHARE]) * fmax(0, weigh_any(g, 0) - s->weight);
    const double best = s->known > 0 ? s->of_format[0].weight : 0;
    for (size_t i = 0; i < wanted && i < s->known && s->of_format[i].weight > 1e-12 * best; i++) {
        assert_true(i < count);
        assert_near(weigh(g, found[i].digits, false), s->of_format[i].weight,
                    1e-9); /* this one, or an equally likely one */
        assert_near(found[i].probability, s->of_format[i].weight / all, 1e-5);
        assert_near(weigh_path(g, &found[i]), weigh(g, found[i].digits, true), 1e-9);
    }
    for (size_t i = 0; i < count; i++)
        assert_true(found[i].probability > 0);
}

static void small_lists_are_read_as_by_brute_force(void **state)
{
    (void)state;
    size_t read = 0;
    sample *s = malloc(sizeof *s);
    assert_non_null(s);
    lenet5_random_seed(&dice, 17, 0);
    with_marks = true;
    for (int round = 0; round < ROUNDS; round++) {
        grammar f;
        solution found[LENET5_MAX_N_BEST];
        const size_t format = random_up_to(3), wanted = random_up_to(1) ? LENET5_MAX_N_BEST : 1;
        const lenet5_check check = random_up_to(1) ? LENET5_CHECK_NONE : (lenet5_check)random_up_to(3);
        graph g = any_graph(1 + random_up_to(6), 3, random_between(1, 8), 0.1);
        make_sample(s, format, check);
        const lenet5_read_options options = {
            .format = formats[format].text, .check = check, .list = s->list, .list_count = s->count};
        const lenet5_status status = lenet5_format_new(&f, &options, NULL);
        assert_int_equal(status, s->known > 0 ? LENET5_OK : LENET5_E_ARGUMENT);
        if (status == LENET5_OK) {
            budget work = lenet5_budget_new(&options);
            n_best list = {found, wanted, 0};
            assert_int_equal(lenet5_graph_solve(&list, &g, &f, &work, NULL), LENET5_OK);
            weigh_sample(s, &g);
            compare(found, list.count, wanted, s, &g);
            read += list.count > 0;
            lenet5_format_free(&f);
        }
        lenet5_graph_free(&g);
    }
    free(s);
    print_message("%zu of %d graphs have a code\n", read, ROUNDS);
    assert_true(read > ROUNDS / 2);
}

/* ---- A long list ------------------------------------------------------------------------------------------------- */

#define LONG_LIST 100000
#if defined __OPTIMIZE__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define MAX_SECONDS 1.0
#define MAX_MEGABYTES 300
#else /* sanitizers are slow, and keep freed memory */
#define MAX_SECONDS 20.0
#define MAX_MEGABYTES 1000
#endif

static double megabytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

typedef char long_code[17];

static const char **long_list(long_code *codes, size_t min, size_t max)
{
    const char **list = malloc(LONG_LIST * sizeof *list);
    assert_non_null(list);
    for (size_t i = 0; i < LONG_LIST; i++) {
        const size_t length = min + random_up_to(max - min);
        for (size_t k = 0; k < length; k++)
            codes[i][k] = (char)('0' + random_up_to(9));
        codes[i][length] = '\0';
        list[i] = codes[i];
    }
    return list;
}

static void read_list(const char *const *list, graph g, double max_seconds)
{
    grammar f;
    solution found[LENET5_MAX_N_BEST];
    n_best list_found = {found, LENET5_MAX_N_BEST, 0};
    const clock_t start = clock();
    const lenet5_read_options options = {.list = list, .list_count = LONG_LIST};
    budget work = lenet5_budget_new(&options);
    assert_int_equal(lenet5_format_new(&f, &options, NULL), LENET5_OK);
    assert_int_equal(lenet5_graph_solve(&list_found, &g, &f, &work, NULL), LENET5_OK);
    const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    print_message("%zu nodes: %.2f s, %.0f MB\n", g.nodes, seconds, megabytes());
    assert_int_equal(list_found.count, LENET5_MAX_N_BEST);
    assert_true(seconds < max_seconds);
    assert_true(megabytes() < MAX_MEGABYTES);
    lenet5_format_free(&f);
    lenet5_graph_free(&g);
}

static void a_long_list_costs_little(void **state)
{
    (void)state;
    long_code *codes = malloc(LONG_LIST * sizeof *codes);
    assert_non_null(codes);
    lenet5_random_seed(&dice, 18, 0);
    with_marks = false;
    const char **list = long_list(codes, 5, 16);
    read_list(list, any_graph(20, 7, 8, 0.1), MAX_SECONDS);
    read_list(list, any_graph(20, 7, 0.1, 0.1), MAX_SECONDS);
    free(list);
    list = long_list(codes, 16, 16); /* all codes are equally unlikely */
    read_list(list, any_graph(20, 7, 0.1, 0.1), MAX_SECONDS);
    read_list(list, any_graph(MAX_PIECES, 7, 0.1, 1), 10 * MAX_SECONDS);
    free(list);
    free(codes);
}

static bool at_once(void *context)
{
    return ++*(int *)context > 0;
}

static void a_long_search_is_ended_on_request(void **state)
{
    (void)state;
    grammar f;
    int asked = 0;
    lenet5_error error;
    solution found[1];
    n_best likeliest = {found, 1, 0};
    long_code *codes = malloc(LONG_LIST * sizeof *codes);
    assert_non_null(codes);
    const char **list = long_list(codes, 16, 16);
    graph g = any_graph(MAX_PIECES, 7, 0.1, 1);
    const lenet5_read_options options = {
        .list = list, .list_count = LONG_LIST, .stop = at_once, .stop_context = &asked};
    budget work = lenet5_budget_new(&options);
    assert_int_equal(lenet5_format_new(&f, &options, NULL), LENET5_OK);
    assert_int_equal(lenet5_graph_solve(&likeliest, &g, &f, &work, &error), LENET5_E_STOPPED);
    assert_int_equal(asked, 1);
    lenet5_format_free(&f);
    lenet5_graph_free(&g);
    free(list);
    free(codes);
}

static void a_list_has_a_limit(void **state)
{
    (void)state;
    lenet5_error error;
    grammar f;
    const size_t count = LENET5_MAX_LIST + 1;
    const char **list = malloc(count * sizeof *list);
    assert_non_null(list);
    for (size_t i = 0; i < count; i++)
        list[i] = "1";
    const lenet5_read_options options = {.list = list, .list_count = count};
    assert_int_equal(lenet5_format_new(&f, &options, &error), LENET5_E_ARGUMENT);
    assert_non_null(strstr(error.message, "1000001 codes"));
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_lists_are_read_as_by_brute_force),
        cmocka_unit_test(a_long_list_costs_little),
        cmocka_unit_test(a_long_search_is_ended_on_request),
        cmocka_unit_test(a_list_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
