/*
 * Synthetic digits: what a person's pen leaves on paper when it writes a digit, drawn at 28x28 as MNIST has it.
 *
 * A digit can be written in several ways. Each is a row of the table below: the points through which the pen goes, as
 * one would sketch them on squared paper, with how often people write so. From there to a picture:
 *
 *     style          wobble           slant, turn       path              distance         coverage
 *
 *     o---o          o--o             o--o              .......           3 2 1 2 3        .:+#+:.
 *        /             /                /                    ..           3 2 1 2 3         .+#+.
 *       o    --->     o     --->      o       --->         ..     --->    2 1 2 3    --->   :#+.
 *      /             (               /                   ..               1 2 3            .#+.
 *     o               o             o                   .                 1 2 3            +#:
 *
 *   1. Wobble: a smooth warp of the plane bends the digit, widens its head or foot and moves its waist and its middle;
 *      each point then strays a little on its own.
 *   2. An affine map gives it proportions, slant and a turn.
 *   3. A Catmull-Rom spline makes a curve of the points, and a row of short straight lines of the curve.
 *   4. The path is enlarged until its ink fills a box of about 20x20.
 *   5. Each pixel looks for the line that covers it most: the pen's half width there less the distance to the line. The
 *      edge fades from ink to paper over a pixel or so.
 *   6. The path is moved until the ink's centre of mass is where MNIST has it, and drawn again.
 *
 * Only + - * / and square roots are used, which IEEE 754 rounds alike everywhere, and one random number is drawn a
 * statement, for C does not fix the order within one. So the pictures are the same bytes on every machine.
 */
#include "dataset.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/clamp.h"
#include "base/error.h"
#include "base/random.h"

#define MAX_DIGITS 10000000u

/* ---- How people write -------------------------------------------------------------------------------------------- */

#define SIGN LENET5_RUBBISH         /* what is no digit */
#define LETTER (LENET5_RUBBISH + 1) /* more of that */

/* A place on squared paper: x from 1 at the left, y from 1 at the top to 100 at the foot. */
typedef struct mark {
    signed char x, y;
} mark_t;

#define MAX_MARKS 24

typedef struct style {
    unsigned char digit;    /* or SIGN, or LETTER */
    unsigned char weight;   /* how often, against the other styles of the digit */
    mark_t path[MAX_MARKS]; /* ends with a mark of zeroes */
} style_t;

/* clang-format off */

/* The pen is lifted and goes on at the next mark. A mark given twice is a corner; without, the curve is smooth. */
#define LIFT {-1, -1}

