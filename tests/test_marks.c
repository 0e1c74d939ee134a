/* Marks recognised by their ink, and in pictures of strings. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lenet5.h"
#include "reader/search/weights.h"
#include "unit.h"

/* ---- Ink --------------------------------------------------------------------------------------------------------- */

#define SIDE 160
#define BASE 100   /* the row of the digits' foot */
#define DIGIT 50   /* their height */
#define RADIUS 3.0 /* of the pen */

typedef struct stroke {
    double x0, y0, x1, y1; /* in heights of a digit, from the left and above the foot; all 0: none */
} stroke;

static double distance(double x, double y, const stroke *s)
{
    const double x0 = 40 + DIGIT * s->x0, y0 = BASE - DIGIT * s->y0;
    const double dx = DIGIT * (s->x1 - s->x0), dy = -DIGIT * (s->y1 - s->y0);
    const double along = fmax(0, fmin(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9)));
    return hypot(x - x0 - along * dx, y - y0 - along * dy);
}

static double ink_at(size_t x, size_t y, const stroke *strokes)
{
    double nearest = INFINITY;
    for (const stroke *s = strokes; s->x0 != 0 || s->y0 != 0 || s->x1 != 0; s++)
        nearest = fmin(nearest, distance((double)x, (double)y, s));
    return fmax(0, fmin(1, RADIUS + 0.5 - nearest));
}

static box box_of(const stroke *strokes)
{
    box bounds = EMPTY_BOX;
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++)
            if (ink_at(x, y, strokes) > 0.1)
                bounds = box_union(bounds, (box){x, y, x + 1, y + 1});
    return bounds;
}

static void measure_strokes(double value[MEASURES], const stroke *strokes, const footing *beside)
{
    uint8_t ink[SIDE * SIDE];
    const box bounds = box_of(strokes);
    size_t i = 0;
    for (size_t y = bounds.top; y < bounds.bottom; y++)
        for (size_t x = bounds.left; x < bounds.right; x++)
            ink[i++] = (uint8_t)(255 * ink_at(x, y, strokes));
    lenet5_measure_mark(value, ink, &bounds, beside);
}

/* The share of each mark for separate strokes. lean: the slant that was removed from the line. */
static void share_strokes(double share[MARKS], const stroke *strokes, double lean)
{
    const footing beside = {.base = BASE, .height = DIGIT, .lean = lean};
    double value[MEASURES];
    measure_strokes(value, strokes, &beside);
    lenet5_mark_shares(share, value, mark_forms);
}

static void marks_are_recognised_by_position_size_and_shape(void **state)
{
    (void)state;
    static const struct {
        char mark;
        stroke strokes[6];
        double lean;
    } drawn[] = {
        {'.', {{0.1, 0.05, 0.101, 0.05}}, 0},
        {'.', {{0.1, 0.2, 0.12, 0.2}}, 0},
        {',', {{0.15, 0.05, 0.08, -0.2}}, 0},
        {',', {{0.28, 0.04, 0.05, -0.16}}, 0},
        {':', {{0.1, 0.1, 0.101, 0.1}, {0.1, 0.6, 0.101, 0.6}}, 0},
        {'-', {{0.1, 0.45, 0.5, 0.47}}, 0},
        {'-', {{0.1, 0.5, 2, 0.45}}, 0},
        {'=', {{0.1, 0.35, 0.6, 0.37}, {0.1, 0.6, 0.6, 0.6}}, 0},
        {'+', {{0.1, 0.4, 0.6, 0.4}, {0.35, 0.15, 0.35, 0.65}}, 0},
        {'/', {{0.1, -0.3, 0.8, 1.3}}, 0},
        {'/', {{0.1, -0.3, 0.15, 1.3}}, 0.4},
        {'(', {{0.4, 1.2, 0.25, 0.9}, {0.25, 0.9, 0.2, 0.5}, {0.2, 0.5, 0.25, 0.1}, {0.25, 0.1, 0.4, -0.2}}, 0},
        {')', {{0.2, 1.2, 0.35, 0.9}, {0.35, 0.9, 0.4, 0.5}, {0.4, 0.5, 0.35, 0.1}, {0.35, 0.1, 0.2, -0.2}}, 0},
    };
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++) {
        double share[MARKS];
        share_strokes(share, drawn[i].strokes, drawn[i].lean);
        const double share_of_mark = share[symbol_of(drawn[i].mark) - LENET5_CLASSES];
        if (share_of_mark < 0.8)
            fail_msg("%c, drawing %zu: %.3f", drawn[i].mark, i, share_of_mark);
    }
}

