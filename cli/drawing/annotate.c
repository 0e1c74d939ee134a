/* Of the module lenet5_drawing: a picture with the digits read in it. */
#include <math.h>
#include <stdio.h>

#include "canvas.h"
#include "drawing.h"
#include "paths.h"

#define MAX_SIDE 32767   /* pixels; cairo's limit */
#define WANTED_SIDE 1200 /* pixels; smaller pictures are enlarged, so that the labels fit in */
#define MAX_ENLARGEMENT 4
#define MIN_FONT 8       /* pixels */
#define MAX_FONT 34      /* pixels */
#define LABEL_WIDTH 3.4  /* width of a digit's label, in font sizes */
#define LABEL_HEIGHT 2.4 /* height of a digit's label with the gap below, in font sizes */

typedef struct sheet {
    cairo_t *cairo;
    double scale;    /* pixels of the drawing per pixel of the picture */
    double headroom; /* pixels above the picture, for labels */
} sheet;

static double scale_of(const lenet5_picture *p)
{
    const double side = (double)(p->width > p->height ? p->width : p->height);
    return fmax(1, fmin(MAX_ENLARGEMENT, floor(WANTED_SIDE / side)));
}

static double middle_of(const lenet5_box *b)
{
    return (double)b->x + (double)b->width / 2;
}

/* The largest font with which the labels of the closest neighbours of a line do not overlap. */
static double font_of(const lenet5_read_line *l, double scale)
{
    double pitch = (double)l->box.width;
    for (size_t i = 1; i < l->digits; i++)
        pitch = fmin(pitch, fabs(middle_of(&l->digit[i].box) - middle_of(&l->digit[i - 1].box)));
    return fmax(MIN_FONT, fmin(MAX_FONT, scale * pitch / LABEL_WIDTH));
}

/* The room that the labels of a line need above the picture. */
static double headroom_of(const lenet5_read_line *l, double scale)
{
    double room = 0;
    for (size_t i = 0; i < l->digits; i++)
        room = fmax(room, LABEL_HEIGHT * font_of(l, scale) - scale * (double)l->digit[i].box.y);
    return ceil(room);
}

static void draw_background(const sheet *s, const lenet5_picture *p)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)p->width, (int)p->height);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
        unsigned char *pixels = cairo_image_surface_get_data(surface);
        const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
        for (size_t y = 0; y < p->height; y++)
            for (size_t x = 0; x < p->width; x++)
                *(uint32_t *)(void *)(pixels + y * stride + 4 * x) = 0x010101u * p->grey[y * p->width + x];
        cairo_surface_mark_dirty(surface);
    }
    cairo_save(s->cairo);
    cairo_translate(s->cairo, 0, s->headroom);
    cairo_scale(s->cairo, s->scale, s->scale);
    cairo_set_source_surface(s->cairo, surface, 0, 0); /* a failed surface makes the canvas fail */
    cairo_paint(s->cairo);
    cairo_restore(s->cairo);
    cairo_surface_destroy(surface);
}

static void draw_box(const sheet *s, const lenet5_box *b, double width)
{
    cairo_set_line_width(s->cairo, width);
    cairo_rectangle(s->cairo, s->scale * (double)b->x, s->headroom + s->scale * (double)b->y,
                    s->scale * (double)b->width, s->scale * (double)b->height);
    cairo_stroke(s->cairo);
}

/* Writes a label on a translucent ground. */
static void draw_label(const sheet *s, const char *text, double x, double y, double size, colour ink)
{
    const double width = text_width(s->cairo, text);
    cairo_set_source_rgba(s->cairo, 1, 1, 1, 0.75);
    cairo_rectangle(s->cairo, x - width / 2 - 1, y - 0.85 * size, width + 2, 0.95 * size);
    cairo_fill(s->cairo);
    set_colour(s->cairo, ink);
    put_text(s->cairo, text, x, y, 0.5);
}

static void draw_digit(const sheet *s, const lenet5_read_digit *d, double font, colour ink)
{
    char digit[4], share[16];
    const double x = s->scale * middle_of(&d->box);
    const double y = s->headroom + s->scale * (double)d->box.y - font / 4;
    snprintf(digit, sizeof digit, "%u", d->digit % LENET5_CLASSES);
    snprintf(share, sizeof share, "%.1f%%", 100 * d->probability);
    set_font(s->cairo, font, CAIRO_FONT_WEIGHT_NORMAL);
    draw_label(s, share, x, y, font, ink);
    set_font(s->cairo, 1.2 * font, CAIRO_FONT_WEIGHT_BOLD);
    draw_label(s, digit, x, y - font, 1.2 * font, ink);
    draw_box(s, &d->box, 2);
}

static void draw_line(const sheet *s, const lenet5_read_line *l)
{
    const colour ink = l->decision == LENET5_ACCEPTED ? blue : vermilion;
    const double font = font_of(l, s->scale);
    set_colour(s->cairo, ink);
    draw_box(s, &l->box, 1);
    for (size_t i = 0; i < l->digits; i++)
        draw_digit(s, &l->digit[i], font, ink);
}

typedef struct reading_drawing {
    const char *path;
    const lenet5_picture *picture;
    const lenet5_read_line *lines;
    size_t count;
    double width, height;
    sheet sheet;
} reading_drawing;

static lenet5_status draw_reading_here(const void *what, lenet5_error *error)
{
    canvas c;
    const reading_drawing *d = what;
    canvas_open_png(&c, d->width, d->height, 1);
    sheet s = d->sheet;
    s.cairo = c.cairo;
    draw_background(&s, d->picture);
    for (size_t i = 0; i < d->count; i++)
        draw_line(&s, &d->lines[i]);
    return canvas_save(&c, d->path, error);
}

lenet5_status draw_reading(const char *path, const lenet5_picture *picture, const lenet5_read_line *lines, size_t count,
                           lenet5_error *error)
{
    sheet s = {.scale = scale_of(picture)};
    if (!has_ending(path, ".png"))
        return fail_to_draw(error, LENET5_E_ARGUMENT, path, "the name of an annotated picture has to end in .png");
    for (size_t i = 0; i < count; i++)
        s.headroom = fmax(s.headroom, headroom_of(&lines[i], s.scale));
    const double width = s.scale * (double)picture->width, height = s.scale * (double)picture->height + s.headroom;
    if (width > MAX_SIDE || height > MAX_SIDE)
        return fail_to_draw(error, LENET5_E_ARGUMENT, path,
                            "the picture is too large to draw: read it in parts, with --region");
    const reading_drawing d = {path, picture, lines, count, width, height, s};
    return draw_apart(draw_reading_here, &d, path, error);
}
