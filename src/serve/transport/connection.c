#include "connection.h"

#include <sys/socket.h>

#include "base/clock.h"
#include "raw_response.h"

void connection_cut(connection *c, unsigned status, const char *reason)
{
    request *r = &c->request;
    if (status && !c->transport->options.cert) /* within TLS the response would be noise */
        raw_response_send(c->socket, status, reason);
    if (status && r->stage != STAGE_IDLE) {
        r->status = status;
        request_record(r, lenet5_clock() - r->begun);
    }
    r->stage = STAGE_CUT;
    shutdown(c->socket, SHUT_RDWR);
}
