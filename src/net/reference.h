/*
 * The functions of reference.c and loss.c that are not public: the single layers of the forward pass, each of which
 * computes its maps from those of the layer below, and everything in double precision, for verify.c and the tests.
 */
#ifndef LENET5_REFERENCE_H
#define LENET5_REFERENCE_H

#include "real.h"

void REAL(lenet5_c1_forward)(maps_t *maps, const network_t *network);
void REAL(lenet5_s2_forward)(maps_t *maps, const network_t *network);
void REAL(lenet5_c3_forward)(maps_t *maps, const network_t *network);
void REAL(lenet5_s4_forward)(maps_t *maps, const network_t *network);
void REAL(lenet5_c5_forward)(maps_t *maps, const network_t *network);
void REAL(lenet5_f6_forward)(maps_t *maps, const network_t *network);
void REAL(lenet5_output_forward)(maps_t *maps);

void lenet5_reference_forward_double(lenet5_maps_double *maps, const lenet5_network_double *network);
void lenet5_reference_backward_double(lenet5_network_double *gradient, lenet5_maps_double *delta,
                                      const lenet5_network_double *network, const lenet5_maps_double *maps,
                                      const double d_penalty[LENET5_CLASSES]);
void lenet5_reference_curvature_double(lenet5_network_double *curvature, lenet5_maps_double *delta,
                                       const lenet5_network_double *network, const lenet5_maps_double *maps,
                                       const double dd_f6[84]);

double lenet5_loss_gradient_double(double d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                   const double penalty[LENET5_CLASSES], unsigned label);
double lenet5_loss_soften_double(double d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                 const double penalty[LENET5_CLASSES], unsigned label,
                                 const double teacher[LENET5_CLASSES], double teaching);
void lenet5_loss_curvature_double(double dd_f6[84], const lenet5_loss *loss, const lenet5_maps_double *maps,
                                  unsigned label);
void lenet5_posterior_double(double posterior[LENET5_CLASSES + 1], const lenet5_loss *loss,
                             const double penalty[LENET5_CLASSES]);

#endif
