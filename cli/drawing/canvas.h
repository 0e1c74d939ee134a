/*
 * What the drawings of the module lenet5_drawing have in common: a canvas keeps the finished file in memory, and only
 * when cairo has had no trouble with any of it does it become a file. Cairo remembers the first error of a surface and
 * ignores what is drawn after it, so there is one check, at the end.
 */
#ifndef LENET5_CLI_CANVAS_H
#define LENET5_CLI_CANVAS_H

#include <cairo.h>

#include "lenet5.h"

typedef struct canvas {
    cairo_surface_t *surface;
    cairo_t *cairo;
    unsigned char *data; /* the file */
    size_t size, room;
} canvas;

/* Width and height are in units. The canvas must stay where it is until it is saved: cairo has its address. */
void canvas_open_svg(canvas *c, double width, double height);
void canvas_open_png(canvas *c, double width, double height, double pixels_a_unit);

/* Writes the file and closes the canvas, whatever happens. */
lenet5_status canvas_save(canvas *c, const char *path, lenet5_error *error);

/*
 * Draws in a process of its own, whose end says how it went. fontconfig, which finds cairo's fonts, follows null
 * pointers and loops for ever where memory runs out; so what is lost is that process, and the program says that it
 * could not draw.
 */
typedef lenet5_status (*drawing)(const void *what, lenet5_error *error);
lenet5_status draw_apart(drawing draw, const void *what, const char *path, lenet5_error *error);

lenet5_status fail_to_draw(lenet5_error *error, lenet5_status status, const char *path, const char *what);

bool ends_in(const char *path, const char *ending);

typedef struct colour {
    double red, green, blue;
} colour;

/* The last two are of Okabe and Ito's, which the colour-blind can tell apart. */
static const colour white = {1, 1, 1}, black = {0, 0, 0}, dark = {0.25, 0.25, 0.25}, grey = {0.4, 0.4, 0.4},
                    pale = {0.89, 0.89, 0.89}, blue = {0, 0.447, 0.698}, vermilion = {0.835, 0.369, 0};

void set_colour(cairo_t *cairo, colour c);

void set_font(cairo_t *cairo, double size, cairo_font_weight_t weight);

double text_width(cairo_t *cairo, const char *text);

/* Writes text on the base line y; share of its width is left of x: 0 begins there, 0.5 is centred, 1 ends there. */
void put_text(cairo_t *cairo, const char *text, double x, double y, double share);

void put_line(cairo_t *cairo, double x0, double y0, double x1, double y1);

#endif
