/* EMBED(name, "path") puts the bytes of a file into the read-only data, from name to name_end. */
#ifndef LENET5_BASE_EMBED_H
#define LENET5_BASE_EMBED_H

#define EMBED(name, path)                                                    \
    __asm__(".section .rodata\n"                                             \
            ".balign 64\n" #name ":\n"                                       \
            ".incbin \"" path "\"\n" #name "_end:\n"                         \
            ".previous\n");                                                  \
    extern const unsigned char name[] __attribute__((visibility("hidden"))); \
    extern const unsigned char name##_end[] __attribute__((visibility("hidden")))

#define EMBEDDED_SIZE(name) ((size_t)((uintptr_t)name##_end - (uintptr_t)name))

#endif