static const style_t styles[] = {
    /* round, closed at the top */
    {0, 5, {{44, 2}, {20, 10}, {5, 36}, {6, 68}, {22, 93}, {44, 99}, {66, 88}, {76, 60}, {73, 30}, {58, 8}, {38, 2}}},
    /* narrow */
    {0, 2, {{36, 2}, {17, 18}, {8, 45}, {10, 76}, {26, 98}, {46, 90}, {57, 62}, {55, 30}, {44, 8}, {30, 4}}},
    /* flat */
    {0, 2, {{44, 20}, {18, 26}, {2, 48}, {10, 72}, {36, 80}, {64, 72}, {76, 48}, {62, 26}, {36, 20}}},
    /* the end overshoots the beginning */
    {0, 3, {{30, 7}, {12, 24}, {5, 55}, {16, 88}, {40, 99}, {64, 86}, {74, 54}, {66, 22}, {46, 6}, {22, 4}}},
    /* the end turns inward */
    {0, 3, {{50, 4}, {22, 8}, {5, 38}, {8, 74}, {32, 98}, {60, 92}, {76, 62}, {70, 26}, {50, 8}, {32, 12}, {28, 28}}},
    /* the beginning sticks out */
    {0, 2, {{58, 2}, {38, 6}, {16, 24}, {4, 58}, {14, 90}, {40, 99}, {66, 82}, {74, 50}, {62, 22}, {38, 9}}},
    /* clockwise, a gap at the top */
    {0, 2, {{30, 6}, {56, 6}, {74, 32}, {74, 66}, {54, 96}, {26, 97}, {6, 70}, {5, 38}, {20, 10}}},
    /* a gap at the top */
    {0, 1, {{34, 4}, {14, 20}, {4, 50}, {14, 86}, {40, 99}, {66, 86}, {76, 52}, {68, 20}, {52, 5}}},

    /* a plain stroke */
    {1, 14, {{30, 1}, {30, 34}, {30, 67}, {30, 100}}},
    /* bent */
    {1, 4, {{32, 1}, {28, 34}, {28, 67}, {31, 100}}},
    /* bent the other way */
    {1, 3, {{28, 1}, {32, 34}, {32, 67}, {29, 100}}},
    /* with a flag */
    {1, 3, {{13, 24}, {24, 14}, {34, 1}, {34, 1}, {33, 50}, {33, 100}}},
    /* with a small flag */
    {1, 3, {{23, 14}, {33, 1}, {33, 1}, {33, 50}, {33, 100}}},
    /* with a flag and a base */
    {1, 3, {{16, 22}, {26, 13}, {34, 1}, {34, 1}, {34, 50}, {34, 99}, LIFT, {10, 99}, {34, 99}, {60, 98}}},
    /* with a long flag and a wide base */
    {1, 2, {{10, 22}, {36, 2}, {36, 2}, {35, 50}, {34, 98}, LIFT, {2, 97}, {34, 99}, {66, 96}}},
    /* with a base */
    {1, 1, {{34, 1}, {34, 50}, {34, 99}, LIFT, {10, 99}, {34, 99}, {58, 98}}},

    /* angular base */
    {2, 5, {{7, 26}, {17, 7}, {40, 1}, {62, 11}, {63, 34}, {46, 58}, {24, 80}, {4, 98}, {4, 98}, {38, 97}, {76, 96}}},
    /* base in a wave */
    {2, 4, {{8, 22}, {22, 5}, {44, 2}, {62, 14}, {60, 38}, {42, 62}, {22, 82}, {5, 95}, {5, 95}, {24, 88}, {48, 97},
            {76, 93}}},
    /* a loop at the base */
    {2, 4, {{8, 20}, {24, 4}, {46, 3}, {60, 18}, {56, 42}, {40, 68}, {22, 90}, {8, 96}, {2, 87}, {14, 78}, {32, 86},
            {52, 97}, {78, 92}}},
    /* a large loop at the base */
    {2, 4, {{12, 18}, {30, 2}, {54, 8}, {60, 34}, {50, 62}, {32, 90}, {12, 97}, {2, 84}, {10, 68}, {30, 70},
            {48, 90}, {74, 99}}},
    /* a small loop at the base, the end running far out */
    {2, 2, {{8, 14}, {34, 2}, {52, 20}, {42, 52}, {20, 86}, {6, 95}, {6, 82}, {34, 82}, {62, 90}, {94, 88}}},
    /* a curled head and a round foot */
    {2, 2, {{20, 30}, {10, 22}, {18, 6}, {40, 1}, {60, 12}, {60, 36}, {40, 62}, {14, 86}, {12, 97}, {38, 97},
            {72, 94}}},
    /* a small head and a long base */
    {2, 2, {{6, 32}, {16, 14}, {34, 12}, {40, 28}, {30, 56}, {8, 90}, {8, 90}, {46, 89}, {90, 84}}},
    /* a flat head, as a z with a bent neck */
    {2, 2, {{6, 12}, {32, 3}, {56, 8}, {56, 30}, {34, 62}, {8, 94}, {8, 94}, {40, 96}, {70, 95}}},
    /* a round head, falling steeply, and a short base */
    {2, 2, {{4, 30}, {16, 6}, {38, 2}, {52, 18}, {46, 48}, {30, 76}, {16, 92}, {16, 92}, {36, 92}, {60, 99}}},

    /* round, the bellies meeting in a corner */
    {3, 6, {{7, 13}, {28, 1}, {54, 6}, {59, 24}, {46, 40}, {26, 46}, {26, 46}, {54, 51}, {68, 70}, {56, 93},
            {28, 100}, {4, 88}}},
    /* round, a small loop in the middle */
    {3, 3, {{8, 12}, {32, 1}, {56, 10}, {54, 30}, {36, 46}, {22, 52}, {20, 44}, {40, 44}, {64, 60}, {64, 84},
            {38, 99}, {6, 92}}},
    /* flat top */
    {3, 2, {{8, 4}, {36, 4}, {62, 3}, {62, 3}, {30, 40}, {30, 40}, {58, 48}, {68, 70}, {54, 94}, {28, 100}, {4, 90}}},
    /* a wide belly below, the foot flat */
    {3, 3, {{5, 8}, {32, 2}, {58, 10}, {52, 32}, {28, 42}, {28, 42}, {50, 48}, {60, 68}, {46, 90}, {8, 99}}},
    /* a shallow middle, the foot turning up */
    {3, 3, {{8, 20}, {20, 3}, {46, 2}, {58, 20}, {46, 44}, {46, 44}, {64, 62}, {62, 88}, {36, 100}, {10, 92}, {4, 76}}},
    /* the middle hardly drawn in */
    {3, 2, {{6, 12}, {30, 2}, {54, 12}, {52, 32}, {36, 46}, {54, 60}, {60, 80}, {40, 98}, {6, 94}}},
    /* a small head */
    {3, 2, {{16, 14}, {32, 2}, {50, 8}, {46, 26}, {24, 36}, {24, 36}, {54, 42}, {70, 64}, {60, 90}, {32, 100},
            {4, 92}}},

    /* open, the bar drawn with the left stroke */
    {4, 5, {{20, 4}, {13, 28}, {5, 56}, {5, 56}, {40, 56}, {74, 53}, LIFT, {60, 6}, {54, 50}, {48, 100}}},
    /* open, as a chair */
    {4, 4, {{10, 6}, {6, 28}, {10, 46}, {28, 52}, {60, 46}, LIFT, {62, 2}, {59, 50}, {56, 100}}},
    /* open, in one go */
    {4, 4, {{8, 8}, {6, 32}, {18, 48}, {42, 44}, {62, 26}, {66, 3}, {66, 3}, {60, 50}, {54, 100}}},
    /* open, as a y */
    {4, 3, {{6, 10}, {8, 34}, {24, 46}, {44, 34}, {62, 6}, {62, 6}, {50, 50}, {36, 100}}},
    /* open, low: a short tail */
    {4, 3, {{20, 2}, {10, 34}, {4, 68}, {4, 68}, {40, 68}, {76, 64}, LIFT, {56, 24}, {52, 62}, {48, 100}}},
    /* open, high: a long tail */
    {4, 2, {{12, 4}, {6, 36}, {6, 36}, {30, 40}, {60, 36}, LIFT, {58, 2}, {54, 50}, {50, 100}}},
    /* closed, a triangle */
    {4, 3, {{54, 2}, {30, 34}, {4, 66}, {4, 66}, {40, 66}, {78, 66}, LIFT, {54, 2}, {54, 50}, {53, 100}}},
    /* closed by a slanting stroke that begins at the head */
    {4, 2, {{50, 4}, {24, 26}, {6, 54}, {6, 54}, {40, 56}, {72, 54}, LIFT, {52, 4}, {50, 50}, {46, 100}}},

    /* one stroke, the bar first */
    {5, 4, {{70, 3}, {46, 4}, {22, 5}, {22, 5}, {14, 42}, {14, 42}, {40, 36}, {64, 48}, {68, 72}, {50, 94}, {24, 99},
            {3, 90}}},
    /* the bar added at the end */
    {5, 4, {{22, 8}, {16, 44}, {16, 44}, {40, 38}, {62, 50}, {64, 74}, {46, 94}, {22, 98}, {3, 90}, LIFT, {22, 7},
            {48, 5}, {78, 1}}},
    /* the bar does not touch */
    {5, 2, {{20, 16}, {15, 46}, {15, 46}, {38, 42}, {60, 54}, {62, 76}, {44, 95}, {20, 98}, {3, 90}, LIFT, {28, 8},
            {50, 6}, {76, 3}}},
    /* the bar goes far to the right, the belly is small */
    {5, 4, {{26, 12}, {18, 46}, {18, 46}, {36, 48}, {48, 64}, {42, 86}, {24, 98}, {4, 92}, LIFT, {26, 11}, {54, 8},
            {88, 2}}},
    /* a short bar, the back runs into the belly */
    {5, 3, {{58, 4}, {40, 4}, {22, 8}, {14, 30}, {16, 46}, {16, 46}, {40, 46}, {60, 60}, {58, 84}, {36, 99}, {6, 94}}},
    /* a large belly that turns inward */
    {5, 3, {{64, 3}, {42, 4}, {24, 6}, {24, 6}, {16, 38}, {16, 38}, {46, 34}, {70, 54}, {64, 86}, {36, 100},
            {10, 92}, {6, 78}}},
    /* round shoulders, near an S */
    {5, 4, {{74, 4}, {46, 6}, {24, 16}, {20, 34}, {36, 46}, {56, 60}, {56, 82}, {34, 97}, {4, 96}}},

    /* a straight back */
    {6, 4, {{46, 1}, {28, 24}, {12, 54}, {8, 80}, {24, 98}, {46, 94}, {56, 76}, {44, 60}, {24, 66}, {10, 82}}},
    /* a strongly curved back */
    {6, 3, {{62, 8}, {42, 3}, {20, 20}, {6, 52}, {10, 84}, {32, 99}, {56, 90}, {62, 70}, {46, 56}, {22, 62}, {8, 76}}},
    /* an upright back and a small loop */
    {6, 3, {{26, 1}, {14, 34}, {8, 66}, {14, 92}, {32, 99}, {50, 88}, {48, 70}, {32, 64}, {12, 76}}},
    /* the loop left open */
    {6, 2, {{50, 2}, {24, 30}, {8, 66}, {18, 94}, {42, 98}, {62, 82}, {58, 62}, {38, 60}, {24, 72}}},
    /* a wide loop whose end runs down inside */
    {6, 4, {{30, 2}, {12, 32}, {3, 68}, {16, 96}, {50, 98}, {74, 78}, {68, 56}, {44, 54}, {26, 72}, {22, 90}}},
    /* a large round loop, as a b */
    {6, 3, {{24, 1}, {10, 34}, {6, 72}, {22, 97}, {50, 94}, {66, 70}, {54, 46}, {30, 48}, {10, 68}}},
    /* a flat loop that leans to the right */
    {6, 3, {{38, 1}, {14, 38}, {4, 76}, {20, 98}, {50, 94}, {76, 76}, {72, 62}, {50, 66}, {28, 86}, {20, 98}}},
    /* the end crosses the back */
    {6, 2, {{54, 2}, {30, 22}, {14, 54}, {14, 86}, {34, 99}, {58, 88}, {58, 66}, {34, 60}, {3, 74}}},

    /* plain */
    {7, 6, {{1, 8}, {34, 7}, {70, 4}, {70, 4}, {44, 48}, {30, 100}}},
    /* plain, the stem straight */
    {7, 3, {{1, 4}, {36, 5}, {73, 5}, {73, 5}, {50, 52}, {32, 100}}},
    /* an upright stem */
    {7, 2, {{1, 10}, {36, 7}, {73, 3}, {73, 3}, {60, 50}, {52, 100}}},
    /* a serif */
    {7, 3, {{2, 24}, {5, 5}, {5, 5}, {36, 8}, {73, 4}, {73, 4}, {46, 50}, {36, 100}}},
    /* a long serif */
    {7, 2, {{1, 34}, {2, 18}, {8, 4}, {8, 4}, {41, 8}, {73, 5}, {73, 5}, {56, 50}, {48, 100}}},
    /* a round shoulder */
    {7, 4, {{1, 18}, {20, 5}, {52, 3}, {69, 18}, {58, 48}, {44, 76}, {36, 100}}},
    /* a wave for a bar */
    {7, 3, {{1, 24}, {11, 6}, {38, 12}, {70, 4}, {70, 4}, {54, 36}, {42, 66}, {36, 100}}},
    /* crossed */
    {7, 3, {{1, 8}, {34, 7}, {73, 4}, {73, 4}, {46, 48}, {32, 100}, LIFT, {20, 52}, {44, 50}, {68, 47}}},
    /* crossed, with a serif */
    {7, 2, {{2, 22}, {4, 4}, {4, 4}, {36, 6}, {73, 4}, {73, 4}, {46, 50}, {34, 100}, LIFT, {22, 53}, {46, 51},
            {68, 50}}},
    /* crossed widely, the shoulder round */
    {7, 2, {{4, 14}, {31, 5}, {64, 8}, {59, 34}, {38, 68}, {26, 100}, LIFT, {8, 56}, {40, 52}, {76, 48}}},

    /* one stroke from the top right, an S and back */
    {8, 6, {{60, 16}, {44, 2}, {20, 8}, {16, 28}, {38, 48}, {58, 68}, {54, 92}, {32, 100}, {10, 88}, {16, 66},
            {40, 46}, {60, 26}, {58, 10}}},
    /* the same, open at the top */
    {8, 3, {{64, 8}, {40, 2}, {18, 12}, {18, 30}, {38, 48}, {52, 68}, {46, 92}, {26, 100}, {10, 88}, {16, 68},
            {42, 46}, {66, 14}}},
    /* the end runs out to the right */
    {8, 3, {{54, 10}, {36, 2}, {18, 14}, {22, 34}, {44, 54}, {52, 80}, {36, 99}, {18, 90}, {20, 68}, {44, 42},
            {76, 10}}},
    /* the same, rising little, as an ampersand */
    {8, 2, {{62, 16}, {46, 3}, {24, 8}, {24, 26}, {42, 46}, {52, 74}, {34, 98}, {14, 88}, {20, 66}, {44, 48},
            {76, 32}}},
    /* a narrow foot */
    {8, 3, {{64, 14}, {44, 2}, {18, 8}, {14, 26}, {34, 44}, {50, 62}, {48, 88}, {36, 99}, {26, 88}, {32, 64},
            {54, 36}, {66, 12}}},
    /* a small head */
    {8, 2, {{54, 14}, {40, 3}, {26, 10}, {28, 26}, {50, 44}, {66, 68}, {56, 94}, {28, 99}, {8, 82}, {18, 56},
            {42, 36}, {54, 18}}},
    /* from the top left */
    {8, 2, {{18, 14}, {40, 1}, {60, 12}, {56, 32}, {34, 50}, {12, 72}, {20, 95}, {42, 99}, {60, 84}, {52, 62},
            {28, 42}, {14, 24}, {20, 10}}},
    /* two circles */
    {8, 3, {{40, 47}, {18, 38}, {16, 14}, {38, 1}, {60, 14}, {58, 36}, {38, 47}, LIFT, {38, 46}, {14, 58}, {8, 80},
            {34, 100}, {62, 84}, {60, 60}, {38, 46}}},

    /* a straight tail */
    {9, 5, {{62, 20}, {44, 3}, {20, 10}, {6, 32}, {18, 48}, {40, 42}, {61, 16}, {61, 16}, {58, 58}, {52, 100}}},
    /* a straight tail, round head */
    {9, 3, {{56, 10}, {32, 2}, {10, 16}, {12, 42}, {34, 50}, {54, 36}, {60, 10}, {60, 10}, {60, 52}, {58, 100}}},
    /* a large head, the tail beside it */
    {9, 3, {{60, 14}, {36, 3}, {10, 18}, {4, 42}, {22, 58}, {48, 48}, {66, 12}, {66, 12}, {66, 54}, {64, 100}}},
    /* a small head, the tail leaning */
    {9, 3, {{50, 10}, {34, 2}, {14, 12}, {12, 30}, {30, 34}, {50, 12}, {50, 12}, {46, 54}, {34, 100}}},
    /* the head open at the top */
    {9, 3, {{48, 6}, {26, 6}, {8, 26}, {14, 46}, {36, 46}, {56, 30}, {62, 12}, {62, 12}, {58, 52}, {52, 100}}},
    /* a curved tail */
    {9, 3, {{60, 22}, {44, 3}, {18, 8}, {8, 32}, {24, 49}, {48, 40}, {61, 18}, {61, 18}, {62, 54}, {52, 86},
            {30, 99}, {8, 92}}},
    /* one smooth stroke */
    {9, 4, {{58, 14}, {36, 2}, {12, 16}, {12, 40}, {36, 46}, {58, 26}, {58, 18}, {52, 56}, {36, 100}}},
    /* a flat head, the tail going down to the left */
    {9, 3, {{66, 10}, {44, 2}, {18, 12}, {10, 30}, {26, 40}, {48, 30}, {66, 10}, {66, 10}, {50, 54}, {32, 100}}},
    /* a round head, the tail bent outward */
    {9, 2, {{50, 6}, {24, 4}, {6, 24}, {16, 46}, {40, 44}, {54, 20}, {50, 6}, {56, 40}, {62, 72}, {66, 100}}},

    /* no digits: letters that are not taken for one either */
    /* A */
    {SIGN, 3, {{2, 100}, {36, 2}, {36, 2}, {72, 100}, LIFT, {16, 62}, {58, 62}}},
    /* C */
    {SIGN, 2, {{70, 16}, {46, 2}, {14, 20}, {4, 52}, {16, 86}, {46, 99}, {72, 84}}},
    /* E */
    {SIGN, 2, {{66, 3}, {8, 3}, {8, 3}, {8, 98}, {8, 98}, {68, 98}, LIFT, {8, 50}, {56, 50}}},
    /* F */
    {SIGN, 2, {{66, 3}, {8, 3}, {8, 3}, {8, 100}, LIFT, {8, 48}, {54, 48}}},
    /* H */
    {SIGN, 3, {{6, 2}, {6, 100}, LIFT, {70, 2}, {70, 100}, LIFT, {6, 50}, {70, 50}}},
    /* K */
    {SIGN, 2, {{8, 2}, {8, 100}, LIFT, {66, 4}, {10, 54}, {10, 54}, {70, 100}}},
    /* M */
    {SIGN, 2, {{2, 100}, {8, 4}, {8, 4}, {38, 66}, {38, 66}, {68, 4}, {68, 4}, {76, 100}}},
    /* N */
    {SIGN, 2, {{6, 100}, {6, 4}, {6, 4}, {68, 98}, {68, 98}, {68, 2}}},
    /* P */
    {SIGN, 1, {{10, 100}, {10, 4}, {10, 4}, {50, 4}, {68, 26}, {50, 50}, {10, 52}}},
    /* R */
    {SIGN, 2, {{10, 100}, {10, 4}, {10, 4}, {50, 4}, {66, 26}, {48, 48}, {12, 52}, {12, 52}, {70, 100}}},
    /* T */
    {SIGN, 2, {{2, 4}, {74, 4}, LIFT, {38, 4}, {38, 100}}},
    /* U */
    {SIGN, 2, {{4, 2}, {6, 70}, {36, 99}, {66, 74}, {70, 2}}},
    /* V */
    {SIGN, 2, {{2, 2}, {38, 99}, {38, 99}, {74, 2}}},
    /* W */
    {SIGN, 2, {{2, 4}, {18, 98}, {18, 98}, {38, 36}, {38, 36}, {58, 98}, {58, 98}, {76, 4}}},
    /* X */
    {SIGN, 3, {{4, 2}, {70, 100}, LIFT, {70, 2}, {4, 100}}},
    /* a small a */
    {SIGN, 2, {{62, 40}, {34, 28}, {8, 52}, {18, 90}, {44, 88}, {62, 52}, {62, 36}, {62, 36}, {64, 80}, {76, 98}}},
    /* a small e */
    {SIGN, 2, {{8, 58}, {64, 54}, {52, 28}, {24, 26}, {6, 58}, {22, 94}, {66, 88}}},
    /* a small h */
    {SIGN, 2, {{8, 2}, {8, 100}, {8, 100}, {10, 66}, {36, 44}, {60, 58}, {62, 100}}},
    /* a small k */
    {SIGN, 2, {{10, 2}, {10, 100}, LIFT, {56, 40}, {12, 70}, {12, 70}, {62, 100}}},
    /* a small m */
    {SIGN, 2, {{4, 98}, {4, 40}, {4, 52}, {22, 38}, {36, 54}, {36, 96}, {36, 96}, {38, 54}, {56, 38}, {70, 54}, {72, 98}}},
    /* a small n */
    {SIGN, 2, {{8, 98}, {8, 36}, {8, 52}, {36, 34}, {62, 52}, {64, 98}}},
    /* a small w */
    {SIGN, 2, {{2, 34}, {10, 84}, {28, 92}, {38, 44}, {38, 44}, {46, 92}, {66, 84}, {76, 32}}},
    /* signs: a cross */
    {SIGN, 3, {{38, 2}, {38, 98}, LIFT, {2, 50}, {74, 50}}},
    /* a box */
    {SIGN, 3, {{4, 4}, {72, 4}, {72, 4}, {72, 96}, {72, 96}, {4, 96}, {4, 96}, {4, 4}}},
    /* a crossed box */
    {SIGN, 1, {{4, 4}, {72, 4}, {72, 4}, {72, 96}, {72, 96}, {4, 96}, {4, 96}, {4, 4}, {4, 4}, {72, 96}}},
    /* a corner of a box */
    {SIGN, 2, {{4, 4}, {4, 96}, {4, 96}, {72, 96}}},
    /* a ladder's rung between posts */
    {SIGN, 1, {{2, 20}, {74, 20}, LIFT, {2, 80}, {74, 80}}},
    /* a bar, level */
    {SIGN, 3, {{2, 50}, {26, 50}, {50, 50}, {76, 50}}},
    /* a bar that falls */
    {SIGN, 1, {{2, 30}, {76, 70}}},
    /* a hash */
    {SIGN, 2, {{24, 2}, {20, 98}, LIFT, {54, 2}, {50, 98}, LIFT, {4, 32}, {74, 32}, LIFT, {2, 68}, {72, 68}}},
    /* a star */
    {SIGN, 2, {{38, 4}, {38, 96}, LIFT, {4, 26}, {72, 74}, LIFT, {72, 26}, {4, 74}}},
    /* a tick */
    {SIGN, 2, {{4, 56}, {26, 96}, {26, 96}, {76, 4}}},
    /* a triangle */
    {SIGN, 2, {{38, 4}, {4, 94}, {4, 94}, {74, 94}, {74, 94}, {38, 4}}},
    /* an arrow */
    {SIGN, 2, {{2, 50}, {74, 50}, LIFT, {48, 26}, {74, 50}, {74, 50}, {48, 74}}},
    /* an arch */
    {SIGN, 1, {{4, 98}, {8, 30}, {38, 4}, {66, 30}, {72, 98}}},
    /* a wave */
    {SIGN, 2, {{2, 60}, {16, 30}, {30, 66}, {44, 32}, {58, 66}, {74, 36}}},
    /* a zigzag */
    {SIGN, 2, {{2, 20}, {18, 90}, {18, 90}, {32, 14}, {32, 14}, {46, 90}, {46, 90}, {60, 12}, {60, 12}, {76, 88}}},
    /* a coil */
    {SIGN, 2, {{38, 50}, {48, 44}, {50, 60}, {34, 66}, {22, 50}, {34, 28}, {58, 34}, {64, 64}, {42, 88}, {12, 76},
            {6, 36}, {34, 6}}},

    /* more letters: only those that nobody takes for a digit */
    /* B */
    {LETTER, 1, {{10, 2}, {10, 98}, LIFT, {10, 2}, {50, 4}, {60, 24}, {46, 46}, {10, 48}, LIFT, {10, 48}, {60, 52}, {68, 76},
                 {50, 98}, {10, 98}}},
    /* C, wide */
    {LETTER, 2, {{76, 22}, {54, 2}, {20, 12}, {4, 50}, {20, 88}, {54, 99}, {76, 80}}},
    /* D */
    {LETTER, 1, {{8, 2}, {8, 98}, LIFT, {8, 2}, {44, 6}, {70, 30}, {70, 70}, {44, 94}, {8, 98}}},
    /* F with a long stem */
    {LETTER, 1, {{56, 2}, {8, 2}, {8, 2}, {8, 100}, LIFT, {8, 40}, {44, 40}}},
    /* G */
    {LETTER, 2, {{70, 18}, {46, 2}, {14, 20}, {4, 52}, {16, 86}, {46, 99}, {72, 88}, {72, 56}, {72, 56}, {44, 56}}},
    /* J */
    {LETTER, 2, {{56, 2}, {56, 72}, {42, 96}, {20, 98}, {5, 80}}},
    /* J with a bar */
    {LETTER, 1, {{24, 2}, {76, 2}, LIFT, {54, 2}, {54, 74}, {40, 97}, {18, 97}, {6, 82}}},
    /* L */
    {LETTER, 2, {{10, 2}, {10, 98}, {10, 98}, {66, 98}}},
    /* Q */
    {LETTER, 2, {{40, 2}, {10, 26}, {8, 70}, {38, 97}, {70, 72}, {70, 26}, {40, 2}, LIFT, {44, 68}, {78, 100}}},
    /* U with a stem */
    {LETTER, 1, {{6, 2}, {8, 72}, {34, 98}, {62, 72}, {64, 2}, LIFT, {64, 2}, {66, 98}}},
    /* Y */
    {LETTER, 1, {{4, 2}, {38, 50}, {38, 50}, {72, 2}, LIFT, {38, 50}, {38, 100}}},
    /* a small c */
    {LETTER, 2, {{66, 34}, {42, 24}, {14, 38}, {6, 62}, {20, 90}, {46, 96}, {68, 84}}},
    /* a small d */
    {LETTER, 3, {{62, 2}, {62, 98}, LIFT, {62, 54}, {36, 40}, {10, 60}, {12, 88}, {36, 98}, {62, 82}}},
    /* a small f */
    {LETTER, 2, {{66, 8}, {46, 2}, {34, 22}, {34, 100}, LIFT, {8, 40}, {60, 40}}},
    /* a small f with a tail */
    {LETTER, 1, {{62, 10}, {48, 2}, {38, 24}, {34, 76}, {22, 98}, {6, 92}, LIFT, {14, 42}, {60, 40}}},
    /* a small h with a high arch */
    {LETTER, 2, {{10, 2}, {10, 100}, LIFT, {10, 60}, {34, 38}, {58, 48}, {60, 100}}},
    /* a small i with its dot */
    {LETTER, 1, {{36, 36}, {36, 98}, LIFT, {34, 4}, {38, 6}}},
    /* a small j with its dot */
    {LETTER, 2, {{48, 32}, {48, 82}, {34, 98}, {12, 94}, LIFT, {47, 4}, {50, 6}}},
    /* a small p */
    {LETTER, 3, {{10, 28}, {10, 100}, LIFT, {10, 40}, {36, 28}, {62, 46}, {58, 70}, {34, 80}, {10, 68}}},
    /* a small p, its bowl as high as its stem */
    {LETTER, 1, {{8, 2}, {8, 100}, LIFT, {8, 14}, {40, 2}, {66, 22}, {60, 50}, {34, 62}, {8, 50}}},
    /* a small r */
    {LETTER, 2, {{12, 30}, {12, 98}, LIFT, {12, 56}, {32, 34}, {56, 34}}},
    /* a small t */
    {LETTER, 2, {{34, 2}, {34, 82}, {48, 98}, {66, 90}, LIFT, {8, 30}, {62, 30}}},
    /* a small u */
    {LETTER, 2, {{8, 30}, {8, 76}, {28, 96}, {56, 78}, {56, 30}, {56, 30}, {56, 98}}},
    /* a small v */
    {LETTER, 1, {{4, 30}, {34, 98}, {34, 98}, {64, 30}}},
    /* two letters, i and n */
    {LETTER, 1, {{6, 34}, {6, 98}, LIFT, {26, 98}, {26, 36}, {26, 52}, {48, 36}, {66, 52}, {68, 98}}},
    /* a pennant */
    {LETTER, 1, {{10, 100}, {10, 2}, {10, 2}, {72, 26}, {72, 26}, {10, 50}}},
    /* a star of five points */
    {LETTER, 2, {{20, 98}, {38, 2}, {38, 2}, {58, 98}, {58, 98}, {2, 38}, {2, 38}, {76, 38}, {76, 38}, {20, 98}}},
    /* an hourglass */
    {LETTER, 1, {{4, 4}, {72, 4}, {72, 4}, {4, 96}, {4, 96}, {72, 96}, {72, 96}, {4, 4}}},
    /* stairs */
    {LETTER, 1, {{4, 96}, {4, 64}, {4, 64}, {28, 64}, {28, 64}, {28, 34}, {28, 34}, {52, 34}, {52, 34}, {52, 4}, {52, 4},
                 {76, 4}}},
    /* two strokes side by side */
    {LETTER, 1, {{20, 4}, {18, 98}, LIFT, {54, 4}, {52, 98}}},
};

