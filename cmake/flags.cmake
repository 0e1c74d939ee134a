# lenet5_flags: the warnings and definitions of all our code.
add_library(lenet5_flags INTERFACE)
target_compile_definitions(lenet5_flags INTERFACE _XOPEN_SOURCE=700)
target_compile_options(lenet5_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
                       -Wmissing-prototypes -Wvla -Wundef $<$<BOOL:${LENET5_WERROR}>:-Werror>)
include(${CMAKE_CURRENT_LIST_DIR}/hardening.cmake)
