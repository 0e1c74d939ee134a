/* What test_kernels.c needs of cmocka, for a processor that no cmocka is here for. The first failure ends everything.
 */
#ifndef LENET5_TESTS_NEON_CMOCKA_H
#define LENET5_TESTS_NEON_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define print_message(...) ((void)printf(__VA_ARGS__))
#define fail_msg(...) (print_message(__VA_ARGS__), print_message(" (%s:%d)\n", __FILE__, __LINE__), exit(1))

#define assert_true(condition) ((condition) ? (void)0 : fail_msg("FAILED: %s", #condition))
#define assert_null(pointer) assert_true((pointer) == NULL)
#define assert_int_equal(a, b) assert_true((a) == (b))
#define assert_in_range(value, least, most) assert_true((value) >= (least) && (value) <= (most))
#define assert_string_equal(a, b) assert_true(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, size) assert_true(memcmp(a, b, size) == 0)

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};

#define cmocka_unit_test(function) \
    {                              \
#function, function        \
    }
#define cmocka_run_group_tests(tests, setup, teardown) run_tests(tests, sizeof(tests) / sizeof(tests)[0])

static int run_tests(const struct CMUnitTest tests[], size_t count)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < count; i++) {
        print_message("%s\n", tests[i].name);
        tests[i].run(NULL);
    }
    return 0;
}

#endif
