#include "unfinished.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/file.h"

#define MEMBER_NAME "%zu-of-%zu.checkpoint.safetensors"

/* The length of NAME, where out is NAME.safetensors. */
static int name_length(const char *out)
{
    static const char ending[] = ".safetensors";
    const size_t length = strlen(out);
    const bool ends = length > strlen(ending) && strcmp(out + length - strlen(ending), ending) == 0;
    return (int)(ends ? length - strlen(ending) : length);
}

/* Writes NAME.PART to path. */
static void name_beside(char path[PATH_SIZE], const char *out, const char *part)
{
    snprintf(path, PATH_SIZE, "%.*s.%s", name_length(out), out, part);
}

void unfinished_seed(char model[PATH_SIZE], char checkpoint[PATH_SIZE], const char *out, uint64_t seed)
{
    const unsigned long long number = seed;
    snprintf(model, PATH_SIZE, "%.*s-%llu.safetensors", name_length(out), out, number);
    snprintf(checkpoint, PATH_SIZE, "%.*s-%llu.checkpoint.safetensors", name_length(out), out, number);
}

static void name_member(char path[PATH_SIZE], const char *folder, size_t number, size_t count)
{
    snprintf(path, PATH_SIZE, "%.*s/" MEMBER_NAME, PATH_SIZE - 64, folder, number, count);
}

void unfinished_member(char path[PATH_SIZE], const unfinished *u, size_t number, size_t count)
{
    name_member(path, u->members, number, count);
}

static bool is_member(size_t *number, size_t *count, const char *name)
{
    char same[64];
    if (sscanf(name, "%zu-of-%zu", number, count) != 2)
        return false;
    snprintf(same, sizeof same, MEMBER_NAME, *number, *count);
    return strcmp(name, same) == 0 && *number >= 1 && *number <= *count && *count >= 2 &&
           *count <= LENET5_MAX_COMMITTEE;
}

/* Removes the members and the temporary files of a killed save; the folder stays if it holds anything else. */
static lenet5_status remove_members(const char *path, lenet5_error *error)
{
    DIR *folder = opendir(path);
    lenet5_status status = LENET5_OK;
    if (!folder)
        return LENET5_OK;
    size_t number, count;
    char name[64], member[PATH_SIZE];
    for (const struct dirent *entry; status == LENET5_OK && (entry = readdir(folder));) {
        const char *left = strstr(entry->d_name, ".lenet5-");
        snprintf(name, sizeof name, "%.*s", (int)(left ? left - entry->d_name : 63), entry->d_name);
        if (!is_member(&number, &count, name))
            continue;
        name_member(member, path, number, count);
        status = lenet5_file_remove(member, error);
    }
    closedir(folder);
    rmdir(path);
    return status;
}

/* ---- Looking ----------------------------------------------------------------------------------------------------- */

static int take_members(unfinished *u, DIR *folder)
{
    size_t number, count;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (!is_member(&number, &count, entry->d_name))
            continue;
        if (u->count > 0 && count != u->count)
            return report_error(
                "%s: holds members of two committees, of %zu and of %zu networks; move those of one away", u->members,
                u->count, count);
        u->first = u->count == 0 || number < u->first ? number : u->first;
        u->count = count;
    }
    return EXIT_DONE;
}

/* A folder that holds other files is renamed back. */
static void remove_retired(const unfinished *u)
{
    remove_members(u->retired, NULL);
    rename(u->retired, u->members);
}

void unfinished_name(unfinished *u, const char *out)
{
    *u = (unfinished){.out = out};
    name_beside(u->checkpoint, out, "checkpoint.safetensors");
    name_beside(u->members, out, "members");
    name_beside(u->retired, out, "members.lenet5-done.tmp");
}

int unfinished_look(unfinished *u)
{
    remove_retired(u);
    u->single = access(u->checkpoint, F_OK) == 0;
    DIR *folder = opendir(u->members);
    if (!folder)
        return errno == ENOENT
                   ? EXIT_DONE
                   : report_error("%s: cannot be opened as the folder of a committee's members: %s; move it away, or "
                                  "choose another --out",
                                  u->members, strerror(errno));
    const int code = take_members(u, folder);
    closedir(folder);
    return code;
}

/* ---- Refusing ---------------------------------------------------------------------------------------------------- */

static const char remedy_foreign[] = "move it away, or choose another --out";

int report_bad_checkpoint(const lenet5_error *error, const char *remedy)
{
    const char *again = strstr(error->message, "copy it again");
    const size_t length = again ? (size_t)(again - error->message) : strlen(error->message);
    return report_error("%.*s%s; %s", (int)length, error->message, again ? "the checkpoint is damaged" : "", remedy);
}

static bool is_model(const char *path)
{
    lenet5_error error;
    lenet5_committee model = {0};
    const bool is = lenet5_committee_load(&model, &path, 1, &error) == LENET5_OK;
    lenet5_committee_free(&model);
    return is;
}

static int refuse_single(const unfinished *u, bool restart)
{
    lenet5_error error;
    lenet5_checkpoint c;
    if (lenet5_checkpoint_load(&c, u->checkpoint, &error) != LENET5_OK)
        return report_bad_checkpoint(&error, remedy_foreign);
    if (restart)
        return EXIT_DONE;
    return report_error(
        "%s: an unfinished training, %u of %u epochs done; continue it with --resume, or discard it with "
        "--restart",
        u->checkpoint, c.provenance.epochs, c.epochs_total);
}

