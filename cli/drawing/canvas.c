#define _GNU_SOURCE /* pipe2 */
#include "canvas.h"

#include <cairo-svg.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "system/file.h"

#define FIRST_ROOM 65536 /* bytes, of a file in memory; doubled as needed */
#define MAX_SECONDS 30   /* of a drawing; the largest takes one */

lenet5_status fail_to_draw(lenet5_error *error, lenet5_status status, const char *path, const char *what)
{
    return lenet5_fail(error, status, LENET5_NO_OFFSET, "%s: %s", path, what);
}

/* ---- The child process ------------------------------------------------------------------------------------------- */

/* Runs in the child, which does not outlive its parent: draws, and sends the result through a pipe. */
static void draw_and_send(pid_t parent, int to, drawing draw, const void *what)
{
    lenet5_error result = {.status = LENET5_OK};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    signal(SIGALRM, SIG_DFL);
    alarm(MAX_SECONDS);
    result.status = draw(what, &result);
    const bool whole = write(to, &result, sizeof result) == (ssize_t)sizeof result; /* at once: it fits into a pipe */
    _exit(whole ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Reads the result from the pipe. Returns false if it is not complete. */
static bool receive(lenet5_error *result, int from)
{
    size_t size = 0;
    while (size < sizeof *result) {
        const ssize_t more = read(from, (char *)result + size, sizeof *result - size);
        if (more == 0 || (more < 0 && errno != EINTR))
            return false;
        size += more > 0 ? (size_t)more : 0;
    }
    return true;
}

/* Returns the wait status. */
static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* The error of a child that has ended without a result. */
static lenet5_status fail_without_result(lenet5_error *error, const char *path, int status)
{
    char what[120];
    const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (number == SIGALRM) {
        snprintf(what, sizeof what, "cannot be drawn: it takes longer than %d seconds", MAX_SECONDS);
        return fail_to_draw(error, LENET5_E_TIME, path, what);
    }
    if (number == 0)
        return fail_to_draw(error, LENET5_E_WRITE, path, "cannot be drawn: the drawing process ended early");
    snprintf(what, sizeof what, "cannot be drawn: signal %d ended the drawing process, as when memory runs out",
             number);
    return fail_to_draw(error, LENET5_E_MEMORY, path, what);
}

lenet5_status draw_apart(drawing draw, const void *what, const char *path, lenet5_error *error)
{
    int ends[2];
    lenet5_error result;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_to_draw(error, LENET5_E_OPEN, path, strerror(errno));
    const pid_t parent = getpid(), child = fork();
    if (child == 0)
        draw_and_send(parent, ends[1], draw, what);
    const int failure = errno;
    close(ends[1]);
    const bool received = child > 0 && receive(&result, ends[0]);
    close(ends[0]);
    if (child < 0)
        return fail_to_draw(error, LENET5_E_MEMORY, path, strerror(failure));
    const int status = wait_for(child);
    if (!received)
        return fail_without_result(error, path, status);
    if (error && result.status != LENET5_OK)
        *error = result;
    return result.status;
}

/* ---- The canvas -------------------------------------------------------------------------------------------------- */

/* Callback of cairo: appends to the file in memory. */
static cairo_status_t append(void *closure, const unsigned char *data, unsigned length)
{
    canvas *c = closure;
    size_t room = c->room ? c->room : FIRST_ROOM;
    while (room - c->size < length)
        room *= 2;
    if (room != c->room) {
        unsigned char *larger = realloc(c->data, room);
        if (!larger)
            return CAIRO_STATUS_NO_MEMORY;
        c->data = larger;
        c->room = room;
    }
    memcpy(c->data + c->size, data, length);
    c->size += length;
    return CAIRO_STATUS_SUCCESS;
}

void set_colour(cairo_t *cairo, colour c)
{
    cairo_set_source_rgb(cairo, c.red, c.green, c.blue);
}

/* Without hinting, letters have the same spacing in both formats. */
static void set_font_options(cairo_t *cairo)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
}

void set_font(cairo_t *cairo, double size, cairo_font_weight_t weight)
{
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, weight);
    cairo_set_font_size(cairo, size);
}

