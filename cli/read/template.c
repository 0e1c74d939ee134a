#include "template.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "paths.h"
#include "json/values.h"

#define MAX_SIDE 1000000           /* pixels of a form */
#define MAX_FILE ((size_t)1 << 24) /* bytes of a template */
#define JSON_PATH_SIZE 80          /* bytes */

static const char *const form_members[] = {"width", "height", "fields", "marks", "mark_size", NULL};
static const char *const field_members[] = {"name", "region", "format", "check", "list", "max_error", "n_best", NULL};

/* ---- Members ----------------------------------------------------------------------------------------------------- */

/* A value of the file and its path, for error messages. */
typedef struct value {
    const char *file;
    char path[JSON_PATH_SIZE]; /* "fields[2].region" */
    const json_t *json;        /* NULL: missing */
} value;

static value member_of(const value *object, const char *name)
{
    value v = {.file = object->file, .json = json_object_get(object->json, name)};
    snprintf(v.path, sizeof v.path, "%.60s%s%.16s", object->path, object->path[0] ? "." : "", name);
    return v;
}

static value element_of(const value *array, size_t index)
{
    value v = {.file = array->file, .json = json_array_get(array->json, index)};
    snprintf(v.path, sizeof v.path, "%.48s[%zu]", array->path, index);
    return v;
}

static int report_bad_value(const value *v, const char *wanted)
{
    return report_error("%s: %s: %s %s", v->file, v->path, v->json ? "has to be" : "is missing; it is", wanted);
}

static int check_members(const value *object, const char *const *names)
{
    const char *key;
    json_t *unused;
    const char *path = object->path[0] ? object->path : "the template";
    if (!json_is_object(object->json))
        return report_error("%s: %s: has to be an object in braces", object->file, path);
    json_object_foreach ((json_t *)object->json, key, unused) /* which only reads */
        if (!names[name_index(names, key)])
            return report_error("%s: %s: unknown member \"%.40s\"", object->file, path, key);
    return EXIT_DONE;
}

static int take_whole(size_t *whole, const value *v, size_t min, size_t max)
{
    char wanted[80];
    const json_int_t given = json_integer_value(v->json);
    snprintf(wanted, sizeof wanted, "a whole number from %zu to %zu", min, max);
    if (!json_is_integer(v->json) || given < (json_int_t)min || given > (json_int_t)max)
        return report_bad_value(v, wanted);
    *whole = (size_t)given;
    return EXIT_DONE;
}

static int take_text(char **text, const value *v, size_t longest)
{
    char wanted[80];
    const char *given = json_string_value(v->json);
    snprintf(wanted, sizeof wanted, "text of 1 to %zu bytes without control characters", longest);
    if (!given || given[0] == '\0' || strlen(given) > longest)
        return report_bad_value(v, wanted);
    for (const char *c = given; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return report_bad_value(v, wanted);
    *text = strdup(given);
    return *text ? EXIT_DONE : report_out_of_memory();
}

/* ---- Fields ------------------------------------------------------------------------------------------------------ */

static int take_region(lenet5_box *region, const value *v, const form_template *form)
{
    size_t sides[4];
    if (!json_is_array(v->json) || json_array_size(v->json) != 4)
        return report_bad_value(v, "[left, top, width, height]");
    for (size_t i = 0; i < 4; i++) {
        const value side = element_of(v, i);
        if (take_whole(&sides[i], &side, i < 2 ? 0 : 1, MAX_SIDE) != EXIT_DONE)
            return EXIT_FAILED;
    }
    if (sides[0] + sides[2] > form->width || sides[1] + sides[3] > form->height)
        return report_error("%s: %s: is not within the %zux%zu pixels of the form", v->file, v->path, form->width,
                            form->height);
    *region = (lenet5_box){sides[0], sides[1], sides[2], sides[3]};
    return EXIT_DONE;
}

static int take_check(form_field *field, const value *v)
{
    const char *given = json_string_value(v->json);
    if (!given || !parse_check(&field->check, given))
        return report_bad_value(v, "\"none\", \"luhn\", \"mod10\" or \"mod11\"");
    field->checked = true;
    return EXIT_DONE;
}

static int take_max_error(double *threshold, const value *v)
{
    lenet5_error error;
    double share;
    if (!parse_share_json(&share, v->json))
        return report_bad_value(v, SHARE_SYNTAX);
    if (lenet5_read_threshold(threshold, share, &error) != LENET5_OK)
        return report_error("%s: %s: %s", v->file, v->path, error.message);
    return EXIT_DONE;
}

static int take_options(form_field *field, const value *object)
{
    const value format = member_of(object, "format"), check = member_of(object, "check");
    const value list = member_of(object, "list"), max_error = member_of(object, "max_error");
    const value n_best = member_of(object, "n_best");
    int code = EXIT_DONE;
    if (format.json)
        code = take_text(&field->format, &format, LENET5_READ_TEXT_SIZE);
    if (code == EXIT_DONE && check.json)
        code = take_check(field, &check);
    if (code == EXIT_DONE && list.json)
        code = take_text(&field->list, &list, PATH_SIZE / 2);
    if (code == EXIT_DONE && max_error.json)
        code = take_max_error(&field->threshold, &max_error);
    if (code == EXIT_DONE && n_best.json)
        code = take_whole(&field->n_best, &n_best, 1, LENET5_MAX_N_BEST);
    return code;
}

static int check_name(const form_template *form, size_t index, const value *v)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(form->fields[i].name, form->fields[index].name) == 0)
            return report_error("%s: %s: fields[%zu] has that name too", v->file, v->path, i);
    return EXIT_DONE;
}