/* clang-format on */

/* ---- How one person writes it this time -------------------------------------------------------------------------- */

#define SIDE LENET5_PICTURE_SIDE

/* The middle of pixel (14, 14), where MNIST has the centre of mass, moved there by whole pixels. */
#define MIDDLE (SIDE / 2 + 0.5f)

typedef struct point {
    float x, y;
} point_t;

#define WARPS 4 /* terms of the warp */

typedef struct hand {
    float warp_x[WARPS], warp_y[WARPS]; /* the smooth warp */
    float stray;                        /* of each point, in marks */
    float width, slant, turn;           /* the affine map; turn is the tangent of half the angle */
    float box;                          /* pixels that the ink fills, less the faded edge */
    float pen;                          /* half the line's width, in pixels */
    float pressure;                     /* how much that changes on the way, as a fraction */
    point_t centre;                     /* of mass, in pixels from the top left */
    float edge;                         /* pixels over which ink fades into paper */
} hand_t;

/* About normally distributed, yet never further than three deviations from the mean. */
static float bell(lenet5_random *random, float mean, float deviation)
{
    float sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum += lenet5_random_uniform(random, -1, 1);
    return mean + deviation * sum;
}

static void draw_hand(hand_t *hand, lenet5_random *random)
{
    for (size_t i = 0; i < WARPS; i++) {
        hand->warp_x[i] = bell(random, 0, 0.13f);
        hand->warp_y[i] = bell(random, 0, 0.1f);
    }
    hand->stray = lenet5_random_uniform(random, 0.5f, 3.5f);
    hand->width = clamp(bell(random, 1.07f, 0.19f), 0.7f, 1.6f);
    hand->slant = clamp(bell(random, 0.14f, 0.25f), -0.35f, 0.6f);
    hand->turn = bell(random, 0, 0.05f);
    hand->box = lenet5_random_uniform(random, 17.9f, 19.4f);
    hand->pen = clamp(bell(random, 1.3f, 0.4f), 0.7f, 2.1f);
    hand->pressure = lenet5_random_uniform(random, 0, 0.18f);
    hand->centre.x = lenet5_random_uniform(random, MIDDLE - 0.5f, MIDDLE + 0.5f);
    hand->centre.y = lenet5_random_uniform(random, MIDDLE - 0.5f, MIDDLE + 0.5f);
    hand->edge = lenet5_random_uniform(random, 0.9f, 1.5f);
}

