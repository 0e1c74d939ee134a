/* The network that separates digits from signs and letters. */
#include <math.h>

#include "lenet5.h"
#include "unit.h"

enum { SIDE = 100, MAX_STROKES = 10, DIGIT_LABELS = 5 };

typedef struct stroke {
    double x0, y0, x1, y1; /* pixels; x1 0: none */
} stroke;

static const struct {
    const char *name;
    stroke strokes[MAX_STROKES];
} signs[] = {
    {"#", {{40, 25, 34, 75}, {62, 25, 56, 75}, {25, 42, 72, 42}, {22, 60, 70, 60}}},
    {"?", {{32, 36, 38, 24}, {38, 24, 56, 22}, {56, 22, 64, 34}, {64, 34, 50, 48}, {50, 48, 50, 60}, {50, 74, 50, 75}}},
    {"!", {{50, 20, 50, 62}, {50, 76, 50, 77}}},
    {"%",
     {{68, 22, 34, 78},
      {28, 32, 36, 24},
      {36, 24, 44, 32},
      {44, 32, 36, 40},
      {36, 40, 28, 32},
      {58, 68, 66, 60},
      {66, 60, 74, 68},
      {74, 68, 66, 76},
      {66, 76, 58, 68}}},
    {"$",
     {{66, 32, 52, 26},
      {52, 26, 38, 34},
      {38, 34, 40, 44},
      {40, 44, 62, 52},
      {62, 52, 66, 64},
      {66, 64, 54, 74},
      {54, 74, 36, 68},
      {52, 16, 50, 84}}},
    {">", {{34, 30, 66, 50}, {66, 50, 34, 70}}},
    {"E", {{36, 24, 36, 76}, {36, 24, 64, 24}, {36, 50, 58, 50}, {36, 76, 64, 76}}},
    {"A", {{30, 76, 50, 24}, {50, 24, 70, 76}, {38, 58, 62, 58}}},
};

static double distance(double x, double y, const stroke *s)
{
    const double dx = s->x1 - s->x0, dy = s->y1 - s->y0;
    const double along = fmax(0, fmin(1, ((x - s->x0) * dx + (y - s->y0) * dy) / (dx * dx + dy * dy)));
    return hypot(x - s->x0 - along * dx, y - s->y0 - along * dy);
}

static void draw(uint8_t grey[SIDE * SIDE], const stroke *strokes, double radius)
{
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        double nearest = INFINITY;
        for (size_t k = 0; k < MAX_STROKES && strokes[k].x1 > 0; k++)
            nearest = fmin(nearest, distance((double)(i % SIDE), (double)(i / SIDE), &strokes[k]));
        grey[i] = (uint8_t)(20 + 220 * fmin(1, fmax(0, nearest - radius)));
    }
}

/* The probability that a picture is a digit. */
static double digit_probability(const uint8_t picture[LENET5_PICTURE_BYTES])
{
    lenet5_maps maps;
    float posterior[LENET5_CLASSES + 1];
    double sum = 0;
    const lenet5_model *model = lenet5_builtin_signs();
    assert_non_null(model);
    lenet5_set_input(&maps, picture);
    lenet5_forward(&maps, &model->network);
    lenet5_posterior(posterior, &model->provenance.loss, maps.penalty);
    for (size_t label = 0; label < DIGIT_LABELS; label++)
        sum += (double)posterior[label];
    return sum;
}

static void signs_and_letters_are_not_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        for (double radius = 1.5; radius < 5; radius++) {
            uint8_t grey[SIDE * SIDE], picture[LENET5_PICTURE_BYTES];
            draw(grey, signs[i].strokes, radius);
            assert_int_equal(lenet5_normalise(picture, grey, SIDE, SIDE, NULL), LENET5_OK);
            const double probability = digit_probability(picture);
            print_message("%s, %.0f pixels thick: %.3f a digit\n", signs[i].name, 2 * radius, probability);
            assert_true(probability < 0.3);
        }
}

static void digits_are_digits(void **state)
{
    lenet5_dataset set;
    unsigned doubted = 0;
    (void)state;
    assert_int_equal(lenet5_dataset_synthesise(&set, 500, 3, NULL), LENET5_OK);
    for (size_t i = 0; i < set.count; i++)
        doubted += digit_probability(lenet5_dataset_picture(&set, i)) < 0.5;
    lenet5_dataset_free(&set);
    print_message("%u of 500 synthetic digits are taken for something else\n", doubted);
    assert_in_range(doubted, 0, 5);
}

/* Each half of the sign, with a half of the bar, looks like a digit to any network. */
static void a_sign_in_halves_is_doubted(void **state)
{
    static const stroke percent[MAX_STROKES] = {{62, 26, 40, 74}, {34, 30, 41, 26}, {41, 26, 45, 34}, {45, 34, 42, 46},
                                                {42, 46, 35, 44}, {35, 44, 34, 30}, {60, 54, 67, 58}, {67, 58, 66, 70},
                                                {66, 70, 59, 72}, {59, 72, 60, 54}};
    lenet5_reader *reader;
    lenet5_reading reading;
    uint8_t grey[SIDE * SIDE];
    (void)state;
    assert_int_equal(lenet5_reader_new(&reader, NULL, NULL), LENET5_OK);
    draw(grey, percent, 2);
    assert_int_equal(
        lenet5_read(&reading, reader, &(lenet5_picture){SIDE, SIDE, grey}, &(lenet5_read_options){.format = "2"}, NULL),
        LENET5_OK);
    assert_int_equal(reading.count, 1);
    print_message("%% is read as %s, with a doubt of %.2f\n", reading.lines[0].string[0].text,
                  reading.lines[0].evidence[LENET5_EVIDENCE_SIGN]);
    assert_true(reading.lines[0].evidence[LENET5_EVIDENCE_SIGN] > 1);
    lenet5_reading_free(&reading);
    lenet5_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_and_letters_are_not_digits),
        cmocka_unit_test(digits_are_digits),
        cmocka_unit_test(a_sign_in_halves_is_doubted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
