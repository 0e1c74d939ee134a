/*
 * lenet5.h: LeNet-5 of LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition",
 * Proc. IEEE 86(11), November 1998 ("the paper"): the network, its training, its data, its model files, and a reader of
 * handwritten numbers in pictures.
 */
#ifndef LENET5_H
#define LENET5_H

#include "lenet5/base.h"     /* version, status codes, errors */
#include "lenet5/data.h"     /* labelled pictures */
#include "lenet5/model.h"    /* model files, built-in models, committees */
#include "lenet5/network.h"  /* the network, its passes, its losses */
#include "lenet5/reading.h"  /* from pictures to strings; its functions are in liblenet5_reader */
#include "lenet5/training.h" /* training and evaluation */

#endif
