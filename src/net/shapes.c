/*
 * The sizes of the network: Table I, the layers and the twelve tensors of the parameters. All counts are computed from
 * the shapes, and static assertions compare them with the paper's (section II-B).
 */
#include "lenet5/network.h"

/*
 * Table I: the maps of S2 (rows) that each map of C3 (columns) sees. The first six maps of C3 see three adjacent maps,
 * the next six four adjacent ones, the next three four that are not adjacent, and the last one all six.
 */
// clang-format off
#define C3_TABLE(ROW)                                          \
    /*   0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 */     \
    ROW( X, _, _, _, X, X, X, _, _, X, X, X, X, _, X, X) /* 0 */ \
    ROW( X, X, _, _, _, X, X, X, _, _, X, X, X, X, _, X) /* 1 */ \
    ROW( X, X, X, _, _, _, X, X, X, _, _, X, _, X, X, X) /* 2 */ \
    ROW( _, X, X, X, _, _, X, X, X, X, _, _, X, _, X, X) /* 3 */ \
    ROW( _, _, X, X, X, _, _, X, X, X, X, _, X, X, _, X) /* 4 */ \
    ROW( _, _, _, X, X, X, _, _, X, X, X, X, _, X, X, X) /* 5 */
// clang-format on

enum { _ = 0, X = 1 };

#define AS_ROW(...) {__VA_ARGS__},
const bool lenet5_c3_table[6][16] = {C3_TABLE(AS_ROW)};

#define AS_SUM(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
    +((a) + (b) + (c) + (d) + (e) + (f) + (g) + (h) + (i) + (j) + (k) + (l) + (m) + (n) + (o) + (p))
enum { PAIRS = C3_TABLE(AS_SUM) };
_Static_assert(PAIRS == LENET5_C3_KERNELS, "Table I has 60 connected pairs");

/* A convolution: kernels of 5x5, and one bias a map. Every unit of a map shares the map's weights. */
#define CONVOLUTION_PARAMETERS(kernels, maps) ((kernels)*25 + (maps))
#define CONVOLUTION_CONNECTIONS(kernels, maps, side) (CONVOLUTION_PARAMETERS(kernels, maps) * (side) * (side))

/* Subsampling: one coefficient and one bias a map; each unit is connected to four inputs and the bias. */
#define SUBSAMPLING_PARAMETERS(maps) (2 * (maps))
#define SUBSAMPLING_CONNECTIONS(maps, side) (5 * (maps) * (side) * (side))

#define FULL_PARAMETERS(units, inputs) ((units) * ((inputs) + 1))

enum {
    C1_PARAMETERS = CONVOLUTION_PARAMETERS(6, 6),
    S2_PARAMETERS = SUBSAMPLING_PARAMETERS(6),
    C3_PARAMETERS = CONVOLUTION_PARAMETERS(PAIRS, 16),
    S4_PARAMETERS = SUBSAMPLING_PARAMETERS(16),
    C5_PARAMETERS = CONVOLUTION_PARAMETERS(120 * 16, 120),
    F6_PARAMETERS = FULL_PARAMETERS(84, 120),

    C1_CONNECTIONS = CONVOLUTION_CONNECTIONS(6, 6, 28),
    S2_CONNECTIONS = SUBSAMPLING_CONNECTIONS(6, 14),
    C3_CONNECTIONS = CONVOLUTION_CONNECTIONS(PAIRS, 16, 10),
    S4_CONNECTIONS = SUBSAMPLING_CONNECTIONS(16, 5),
    C5_CONNECTIONS = CONVOLUTION_CONNECTIONS(120 * 16, 120, 1),
    F6_CONNECTIONS = FULL_PARAMETERS(84, 120),
    OUTPUT_CONNECTIONS = 10 * 84,
};