/* A point of the curve that the pen leaves behind. radius is half its width, at first as a multiple of hand->pen. */
typedef struct node {
    float x, y, radius;
    bool down; /* the pen has drawn a line from the node before to here */
} node_t;

/* Each mark starts at most five lines. */
#define PIECES 5
#define MAX_NODES (MAX_MARKS * PIECES)

typedef struct path {
    node_t nodes[MAX_NODES];
    size_t count;
} path_t;

static const style_t *draw_style(lenet5_random *random, unsigned digit)
{
    const size_t count = sizeof styles / sizeof styles[0];
    uint32_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += styles[i].digit == digit ? styles[i].weight : 0;
    uint32_t left = lenet5_random_below(random, total);
    size_t i = 0;
    for (; styles[i].digit != digit || left >= styles[i].weight; i++)
        left -= styles[i].digit == digit ? styles[i].weight : 0;
    return &styles[i];
}

/* The warp, about the middle of the paper: u and v are -1 to 1 from left to right and from top to bottom. */
static point_t warp(mark_t mark, const hand_t *hand)
{
    const float u = (float)(mark.x - 38) / 38;
    const float v = (float)(mark.y - 50) / 50;
    const float terms[WARPS] = {u * v, 1 - u * u, 1 - v * v, v * (1 - v * v)};
    point_t at = {u, v};
    for (size_t i = 0; i < WARPS; i++) {
        at.x += hand->warp_x[i] * terms[i];
        at.y += hand->warp_y[i] * terms[i];
    }
    return (point_t){38 * at.x, 50 * at.y};
}

