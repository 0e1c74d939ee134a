/* The page: the files of web/, which are parts of the program. */
#ifndef LENET5_SERVE_ASSETS_H
#define LENET5_SERVE_ASSETS_H

#include "server.h"

bool asset_exists(const char *path);

#endif
