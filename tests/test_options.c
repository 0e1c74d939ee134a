/* Options structs of other versions of the library: shorter, longer, and without a size. */
#include <string.h>

#include "base/options.h"
#include "lenet5.h"
#include "unit.h"

/* Structs as in version 0.2.0 and in a possible later version. */
typedef struct first_options {
    size_t size;
    int a, b;
} first_options;

typedef struct later_options {
    size_t size;
    int a, b;
    double c;
} later_options;

static void shorter_struct_leaves_the_rest_zero(void **state)
{
    (void)state;
    later_options copy = {.c = 5};
    const first_options given = {.size = sizeof given, .a = 1, .b = 2};
    assert_int_equal(lenet5_options_copy(&copy, sizeof copy, sizeof(first_options), &given, NULL), LENET5_OK);
    assert_int_equal(copy.a, 1);
    assert_int_equal(copy.b, 2);
    assert_true(copy.c == 0);
}

static void size_0_is_the_first_struct(void **state)
{
    (void)state;
    later_options copy;
    const later_options given = {.a = 1, .c = 5};
    assert_int_equal(lenet5_options_copy(&copy, sizeof copy, sizeof(first_options), &given, NULL), LENET5_OK);
    assert_int_equal(copy.a, 1);
    assert_true(copy.c == 0);
}

static void longer_struct_is_accepted_if_the_rest_is_zero(void **state)
{
    (void)state;
    first_options copy;
    later_options given = {.size = sizeof given, .a = 1};
    lenet5_error error = {0};
    assert_int_equal(lenet5_options_copy(&copy, sizeof copy, sizeof copy, &given, NULL), LENET5_OK);
    assert_int_equal(copy.a, 1);
    given.c = 5;
    assert_int_equal(lenet5_options_copy(&copy, sizeof copy, sizeof copy, &given, &error), LENET5_E_ARGUMENT);
    assert_non_null(strstr(error.message, LENET5_VERSION));
}

static void impossible_size_is_refused(void **state)
{
    (void)state;
    first_options copy;
    const first_options given = {.size = sizeof given - 1};
    assert_int_equal(lenet5_options_copy(&copy, sizeof copy, sizeof copy, &given, NULL), LENET5_E_ARGUMENT);
}

static void options_of_the_reader_are_checked(void **state)
{
    (void)state;
    lenet5_read_options options = {.size = sizeof options, .format = "zip5"};
    assert_int_equal(lenet5_read_options_validate(NULL, NULL), LENET5_OK);
    assert_int_equal(lenet5_read_options_validate(&options, NULL), LENET5_OK);
    options.format = "";
    assert_int_equal(lenet5_read_options_validate(&options, NULL), LENET5_E_ARGUMENT);
    options = (lenet5_read_options){.size = 1};
    assert_int_equal(lenet5_read_options_validate(&options, NULL), LENET5_E_ARGUMENT);
}

static void options_of_a_training_are_checked(void **state)
{
    (void)state;
    lenet5_dataset set;
    lenet5_training *training;
    lenet5_training_options options = {.size = sizeof options, .recipe = "1998", .epochs = 1, .threads = 1};
    assert_int_equal(lenet5_dataset_synthesise(&set, 20, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_training_new(&training, &options, &set, NULL, NULL), LENET5_OK);
    lenet5_training_free(training);
    options.size = 1;
    assert_int_equal(lenet5_training_new(&training, &options, &set, NULL, NULL), LENET5_E_ARGUMENT);
    lenet5_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shorter_struct_leaves_the_rest_zero),
        cmocka_unit_test(size_0_is_the_first_struct),
        cmocka_unit_test(longer_struct_is_accepted_if_the_rest_is_zero),
        cmocka_unit_test(impossible_size_is_refused),
        cmocka_unit_test(options_of_the_reader_are_checked),
        cmocka_unit_test(options_of_a_training_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
