/* A sheet of paper on a darker background, as in photographs. */
#ifndef LENET5_READER_SHEET_H
#define LENET5_READER_SHEET_H

#include "reader/budget.h"

/*
 * Looks for a sheet lighter than its background. cleared becomes the picture with the sheet's level in place of its
 * edges and of what is beyond; free it. If there is no sheet, its grey is NULL.
 */
lenet5_status lenet5_clear_sheet(lenet5_picture *cleared, const lenet5_picture *picture, budget *b,
                                 lenet5_error *error);

#endif
