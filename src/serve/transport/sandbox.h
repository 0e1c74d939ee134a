/* The sandbox: what the server gives up once it listens. */
#ifndef LENET5_SERVE_SANDBOX_H
#define LENET5_SERVE_SANDBOX_H

#include <stddef.h>

/*
 * Gives up new privileges, capabilities and, by Landlock, files, TCP connections and signals to others, for this thread
 * and those it starts from now on. The folders of some files, a list ended by NULL, stay readable. Writes what is in
 * force, for people, to description; what the kernel does not have is left out.
 */
void sandbox_enter(char *description, size_t size, const char *const *files);

#endif
