#include "header.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define MAX_DEPTH 32 /* of a value that is skipped */

/* A cursor in the text, which ends with a zero byte. Strings are decoded in place. */
typedef struct cursor {
    char *text, *at, *end;
    tensor_header *h;
    const char *problem; /* the first one; NULL: none, or no memory */
    bool failed;
} cursor;

/* Reads the value of a member. */
typedef bool member_reader(cursor *c, const char *key, void *context);

static bool fail(cursor *c, const char *problem)
{
    if (!c->failed)
        c->problem = problem;
    c->failed = true;
    return false;
}

/* ---- Tokens ------------------------------------------------------------------------------------------------------ */

static void skip_blanks(cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r')
        c->at++;
}

/* Skips a character behind blanks, if it is the next one. */
static bool take(cursor *c, char wanted)
{
    skip_blanks(c);
    if (*c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool expect(cursor *c, char wanted, const char *problem)
{
    return take(c, wanted) || fail(c, problem);
}

static bool four_digits(cursor *c, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < 4; i++, c->at++) {
        const char digit = *c->at;
        const int number = digit >= '0' && digit <= '9'   ? digit - '0'
                           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                          : -1;
        if (number < 0)
            return fail(c, "\\u needs four hexadecimal digits");
        *value = *value << 4 | (uint32_t)number;
    }
    return true;
}

/* Reads what follows \u: a character, or the two halves of one. */
static bool escaped_character(cursor *c, uint32_t *character)
{
    uint32_t low;
    if (!four_digits(c, character))
        return false;
    if (*character >= 0xD800 && *character <= 0xDBFF && c->at[0] == '\\' && c->at[1] == 'u') {
        c->at += 2;
        if (!four_digits(c, &low))
            return false;
        if (low < 0xDC00 || low > 0xDFFF)
            return fail(c, "half of a character");
        *character = 0x10000 + ((*character & 0x3FF) << 10 | (low & 0x3FF));
    }
    if (*character == 0 || (*character >= 0xD800 && *character <= 0xDFFF))
        return fail(c, *character ? "half of a character" : "a zero character");
    return true;
}

/* Writes a character as UTF-8, which is never longer than its escape sequence. */
static char *put_character(char *to, uint32_t character)
{
    const size_t more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(first[more] | character >> 6 * more);
    for (size_t i = more; i-- > 0;)
        *to++ = (char)(0x80 | (character >> 6 * i & 0x3F));
    return to;
}

/* Reads what follows a backslash. */
static bool escape(cursor *c, char **to)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    uint32_t character;
    const char *name = *c->at ? strchr(names, *c->at) : NULL;
    if (name) {
        c->at++;
        *(*to)++ = meanings[name - names];
        return true;
    }
    if (*c->at != 'u')
        return fail(c, "an unknown escape sequence");
    c->at++;
    if (!escaped_character(c, &character))
        return false;
    *to = put_character(*to, character);
    return true;
}

static bool string(cursor *c, char **text)
{
    if (!expect(c, '"', "a string is missing"))
        return false;
    *text = c->at;
    char *to = c->at;
    while (*c->at != '"') {
        if ((unsigned char)*c->at < 0x20)
            return fail(c, "a control character in a string, or no end of it");
        if (*c->at != '\\')
            *to++ = *c->at++;
        else if (c->at++, !escape(c, &to))
            return false;
    }
    c->at++;
    *to = '\0';
    return lenet5_is_utf8(*text) || fail(c, "a string that is not UTF-8");
}

static size_t skip_digits(cursor *c)
{
    const char *first = c->at;
    while (*c->at >= '0' && *c->at <= '9')
        c->at++;
    return (size_t)(c->at - first);
}

static bool skip_fraction(cursor *c)
{
    if (*c->at == '.' && (c->at++, skip_digits(c) == 0))
        return false;
    if (*c->at != 'e' && *c->at != 'E')
        return true;
    c->at++;
    if (*c->at == '+' || *c->at == '-')
        c->at++;
    return skip_digits(c) > 0;
}

