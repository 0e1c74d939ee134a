/*
 * lenet5_reader.h: deprecated; include lenet5.h or lenet5/reading.h. This header is removed in version 1.0.
 */
#ifndef LENET5_READER_H
#define LENET5_READER_H

#include "lenet5.h"

#endif
