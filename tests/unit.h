/* cmocka and the headers that it requires before it. */
#ifndef LENET5_TESTS_UNIT_H
#define LENET5_TESTS_UNIT_H

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#endif
