#include "connection.h"

#include <sys/socket.h>

#include "base/clock.h"
#include "loop.h"
#include "raw_response.h"

void connection_cut(connection *c, unsigned status, const char *reason)
{
    request *r = &c->request;
    if (status && r->stage == STAGE_IDLE) /* no request has begun, which would have an id */
        trace_begin(&r->trace, loop_random(c->loop));
    if (status && !c->transport->options.cert) /* within TLS the response would be noise */
        raw_response_send(c->socket, status, r->trace.request_id, reason);
    if (status && r->stage != STAGE_IDLE) {
        r->status = status;
        request_record(r, lenet5_clock() - r->begun);
    }
    r->stage = STAGE_CUT;
    shutdown(c->socket, SHUT_RDWR);
}
