/*
 * A list of codes, as in a file. The first four bytes choose the format, the check digit, the number of strings
 * to find, and a random line that is searched for them. Every string found is in the list.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "files.h"
#include "fuzz.h"
#include "options.h"
#include "read/codes.h"
#include "reader/search/search.h"
#include "reader/search/weights.h"

#define MAX_JOINED 7
#define MAX_PIECES_TRIED 24 /* keeps a run at about a millisecond */

static arc arc_of(size_t first, size_t last, float sharp, lenet5_random *dice)
{
    float sum = 0;
    arc a = {.first = first, .last = last, .prior = 0.5, .shape = 1};
    for (size_t digit = 0; digit <= LENET5_CLASSES; digit++)
        sum += a.posterior[digit] = expf(lenet5_random_uniform(dice, 0, sharp));
    for (size_t digit = 0; digit <= LENET5_CLASSES; digit++)
        a.posterior[digit] /= sum;
    a.marked = lenet5_random_below(dice, 4) == 0;
    for (size_t mark = 0; a.marked && mark < MARKS; mark++)
        a.mark[mark] = (double)lenet5_random_uniform(dice, 0, 0.9F / MARKS);
    return a;
}

static graph graph_of(size_t pieces, uint8_t seed)
{
    lenet5_random dice;
    graph g = {.weights = search_weights, .nodes = pieces + 1, .arcs = malloc(pieces * MAX_JOINED * sizeof(arc))};
    if (!g.arcs)
        abort();
    lenet5_random_seed(&dice, seed, 0);
    g.gap[pieces / 2] = seed & 2;
    for (size_t first = 0; first < pieces; first++) {
        g.skip[first] = seed & 1 ? 0.01 : 0;
        for (size_t last = first + 1; last <= pieces && last <= first + MAX_JOINED; last++)
            g.arcs[g.count++] = arc_of(first, last, (float)(seed % 16), &dice);
        g.begin[first + 1] = g.count;
    }
    return g;
}

static void seek(const lenet5_read_options *options, uint8_t pieces, uint8_t seed)
{
    grammar f;
    double sum = 0;
    solution found[LENET5_MAX_N_BEST];
    n_best list = {found, options->n_best, 0};
    lenet5_error error;
    if (lenet5_format_new(&f, options, &error) != LENET5_OK)
        return;
    graph g = graph_of(1 + pieces % MAX_PIECES_TRIED, seed);
    budget b = lenet5_budget_new(options);
    if (lenet5_graph_solve(&list, &g, &f, &b, &error) != LENET5_OK)
        abort();
    for (size_t i = 0; i < list.count; i++) {
        sum += found[i].probability;
        if (!lenet5_format_accepts(&f, found[i].digits) || !(found[i].probability >= 0))
            abort();
    }
    if (list.count > options->n_best || !(sum <= 1 + 1e-9))
        abort();
    lenet5_graph_free(&g);
    lenet5_format_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {NULL, "5", "2-6", "dd-ddd"};
    char path[FILE_PATH];
    code_list codes;
    if (size < 4)
        return 0;
    const int descriptor = file_of(path, data + 4, size - 4);
    if (load_codes(&codes, path) == 0)
        seek(&(lenet5_read_options){.format = formats[data[0] % 4],
                                    .check = (lenet5_check)(data[0] >> 2 & 3),
                                    .n_best = 1 + data[1] % LENET5_MAX_N_BEST,
                                    .list = (const char *const *)codes.codes,
                                    .list_count = codes.count},
             data[2], data[3]);
    free_codes(&codes);
    close(descriptor);
    return 0;
}
