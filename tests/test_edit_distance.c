/* The edit distance: known values, symmetry, and its limit of length. */
#include <string.h>

#include "base/edit_distance.h"
#include "unit.h"

static void known_distances(void **state)
{
    static const struct {
        const char *from, *to;
        size_t distance;
    } cases[] = {{"", "", 0},         {"a", "", 1},        {"same", "same", 0},       {"train", "trian", 2},
                 {"abc", "abcd", 1},  {"abcd", "bcd", 1},  {"kitten", "sitting", 3},  {"52981", "52961", 1},
                 {"aaaa", "bbbb", 4}, {"flaw", "lawn", 2}, {"--epoch", "--epochs", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(lenet5_edit_distance(cases[i].from, cases[i].to), cases[i].distance);
        assert_int_equal(lenet5_edit_distance(cases[i].to, cases[i].from), cases[i].distance);
    }
}

/* Only the second text has a limit. */
static void long_texts_count_as_wholly_different(void **state)
{
    char longest[LENET5_MAX_EDIT_LENGTH + 1], too_long[LENET5_MAX_EDIT_LENGTH + 2];
    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    memset(too_long, 'a', sizeof too_long);
    too_long[sizeof too_long - 1] = '\0';
    assert_int_equal(lenet5_edit_distance(longest, longest), 0);
    assert_int_equal(lenet5_edit_distance(too_long, longest), 1);
    assert_int_equal(lenet5_edit_distance(longest, too_long), LENET5_MAX_EDIT_LENGTH + 1);
    assert_int_equal(lenet5_edit_distance("", too_long), LENET5_MAX_EDIT_LENGTH + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_distances),
        cmocka_unit_test(long_texts_count_as_wholly_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
