/* The decoder hook of the library, which links its decoders. */
#include "decode.h"

const page_decoder lenet5_decode_hook = lenet5_decode_page;