static int take_field(form_template *form, size_t index, const value *object)
{
    form_field *field = &form->fields[index];
    const value name = member_of(object, "name"), region = member_of(object, "region");
    int code = check_members(object, field_members);
    if (code == EXIT_DONE)
        code = take_text(&field->name, &name, MAX_FIELD_NAME);
    if (code == EXIT_DONE)
        code = check_name(form, index, &name);
    if (code == EXIT_DONE)
        code = take_region(&field->region, &region, form);
    if (code == EXIT_DONE)
        code = take_options(field, object);
    return code;
}

static int take_fields(form_template *form, const value *v)
{
    char wanted[80];
    const size_t count = json_array_size(v->json);
    snprintf(wanted, sizeof wanted, "a list of 1 to %d fields", MAX_FIELDS);
    if (!json_is_array(v->json) || count == 0 || count > MAX_FIELDS)
        return report_bad_value(v, wanted);
    form->fields = calloc(count, sizeof *form->fields);
    if (!form->fields)
        return report_out_of_memory();
    form->count = count;
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
        const value field = element_of(v, i);
        code = take_field(form, i, &field);
    }
    return code;
}

/* ---- Marks ------------------------------------------------------------------------------------------------------- */

static int take_mark(double centre[2], const value *v, const form_template *form)
{
    const json_t *x = json_array_get(v->json, 0), *y = json_array_get(v->json, 1);
    if (json_array_size(v->json) != 2 || !json_is_number(x) || !json_is_number(y))
        return report_bad_value(v, "[x, y], the centre of a mark");
    centre[0] = json_number_value(x);
    centre[1] = json_number_value(y);
    if (!(centre[0] >= 0 && centre[0] <= (double)form->width && centre[1] >= 0 && centre[1] <= (double)form->height))
        return report_error("%s: %s: is not within the %zux%zu pixels of the form", v->file, v->path, form->width,
                            form->height);
    return EXIT_DONE;
}

static int take_marks(form_template *form, const value *object)
{
    const value marks = member_of(object, "marks"), size = member_of(object, "mark_size");
    if (!marks.json && !size.json)
        return EXIT_DONE;
    if (json_array_size(marks.json) != REGISTRATION_MARKS)
        return report_bad_value(&marks, "a list of four marks, [x, y] each");
    form->marks.size = json_number_value(size.json);
    if (!(form->marks.size > 0 && form->marks.size <= (double)form->width))
        return report_bad_value(&size, "the side or the diameter of a mark in pixels");
    form->marked = true;
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < REGISTRATION_MARKS; i++) {
        const value mark = element_of(&marks, i);
        code = take_mark(form->marks.centre[i], &mark, form);
    }
    return code;
}