/* A point of a few pixels consists mostly of edge pixels. */
static void a_point_of_few_pixels_is_a_point(void **state)
{
    (void)state;
    static const uint8_t ink[] = {0, 50, 30, 0, 70, 255, 200, 30, 60, 255, 160, 20, 0, 40, 30, 0};
    const footing beside = {.base = 30, .height = 28};
    const box bounds = {10, 27, 14, 31};
    double value[MEASURES], share[MARKS];
    lenet5_measure_mark(value, ink, &bounds, &beside);
    lenet5_mark_shares(share, value, mark_forms);
    assert_true(share[POINT - LENET5_CLASSES] > 0.8);
}

static void digits_are_not_marks(void **state)
{
    (void)state;
    static const stroke drawn[][6] = {
        {{0.2, 0, 0.2, 1}},                                              /* 1 */
        {{0.2, 0, 0.37, 0.5}, {0.37, 0.5, 0.5, 1}},                      /* a slanted 1 by hand */
        {{0.1, 1, 0.6, 1}, {0.6, 1, 0.3, 0}},                            /* 7 */
        {{0.5, 0, 0.5, 1}, {0.5, 1, 0.1, 0.35}, {0.1, 0.35, 0.7, 0.35}}, /* 4 */
        {{0.1, 1, 0.5, 1}},                                              /* the bar of a 5 */
        {{0.1, 0, 0.28, 0.45}, {0.28, 0.45, 0.45, 1}},                   /* a 1 that is almost as straight as a slash */
        {{0.1, 0, 0.33, 0.5}, {0.33, 0.5, 0.45, 1.05}},                  /* a slightly bent 1 */
        /* a 1 bent to the other side */
        {{0.36, 1.1, 0.25, 0.8}, {0.25, 0.8, 0.22, 0.4}, {0.22, 0.4, 0.28, -0.05}},
        {{0.1, 0.35, 0.25, 1}, {0.1, 0.05, 0.101, 0.05}}, /* a printed ! */
    };
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++) {
        double share[MARKS], sum = 0;
        share_strokes(share, drawn[i], 0);
        for (size_t mark = 0; mark < MARKS; mark++)
            sum += share[mark];
        if (sum > 0.2)
            fail_msg("drawing %zu: %.3f", i, sum);
    }
}

static void without_a_digit_beside_it_nothing_is_a_mark(void **state)
{
    (void)state;
    const text_line line = {
        .count = 2, .height = 50, .pieces = {{0, 30, 20, 34}, {30, 0, 60, 50}}, .to_page = {.xx = 1, .yy = 1}};
    assert_true(lenet5_footing(&line, 0, 1).height == 50); /* of the other digit */
    assert_true(lenet5_footing(&line, 0, 2).height == 0);
}

/* A piece may begin farther left than the one before it. */
static void all_pieces_count_as_cover_of_a_digit(void **state)
{
    (void)state;
    const text_line line = {.count = 3,
                            .height = 50,
                            .pieces = {{20, 0, 40, 10}, {5, 20, 12, 30}, {30, 0, 60, 50}},
                            .cut = {-1, -1, -1},
                            .to_page = {.xx = 1, .yy = 1}};
    assert_float_equal(lenet5_footing(&line, 0, 2).over, 10.0 / 35, 1e-9);
}

