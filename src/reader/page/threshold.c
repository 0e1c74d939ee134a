#include "threshold.h"

#include <math.h>

/* Otsu's threshold, which maximises the variance between the classes. count, total: number and sum of the levels. */
static unsigned best_threshold(const uint32_t histogram[256], double count, double total)
{
    unsigned threshold = 0;
    double most = 0;
    double below = 0;
    double sum = 0;
    for (unsigned level = 0; level < 255; level++) {
        below += histogram[level];
        sum += level * (double)histogram[level];
        if (below == 0 || below == count)
            continue;
        const double apart = sum / below - (total - sum) / (count - below);
        const double between_classes = below * (count - below) * apart * apart;
        if (between_classes > most) {
            most = between_classes;
            threshold = level;
        }
    }
    return threshold;
}

binarisation lenet5_binarise_at(const uint32_t counts[256], unsigned floor, unsigned threshold)
{
    binarisation d = {.threshold = threshold};
    double squares = 0;
    for (unsigned level = floor; level < 256; level++) {
        const double n = counts[level];
        const bool is_ink = level > threshold;
        d.paper_count += is_ink ? 0 : n;
        d.ink_count += is_ink ? n : 0;
        d.paper += is_ink ? 0 : n * level;
        d.ink += is_ink ? n * level : 0;
        squares += is_ink ? 0 : n * level * level;
    }
    d.paper /= fmax(1, d.paper_count);
    d.ink /= fmax(1, d.ink_count);
    d.noise = sqrt(fmax(0, squares / fmax(1, d.paper_count) - d.paper * d.paper));
    return d;
}

binarisation lenet5_otsu(const uint32_t counts[256], unsigned floor)
{
    uint32_t above[256] = {0};
    double count = 0, total = 0;
    for (unsigned level = floor; level < 256; level++) {
        above[level] = counts[level];
        count += counts[level];
        total += level * (double)counts[level];
    }
    return lenet5_binarise_at(counts, floor, best_threshold(above, count, total));
}
