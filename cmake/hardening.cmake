# Hardening of every target with lenet5_flags, as far as the compiler and the processor support it. docs/security.md
# lists the measures, and tests/attack/hardening.sh checks the built files.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)

# add_known_flags(flags...): adds each flag that the compiler supports.
function(add_known_flags)
    foreach(flag ${ARGN})
        string(MAKE_C_IDENTIFIER "LENET5_KNOWS${flag}" known)
        check_c_compiler_flag("-Werror ${flag}" ${known})
        if(${known})
            target_compile_options(lenet5_flags INTERFACE ${flag})
        endif()
    endforeach()
endfunction()

add_known_flags(-fstack-protector-strong -fstack-clash-protection)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_known_flags(-fcf-protection)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    add_known_flags(-mbranch-protection=standard)
endif()

# Fortified string and print functions. They need optimisation; sanitizers have their own checks.
if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
    set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
    check_c_source_compiles("#include <string.h>
        #if __USE_FORTIFY_LEVEL < 3
        #error
        #endif
        int main(void) { return 0; }" LENET5_KNOWS_FORTIFY_3)
    unset(CMAKE_REQUIRED_FLAGS)
    set(fortify $<IF:$<BOOL:${LENET5_KNOWS_FORTIFY_3}>,3,2>)
    target_compile_options(lenet5_flags INTERFACE
        "$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=${fortify}>")
endif()

# Position-independent programs, no executable stack or data, and relocations that are read-only after startup.
check_pie_supported(LANGUAGES C)
foreach(flag relro now noexecstack)
    check_linker_flag(C "LINKER:-z,${flag}" LENET5_LINKS_${flag})
    if(LENET5_LINKS_${flag})
        target_link_options(lenet5_flags INTERFACE "LINKER:-z,${flag}")
    endif()
endforeach()