static point_t affine(point_t at, const hand_t *hand)
{
    const float x = at.x * hand->width - at.y * hand->slant;
    const float scale = 1 / (1 + hand->turn * hand->turn);
    const float cosine = (1 - hand->turn * hand->turn) * scale;
    const float sine = 2 * hand->turn * scale;
    return (point_t){x * cosine - at.y * sine, x * sine + at.y * cosine};
}

static bool same(mark_t a, mark_t b)
{
    return a.x == b.x && a.y == b.y;
}

/* The nodes at which the pen passes the marks of one stroke. Returns how many. */
static size_t place(node_t nodes[MAX_MARKS], const mark_t *marks, const hand_t *hand, lenet5_random *random)
{
    size_t count = 0;
    for (; count < MAX_MARKS && marks[count].x > 0; count++) {
        if (count > 0 && same(marks[count], marks[count - 1])) {
            nodes[count] = nodes[count - 1];
            continue;
        }
        point_t at = warp(marks[count], hand);
        at.x += bell(random, 0, hand->stray);
        at.y += bell(random, 0, hand->stray);
        at = affine(at, hand);
        nodes[count] = (node_t){at.x, at.y, bell(random, 1, hand->pressure), count > 0};
    }
    return count;
}

/* Between b and c, t from 0 to 1: Catmull and Rom's cubic, whose slopes at b and c are (c - a) / 2 and (d - b) / 2. */
static float spline(float a, float b, float c, float d, float t)
{
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

static void add_stroke(path_t *path, const node_t *nodes, size_t count)
{
    path->nodes[path->count++] = nodes[0];
    for (size_t i = 1; i < count; i++) {
        const node_t *b = &nodes[i - 1], *c = &nodes[i];
        const node_t *a = i > 1 ? b - 1 : b;
        const node_t *d = i + 1 < count ? c + 1 : c;
        if (b->x == c->x && b->y == c->y)
            continue;
        for (size_t piece = 1; piece <= PIECES; piece++) {
            const float t = (float)piece / PIECES;
            path->nodes[path->count++] = (node_t){spline(a->x, b->x, c->x, d->x, t), spline(a->y, b->y, c->y, d->y, t),
                                                  b->radius + t * (c->radius - b->radius), true};
        }
    }
}

static void write_digit(path_t *path, const style_t *style, const hand_t *hand, lenet5_random *random)
{
    node_t nodes[MAX_MARKS];
    path->count = 0;
    for (const mark_t *marks = style->path; marks->x > 0;) {
        const size_t count = place(nodes, marks, hand, random);
        add_stroke(path, nodes, count);
        marks += count;
        marks += marks->x < 0;
    }
}

/* ---- From the path to the picture -------------------------------------------------------------------------------- */

typedef struct box {
    float left, right, top, bottom;
} box_t;

/* Around what a pen of that half width draws: 0 for the bare path. */
static box_t bounds(const path_t *path, float pen)
{
    box_t box = {FLT_MAX, -FLT_MAX, FLT_MAX, -FLT_MAX};
    for (size_t i = 0; i < path->count; i++) {
        const node_t *node = &path->nodes[i];
        const float radius = node->radius * pen;
        box.left = node->x - radius < box.left ? node->x - radius : box.left;
        box.right = node->x + radius > box.right ? node->x + radius : box.right;
        box.top = node->y - radius < box.top ? node->y - radius : box.top;
        box.bottom = node->y + radius > box.bottom ? node->y + radius : box.bottom;
    }
    return box;
}

static float line_length(const node_t *from, const node_t *to)
{
    const float x = to->x - from->x;
    const float y = to->y - from->y;
    return sqrtf(x * x + y * y);
}

static float path_length(const path_t *path)
{
    float length = 0;
    for (size_t i = 1; i < path->count; i++)
        length += path->nodes[i].down ? line_length(&path->nodes[i - 1], &path->nodes[i]) : 0;
    return length;
}

/* A thick pen would blot a digit whose path is long: its ink is to cover at most so many pixels. */
#define MAX_INK 165

/* Makes ink of the path that fills the box, marks and radii become pixels. */
static void enlarge(path_t *path, const hand_t *hand)
{
    const box_t box = bounds(path, 0);
    const float width = box.right - box.left, height = box.bottom - box.top;
    const float extent = width > height ? width : height;
    const float length = path_length(path) * hand->box / extent;
    const float pen = clamp(MAX_INK / (2 * length), 0, hand->pen);
    const float scale = (hand->box - 2 * pen) / extent;
    for (size_t i = 0; i < path->count; i++) {
        node_t *node = &path->nodes[i];
        *node = (node_t){node->x * scale, node->y * scale, node->radius * pen, node->down};
    }
}

/* What brings centre to goal, or as near as it goes while low to high stays within the picture's outermost pixels. */
static float shift(float goal, float centre, float low, float high)
{
    return clamp(goal - centre, 1 - low, SIDE - 1 - high);
}

/* Moves the path so that centre comes to hand->centre. */
static void move(path_t *path, const hand_t *hand, point_t centre)
{
    const box_t box = bounds(path, 1);
    const float edge = hand->edge / 2;
    const float x = shift(hand->centre.x, centre.x, box.left - edge, box.right + edge);
    const float y = shift(hand->centre.y, centre.y, box.top - edge, box.bottom + edge);
    for (size_t i = 0; i < path->count; i++) {
        path->nodes[i].x += x;
        path->nodes[i].y += y;
    }
}

static point_t middle(const path_t *path)
{
    const box_t box = bounds(path, 1);
    return (point_t){(box.left + box.right) / 2, (box.top + box.bottom) / 2};
}

static point_t centre_of_mass(const uint8_t picture[LENET5_PICTURE_BYTES])
{
    uint32_t mass = 0, x = 0, y = 0;
    for (uint32_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        mass += picture[i];
        x += picture[i] * (i % SIDE);
        y += picture[i] * (i / SIDE);
    }
    return (point_t){(float)x / (float)mass + 0.5f, (float)y / (float)mass + 0.5f};
}

/* How deep each pixel's middle lies in the ink; negative outside. */
typedef float depths[SIDE][SIDE];

/* The pixels whose middle is above low and below high, as [first, last). */
static size_t first_pixel(float low)
{
    return low > 0.5f ? (size_t)(low + 0.5f) : 0;
}

static size_t last_pixel(float high)
{
    return high < (float)SIDE - 0.5f ? (size_t)(high + 0.5f) : SIDE;
}

/* Step 5 for one line: the pixels around are at least as deep as it leaves them. */
static void draw_line(depths depth, const node_t *from, const node_t *to, float edge)
{
    const float reach = (from->radius > to->radius ? from->radius : to->radius) + edge / 2;
    const float x = to->x - from->x, y = to->y - from->y;
    const float square = x * x + y * y;
    const float inverse = square > 0 ? 1 / square : 0;
    const size_t left = first_pixel((x < 0 ? to->x : from->x) - reach);
    const size_t right = last_pixel((x < 0 ? from->x : to->x) + reach);
    const size_t bottom = last_pixel((y < 0 ? from->y : to->y) + reach);
    for (size_t row = first_pixel((y < 0 ? to->y : from->y) - reach); row < bottom; row++)
        for (size_t column = left; column < right; column++) {
            const float u = (float)column + 0.5f - from->x, v = (float)row + 0.5f - from->y;
            const float t = clamp((u * x + v * y) * inverse, 0, 1);
            const float off_x = u - t * x, off_y = v - t * y;
            const float here = from->radius + t * (to->radius - from->radius) - sqrtf(off_x * off_x + off_y * off_y);
            depth[row][column] = here > depth[row][column] ? here : depth[row][column];
        }
}

static void draw_path(uint8_t picture[LENET5_PICTURE_BYTES], const path_t *path, float edge)
{
    depths depth;
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++)
        depth[i / SIDE][i % SIDE] = -SIDE;
    for (size_t i = 1; i < path->count; i++)
        if (path->nodes[i].down)
            draw_line(depth, &path->nodes[i - 1], &path->nodes[i], edge);
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++)
        picture[i] = (uint8_t)(clamp(depth[i / SIDE][i % SIDE] / edge + 0.5f, 0, 1) * 255 + 0.5f);
}

