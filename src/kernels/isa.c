/*
 * Selects the kernels, once, when the library is loaded: the fastest that the processor can run, or those that the
 * environment variable LENET5_ISA names if the processor can run them.
 */
#include <stdlib.h>
#include <string.h>

#include "int8.h"
#include "kernels.h"

#if defined(__x86_64__)
extern const lenet5_kernels lenet5_kernels_baseline, lenet5_kernels_avx2, lenet5_kernels_avx512;
static const lenet5_kernels *const all[] = {&lenet5_kernels_baseline, &lenet5_kernels_avx2, &lenet5_kernels_avx512,
                                            NULL};

/* x86-64-v3 and x86-64-v4, by features that imply the others of that level on every processor. */
static size_t count_runnable(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2"))
        return 1;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return 2;
    return 3;
}

/* The integer kernel needs instructions beyond x86-64-v4. */
static lenet5_int8_forward *find_int8(const lenet5_kernels *chosen)
{
    const bool runs = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi") &&
                      __builtin_cpu_supports("avx512vbmi2");
    return chosen == &lenet5_kernels_avx512 && runs ? lenet5_int8_vnni : NULL;
}
#else
#if defined(__aarch64__)
extern const lenet5_kernels lenet5_kernels_neon;
static const lenet5_kernels *const all[] = {&lenet5_kernels_neon, NULL};
#else
extern const lenet5_kernels lenet5_kernels_baseline;
static const lenet5_kernels *const all[] = {&lenet5_kernels_baseline, NULL};
#endif

static size_t count_runnable(void)
{
    return 1;
}

static lenet5_int8_forward *find_int8(const lenet5_kernels *chosen)
{
    (void)chosen;
    return NULL;
}
#endif

static size_t runnable = 1;
static const lenet5_kernels *in_use;
static lenet5_int8_forward *int8_in_use;

__attribute__((constructor)) static void choose(void)
{
    const char *wish = getenv("LENET5_ISA");
    runnable = count_runnable();
    in_use = all[runnable - 1];
    for (size_t i = 0; wish && i < runnable; i++)
        if (strcmp(wish, all[i]->isa) == 0)
            in_use = all[i];
    int8_in_use = find_int8(in_use);
}

lenet5_int8_forward *lenet5_int8_in_use(void)
{
    return int8_in_use;
}

const lenet5_kernels *lenet5_kernels_at(size_t index)
{
    return index < runnable ? all[index] : NULL;
}

const lenet5_kernels *lenet5_kernels_in_use(void)
{
    return in_use;
}

const char *lenet5_isa(void)
{
    return in_use->isa;
}

const char *lenet5_isa_at(size_t index)
{
    return index < runnable ? all[index]->isa : NULL;
}
