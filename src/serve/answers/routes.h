/* The routes of the server, and the functions that answer them, each in the file that its comment names. */
#ifndef LENET5_SERVE_ROUTES_H
#define LENET5_SERVE_ROUTES_H

#include "serve/transport/request.h"

extern const route_table routes;

void answer_asset(request *r);    /* assets.c */
void answer_classify(request *r); /* classify.c */
void answer_read(request *r);     /* read.c */
void answer_network(request *r);  /* network.c */
void answer_metrics(request *r);  /* metrics.c */

void answer_training(request *r); /* training.c */
void answer_watch_page(request *r);

void answer_v2(request *r); /* infer.c */
void answer_v2_live(request *r);
void answer_v2_ready(request *r);
void answer_v2_model(request *r);
void answer_v2_model_ready(request *r);
void answer_v2_infer(request *r);

#endif
