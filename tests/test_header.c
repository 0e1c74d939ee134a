/* The reader of safetensors headers, and the numbers of JSON. */
#include "unit.h"

#include <locale.h>
#include <string.h>

#include "base/parse_real.h"
#include "model/header.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static tensor_header read_sound(const char *text)
{
    tensor_header h;
    header_problem problem;
    if (!lenet5_header_read(&h, text, strlen(text), &problem))
        fail_msg("%s: byte %zu: %s", text, problem.position, problem.what);
    return h;
}

static void tensors_are_found_by_name(void **state)
{
    (void)state;
    tensor_header h =
        read_sound("{\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32],\"more\":[{},[1e5,null]]},"
                   " \"a\" : { \"data_offsets\" : [ 0 , 8 ] , \"shape\" : [ ] } } \n");
    assert_int_equal(h.tensor_count, 2);
    assert_false(h.has_metadata);
    const header_tensor *b = lenet5_header_tensor(&h, "b");
    assert_string_equal(b->type, "F32");
    assert_int_equal(b->dimensions, 2);
    assert_int_equal(b->shape[1], 3);
    assert_int_equal(b->begin, 8);
    assert_int_equal(b->end, 32);
    const header_tensor *a = lenet5_header_tensor(&h, "a");
    assert_null(a->type);
    assert_int_equal(a->dimensions, 0);
    assert_int_equal(a->offset_count, 2);
    assert_null(lenet5_header_tensor(&h, "c"));
    lenet5_header_free(&h);
}

static void odd_values_are_marked(void **state)
{
    (void)state;
    tensor_header h = read_sound("{\"a\":{\"dtype\":5,\"shape\":\"x\",\"data_offsets\":[1]},\"b\":7,"
                                 "\"c\":{\"shape\":[1,2.0,-3,18446744073709551616,\"x\",5]}}");
    const header_tensor *a = lenet5_header_tensor(&h, "a"), *c = lenet5_header_tensor(&h, "c");
    assert_null(a->type);
    assert_true(a->dimensions == HEADER_NO_NUMBER);
    assert_int_equal(a->offset_count, 1);
    assert_true(lenet5_header_tensor(&h, "b")->offset_count == HEADER_NO_NUMBER);
    assert_int_equal(c->dimensions, 6);
    assert_int_equal(c->shape[0], 1);
    for (size_t i = 1; i < HEADER_DIMENSIONS; i++)
        assert_true(c->shape[i] == HEADER_NO_NUMBER);
    lenet5_header_free(&h);
}

static void metadata_are_found_by_key(void **state)
{
    (void)state;
    tensor_header h =
        read_sound("{\"__metadata__\":{\"\\u006bey\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\",\"x\":1}}");
    assert_true(h.has_metadata);
    assert_int_equal(h.entry_count, 2);
    assert_string_equal(lenet5_header_entry(&h, "key")->value, "\"\\/\b\f\n\r\t\xC3\xA4\xF0\x9F\x98\x80");
    assert_null(lenet5_header_entry(&h, "x")->value);
    assert_null(lenet5_header_entry(&h, "y"));
    lenet5_header_free(&h);
}

static void other_text_is_a_problem(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "[]",
                                        "{",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,}",
                                        "{\"a\" 1}",
                                        "{a:1}",
                                        "{}x",
                                        "{\"a\":tru}",
                                        "{\"a\":01}",
                                        "{\"a\":1.}",
                                        "{\"a\":-}",
                                        "{\"a\":1e}",
                                        "{\"a\":+1}",
                                        "{\"a\":[1,]}",
                                        "{\"a\":[1}",
                                        "{\"a\":\"\\x\"}",
                                        "{\"a\":\"\\u12\"}",
                                        "{\"a\":\"\\u0000\"}",
                                        "{\"a\":\"\\ud800\"}",
                                        "{\"a\":\"\\ud800\\u0041\"}",
                                        "{\"a\":\"\\udc00\"}",
                                        "{\"a\":\"\n\"}",
                                        "{\"a\":\"\xC0\x80\"}",
                                        "{\"a\":\"\xED\xA0\x80\"}",
                                        "{\"a\":\"x",
                                        "{\"a\":1,\"b\":2,\"a\":3}",
                                        "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}",
                                        "{\"__metadata__\":{},\"__metadata__\":{}}",
                                        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}"};
    for (size_t i = 0; i < LENGTH(texts); i++) {
        tensor_header h;
        header_problem problem;
        if (lenet5_header_read(&h, texts[i], strlen(texts[i]), &problem))
            fail_msg("%s was read", texts[i]);
        assert_non_null(problem.what);
        assert_in_range(problem.position, 0, strlen(texts[i]));
    }
}

static void a_zero_byte_is_a_problem(void **state)
{
    (void)state;
    tensor_header h;
    header_problem problem;
    assert_false(lenet5_header_read(&h, "{}\0", 3, &problem));
    assert_false(lenet5_header_read(&h, "{\"a\0\":1}", 8, &problem));
}

/* Each place at which a sound header ends too early. */
static void every_beginning_is_a_problem(void **state)
{
    (void)state;
    static const char text[] =
        "{\"__metadata__\":{\"k\":\"\\u00e4\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    tensor_header h;
    header_problem problem;
    for (size_t size = 0; size + 1 < sizeof text - 1; size++)
        assert_false(lenet5_header_read(&h, text, size, &problem));
    h = read_sound(text);
    lenet5_header_free(&h);
}

static void depth_is_limited(void **state)
{
    (void)state;
    static char text[100] = "{\"a\":";
    tensor_header h;
    header_problem problem;
    memset(text + 5, '[', 31);
    memset(text + 36, ']', 31);
    strcpy(text + 67, "}");
    h = read_sound(text);
    lenet5_header_free(&h);
    memset(text + 5, '[', 40);
    assert_false(lenet5_header_read(&h, text, 45, &problem));
    assert_string_equal(problem.what, "too many values within each other");
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        const char *rest;
    } sound[] = {{"0", 0, ""},        {"-12.5,", -12.5, ","}, {"1e-3]", 0.001, "]"},
                 {"2.5E+2", 250, ""}, {"1.", 1, "."},         {"3e", 3, "e"}};
    static const char *const others[] = {
        "",    "-",   ".5",    "01", "+1",
        "NaN", "inf", "1e999", " 1", "0.1234567890123456789012345678901234567890123456789012345678901"};
    const char *rest;
    double value;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* if it is installed */
    for (size_t i = 0; i < LENGTH(sound); i++) {
        assert_true(lenet5_parse_real(&value, sound[i].text, &rest));
        assert_true(value == sound[i].value);
        assert_string_equal(rest, sound[i].rest);
    }
    for (size_t i = 0; i < LENGTH(others); i++)
        assert_false(lenet5_parse_real(&value, others[i], &rest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_are_found_by_name), cmocka_unit_test(odd_values_are_marked),
        cmocka_unit_test(metadata_are_found_by_key), cmocka_unit_test(other_text_is_a_problem),
        cmocka_unit_test(a_zero_byte_is_a_problem),  cmocka_unit_test(every_beginning_is_a_problem),
        cmocka_unit_test(depth_is_limited),          cmocka_unit_test(numbers_do_not_depend_on_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
