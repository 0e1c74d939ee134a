/* A sheet of paper on something darker, as photographs show it. */
#ifndef LENET5_READER_SHEET_H
#define LENET5_READER_SHEET_H

#include "reader/budget.h"

/*
 * Looks for a sheet that is lighter than what it lies on. If there is one, cleared becomes the picture with the sheet's
 * light all around it, in place of its edges and of what is beyond them; free it. Else its grey is NULL.
 */
lenet5_status lenet5_clear_sheet(lenet5_picture *cleared, const lenet5_picture *picture, budget *b,
                                 lenet5_error *error);

#endif