static void draw_written(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style)
{
    hand_t hand;
    path_t path;
    draw_hand(&hand, random);
    write_digit(&path, style, &hand, random);
    enlarge(&path, &hand);
    move(&path, &hand, middle(&path));
    draw_path(picture, &path, hand.edge);
    move(&path, &hand, centre_of_mass(picture));
    draw_path(picture, &path, hand.edge);
}

/* Marks anywhere, in one go. */
static void scribble(style_t *style, lenet5_random *random)
{
    const uint32_t count = 3 + lenet5_random_below(random, 14);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t x = 1 + lenet5_random_below(random, 76);
        const uint32_t y = 1 + lenet5_random_below(random, 100);
        style->path[i] = (mark_t){(signed char)x, (signed char)y};
    }
}

void lenet5_draw_sign(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random)
{
    style_t scribbled = {.digit = SIGN};
    const style_t *style = &scribbled;
    if (lenet5_random_below(random, 4) == 0)
        scribble(&scribbled, random);
    else
        style = draw_style(random, SIGN);
    draw_written(picture, random, style);
}

void lenet5_draw_letter(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random)
{
    draw_written(picture, random, draw_style(random, LETTER));
}

/* ---- A set of them ----------------------------------------------------------------------------------------------- */

/* The ten digits that pictures 10 * group and following show. Groups count from the far end, away from the pictures. */
static void draw_order(uint32_t order[LENET5_CLASSES], uint64_t seed, uint64_t group)
{
    lenet5_random random;
    lenet5_random_seed(&random, seed, UINT64_MAX - group);
    for (uint32_t i = 0; i < LENET5_CLASSES; i++)
        order[i] = i;
    lenet5_shuffle(order, &random, LENET5_CLASSES);
}

