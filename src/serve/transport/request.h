/*
 * A request, from its first line to the end of its response. MHD calls request_head_begin with the request line;
 * request_handle with the headers, with each chunk of the body, at its end, and when a response that was waited for is
 * there; and request_completed when the response is sent.
 */
#ifndef LENET5_SERVE_REQUEST_H
#define LENET5_SERVE_REQUEST_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "counters.h"
#include "lenet5/reading.h"
#include "route.h"
#include "trace.h"
#include "json/text.h"

#define MAX_PARAMETERS 24 /* of a request: more than any route takes */

/* name=value of the query or of a form. */
typedef struct parameter {
    const char *name, *value;
} parameter;

typedef enum request_stage {
    STAGE_IDLE,      /* no request */
    STAGE_HEADERS,   /* the request line has been received */
    STAGE_BODY,      /* the headers have been received */
    STAGE_WAITING,   /* for the response to be made */
    STAGE_ANSWERED,  /* the response is ready to be sent */
    STAGE_SENDING,   /* the response is being sent */
    STAGE_STREAMING, /* so is a response without an end */
    STAGE_CUT        /* the connection is being closed early */
} request_stage;

typedef struct request request;
struct request {
    struct connection *connection;
    request *next; /* in the pool's queue, the loop's inbox or its list of deferred requests */
    request_stage stage;
    const route *route;
    double begun; /* seconds of lenet5_clock */

    /* The head. */
    char method[8], path[128]; /* cut to what the log shows */
    char authority[128];       /* of a target in absolute form, http://AUTHORITY/PATH; "" if the target is a path */
    const char *content_type, *accept, *json_length; /* headers; NULL: not given */
    const char *allow;                               /* methods that the path takes, if it does not take this one */
    bool preflight;                                  /* an OPTIONS request of CORS that is granted */
    trace trace;                                     /* what identifies it in logs */

    /* The body. */
    uint8_t *body;
    size_t size, room;      /* bytes that are there; that are allocated */
    size_t reserved;        /* of the memory budget */
    unsigned reject_status; /* the body is not kept, and the request is answered with this; 0: it is kept */
    const char *reject_reason;

    parameter parameters[MAX_PARAMETERS];
    size_t parameter_count;

    /* The work, which the route's function defines. */
    void *job;
    void (*job_free)(void *job);
    void (*work)(request *r, lenet5_reader *reader); /* for a thread of the pool */
    double deadline;                                 /* of the work, seconds of lenet5_clock */
    bool in_flight;                                  /* counted in COUNT_IN_FLIGHT */
    bool pooled;                                     /* belongs to the pool */
    _Atomic bool abandoned;                          /* the client has left, or the server has to end */

    /* The response. */
    unsigned status;               /* 0: there is no response yet */
    text_buffer response;          /* its body */
    size_t response_reserved;      /* of the memory budget */
    const char *type;              /* its Content-Type */
    size_t json_size;              /* of its JSON, if tensors follow; 0: all of it is JSON */
    struct MHD_Response *prepared; /* is sent in place of the text: a file of the page, or a stream */
    bool stream;                   /* the prepared response has no end */
    size_t response_size;          /* bytes that were sent */
};

enum MHD_Result request_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **own);
void request_completed(void *context, struct MHD_Connection *mhd, void **own, enum MHD_RequestTerminationCode code);

/* Adds to a counter of the request's loop. */
void request_count(const request *r, counter which, uint64_t more);

/* Counts a request that is answered, and writes its line of the access log. */
void request_record(request *r, double seconds);

/* Frees what the request of a connection has allocated. */
void request_free(request *r);

/*
 * Rejects a request before its body has been received: the body is read to its end without being kept, since a client
 * that is still sending would not see a response on a closed connection.
 */
void request_reject(request *r, unsigned status, const char *reason);

/* Returns a header, or NULL. For the loop's thread alone. */
const char *request_header(const request *r, const char *name);

/* Whether Content-Type is that type, whatever its parameters; "image/" is any picture. */
bool request_has_type(const request *r, const char *type);

#endif