_Static_assert(C1_PARAMETERS == 156 && C1_CONNECTIONS == 122304, "C1 of the paper");
_Static_assert(S2_PARAMETERS == 12 && S2_CONNECTIONS == 5880, "S2 of the paper");
_Static_assert(C3_PARAMETERS == 1516 && C3_CONNECTIONS == 151600, "C3 of the paper");
_Static_assert(S4_PARAMETERS == 32 && S4_CONNECTIONS == 2000, "S4 of the paper");
_Static_assert(C5_PARAMETERS == 48120 && C5_CONNECTIONS == 48120, "C5 of the paper");
_Static_assert(F6_PARAMETERS == 10164 && F6_CONNECTIONS == 10164, "F6 of the paper");
_Static_assert(C1_PARAMETERS + S2_PARAMETERS + C3_PARAMETERS + S4_PARAMETERS + C5_PARAMETERS + F6_PARAMETERS ==
                   LENET5_PARAMETERS,
               "60,000 trainable parameters");
_Static_assert(C1_CONNECTIONS + S2_CONNECTIONS + C3_CONNECTIONS + S4_CONNECTIONS + C5_CONNECTIONS + F6_CONNECTIONS +
                       OUTPUT_CONNECTIONS ==
                   340908,
               "340,908 connections");

#define MEMBER_COUNT(member) (sizeof(((lenet5_network *)0)->member) / sizeof(float))
_Static_assert(MEMBER_COUNT(c1) == C1_PARAMETERS && MEMBER_COUNT(s2) == S2_PARAMETERS &&
                   MEMBER_COUNT(c3) == C3_PARAMETERS && MEMBER_COUNT(s4) == S4_PARAMETERS &&
                   MEMBER_COUNT(c5) == C5_PARAMETERS && MEMBER_COUNT(f6) == F6_PARAMETERS,
               "the struct holds the layers' parameters");
_Static_assert(sizeof(lenet5_network) == LENET5_PARAMETERS * sizeof(float), "and nothing else");

const lenet5_layer lenet5_layers[LENET5_LAYERS] = {
    {"C1", "6@28x28", 6, 28, C1_PARAMETERS, C1_CONNECTIONS, "convolution 5x5"},
    {"S2", "6@14x14", 6, 14, S2_PARAMETERS, S2_CONNECTIONS, "subsampling 2x2"},
    {"C3", "16@10x10", 16, 10, C3_PARAMETERS, C3_CONNECTIONS, "convolution 5x5, Table I"},
    {"S4", "16@5x5", 16, 5, S4_PARAMETERS, S4_CONNECTIONS, "subsampling 2x2"},
    {"C5", "120@1x1", 120, 1, C5_PARAMETERS, C5_CONNECTIONS, "convolution 5x5"},
    {"F6", "84", 84, 1, F6_PARAMETERS, F6_CONNECTIONS, "full"},
    {"output", "10", 10, 1, 0, OUTPUT_CONNECTIONS, "radial basis, fixed codes"},
};

#define FIRST(member) (offsetof(lenet5_network, member) / sizeof(float))
#define TENSOR(layer, part, fan_in, dimensions, ...)                                                      \
    {                                                                                                     \
#layer "." #part, FIRST(layer.part), MEMBER_COUNT(layer.part), dimensions, {__VA_ARGS__ }, fan_in \
    }

const lenet5_tensor lenet5_tensors[LENET5_TENSORS] = {
    TENSOR(c1, weight, 25, 3, 6, 5, 5),
    TENSOR(c1, bias, 25, 1, 6),
    TENSOR(s2, coefficient, 4, 1, 6),
    TENSOR(s2, bias, 4, 1, 6),
    TENSOR(c3, weight, 3 * 25, 3, LENET5_C3_KERNELS, 5, 5),
    TENSOR(c3, bias, 3 * 25, 1, 16),
    TENSOR(s4, coefficient, 4, 1, 16),
    TENSOR(s4, bias, 4, 1, 16),
    TENSOR(c5, weight, 16 * 25, 4, 120, 16, 5, 5),
    TENSOR(c5, bias, 16 * 25, 1, 120),
    TENSOR(f6, weight, 120, 2, 84, 120),
    TENSOR(f6, bias, 120, 1, 84),
};
