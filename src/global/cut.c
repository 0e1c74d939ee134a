#include "cut.h"

#include <stdlib.h>

#include "reader/decode/decode.h"
#include "reader/page/prepare.h"
#include "reader/reading.h"

/* Makes the graph of the only line of a map. */
static lenet5_status cut_line(graph *g, bool *cut, const line_groups *groups, budget *b, lenet5_error *error)
{
    text_line line;
    if (groups->count != 1)
        return LENET5_OK;
    lenet5_status status = lenet5_cut_line(&line, groups, 0, UNDO_CLEAR_SLANT, b, error);
    if (status != LENET5_OK)
        return status;
    const bool usable = line.count > 0 && !line.crowded;
    status = usable ? lenet5_graph_new(g, &line, b, error) : LENET5_OK;
    *cut = usable && status == LENET5_OK;
    lenet5_line_free(&line);
    return status;
}

/* Removes printed lines from a map, and cuts what is left. */
static lenet5_status cut_map(graph *g, bool *cut, ink_map *map, const ink_report *report, budget *b,
                             lenet5_error *error)
{
    layout printed = {0};
    line_groups groups = {0};
    transform level;
    lenet5_status status = lenet5_find_layout(&printed, map, &level, report, b, error);
    if (status == LENET5_OK)
        status = lenet5_find_lines(&groups, map, &printed, b, error);
    if (status == LENET5_OK)
        status = cut_line(g, cut, &groups, b, error);
    lenet5_lines_free(&groups);
    lenet5_layout_free(&printed);
    return status;
}

static lenet5_status cut_picture(graph *g, bool *cut, const lenet5_picture *picture, budget *b, lenet5_error *error)
{
    ink_map map;
    ink_report report;
    transform to_picture;
    lenet5_status status = lenet5_prepare(&map, &report, &to_picture, picture, b, error);
    if (status != LENET5_OK)
        return status;
    status = cut_map(g, cut, &map, &report, b, error);
    lenet5_ink_free(&map);
    return status;
}

lenet5_status lenet5_cut_string(graph *g, bool *cut, const lenet5_string *string, lenet5_error *error)
{
    static const lenet5_read_options unlimited;
    budget b = lenet5_budget_new(&unlimited);
    lenet5_picture picture;
    *cut = false;
    lenet5_status status = lenet5_rgb_to_grey(&picture, string->rgb, string->width, string->height, error);
    if (status != LENET5_OK)
        return status;
    status = cut_picture(g, cut, &picture, &b, error);
    lenet5_picture_free(&picture);
    return status == LENET5_CROWDED ? LENET5_OK : status;
}