static bool skip_number(cursor *c)
{
    if (*c->at == '-')
        c->at++;
    const bool zero = *c->at == '0';
    const size_t digits = skip_digits(c);
    return (digits > 0 && (!zero || digits == 1) && skip_fraction(c)) || fail(c, "a value is missing");
}

/* The value of the digits up to end. */
static size_t whole(const char *digits, const char *end)
{
    size_t value = 0;
    for (; digits < end; digits++) {
        const size_t digit = (size_t)(unsigned char)*digits - '0';
        if (digit > 9 || value > (HEADER_NO_NUMBER - 1 - digit) / 10)
            return HEADER_NO_NUMBER;
        value = 10 * value + digit;
    }
    return value;
}

static bool skip_word(cursor *c)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(c->at, words[i], strlen(words[i])) == 0) {
            c->at += strlen(words[i]);
            return true;
        }
    return false;
}

/* ---- Values ------------------------------------------------------------------------------------------------------ */

static bool skip_value(cursor *c, unsigned depth);

static bool object(cursor *c, member_reader *read, void *context)
{
    char *key;
    if (!expect(c, '{', "an object is missing"))
        return false;
    if (take(c, '}'))
        return true;
    do
        if (!string(c, &key) || !expect(c, ':', "a colon is missing") || !read(c, key, context))
            return false;
    while (take(c, ','));
    return expect(c, '}', "a comma or the end of an object is missing");
}

static bool skip_member(cursor *c, const char *key, void *depth)
{
    (void)key;
    return skip_value(c, *(unsigned *)depth);
}

static bool skip_array(cursor *c, unsigned depth)
{
    if (take(c, ']'))
        return true;
    do
        if (!skip_value(c, depth))
            return false;
    while (take(c, ','));
    return expect(c, ']', "a comma or the end of an array is missing");
}

static bool skip_value(cursor *c, unsigned depth)
{
    char *text;
    skip_blanks(c);
    if (depth++ == MAX_DEPTH)
        return fail(c, "too many values within each other");
    if (*c->at == '{')
        return object(c, skip_member, &depth);
    if (*c->at == '"')
        return string(c, &text);
    return take(c, '[') ? skip_array(c, depth) : skip_word(c) || skip_number(c);
}

/* An integer from 0, else HEADER_NO_NUMBER. */
static bool number(cursor *c, size_t *value)
{
    skip_blanks(c);
    const char *begin = c->at;
    if (!skip_value(c, 0))
        return false;
    *value = whole(begin, c->at);
    return true;
}

/* An array, of which the first values are kept. *count: HEADER_NO_NUMBER for a value that is no array. */
static bool numbers(cursor *c, size_t *values, size_t room, size_t *count)
{
    size_t value;
    *count = HEADER_NO_NUMBER;
    if (!take(c, '['))
        return skip_value(c, 0);
    *count = 0;
    if (take(c, ']'))
        return true;
    do {
        if (!number(c, &value))
            return false;
        if (*count < room)
            values[*count] = value;
        ++*count;
    } while (take(c, ','));
    return expect(c, ']', "a comma or the end of an array is missing");
}

/* A string; NULL for a value of another type. */
static bool text_or_other(cursor *c, const char **text)
{
    char *read = NULL;
    skip_blanks(c);
    const bool sound = *c->at == '"' ? string(c, &read) : skip_value(c, 0);
    *text = read;
    return sound;
}

/* ---- The header -------------------------------------------------------------------------------------------------- */

/* The list with room for one more element; the room doubles at each power of two. NULL without memory: the list stays. */
static void *grown(cursor *c, void *list, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return list;
    void *larger = realloc(list, (count > 0 ? 2 * count : 1) * size);
    if (!larger)
        fail(c, NULL);
    return larger;
}

static bool tensor_member(cursor *c, const char *key, void *context)
{
    header_tensor *t = context;
    size_t offsets[2] = {0, 0};
    if (strcmp(key, "dtype") == 0)
        return t->type ? fail(c, "dtype is there twice") : text_or_other(c, &t->type);
    if (strcmp(key, "shape") == 0)
        return numbers(c, t->shape, HEADER_DIMENSIONS, &t->dimensions);
    if (strcmp(key, "data_offsets") != 0)
        return skip_value(c, 0);
    if (!numbers(c, offsets, 2, &t->offset_count))
        return false;
    t->begin = offsets[0];
    t->end = offsets[1];
    return true;
}

