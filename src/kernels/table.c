/* The table of all kernels of an instruction set, lenet5_kernels_<name>. */
#include "isa.h"

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const lenet5_kernels ISA(lenet5_kernels) = {
    .isa = TEXT(LENET5_ISA),
    .lanes_input = ISA(lenet5_lanes_input),
    .lanes_forward = ISA(lenet5_lanes_forward),
    .lanes_backward = ISA(lenet5_lanes_backward),
    .lanes_keep = ISA(lenet5_lanes_keep),
    .c5_rows = ISA(lenet5_c5_rows),
    .f6_rows = ISA(lenet5_f6_rows),
    .single_forward = ISA(lenet5_single_forward),
    .single_backward = ISA(lenet5_single_backward),
    .single_learn = ISA(lenet5_single_learn),
    .single_curvature = ISA(lenet5_single_curvature),
    .distort = ISA(lenet5_distort),
    .adam = ISA(lenet5_adam),
    .multiply_adds = ISA(lenet5_multiply_adds),
    .squash = ISA(lenet5_squash),
};
