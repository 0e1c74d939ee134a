#include "options.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/edit_distance.h"
#include "common.h"
#include "json/values.h"

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

int report_usage_error(const cli_command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vreport_error(format, arguments);
    va_end(arguments);
    fprintf(stderr, "see: lenet5 help%s%s\n", command ? " " : "", command ? command->name : "");
    return EXIT_USAGE;
}

size_t index_of_name(name_list *name_at, const char *name)
{
    size_t index = 0;
    while (name_at(index) && strcmp(name_at(index), name) != 0)
        index++;
    return index;
}

const char *list_names(char text[NAMES_SIZE], name_list *name_at)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; name_at(i) && used < NAMES_SIZE; i++)
        used += (size_t)snprintf(text + used, NAMES_SIZE - used, "%s%s", i ? ", " : "", name_at(i));
    return text;
}

/* The edit distance up to which a name counts as misspelled. */
static size_t max_distance(const char *name)
{
    const size_t length = strlen(name);
    return length < 4 ? 1 : length < 8 ? 2 : 3;
}

/* The nearest of names (ended by NULL) that may be meant; NULL: none. */
static const char *nearest_name(const char *name, const char *const *names)
{
    const char *nearest = NULL;
    size_t min = max_distance(name) + 1;
    for (size_t i = 0; names[i]; i++) {
        const size_t distance = lenet5_edit_distance(name, names[i]);
        if (distance >= min || distance >= strlen(names[i]))
            continue;
        min = distance;
        nearest = names[i];
    }
    return nearest;
}

int report_unknown_name(const cli_command *command, const char *what, const char *name, name_list *name_at)
{
    char listed[NAMES_SIZE];
    const char *names[MAX_NAMES + 1] = {0};
    for (size_t i = 0; name_at(i); i++) {
        assert(i < MAX_NAMES);
        names[i] = name_at(i);
    }
    const char *nearest = nearest_name(name, names);
    return report_usage_error(command, "unknown %s \"%s\"%s%s%s; valid: %s", what, name,
                              nearest ? ", did you mean " : "", nearest ? nearest : "", nearest ? "?" : "",
                              list_names(listed, name_at));
}

static int report_unknown_option(const cli_command *command, const char *name)
{
    const char *names[MAX_OPTIONS + 1] = {0};
    for (size_t i = 0; command->options[i].name; i++) {
        assert(i < MAX_OPTIONS);
        names[i] = command->options[i].name;
    }
    const char *nearest = nearest_name(name, names);
    return report_usage_error(command, "unknown option --%s%s%s%s", name, nearest ? ", did you mean --" : "",
                              nearest ? nearest : "", nearest ? "?" : "");
}

/* ---- Parsing ----------------------------------------------------------------------------------------------------- */

const option *find_option(const cli_command *command, const char *name, size_t length)
{
    for (const option *o = command->options; o->name; o++)
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
    return NULL;
}

static bool names_file(value_kind kind)
{
    return kind == VALUE_FILE || kind == VALUE_FILES || kind == VALUE_PATH || kind == VALUE_NEW_FILE ||
           kind == VALUE_FOLDER;
}

/* Whether the value of an option that names a file is empty. */
static bool is_nameless(const option *o, const char *value)
{
    return value[0] == '\0' && names_file(o->kind) && o->argument[0] != '[';
}

/* Parses one option; returns how many words it took, 0 after reporting an error. */
static int parse_option(cli_arguments *parsed, int argc, char **argv)
{
    const cli_command *command = parsed->command;
    const char *name = argv[0] + 2;
    const size_t length = strcspn(name, "=");
    const option *o = find_option(command, name, length);
    const bool joined = name[length] == '=';
    if (!o) {
        argv[0][2 + length] = '\0';
        return report_unknown_option(command, name), 0;
    }
    if (!o->argument && joined)
        return report_usage_error(command, "--%s takes no value", o->name), 0;
    const bool optional = o->argument && o->argument[0] == '[';
    const bool given = o->argument && !joined && argc > 1 && !(optional && argv[1][0] == '-');
    if (o->argument && !joined && !given && !optional)
        return report_usage_error(command, "--%s needs a value: --%s %s", o->name, o->name, o->argument), 0;
    const char *value = joined ? name + length + 1 : given ? argv[1] : "";
    if (is_nameless(o, value))
        return report_usage_error(command, "--%s: the file name is empty", o->name), 0;
    assert(o - command->options < MAX_OPTIONS);
    parsed->values[o - command->options] = value;
    return given ? 2 : 1;
}

