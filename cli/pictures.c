/* The module lenet5_pictures: every kind of picture but PNG, for the program (extras.h). */
#include "lenet5.h"
#include "reader/decode/decode.h"

LENET5_API extern const lenet5_pictures_module lenet5_pictures;
const lenet5_pictures_module lenet5_pictures = {lenet5_decode_page};
