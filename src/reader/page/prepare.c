#include "prepare.h"

#include <stdlib.h>

#include "enlarge.h"
#include "reduce.h"
#include "sheet.h"

#define THIN 1.6               /* pixels: thinner strokes look faint to the network, and are noted */
#define ENLARGED 2.0           /* pixels: thinner strokes are looked for in a doubled picture */
#define MIN_REDUCED_STROKE 3.0 /* pixels: strokes of a reduced picture, at least */
#define MAX_ENLARGED 1000000   /* pixels: a larger picture with thin strokes is a page, and takes long enough */

/* Finds ink again in the doubled picture. */
static lenet5_status find_thin_ink(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                                   lenet5_error *error)
{
    lenet5_picture larger;
    lenet5_ink_free(map);
    lenet5_status status = lenet5_enlarge(&larger, picture, b, error);
    if (status == LENET5_OK)
        status = lenet5_find_ink(map, report, &larger, b, error);
    free(larger.grey);
    return status;
}

static lenet5_status find_ink(ink_map *map, ink_report *report, transform *to_picture, const lenet5_picture *picture,
                              budget *b, lenet5_error *error)
{
    lenet5_picture cleared;
    *to_picture = IDENTITY;
    lenet5_status status = lenet5_clear_sheet(&cleared, picture, b, error);
    const lenet5_picture *used = cleared.grey ? &cleared : picture;
    if (status == LENET5_OK)
        status = lenet5_find_ink(map, report, used, b, error);
    const double stroke = status == LENET5_OK ? report->stroke : 0;
    if (stroke > 0 && stroke < ENLARGED && used->width * used->height <= MAX_ENLARGED) {
        status = find_thin_ink(map, report, used, b, error);
        *to_picture = FROM_ENLARGED;
    }
    if (status == LENET5_OK) {
        report->thin = stroke > 0 && stroke < THIN;
        report->sheet |= cleared.grey != NULL;
    }
    free(cleared.grey);
    return status;
}

lenet5_status lenet5_prepare(ink_map *map, ink_report *report, transform *to_picture, const lenet5_picture *picture,
                             budget *b, lenet5_error *error)
{
    lenet5_picture reduced;
    const size_t times = lenet5_reduction_of(picture);
    if (times == 1)
        return find_ink(map, report, to_picture, picture, b, error);
    lenet5_status status = lenet5_reduce(&reduced, picture, times, b, error);
    if (status != LENET5_OK)
        return status;
    status = find_ink(map, report, to_picture, &reduced, b, error);
    free(reduced.grey);
    if (status == LENET5_OK && report->stroke >= MIN_REDUCED_STROKE) {
        *to_picture = transform_compose(&(transform){(double)times, 0, 0, 0, (double)times, 0}, to_picture);
        return LENET5_OK;
    }
    if (status != LENET5_OK)
        return status;
    lenet5_ink_free(map);
    return find_ink(map, report, to_picture, picture, b, error);
}
