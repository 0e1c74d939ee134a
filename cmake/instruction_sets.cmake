# LENET5_ISAS: the instruction sets that src/kernels is compiled for; LENET5_FLAGS_<isa>: the flags of each. The library
# chooses one when it is loaded (src/kernels/isa.c).
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(LENET5_ISAS baseline avx2 avx512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(LENET5_ISAS neon)
else()
    set(LENET5_ISAS baseline)
endif()
set(LENET5_FLAGS_avx2 -march=x86-64-v3)
set(LENET5_FLAGS_avx512 -march=x86-64-v4 -mprefer-vector-width=512)