/* Sets up a white canvas with that many pixels per unit. */
static void begin(canvas *c, double pixels_a_unit)
{
    c->cairo = cairo_create(c->surface);
    cairo_scale(c->cairo, pixels_a_unit, pixels_a_unit);
    set_font_options(c->cairo);
    set_colour(c->cairo, white);
    cairo_paint(c->cairo);
}

void canvas_open_svg(canvas *c, double width, double height)
{
    *c = (canvas){0};
    c->surface = cairo_svg_surface_create_for_stream(append, c, width, height);
    begin(c, 1);
}

void canvas_open_png(canvas *c, double width, double height, double pixels_a_unit)
{
    *c = (canvas){0};
    c->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(pixels_a_unit * width),
                                            (int)ceil(pixels_a_unit * height));
    begin(c, pixels_a_unit);
}

/* Completes the file in memory. */
static cairo_status_t canvas_finish(canvas *c)
{
    cairo_status_t status = cairo_status(c->cairo);
    cairo_destroy(c->cairo);
    if (status == CAIRO_STATUS_SUCCESS && cairo_surface_get_type(c->surface) == CAIRO_SURFACE_TYPE_IMAGE)
        status = cairo_surface_write_to_png_stream(c->surface, append, c);
    cairo_surface_finish(c->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(c->surface);
    cairo_surface_destroy(c->surface);
    return status;
}

static lenet5_status fail_drawing(lenet5_error *error, const char *path, cairo_status_t status)
{
    char what[200];
    if (status == CAIRO_STATUS_NO_MEMORY)
        return fail_to_draw(error, LENET5_E_MEMORY, path,
                            "not enough memory to draw it: close other programs and try again");
    if (status == CAIRO_STATUS_INVALID_SIZE)
        return fail_to_draw(error, LENET5_E_ARGUMENT, path,
                            "the drawing would be too large: use a set of smaller pictures");
    snprintf(what, sizeof what,
             "cannot be drawn, check its title and that cairo and a sans-serif font are installed: %s",
             cairo_status_to_string(status));
    return fail_to_draw(error, LENET5_E_WRITE, path, what);
}

lenet5_status canvas_save(canvas *c, const char *path, lenet5_error *error)
{
    const cairo_status_t status = canvas_finish(c);
    const file_piece file = {c->data, c->size};
    const lenet5_status result =
        status == CAIRO_STATUS_SUCCESS ? lenet5_file_write(path, &file, 1, error) : fail_drawing(error, path, status);
    free(c->data);
    return result;
}

double text_width(cairo_t *cairo, const char *text)
{
    cairo_text_extents_t extents = {0}; /* unchanged if the canvas has failed */
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

void put_text(cairo_t *cairo, const char *text, double x, double y, double share)
{
    cairo_move_to(cairo, x - share * text_width(cairo, text), y);
    cairo_show_text(cairo, text);
    cairo_new_path(cairo); /* otherwise the next line would start at the end of the text */
}

void put_ink(cairo_t *cairo, const uint8_t *picture, size_t width, size_t height, double x, double y)
{
    cairo_surface_t *ink = cairo_image_surface_create(CAIRO_FORMAT_A8, (int)width, (int)height);
    unsigned char *data = cairo_image_surface_get_data(ink);
    const int stride = cairo_image_surface_get_stride(ink);
    for (size_t row = 0; data && row < height; row++)
        memcpy(data + row * (size_t)stride, picture + row * width, width);
    cairo_surface_mark_dirty(ink);
    cairo_mask_surface(cairo, ink, x, y);
    cairo_surface_destroy(ink);
}

void put_line(cairo_t *cairo, double x0, double y0, double x1, double y1)
{
    cairo_move_to(cairo, x0, y0);
    cairo_line_to(cairo, x1, y1);
    cairo_stroke(cairo);
}