/* ---- The form ---------------------------------------------------------------------------------------------------- */

static int take_form(form_template *form, const value *object)
{
    const value width = member_of(object, "width"), height = member_of(object, "height");
    const value fields = member_of(object, "fields");
    int code = check_members(object, form_members);
    if (code == EXIT_DONE)
        code = take_whole(&form->width, &width, 1, MAX_SIDE);
    if (code == EXIT_DONE)
        code = take_whole(&form->height, &height, 1, MAX_SIDE);
    if (code == EXIT_DONE)
        code = take_marks(form, object);
    if (code == EXIT_DONE)
        code = take_fields(form, &fields);
    return code;
}

int template_parse(form_template *form, const char *text, size_t size, const char *name)
{
    json_error_t fault;
    *form = (form_template){0};
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
    if (!root)
        return report_error("%s: line %d, column %d: %s", name, fault.line, fault.column, fault.text);
    const value object = {.file = name, .json = root};
    const int code = take_form(form, &object);
    json_decref(root);
    return code;
}

static int load_lists(form_template *form, const char *path)
{
    int code = EXIT_DONE;
    size_t codes = 0;
    for (size_t i = 0; code == EXIT_DONE && i < form->count; i++) {
        form_field *field = &form->fields[i];
        char list[PATH_SIZE];
        if (!field->list)
            continue;
        const int length = field->list[0] == '/' ? 0 : (int)(file_part(path) - path);
        if (snprintf(list, sizeof list, "%.*s%s", length, path, field->list) >= PATH_SIZE)
            return report_error("%s: fields[%zu].list: the name is too long", path, i);
        code = load_codes(&field->codes, list);
        codes += field->codes.count;
        if (code == EXIT_DONE && codes > LENET5_MAX_LIST)
            code = report_error("%s: the lists of all fields have more than %d codes", list, LENET5_MAX_LIST);
        if (code != EXIT_DONE)
            report_error("%s: fields[%zu].list: cannot be used", path, i);
    }
    return code;
}

static void sum_up(form_template *form, const char *text, size_t size)
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, size, (const uint8_t *)text);
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].list)
            sha256_update(&context, SHA256_SIZE, (const uint8_t *)form->fields[i].codes.sha256);
    write_sha256(form->sha256, &context);
}

int template_load(form_template *form, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    *form = (form_template){0};
    int code = load_text(&text, &size, path, MAX_FILE);
    if (code == EXIT_DONE)
        code = template_parse(form, text, size, path);
    if (code == EXIT_DONE)
        code = load_lists(form, path);
    if (code == EXIT_DONE)
        sum_up(form, text, size);
    free(text);
    return code;
}

lenet5_read_options template_options(const form_field *field, const lenet5_read_options *defaults)
{
    lenet5_read_options o = *defaults;
    if (field->format)
        o.format = field->format;
    if (field->codes.count > 0) {
        o.list = (const char *const *)field->codes.codes;
        o.list_count = field->codes.count;
    }
    if (field->checked)
        o.check = field->check;
    if (field->threshold > 0)
        o.threshold = field->threshold;
    if (field->n_best > 0)
        o.n_best = field->n_best;
    return o;
}

affine template_map(const form_template *form, const lenet5_picture *picture, const char *name)
{
    affine map = {.xx = (double)picture->width / (double)form->width,
                  .yy = (double)picture->height / (double)form->height};
    const size_t found = form->marked ? find_registration_marks(&map, &form->marks, picture) : MIN_REGISTRATION_MARKS;
    if (found < MIN_REGISTRATION_MARKS)
        fprintf(error_stream(), "%s: %zu of %d marks found; fields are located without them\n", name, found,
                REGISTRATION_MARKS);
    return map;
}

void template_free(form_template *form)
{
    for (size_t i = 0; i < form->count; i++) {
        form_field *field = &form->fields[i];
        free_codes(&field->codes);
        free(field->name);
        free(field->format);
        free(field->list);
    }
    free(form->fields);
    *form = (form_template){0};
}