static void draw_all(lenet5_dataset *set, uint64_t seed)
{
    uint32_t order[LENET5_CLASSES];
    for (size_t i = 0; i < set->count; i++) {
        if (i % LENET5_CLASSES == 0)
            draw_order(order, seed, i / LENET5_CLASSES);
        lenet5_random random;
        lenet5_random_seed(&random, seed, i);
        set->labels[i] = (uint8_t)order[i % LENET5_CLASSES];
        draw_written(set->pixels + i * LENET5_PICTURE_BYTES, &random, draw_style(&random, set->labels[i]));
    }
}

lenet5_status lenet5_dataset_synthesise(lenet5_dataset *set, size_t count, uint64_t seed, lenet5_error *error)
{
    if (count == 0 || count > MAX_DIGITS)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "%zu synthetic digits asked for; 1 to %u can be drawn", count, MAX_DIGITS);
    lenet5_dataset drawn = {.count = count, .height = SIDE, .width = SIDE};
    drawn.pixels = malloc(count * LENET5_PICTURE_BYTES);
    drawn.labels = malloc(count);
    if (drawn.pixels == NULL || drawn.labels == NULL) {
        free(drawn.pixels);
        free(drawn.labels);
        return lenet5_fail_memory(error);
    }
    draw_all(&drawn, seed);
    lenet5_dataset_seal(&drawn);
    *set = drawn;
    return LENET5_OK;
}
