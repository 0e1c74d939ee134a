/* The initial weights of a network. */
#ifndef LENET5_NET_INITIALISE_H
#define LENET5_NET_INITIALISE_H

#include "base/random.h"
#include "lenet5/network.h"

/* Sets random initial weights (section II-G and appendix A of the paper); biases are 0. */
void lenet5_initialise(lenet5_network *network, lenet5_random *random);

#endif
