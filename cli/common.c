#include "common.h"
#include "json/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local FILE *complaint_stream;

void complain_into(FILE *stream)
{
    complaint_stream = stream;
}

FILE *complaints(void)
{
    return complaint_stream ? complaint_stream : stderr;
}

int complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("lenet5: ", complaints());
    vfprintf(complaints(), format, arguments);
    va_end(arguments);
    fputc('\n', complaints());
    return EXIT_FAILED;
}

int complain_error(const lenet5_error *error)
{
    return complain("%s", error->message);
}

int complain_memory(void)
{
    return complain("out of memory");
}

lenet5_status fail_memory(lenet5_error *error)
{
    *error = (lenet5_error){.status = LENET5_E_MEMORY, .offset = LENET5_NO_OFFSET, .message = "out of memory"};
    return LENET5_E_MEMORY;
}

static int copy_model(lenet5_committee *committee, const lenet5_model *builtin)
{
    committee->networks = builtin ? malloc(sizeof *committee->networks) : NULL;
    if (!committee->networks)
        return complain_memory();
    committee->count = 1;
    committee->networks[0] = builtin->network;
    committee->provenance = builtin->provenance;
    return EXIT_DONE;
}

int load_models(lenet5_committee *committee, const char *const *paths, size_t count, const lenet5_model *builtin)
{
    lenet5_error error;
    *committee = (lenet5_committee){0};
    if (count == 0)
        return copy_model(committee, builtin);
    return lenet5_committee_load(committee, paths, count, &error) == LENET5_OK ? EXIT_DONE : complain_error(&error);
}

int load_named_models(lenet5_committee *models, const char *names, const lenet5_model *builtin)
{
    const char *paths[LENET5_MAX_COMMITTEE];
    char *list = strdup(names ? names : "");
    size_t count = 0;
    if (!list)
        return complain_memory();
    for (char *rest = list, *name; names && count < LENET5_MAX_COMMITTEE && (name = strtok_r(rest, ",", &rest));)
        paths[count++] = name;
    const int code =
        names && count == 0 ? complain("--model names no file") : load_models(models, paths, count, builtin);
    free(list);
    return code;
}

volatile sig_atomic_t interrupted = 0;

static void interrupt(int number)
{
    if (interrupted)
        _Exit(128 + number);
    interrupted = number;
}

void watch_interrupts(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void data_folder(char path[PATH_SIZE], const cli_arguments *arguments)
{
    const char *given = argument_text(arguments, "data");
    const char *variable = getenv("LENET5_DATA");
    const char *xdg = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (given)
        snprintf(path, PATH_SIZE, "%s", given);
    else if (variable && variable[0])
        snprintf(path, PATH_SIZE, "%s", variable);
    else if (xdg && xdg[0])
        snprintf(path, PATH_SIZE, "%s/lenet5/mnist", xdg);
    else
        snprintf(path, PATH_SIZE, "%s/.local/share/lenet5/mnist", home ? home : ".");
}

/* Sets that are known by the SHA-256 of their pictures and labels, wherever they lie. */
static const struct {
    const char *sha256, *name;
} known_sets[] = {
    {"edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b", "MNIST"},
    {"c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b", "MNIST"},
    {"16d82e2b505296aa2b78bd5ea0992634f30419a4c97def7c907d154a35ac6157", "Fashion-MNIST"},
    {"9f1ec356a747bfe4ebab3cfb722d3694c9ca737e2570f6f90cf31d7b6fd689d4", "Fashion-MNIST"},
};

static void name_set(named_set *loaded, const char *folder)
{
    for (size_t i = 0; i < sizeof known_sets / sizeof known_sets[0]; i++)
        if (strcmp(known_sets[i].sha256, loaded->set.sha256) == 0) {
            snprintf(loaded->name, sizeof loaded->name, "%s", known_sets[i].name);
            return;
        }
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    const size_t length = end - begin < sizeof loaded->name ? end - begin : sizeof loaded->name - 1;
    memcpy(loaded->name, folder + begin, length);
    loaded->name[length] = '\0';
}

lenet5_status load_set(named_set *loaded, const cli_arguments *arguments, lenet5_part part, lenet5_error *error)
{
    char folder[PATH_SIZE];
    data_folder(folder, arguments);
    const lenet5_status status = lenet5_dataset_load(&loaded->set, folder, part, error);
    if (status == LENET5_OK)
        name_set(loaded, folder);
    return status;
}

lenet5_status synthetic_set(named_set *drawn, lenet5_part part, lenet5_error *error)
{
    snprintf(drawn->name, sizeof drawn->name, SYNTHETIC_NAME);
    if (part == LENET5_TRAIN)
        return lenet5_dataset_synthesise(&drawn->set, SYNTHETIC_TRAINING, 1998, error);
    return lenet5_dataset_synthesise(&drawn->set, SYNTHETIC_TEST, 2026, error);
}

int put_json(FILE *out, json_t *object)
{
    text_buffer line = {0};
    text_json(&line, object);
    text_puts(&line, "\n");
    const bool whole = !line.failed;
    if (whole)
        fwrite(line.bytes, 1, line.size, out);
    text_free(&line);
    return whole ? EXIT_DONE : complain_memory();
}

int print_json(json_t *object)
{
    const int code = put_json(stdout, object);
    fflush(stdout);
    return code;
}

double percent(size_t part, size_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

int ascending(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}
