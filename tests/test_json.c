/* JSON output is complete or an error, whichever allocation of jansson fails. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lenet5.h"
#include "unit.h"
#include "json/answers.h"

/* While fail_at is not SIZE_MAX, allocation number fail_at fails, and with for_good all later ones too. */
static struct {
    size_t fail_at, count, refused, kept;
    bool for_good;
} memory = {.fail_at = SIZE_MAX};

static void *allocate(size_t size)
{
    const size_t number = memory.count++;
    const bool refused = memory.for_good ? number >= memory.fail_at : number == memory.fail_at;
    memory.refused += refused;
    void *given = refused ? NULL : malloc(size);
    memory.kept += given != NULL;
    return given;
}

static void release(void *given)
{
    memory.kept -= given != NULL;
    free(given);
}

static void fail_from(size_t number, bool for_good)
{
    memory.fail_at = number;
    memory.for_good = for_good;
    memory.count = memory.refused = 0;
}

/* ---- Objects ----------------------------------------------------------------------------------------------------- */

static lenet5_read_line line = {.strings = 2,
                                .string = {{"24327-\xC3\xBC", 0.9}, {"24321-\xC3\xBC", 0.1}},
                                .digits = 2,
                                .digit = {{2, 0.99, {1, 2, 3, 4}}, {4, 0.98, {5, 6, 7, 8}}}};
static const lenet5_reading reading = {.notes = LENET5_NOTE_LIGHT | LENET5_NOTE_RULES, .count = 1, .lines = &line};
static const lenet5_provenance provenance = {
    .recipe = "best", .loss = {LENET5_MAP, 60, 0.1}, .seed = UINT64_MAX, .teacher_sha256 = "ab"};
static const read_place place = {"p\xC3\xBCg.png", 1, "postcode"}, odd_place = {"\xFF.png", 2, NULL};

static json_t *a_line(void)
{
    return reading_json(&place, &reading, 1);
}

static json_t *a_line_of_an_odd_file(void)
{
    return reading_json(&odd_place, &reading, 1);
}

static json_t *an_empty_page(void)
{
    return empty_reading_json(&place, &reading);
}

static json_t *a_provenance(void)
{
    return provenance_json(&provenance);
}

static json_t *a_network(void)
{
    json_t *object = network_json();
    add_member(&object, "metadata", provenance_json(&provenance));
    return object;
}

typedef json_t *(*builder)(void);

static char *text_of(builder build)
{
    text_buffer t = {0};
    text_json(&t, build());
    text_put(&t, "", 1);
    if (!t.failed)
        return t.bytes;
    text_free(&t);
    return NULL;
}

static void assert_whole_or_nothing(builder build, bool for_good)
{
    size_t at = 0;
    fail_from(SIZE_MAX, false);
    char *whole = text_of(build);
    assert_non_null(whole);
    for (;; at++) {
        const size_t kept = memory.kept;
        fail_from(at, for_good);
        char *text = text_of(build);
        const size_t refused = memory.refused;
        if (text && strcmp(text, whole) != 0)
            fail_msg("with allocation %zu failing: %s", at, text);
        if (refused == 0)
            assert_non_null(text);
        free(text);
        assert_int_equal(memory.kept, kept);
        if (refused == 0)
            break;
    }
    fail_from(SIZE_MAX, false);
    assert_in_range(at, 5, 10000);
    free(whole);
}

static void an_object_is_whole_or_an_error(void **state)
{
    (void)state;
    static const builder all[] = {a_line, a_line_of_an_odd_file, an_empty_page, a_provenance, a_network};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_whole_or_nothing(all[i], false);
        assert_whole_or_nothing(all[i], true);
    }
}

/* ---- Numbers and texts ------------------------------------------------------------------------------------------- */

static void assert_text(json_t *value, const char *wanted)
{
    text_buffer t = {0};
    text_json(&t, value);
    text_put(&t, "", 1);
    assert_string_equal(t.bytes, wanted);
    text_free(&t);
}

static void whole_numbers_are_exact(void **state)
{
    (void)state;
    assert_text(whole_json(0), "0");
    assert_text(whole_json(9007199254740991u), "9007199254740991");
    assert_text(whole_json(9007199254740992u), "\"9007199254740992\"");
    assert_text(whole_json(UINT64_MAX), "\"18446744073709551615\"");
    json_t *p = a_provenance();
    assert_string_equal(json_string_value(json_object_get(p, "seed")), "18446744073709551615");
    json_decref(p);
}

static void any_bytes_are_a_string(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *wanted;
    } known[] = {{"", ""},
                 {"a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80", "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"},
                 {"a\xFF", "a?"},
                 {"\xC3", "?"},
                 {"\xC0\xAF", "??"},
                 {"\xED\xA0\x80", "???"},
                 {"\xF4\x90\x80\x80", "????"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        json_t *value = any_string_json(known[i].bytes);
        assert_non_null(value);
        assert_string_equal(json_string_value(value), known[i].wanted);
        json_decref(value);
    }
}

static void infinities_and_nan_are_null(void **state)
{
    (void)state;
    text_buffer t = {0};
    const float numbers[] = {0.5f, NAN, -1.25f, INFINITY};
    text_fixed_list(&t, numbers, 4, 3);
    text_put(&t, "", 1);
    assert_string_equal(t.bytes, "[0.5,null,-1.25,null]");
    text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_whole_or_an_error),
        cmocka_unit_test(whole_numbers_are_exact),
        cmocka_unit_test(any_bytes_are_a_string),
        cmocka_unit_test(infinities_and_nan_are_null),
    };
    json_set_alloc_funcs(allocate, release);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
