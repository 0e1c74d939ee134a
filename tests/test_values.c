/* Values as users write them: numbers, shares and names. */
#include <string.h>

#include "lenet5.h"
#include "unit.h"
#include "json/values.h"

static void numbers_are_decimal_and_within_their_limits(void **state)
{
    static const char *const refused[] = {"", " 1", "1 ", "x", "0x1", "inf", "nan", "-0.1", "1.1", "1e400", "0.5%"};
    double number;
    (void)state;
    assert_true(parse_number(&number, "0.25", 0, 1));
    assert_true(number == 0.25);
    assert_true(parse_number(&number, "25e-2", 0, 1));
    assert_true(number == 0.25);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(parse_number(&number, refused[i], 0, 1));
}

static void whole_numbers_are_digits_alone(void **state)
{
    static const char *const refused[] = {"", "0", "11", "+2", "-2", " 2", "2 ", "2.0", "2e0", "18446744073709551617"};
    uint64_t number;
    (void)state;
    assert_true(parse_whole(&number, "10", 1, 10));
    assert_int_equal(number, 10);
    assert_true(parse_whole(&number, "18446744073709551615", 0, UINT64_MAX));
    assert_true(number == UINT64_MAX);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(parse_whole(&number, refused[i], 1, 10));
}

static void a_share_is_a_percentage_or_a_number_below_one(void **state)
{
    static const char *const refused[] = {"",    "%",    "1",   "1.0", "100", "0",   "0%",
                                          "-1%", "101%", "1%%", "1 %", "inf", "nan%"};
    double share;
    (void)state;
    assert_true(parse_share(&share, "1%"));
    assert_true(share == 0.01);
    assert_true(parse_share(&share, "0.01"));
    assert_true(share == 0.01);
    assert_true(parse_share(&share, "100%"));
    assert_true(share == 1);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(parse_share(&share, refused[i]));
}

static bool is_share_json(const char *text)
{
    double share;
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    const bool parsed = parse_share_json(&share, value);
    json_decref(value);
    return parsed;
}

static void a_share_in_json_is_a_string_or_a_number(void **state)
{
    static const char *const refused[] = {"1", "1.0", "0", "-0.5", "\"1\"", "\"x\"", "true", "null", "[0.5]"};
    (void)state;
    assert_true(is_share_json("0.5"));
    assert_true(is_share_json("\"0.5\""));
    assert_true(is_share_json("\"50%\""));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(is_share_json(refused[i]));
}

static void names_are_those_of_the_enumerations(void **state)
{
    lenet5_check check = LENET5_CHECK_LUHN;
    (void)state;
    assert_true(parse_check(&check, "none"));
    assert_int_equal(check, LENET5_CHECK_NONE);
    assert_true(parse_check(&check, "mod10"));
    assert_int_equal(check, LENET5_CHECK_MOD10);
    assert_true(parse_check(&check, "mod11"));
    assert_int_equal(check, LENET5_CHECK_MOD11);
    assert_false(parse_check(&check, "foo"));
    assert_int_equal(check, LENET5_CHECK_MOD11);
    assert_string_equal(method_names[LENET5_METHOD_PIECES], "pieces");
    assert_string_equal(method_names[LENET5_METHOD_SDNN], "sdnn");
    assert_null(method_names[name_index(method_names, "")]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_decimal_and_within_their_limits),
        cmocka_unit_test(whole_numbers_are_digits_alone),
        cmocka_unit_test(a_share_is_a_percentage_or_a_number_below_one),
        cmocka_unit_test(a_share_in_json_is_a_string_or_a_number),
        cmocka_unit_test(names_are_those_of_the_enumerations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
