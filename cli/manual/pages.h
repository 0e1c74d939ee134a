/* The pages of the manual; each function returns false after a message. */
#ifndef LENET5_CLI_MANUAL_PAGES_H
#define LENET5_CLI_MANUAL_PAGES_H

#include "manual/mdoc.h"

/* lenet5(1), and a page for each command, lenet5-read(1) among them, from the commands' tables. */
bool write_command_pages(const manual *m);

/*
 * lenet5_network(3) from include/lenet5/network.h, and a page that refers to it for each function that it declares. all are
 * the paths of all headers, ended by NULL.
 */
bool write_header_page(const manual *m, const char *path, char *const *all);

/* The completions of each shell from the commands' tables. */
void write_bash_completion(FILE *script);
void write_zsh_completion(FILE *script);
void write_fish_completion(FILE *script);

#endif
