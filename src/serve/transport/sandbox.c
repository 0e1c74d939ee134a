/* Landlock's interface is declared here (after linux/landlock.h), because older systems' headers lack parts of it. */
#define _GNU_SOURCE /* syscall, O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define VERSION 1u      /* asks CREATE_RULESET for the newest version that the kernel has */
#define PATH_BENEATH 1u /* the kind of a rule */
#define READ_FILE ((uint64_t)1 << 2)

/* What is forbidden unless a rule allows it. Older kernels know the first members alone. */
typedef struct ruleset {
    uint64_t files, network, scopes;
} ruleset;

typedef struct __attribute__((packed)) path_rule {
    uint64_t allowed;
    int32_t folder;
} path_rule;

/*
 * Everything that a version of Landlock can forbid: 13 rights to files in version 1, one more each in 2, 3 and 5; from
 * 4 on to bind and connect TCP sockets; from 6 on abstract sockets and signals to processes outside.
 */
static ruleset all_rights(long version, size_t *size)
{
    const unsigned rights = 13u + (version >= 2) + (version >= 3) + (version >= 5);
    *size = version >= 6 ? sizeof(ruleset) : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    return (ruleset){
        .files = ((uint64_t)1 << rights) - 1, .network = version >= 4 ? 3 : 0, .scopes = version >= 6 ? 3 : 0};
}

/* A folder that cannot be opened stays forbidden; a reload will report that. */
static void allow_folder(int rules, const char *folder)
{
    path_rule rule = {.allowed = READ_FILE, .folder = open(folder, O_PATH | O_CLOEXEC)};
    if (rule.folder < 0)
        return;
    syscall(ADD_RULE, rules, PATH_BENEATH, &rule, 0u);
    close(rule.folder);
}

/* Allows the folder of a file, since the file may be replaced, and that of a link's target. */
static void allow_around(int rules, const char *file)
{
    char path[PATH_MAX], target[PATH_MAX];
    snprintf(path, sizeof path, "%s", file);
    allow_folder(rules, dirname(path));
    if (realpath(file, target))
        allow_folder(rules, dirname(target));
}

/* Returns the version of Landlock in force; 0 if there is none. */
static long restrict_files(const char *const *files)
{
    size_t size;
    const long version = syscall(CREATE_RULESET, NULL, (size_t)0, VERSION);
    const ruleset wanted = all_rights(version, &size);
    const int rules = version > 0 ? (int)syscall(CREATE_RULESET, &wanted, size, 0u) : -1;
    if (rules < 0)
        return 0;
    for (; *files; files++)
        allow_around(rules, *files);
    const bool restricted = syscall(RESTRICT_SELF, rules, 0u) == 0;
    close(rules);
    return restricted ? version : 0;
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &head, none) == 0;
}

void sandbox_enter(char *description, size_t size, const char *const *files)
{
    const bool no_new = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    const bool no_capabilities = drop_capabilities();
    const long landlock = restrict_files(files);
    char version[32] = "no Landlock in this kernel";
    if (landlock > 0)
        snprintf(version, sizeof version, "Landlock %ld", landlock);
    snprintf(description, size, "%s%s%s", no_new ? "no new privileges, " : "",
             no_capabilities ? "no capabilities, " : "", version);
}