static bool read_tensor(cursor *c, const char *name)
{
    tensor_header *h = c->h;
    header_tensor *list = grown(c, h->tensors, h->tensor_count, sizeof *list);
    if (!list)
        return false;
    h->tensors = list;
    header_tensor *t = &h->tensors[h->tensor_count++];
    *t = (header_tensor){.name = name, .dimensions = HEADER_NO_NUMBER, .offset_count = HEADER_NO_NUMBER};
    skip_blanks(c);
    return *c->at == '{' ? object(c, tensor_member, t) : skip_value(c, 0);
}

static bool metadata_member(cursor *c, const char *key, void *unused)
{
    (void)unused;
    tensor_header *h = c->h;
    header_entry *list = grown(c, h->entries, h->entry_count, sizeof *list);
    if (!list)
        return false;
    h->entries = list;
    header_entry *entry = &h->entries[h->entry_count++];
    entry->key = key;
    return text_or_other(c, &entry->value);
}

static bool header_member(cursor *c, const char *key, void *unused)
{
    if (strcmp(key, "__metadata__") != 0)
        return read_tensor(c, key);
    if (c->h->has_metadata)
        return fail(c, "__metadata__ is there twice");
    skip_blanks(c);
    c->h->has_metadata = *c->at == '{';
    return c->h->has_metadata ? object(c, metadata_member, unused) : skip_value(c, 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const header_tensor *)a)->name, ((const header_tensor *)b)->name);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const header_entry *)a)->key, ((const header_entry *)b)->key);
}

/* Sorts both lists, for the search, and checks that no name is there twice. */
static bool sort(cursor *c)
{
    const tensor_header *h = c->h;
    if (h->tensor_count > 1)
        qsort(h->tensors, h->tensor_count, sizeof *h->tensors, by_name);
    if (h->entry_count > 1)
        qsort(h->entries, h->entry_count, sizeof *h->entries, by_key);
    for (size_t i = 1; i < h->tensor_count; i++)
        if (by_name(&h->tensors[i - 1], &h->tensors[i]) == 0)
            return fail(c, "two tensors have the same name");
    for (size_t i = 1; i < h->entry_count; i++)
        if (by_key(&h->entries[i - 1], &h->entries[i]) == 0)
            return fail(c, "two entries of __metadata__ have the same key");
    return true;
}

static bool read_all(cursor *c)
{
    if (!object(c, header_member, NULL))
        return false;
    skip_blanks(c);
    return c->at == c->end ? sort(c) : fail(c, "something follows the header's object");
}

bool lenet5_header_read(tensor_header *h, const char *text, size_t size, header_problem *problem)
{
    *h = (tensor_header){.text = malloc(size + 1)};
    *problem = (header_problem){0};
    if (!h->text)
        return false;
    memcpy(h->text, text, size);
    h->text[size] = '\0';
    cursor c = {.text = h->text, .at = h->text, .end = h->text + size, .h = h};
    if (read_all(&c))
        return true;
    *problem = (header_problem){(size_t)(c.at - c.text), c.problem};
    lenet5_header_free(h);
    return false;
}

void lenet5_header_free(tensor_header *h)
{
    free(h->text);
    free(h->tensors);
    free(h->entries);
    *h = (tensor_header){0};
}

const header_tensor *lenet5_header_tensor(const tensor_header *h, const char *name)
{
    const header_tensor wanted = {.name = name};
    return h->tensor_count > 0 ? bsearch(&wanted, h->tensors, h->tensor_count, sizeof wanted, by_name) : NULL;
}

const header_entry *lenet5_header_entry(const tensor_header *h, const char *key)
{
    const header_entry wanted = {.key = key};
    return h->entry_count > 0 ? bsearch(&wanted, h->entries, h->entry_count, sizeof wanted, by_key) : NULL;
}