static int refuse_members(const unfinished *u, bool restart)
{
    lenet5_error error;
    lenet5_checkpoint c;
    unsigned done = 0, all = 0;
    for (size_t i = 1; i <= u->count; i++) {
        char path[PATH_SIZE];
        unfinished_member(path, u, i, u->count);
        if (access(path, F_OK) != 0)
            continue;
        if (lenet5_checkpoint_load(&c, path, &error) == LENET5_OK) {
            done += c.provenance.epochs;
            all = c.epochs_total;
        } else if (!restart || is_model(path)) {
            return report_bad_checkpoint(&error, remedy_foreign);
        }
    }
    if (restart)
        return EXIT_DONE;
    return report_error(
        "%s: an unfinished committee of %zu networks, %u of %zu × %u epochs done; continue it with --resume, "
        "or discard it with --restart",
        u->members, u->count, done, u->count, all);
}

int unfinished_refuse(const unfinished *u, bool restart)
{
    int code = u->single ? refuse_single(u, restart) : EXIT_DONE;
    if (code == EXIT_DONE && u->count > 0)
        code = refuse_members(u, restart);
    return code;
}

int refuse_checkpoint(const char *out)
{
    lenet5_error error;
    lenet5_checkpoint c;
    struct stat status;
    if (stat(out, &status) != 0 || !S_ISREG(status.st_mode) || lenet5_checkpoint_load(&c, out, &error) != LENET5_OK)
        return EXIT_DONE;
    return report_error(
        "%s: is the checkpoint of an unfinished training, %u of %u epochs done, and would be overwritten; "
        "choose another --out",
        out, c.provenance.epochs, c.epochs_total);
}

/* ---- Saving ------------------------------------------------------------------------------------------------------ */

#define CHECKPOINT_SECONDS 15.0 /* between two saves within an epoch: the most that a kill costs */

bool checkpoint_due(bool now, double saved)
{
    return now || lenet5_clock() - saved > CHECKPOINT_SECONDS;
}

/* ---- Removing ---------------------------------------------------------------------------------------------------- */

int unfinished_discard(const unfinished *u)
{
    lenet5_error error;
    lenet5_status status = u->single ? lenet5_file_remove(u->checkpoint, &error) : LENET5_OK;
    if (status == LENET5_OK)
        status = remove_members(u->members, &error);
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

void unfinished_retire(const unfinished *u)
{
    if (rename(u->members, u->retired) == 0)
        remove_retired(u);
    else
        remove_members(u->members, NULL);
}

/* ---- Comparing --------------------------------------------------------------------------------------------------- */

#define VALUE_SIZE 80
#define OPTIONS 11

typedef struct option_value {
    const char *name;
    char text[VALUE_SIZE];
} option_value;

static void put(option_value *value, const char *name, const char *text)
{
    value->name = name;
    snprintf(value->text, VALUE_SIZE, "%s", text[0] ? text : "none");
}

static void put_whole(option_value *value, const char *name, uint64_t number)
{
    value->name = name;
    snprintf(value->text, VALUE_SIZE, "%llu", (unsigned long long)number);
}

/* The shortest decimal that reads back as the same number. */
static void put_real(option_value *value, const char *name, double number)
{
    value->name = name;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(value->text, VALUE_SIZE, "%.*g", digits, number);
        if (strtod(value->text, NULL) == number)
            return;
    }
}

/* Lists everything that the weights depend on. */
static void list_options(option_value values[OPTIONS], const lenet5_checkpoint *c)
{
    const lenet5_provenance *p = &c->provenance;
    option_value *next = values;
    put(next++, "--recipe", p->recipe);
    put(next++, "--loss", p->loss.criterion == LENET5_MAP ? "map" : "mse");
    put_whole(next++, "--seed", p->seed);
    put_whole(next++, "--epochs", c->epochs_total);
    put_whole(next++, "--batch", c->batch);
    put_real(next++, "--negatives", c->negatives);
    put(next++, "--without-drawn", c->without_drawn ? "on" : "off");
    put(next++, "distortion", c->undistorted ? "none" : "the recipe's");
    put_whole(next++, "--validation", p->validation_pictures);
    put(next++, "other data: SHA-256", p->data_sha256);
    put(next++, "another teacher: SHA-256", p->teacher_sha256);
    assert(next == values + OPTIONS);
}

bool same_options(const lenet5_checkpoint *a, const lenet5_checkpoint *b)
{
    option_value left[OPTIONS], right[OPTIONS];
    list_options(left, a);
    list_options(right, b);
    for (size_t i = 0; i < OPTIONS; i++)
        if (strcmp(left[i].text, right[i].text) != 0)
            return false;
    return true;
}

int check_options(const char *path, const lenet5_checkpoint *found, const lenet5_checkpoint *wanted, const char *remedy)
{
    option_value is[OPTIONS], required[OPTIONS];
    list_options(is, found);
    list_options(required, wanted);
    for (size_t i = 0; i < OPTIONS; i++)
        if (strcmp(is[i].text, required[i].text) != 0)
            return report_error("%s: was started with %s %s, not %s; %s", path, is[i].name, is[i].text,
                                required[i].text, remedy);
    return EXIT_DONE;
}