/* A 5 in two strokes: its body has been cut in two, and its bar begins over the second half. */
static void a_bar_over_a_digit_is_not_a_hyphen(void **state)
{
    (void)state;
    text_line line = {.count = 4,
                      .height = 50,
                      .pieces = {{0, 0, 15, 50}, {15, 25, 30, 50}, {26, 5, 46, 10}, {80, 0, 110, 50}},
                      .cut = {-1, 3, -1, -1},
                      .to_page = {.xx = 1, .yy = 1}};
    const stroke middle[6] = {{0.1, 0.5, 0.5, 0.5}};
    double value[MEASURES], share[MARKS];
    footing over = lenet5_footing(&line, 2, 3);
    assert_float_equal(over.over, 4.0 / 20, 1e-9);
    line.pieces[2] = (box){40, 25, 60, 30};
    footing between = lenet5_footing(&line, 2, 3);
    assert_float_equal(between.over, 0, 1e-9);
    over.base = between.base = BASE;
    over.height = between.height = DIGIT;
    measure_strokes(value, middle, &over);
    lenet5_mark_shares(share, value, mark_forms);
    assert_true(share[HYPHEN - LENET5_CLASSES] < 0.2);
    measure_strokes(value, middle, &between);
    lenet5_mark_shares(share, value, mark_forms);
    assert_true(share[HYPHEN - LENET5_CLASSES] > 0.8);
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

#define SCALE 3 /* pixels of a picture for one of the digit */
#define HIGH 200
#define FOOT 140
#define LETTER (28 * SCALE)

/* The first row below the ink of a digit. */
static size_t foot_of(const uint8_t *picture)
{
    size_t foot = 0;
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++)
        foot = picture[i] > 127 ? i / LENET5_PICTURE_SIDE + 1 : foot;
    return foot;
}

static void put_digit(lenet5_picture *p, const lenet5_dataset *set, char digit, size_t left)
{
    size_t i = 0;
    while (set->labels[i] != (uint8_t)(digit - '0'))
        i++;
    const uint8_t *ink = set->pixels + i * LENET5_PICTURE_BYTES;
    const size_t top = FOOT - SCALE * foot_of(ink);
    for (size_t y = 0; y < LETTER; y++)
        for (size_t x = 0; x < LETTER; x++) {
            uint8_t *grey = &p->grey[(top + y) * p->width + left + x];
            const uint8_t here = (uint8_t)(240 - 210 * ink[y / SCALE * LENET5_PICTURE_SIDE + x / SCALE] / 255);
            *grey = here < *grey ? here : *grey;
        }
}

static void put_box(lenet5_picture *p, size_t left, size_t top, size_t width, size_t height)
{
    for (size_t y = top; y < top + height; y++)
        memset(p->grey + y * p->width + left, 30, width);
}

/* A slash as in print, slanted by 0.4 of its height. */
static void put_slash(lenet5_picture *p, size_t left)
{
    for (size_t y = 0; y < 80; y++)
        put_box(p, left + (size_t)(0.4 * (double)y), FOOT + 10 - y, 7, 1);
}

/* A capital of print: E or H. */
static void put_capital(lenet5_picture *p, char capital, size_t left)
{
    const size_t high = 52, wide = 34, thick = 8, top = FOOT - high;
    put_box(p, left, top, thick, high);
    put_box(p, left, top + (high - thick) / 2, wide, thick);
    if (capital == 'H') {
        put_box(p, left + wide - thick, top, thick, high);
        return;
    }
    put_box(p, left, top, wide, thick);
    put_box(p, left, FOOT - thick, wide, thick);
}

static lenet5_dataset set;
static lenet5_reader *reader;

static int prepare(void **state)
{
    (void)state;
    return lenet5_dataset_synthesise(&set, 200, 5, NULL) || lenet5_reader_new(&reader, NULL, NULL);
}

static int clean_up(void **state)
{
    (void)state;
    lenet5_reader_free(reader);
    lenet5_dataset_free(&set);
    return 0;
}

static size_t advance_of(char character)
{
    switch (character) {
    case '.': return 20;
    case ' ': return 16;
    case '/':
    case '-':
    case 'E':
    case 'H': return 46;
    default: return LETTER;
    }
}

