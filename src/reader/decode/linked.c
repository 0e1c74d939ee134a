/* The hook of the library: its decoders are linked to it. */
#include "decode.h"

const page_decoder lenet5_decode_hook = lenet5_decode_page;