/* The first word of the usage is what is missing: PICTURE... is a PICTURE; small letters stand for themselves. */
static bool report_missing_operand(const cli_command *command)
{
    const int length = (int)strcspn(command->usage, ". ");
    const bool literal = command->usage[0] >= 'a';
    report_usage_error(command, literal ? "%s: missing argument \"%.*s\"" : "%s: missing argument %.*s", command->name,
                       length, command->usage);
    return false;
}

static bool check_count(const cli_arguments *parsed)
{
    const cli_command *command = parsed->command;
    if (parsed->count < command->min_operands)
        return report_missing_operand(command);
    if (parsed->count > command->max_operands)
        return report_usage_error(command, "%s: unexpected argument \"%s\"", command->name,
                                  parsed->operands[command->max_operands]),
               false;
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->operands[i][0] == '\0')
            return report_usage_error(command, "argument %zu of %s is empty; it names a file", i + 1, command->name),
                   false;
    return true;
}

bool parse_arguments(cli_arguments *parsed, const cli_command *command, int argc, char **argv)
{
    *parsed = (cli_arguments){.command = command, .operands = argv};
    bool options_end = false;
    for (int i = 0; i < argc;) {
        if (!options_end && strcmp(argv[i], "--") == 0) {
            options_end = true;
            i++;
        } else if (!options_end && strncmp(argv[i], "--", 2) == 0) {
            const int taken = parse_option(parsed, argc - i, argv + i);
            if (taken == 0)
                return false;
            i += taken;
        } else if (!options_end && argv[i][0] == '-' && argv[i][1] != '\0') {
            return report_usage_error(command, "unknown option %s; options begin with two dashes", argv[i]), false;
        } else {
            argv[parsed->count++] = argv[i++];
        }
    }
    return check_count(parsed);
}

const char *argument_text(const cli_arguments *arguments, const char *name)
{
    const option *o = find_option(arguments->command, name, strlen(name));
    return o ? arguments->values[o - arguments->command->options] : NULL;
}

bool argument_flag(const cli_arguments *arguments, const char *name)
{
    return argument_text(arguments, name) != NULL;
}

bool argument_whole(uint64_t *value, const cli_arguments *arguments, const char *name, uint64_t fallback, uint64_t min,
                    uint64_t max)
{
    const char *text = argument_text(arguments, name);
    *value = fallback;
    if (!text)
        return true;
    if (parse_whole(value, text, min, max))
        return true;
    report_usage_error(arguments->command, "--%s is a whole number from %llu to %llu, not \"%s\"", name,
                       (unsigned long long)min, (unsigned long long)max, text);
    return false;
}

bool argument_real(double *value, const cli_arguments *arguments, const char *name, double fallback, double min,
                   double max)
{
    const char *text = argument_text(arguments, name);
    *value = fallback;
    if (!text)
        return true;
    if (parse_number(value, text, min, max))
        return true;
    report_usage_error(arguments->command, "--%s is a number from %g to %g, not \"%s\"", name, min, max, text);
    return false;
}

bool argument_index(size_t *index, const cli_arguments *arguments, const char *name, size_t fallback)
{
    const option *o = find_option(arguments->command, name, strlen(name));
    const char *text = argument_text(arguments, name);
    *index = fallback;
    if (!o || !text)
        return true;
    assert(o->name_at);
    *index = index_of_name(o->name_at, text);
    if (o->name_at(*index))
        return true;
    report_unknown_name(arguments->command, name, text, o->name_at);
    return false;
}

bool argument_percent(double *share, const cli_arguments *arguments, const char *name, double fallback)
{
    const char *text = argument_text(arguments, name);
    *share = fallback;
    if (!text || parse_share(share, text))
        return true;
    report_usage_error(arguments->command, "--%s is %s, not \"%s\"", name, SHARE_SYNTAX, text);
    return false;
}