/* Text of digits, E and H, points, hyphens, slashes and blanks. */
static lenet5_picture draw(const char *text)
{
    lenet5_picture p = {40 + strlen(text) * LETTER, HIGH, NULL};
    p.grey = malloc(p.width * p.height);
    assert_non_null(p.grey);
    memset(p.grey, 240, p.width * p.height);
    size_t left = 20;
    for (; *text; text++) {
        if (*text == '.')
            put_box(&p, left + 8, FOOT - 7, 7, 7);
        else if (*text == '-')
            put_box(&p, left + 8, FOOT - 32, 30, 6);
        else if (*text == '/')
            put_slash(&p, left);
        else if (*text == 'E' || *text == 'H')
            put_capital(&p, *text, left);
        else if (*text != ' ')
            put_digit(&p, &set, *text, left);
        left += advance_of(*text);
    }
    return p;
}

static void assert_read(const char *drawn, const lenet5_read_options *options, const char *text, unsigned note)
{
    lenet5_reading r;
    lenet5_picture p = draw(drawn);
    assert_int_equal(lenet5_read(&r, reader, &p, options, NULL), LENET5_OK);
    assert_int_equal(r.count, 1);
    assert_string_equal(r.lines[0].string[0].text, text);
    assert_int_equal(r.notes & (LENET5_NOTE_MARKS | LENET5_NOTE_BESIDE), note);
    for (size_t i = 0; i < r.lines[0].marks; i++)
        assert_int_equal(text[r.lines[0].mark[i].position], r.lines[0].mark[i].mark);
    assert_int_equal(r.lines[0].digits, 3);
    lenet5_reading_free(&r);
    lenet5_picture_free(&p);
}

static void marks_are_read_with_their_digits(void **state)
{
    (void)state;
    assert_read("32.5", NULL, "32.5", 0);
    assert_read("325-", NULL, "325-", 0);
    assert_read("-325", NULL, "-325", 0);
    assert_read("32/5", NULL, "32/5", 0);
    assert_read("32.5", &(lenet5_read_options){.digits_only = true}, "325", LENET5_NOTE_MARKS);
    assert_read("32.5", &(lenet5_read_options){.format = "3"}, "325", LENET5_NOTE_MARKS);
    assert_read("32.5", &(lenet5_read_options){.format = "dd,d"}, "32,5", 0);
    assert_read("325", &(lenet5_read_options){.format = "dd,d"}, "32,5", 0);
    assert_read("32.5", &(lenet5_read_options){.format = "decimal"}, "32.5", 0);
}

/* A mark that the mask has in this position counts as read; without a mask it is unread ink. */
static void a_mark_of_the_mask_is_read(void **state)
{
    (void)state;
    static const char *const formats[] = {"dd-d", "3"};
    lenet5_picture p = draw("32-5");
    for (size_t i = 0; i < 2; i++) {
        lenet5_reading r;
        assert_int_equal(lenet5_read(&r, reader, &p, &(lenet5_read_options){.format = formats[i]}, NULL), LENET5_OK);
        assert_int_equal(r.count, 1);
        assert_true((r.lines[0].evidence[LENET5_EVIDENCE_UNREAD] > 0) == (i > 0));
        assert_true((r.lines[0].evidence[LENET5_EVIDENCE_UNTOLD] > 0) == (i > 0));
        lenet5_reading_free(&r);
    }
    lenet5_picture_free(&p);
}

static void assert_marks_doubted(const lenet5_picture *p)
{
    lenet5_reading r;
    assert_int_equal(lenet5_read(&r, reader, p, NULL, NULL), LENET5_OK);
    assert_int_equal(r.count, 1);
    assert_true(r.lines[0].evidence[LENET5_EVIDENCE_MARKS] == 1);
    assert_int_equal(r.lines[0].decision, LENET5_UNSURE);
    lenet5_reading_free(&r);
}

/* Neither a slash nor a point can precede a number: the slash is read as a 1, the point as part of a digit. */
static void a_digit_that_may_be_a_mark_is_doubted(void **state)
{
    (void)state;
    lenet5_picture slash = draw("/325"), point = draw("325");
    assert_marks_doubted(&slash);
    put_box(&point, 20, FOOT - 7, 9, 9);
    assert_marks_doubted(&point);
    lenet5_picture_free(&slash);
    lenet5_picture_free(&point);
}

