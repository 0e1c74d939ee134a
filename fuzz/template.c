/*
 * The template of a form up to the first zero byte, then a picture of the form with a byte for each square of a few
 * pixels. The target finds the marks and cuts out the fields.
 */
#include "read/template.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "options.h"

#define SIDE 96   /* pixels, of the picture */
#define SQUARE 4  /* pixels a byte */
#define MAX_CUT 8 /* fields */

static lenet5_picture picture_of(const uint8_t *data, size_t size)
{
    lenet5_picture p = {SIDE, SIDE, malloc(SIDE * SIDE)};
    if (!p.grey)
        abort();
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const size_t square = i / SIDE / SQUARE * (SIDE / SQUARE) + i % SIDE / SQUARE;
        p.grey[i] = square < size ? data[square] : 255;
    }
    return p;
}

/* As `lenet5 read` does, without reading the fields. */
static void cut_fields(const form_template *form, const lenet5_picture *picture)
{
    static const lenet5_read_options none;
    lenet5_error error;
    const affine map = template_map(form, picture, "fuzz");
    if (!isfinite(map.xx + map.xy + map.x0 + map.yx + map.yy + map.y0))
        abort();
    for (size_t i = 0; i < form->count && i < MAX_CUT; i++) {
        picture_part v;
        const lenet5_read_options options = template_options(&form->fields[i], &none);
        (void)lenet5_read_options_validate(&options, &error);
        if (picture_part_new(&v, picture, &map, &form->fields[i].region, "fuzz") == 0) {
            if (v.picture.width == 0 || v.picture.height == 0)
                abort();
            picture_part_free(&v);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    form_template form;
    const size_t text = size > 0 ? strnlen((const char *)data, size) : 0;
    if (template_parse(&form, (const char *)data, text, "fuzz") == 0) {
        const size_t begin = text < size ? text + 1 : size;
        lenet5_picture picture = picture_of(data + begin, size - begin);
        cut_fields(&form, &picture);
        lenet5_picture_free(&picture);
    }
    template_free(&form);
    return 0;
}
