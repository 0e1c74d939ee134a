#include "written.h"

#include <stdlib.h>
#include <string.h>

static lenet5_dataset digits;
lenet5_reader *reader;

int prepare_reading(void **state)
{
    (void)state;
    return lenet5_dataset_synthesise(&digits, 1000, 5, NULL) || lenet5_reader_new(&reader, NULL, NULL);
}

int end_reading(void **state)
{
    (void)state;
    lenet5_dataset_free(&digits);
    lenet5_reader_free(reader);
    return 0;
}

static lenet5_picture grey_of(const lenet5_string *s)
{
    lenet5_picture p = {s->width, s->height, malloc(s->width * s->height)};
    assert_non_null(p.grey);
    for (size_t i = 0; i < s->width * s->height; i++)
        p.grey[i] = (uint8_t)((77 * s->rgb[3 * i] + 150 * s->rgb[3 * i + 1] + 29 * s->rgb[3 * i + 2]) / 256);
    return p;
}

lenet5_picture draw_string(char text[LENET5_MAX_STRING + 1], const char *style, size_t count, size_t index)
{
    lenet5_string s;
    assert_int_equal(lenet5_string_draw(&s, &digits, style, count, index, 1, NULL), LENET5_OK);
    const lenet5_picture p = grey_of(&s);
    strcpy(text, s.text);
    lenet5_string_free(&s);
    return p;
}

lenet5_reading read_it(const lenet5_picture *p, const lenet5_read_options *options)
{
    lenet5_reading r;
    assert_int_equal(lenet5_read(&r, reader, p, options, NULL), LENET5_OK);
    return r;
}

bool reads(const lenet5_reading *r, const char *text)
{
    return r->count == 1 && r->lines[0].strings > 0 && strcmp(r->lines[0].string[0].text, text) == 0;
}