/* A format turns no mark into a digit, skips none, and splits no digit. */
static void ink_without_a_place_in_the_format_is_doubted(void **state)
{
    (void)state;
    static const struct {
        const char *drawn, *format;
        bool doubted;
    } tried[] = {{"32/5", "4", true}, {"32/5", "decimal", true}, {"32.5", "amount", true},
                 {"325", "4", true},  {"32/5", "dd/d", false},   {"32.5", "decimal", false},
                 {"325", "3", false}, {"32.5", "dd,d", false}};
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        lenet5_reading r;
        lenet5_picture p = draw(tried[i].drawn);
        const lenet5_read_options options = {.format = tried[i].format};
        assert_int_equal(lenet5_read(&r, reader, &p, &options, NULL), LENET5_OK);
        assert_int_equal(r.count, 1);
        assert_true((r.lines[0].evidence[LENET5_EVIDENCE_MARKS] == 1) == tried[i].doubted);
        assert_true(!tried[i].doubted || r.lines[0].decision == LENET5_UNSURE);
        lenet5_reading_free(&r);
        lenet5_picture_free(&p);
    }
}

/* A 7 with a wide bar and a point under it. */
static void put_point_and_7(lenet5_picture *p, size_t left)
{
    put_box(p, left, FOOT - 56, 38, 7);
    for (size_t y = 0; y < 56; y++)
        put_box(p, left + 18 + (size_t)(0.25 * (double)y), FOOT - 1 - y, 7, 1);
    put_box(p, left + 1, FOOT - 7, 7, 7);
}

static void a_point_under_the_bar_of_a_7_is_read(void **state)
{
    (void)state;
    lenet5_reading r;
    lenet5_picture p = draw("3 ");
    put_point_and_7(&p, 20 + LETTER);
    assert_int_equal(lenet5_read(&r, reader, &p, NULL, NULL), LENET5_OK);
    assert_int_equal(r.count, 1);
    assert_string_equal(r.lines[0].string[0].text, "3.7");
    lenet5_reading_free(&r);
    lenet5_picture_free(&p);
}

/* With a format and without; but without, nothing shows that this is all of the number. */
static void words_beside_a_number_are_left_out(void **state)
{
    (void)state;
    assert_read("HE 325", NULL, "325", LENET5_NOTE_BESIDE);
    assert_read("32.5 EHE", NULL, "32.5", LENET5_NOTE_BESIDE);
    assert_read("HE 325", &(lenet5_read_options){.format = "3"}, "325", LENET5_NOTE_BESIDE);
    lenet5_reading r;
    lenet5_picture p = draw("325 EH");
    assert_int_equal(lenet5_read(&r, reader, &p, NULL, NULL), LENET5_OK);
    assert_string_equal(r.lines[0].string[0].text, "325");
    assert_int_equal(r.lines[0].decision, LENET5_UNSURE);
    lenet5_reading_free(&r);
    lenet5_picture_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_recognised_by_position_size_and_shape),
        cmocka_unit_test(a_point_of_few_pixels_is_a_point),
        cmocka_unit_test(digits_are_not_marks),
        cmocka_unit_test(all_pieces_count_as_cover_of_a_digit),
        cmocka_unit_test(a_bar_over_a_digit_is_not_a_hyphen),
        cmocka_unit_test(without_a_digit_beside_it_nothing_is_a_mark),
        cmocka_unit_test(marks_are_read_with_their_digits),
        cmocka_unit_test(a_mark_of_the_mask_is_read),
        cmocka_unit_test(a_digit_that_may_be_a_mark_is_doubted),
        cmocka_unit_test(ink_without_a_place_in_the_format_is_doubted),
        cmocka_unit_test(a_point_under_the_bar_of_a_7_is_read),
        cmocka_unit_test(words_beside_a_number_are_left_out),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
