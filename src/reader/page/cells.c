#include "cells.h"

lenet5_status lenet5_find_cells(layout *found, const frames *f, const ink_map *map, const transform *place,
                                lenet5_error *error)
{
    (void)found;
    (void)f;
    (void)map;
    (void)place;
    (void)error;
    return LENET5_OK;
}
