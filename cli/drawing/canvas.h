/*
 * Shared by the drawings of the module lenet5_drawing: a canvas keeps the file in memory, and writes it only if cairo
 * has reported no error. Cairo keeps the first error of a surface and ignores what is drawn after it, so one check at
 * the end is enough.
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

#define PIXELS_A_UNIT 2.0 /* of PNG files that are laid out in units */

/* Width and height are in units. The canvas must not be moved or copied until it is saved: cairo has its address. */
void canvas_open_svg(canvas *c, double width, double height);
void canvas_open_png(canvas *c, double width, double height, double pixels_a_unit);

/* Writes the file and closes the canvas, also after an error. */
lenet5_status canvas_save(canvas *c, const char *path, lenet5_error *error);

/*
 * Draws in a child process, and returns its status. When memory runs out, fontconfig, which finds cairo's fonts,
 * crashes or loops; only the child is lost then, and the program reports an error.
 */
typedef lenet5_status (*drawing)(const void *what, lenet5_error *error);
lenet5_status draw_apart(drawing draw, const void *what, const char *path, lenet5_error *error);

lenet5_status fail_to_draw(lenet5_error *error, lenet5_status status, const char *path, const char *what);

typedef struct colour {
    double red, green, blue;
} colour;

/* Blue and vermilion are of Okabe and Ito's palette, which the colour-blind can distinguish. */
static const colour white = {1, 1, 1}, black = {0, 0, 0}, dark = {0.25, 0.25, 0.25}, grey = {0.4, 0.4, 0.4},
                    pale = {0.89, 0.89, 0.89}, blue = {0, 0.447, 0.698}, vermilion = {0.835, 0.369, 0};

void set_colour(cairo_t *cairo, colour c);

void set_font(cairo_t *cairo, double size, cairo_font_weight_t weight);

double text_width(cairo_t *cairo, const char *text);

/* Writes text on the base line y; share of its width is left of x: 0 aligns it left, 0.5 centres it, 1 aligns it
 * right. */
void put_text(cairo_t *cairo, const char *text, double x, double y, double share);

/* Draws a picture of grey levels, (height, width): its ink as a mask for the current colour. */
void put_ink(cairo_t *cairo, const uint8_t *picture, size_t width, size_t height, double x, double y);

void put_line(cairo_t *cairo, double x0, double y0, double x1, double y1);

#endif
