/* lenet5 plot: the learning curves of a log of lenet5 train. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "drawing/drawing.h"
#include "outputs.h"

typedef struct curves {
    curve_point points[LENET5_MAX_EPOCHS];
    size_t count;
    char held_out_name[32];
    bool recipe_1998;
} curves;

/* The name of the fourth column, test_error_pct, includes that of the held-out set. */
static bool read_header(curves *c, const char *line)
{
    static const char begin[] = "pass,loss,train_error_pct,";
    static const char end[] = "_error_pct,";
    const char *name = line + strlen(begin);
    if (strncmp(line, begin, strlen(begin)) != 0 || !strstr(name, end))
        return false;
    const size_t length = (size_t)(strstr(name, end) - name);
    if (length == 0 || length >= sizeof c->held_out_name)
        return false;
    memcpy(c->held_out_name, name, length);
    c->held_out_name[length] = '\0';
    return true;
}

static bool read_row(curves *c, const char *line)
{
    curve_point p;
    double loss;
    if (c->count == LENET5_MAX_EPOCHS ||
        sscanf(line, "%lf,%lf,%lf,%lf", &p.epoch, &loss, &p.training_pct, &p.held_out_pct) != 4)
        return false;
    if (!(p.epoch >= 1 && p.epoch <= LENET5_MAX_EPOCHS) || !(p.training_pct >= 0 && p.training_pct <= 100) ||
        !(p.held_out_pct >= 0 && p.held_out_pct <= 100))
        return false;
    c->points[c->count++] = p;
    c->recipe_1998 = strstr(line, ",1998\n") != NULL;
    return true;
}

static int read_log(curves *c, const char *path)
{
    FILE *stream = fopen(path, "r");
    if (!stream)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    char line[512];
    size_t number = 0;
    bool sound = true;
    while (sound && fgets(line, sizeof line, stream))
        sound = number++ == 0 ? read_header(c, line) : read_row(c, line);
    fclose(stream);
    if (!sound || c->count == 0)
        return report_error("%s: line %zu: not a log of lenet5 train --log, or without a finished epoch", path,
                            number ? number : 1);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    const char *out = argument_text(arguments, "out");
    if (!out)
        return report_usage_error(arguments->command, "--out FILE is required; its name ends in .svg or .png");
    int code = check_output(arguments, "out", ".svg .png");
    if (code == EXIT_DONE)
        code = keep_apart(arguments, "out", arguments->operands[0]);
    if (code != EXIT_DONE)
        return code;
    curves *c = calloc(1, sizeof *c);
    if (!c)
        return report_out_of_memory();
    lenet5_error error;
    const char *title = argument_text(arguments, "title") ? argument_text(arguments, "title") : "";
    code = read_log(c, arguments->operands[0]);
    const learning_curves drawn = {.points = c->points,
                                   .count = c->count,
                                   .held_out_name = c->held_out_name,
                                   .title = title,
                                   .with_figure_5 = c->recipe_1998};
    if (code == EXIT_DONE && draw_curves(out, &drawn, &error))
        code = report_library_error(&error);
    if (code == EXIT_DONE)
        print_line(stdout, "%s", out);
    free(c);
    return code;
}

static const option options[] = {
    {"out", "FILE", VALUE_NEW_FILE, NULL, "the drawing to write, .svg or .png; required"},
    {"title", "TEXT", VALUE_TEXT, NULL, "a title above the curves; default none"},
    {0},
};

const cli_command plot_command = {
    .name = "plot",
    .summary = "draw the learning curves of a training log",
    .usage = "LOG.csv --out FILE [options]",
    .description = "Draws the training error and the test or validation error by epoch, like the paper's figure 5,\n"
                   "from a log that lenet5 train --log has written. For recipe 1998 the paper's own curves are\n"
                   "added.",
    .examples = "lenet5 train --recipe 1998 --log log.csv\n"
                "lenet5 plot log.csv --out curves.svg --title \"Recipe 1998\"",
    .options = options,
    .operand = VALUE_FILE,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
