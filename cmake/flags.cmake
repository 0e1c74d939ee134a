# lenet5_flags: the warnings and definitions of all our code.
add_library(lenet5_flags INTERFACE)
target_compile_definitions(lenet5_flags INTERFACE _XOPEN_SOURCE=700)
target_compile_options(lenet5_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
                       -Wmissing-prototypes -Wvla -Wundef $<$<BOOL:${LENET5_WERROR}>:-Werror>)

# gcc 12.2 for aarch64, that of Debian 12, fails with an internal error where it vectorises a maximum by fmax.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -O3)
set(CMAKE_REQUIRED_LIBRARIES m)
check_c_source_compiles("#include <math.h>
    double greatest(const float *x, int n)
    {
        double g = 0;
        for (int i = 0; i < n; i++)
            g = fmax(g, fabs((double)x[i]));
        return g;
    }
    int main(void) { return 0; }" LENET5_VECTORISES_FMAX)
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT LENET5_VECTORISES_FMAX)
    target_compile_options(lenet5_flags INTERFACE -fno-tree-loop-vectorize)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/hardening.cmake)
