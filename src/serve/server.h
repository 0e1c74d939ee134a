/*
 * What the parts of the server share.
 *
 *   door.c      takes clients, or turns them away, and deals them out to the loops
 *   loop.c      one thread and one MHD daemon, which nobody else touches: its clients, their deadlines, its round
 *   request.c   a request from its first line to its answer; head.c its head, origin.c who may ask, parameters.c its
 *               options
 *   routes.c    which path is answered by whom
 *   aside.c     what is said past MHD
 *   secrets.c   the token, the certificate and its key, which may change; sandbox.c what the server gives up
 *   pixels.c    grey levels, from what clients send; content.c tells what bytes are
 *   gather.c    digits of requests that arrived together, recognised together
 *   pool.c      threads for what takes longer than a round may: pictures, large batches
 *   form.c      the files and fields of a form
 *   classify.c, read.c, infer.c, network.c, training.c, metrics.c, assets.c    the answers; explain.c how it was read
 *
 * A request belongs to its loop's thread. One that waits for the pool belongs to a thread of the pool until it is
 * handed back through the loop's inbox. The pool calls nothing of MHD's: what it needs of the headers is taken before.
 * The strings lie in the connection's memory, which MHD leaves as it is until the request is completed.
 */
#ifndef LENET5_SERVE_SERVER_H
#define LENET5_SERVE_SERVER_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "serve.h"
#include "json/answers.h"

typedef struct loop loop;
typedef struct connection connection;
typedef struct request request;
typedef struct pool pool;
typedef struct door door;
typedef struct visitor visitor;
typedef struct channel channel;
typedef struct route route;
typedef struct secrets secrets;

/* ---- Requests ------------------------------------------------------------------------------------------------- */

#define MAX_PARAMETERS 24
#define MAX_DIGITS 4096      /* of a request */
#define MAX_WITH_MAPS 64     /* of which the feature maps are told */
#define SHORT_BODY (1 << 16) /* bytes; what is longer is left to the pool */

/* name=value of the query, or of a form. */
typedef struct parameter {
    const char *name, *value;
} parameter;

typedef uint8_t grey_input[32][32];

/* Digits that are to be recognised. */
typedef struct batch {
    grey_input *pictures; /* (count) */
    float (*penalty)[LENET5_CLASSES];
    size_t count;
    double threshold;
    bool normalise, maps;                           /* classify.c: are asked for */
    bool *empty;                                    /* (count) classify.c: which have no ink */
    size_t pixels;                                  /* classify.c: that picture files may still have */
    const char *note;                               /* for the client, or NULL */
    json_t *asked;                                  /* infer.c: the request */
    void (*tell)(request *r, lenet5_maps *scratch); /* answers, once the penalties are known */
} batch;

typedef enum stage {
    STAGE_IDLE,      /* no request */
    STAGE_HEADERS,   /* its first line is there */
    STAGE_BODY,      /* its headers are */
    STAGE_WAITING,   /* it is being answered */
    STAGE_ANSWERED,  /* its answer is there */
    STAGE_SENDING,   /* and is being sent */
    STAGE_STREAMING, /* an answer without an end */
    STAGE_CUT        /* its time was over */
} stage;

struct request {
    connection *connection;
    request *next; /* in the pool's queue or the loop's inbox */
    stage stage;
    const route *route;
    char method[8], path[128]; /* as far as the log tells them */
    char authority[128];       /* of an address in a proxy's form, http://AUTHORITY/PATH; "": it is a path */
    double began;
    const char *content_type, *accept, *json_length; /* headers, NULL where they are not given */

    uint8_t *body;
    size_t size, room, kept; /* bytes that are there; that are allocated; that are counted in server.held */
    unsigned refusal;        /* the status of a request whose body is not worth keeping; 0: none */
    const char *refused;     /* why */

    parameter parameters[MAX_PARAMETERS];
    size_t parameter_count;

    void (*work)(request *r, lenet5_reader *reader); /* for the pool; what does not read takes no reader */
    double until;                                    /* when the pool stops: see PICTURES_TIME */
    batch batch;

    bool preflight;         /* a browser asks whether a page of another site may ask */
    bool counted;           /* among those in flight */
    bool pooled;            /* it belongs to the pool */
    _Atomic bool abandoned; /* by its loop: nobody waits for the answer any more */
    unsigned status;        /* of the answer; 0: there is none yet */
    text_buffer answer;
    size_t answer_kept;         /* bytes of it that are counted in server.held, */
    size_t copy_kept;           /* and of a copy that is made of a part of the body */
    const char *type;           /* of the answer */
    const char *allow;          /* the methods, for 405 */
    size_t json_size;           /* of the answer, where tensors follow; 0: all of it is JSON */
    struct MHD_Response *ready; /* in place of the text: an answer that is always the same, or */
    bool streams;               /* one without an end */
    size_t answer_size;         /* that was sent */
};

/* What is called when the whole request is there. It answers, or sees to it that somebody will. */
struct route {
    const char *method, *path;
    const char *const *parameters; /* the options, ended by NULL */
    void (*answer)(request *r);
};

/* The route of a path, unknown_route where there is none; allow is NULL, or the methods if it is another that is
 * needed. */
const route *route_find(const char **allow, const char *path, const char *method);
extern const route unknown_route;

/* All of them, for the metrics. */
size_t route_count(void);
size_t route_index(const route *r);
const route *route_at(size_t index);

/* What MHD calls. */
void *request_begin(void *context, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result request_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **own);
void request_completed(void *context, struct MHD_Connection *mhd, void **own, enum MHD_RequestTerminationCode code);
void request_free(request *r);

/* Takes the head of a request; MHD_NO ends the connection. */
enum MHD_Result take_headers(request *r, const char *method, const char *version);

/* Its body is not worth keeping; once it has been sent, it is answered so. */
void turn_down(request *r, unsigned status, const char *why);
#define TOO_LONG "the body is longer than the server takes (--max-body)"

/* Whether Host names us and the request comes from no page of another site; else it is turned down. */
bool origin_check(request *r);

/* Whether a browser asks for a page of a site that --allow-origin has, whatever the route. */
bool origin_is_preflight(const request *r);
void origin_add_headers(struct MHD_Response *response, const request *r);

/* Answers with an error. */
void refuse(request *r, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));
void refuse_error(request *r, const lenet5_error *error);
void refuse_memory(request *r);

/*
 * Counts the memory of the answer so far. False once the request is refused: the answer is too long, or too much is in
 * memory already. What writes an answer of any length calls it now and then; in the end it is called for every answer.
 */
bool hold_answer(request *r);

/*
 * Counts a copy of a part of the body, which is to have so many bytes, before it is made. False once the request is
 * refused. drop_copy counts it no more.
 */
bool hold_copy(request *r, size_t size);
void drop_copy(request *r);

/* Answers 200 with what has been written to r->answer, or with an object, which is dropped. */
void answer_text(request *r, const char *type);
void answer_json(request *r, json_t *object);

#define JSON_TYPE "application/json"
#define FETCH_SITE "Sec-Fetch-Site"
#define JSON_LENGTH "Inference-Header-Content-Length" /* a header: of the JSON that tensors follow */

/* A header of the request, or NULL. For the loop's thread alone. */
const char *header_of(const request *r, const char *name);

/* Whether the body is of that type, whatever parameters it has. */
bool has_type(const request *r, const char *type);

/* Adds an option, whose value is still to be set. NULL once the request is refused: it is none, or given twice. */
parameter *parameter_add(request *r, const char *name);

/* The value of an option, NULL where it is not given. */
const char *parameter_of(const request *r, const char *name);

/* False where the value is wrong; then the request has been refused. The fallback holds where there is none. */
bool parameter_whole(size_t *value, request *r, const char *name, size_t fallback, size_t least, size_t most);
bool parameter_real(double *value, request *r, const char *name, double fallback, double least, double most);
bool parameter_flag(bool *value, request *r, const char *name);
bool parameter_share(double *share, request *r, const char *name); /* 0 where it is not given */

/* ---- Connections and loops ------------------------------------------------------------------------------------ */

struct connection {
    loop *loop;
    struct MHD_Connection *mhd;
    connection *next, *previous; /* of the loop */
    int socket;
    visitor *visitor;
    double since;  /* when what it does now began; with a stream, when it last took something */
    size_t served; /* requests */
    request request;
};

/* A client that the door sends to a loop. */
typedef struct arrival {
    int socket;
    struct sockaddr_storage address;
    socklen_t size;
    visitor *visitor;
} arrival;

#define STATUSES 24 /* that are counted each by itself, but for the last */
#define LATENCIES 14

typedef enum counted {
    COUNT_DIGITS,   /* single digits recognised */
    COUNT_TOGETHER, /* of them by sixteens */
    COUNT_REJECTED, /* of them not sure */
    COUNT_LINES_READ,
    COUNT_LINES_UNSURE,
    COUNT_IN_FLIGHT,   /* at the moment, as is the next */
    COUNT_CONNECTIONS, /* that are open */
    COUNTS
} counted;

/* Of one loop, whose requests alone are counted here, by whatever thread. */
typedef struct counters {
    _Atomic uint64_t *requests;    /* (routes, STATUSES) */
    _Atomic uint64_t *latencies;   /* (routes, LATENCIES + 1), not added up */
    _Atomic uint64_t *nanoseconds; /* (routes) */
    _Atomic uint64_t counts[COUNTS];
} counters;

struct loop {
    server *server;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool running;
    int poll, wake;
    double now, tick; /* seconds; tick: of the next look at the deadlines */

    pthread_mutex_t turn; /* of the inbox */
    arrival *arrivals;
    size_t arrival_count, arrival_room;
    request *returned;
    bool published, ending;
    double end;

    bool stopping;
    double until; /* when it stops at the latest */
    connection *connections;
    arrival *welcome; /* the one that MHD is being told of */
    request **gathered;
    size_t gathered_count, gathered_room;
    lenet5_lanes *lanes;
    lenet5_maps *maps;
    text_buffer log;
    counters counters;
};

struct server {
    serve_options options;
    char url[128];
    struct sockaddr_storage place; /* where it listens */
    pthread_rwlock_t secrets_lock; /* of the next */
    secrets *secrets;              /* NULL where there are none */
    char guards[160];
    unsigned threads;
    loop *loops;         /* (threads) */
    unsigned loop_count; /* that have been started */
    pool *pool;
    door *door;
    channel *channel;
    struct MHD_Response **assets;
    _Atomic size_t held; /* bytes of bodies, of copies of them, and of answers in memory */
    _Atomic bool stopping;
    double started;
};

/* One that fails to start is ended too. */
lenet5_status loop_start(loop *l, server *s, lenet5_error *error);
lenet5_status loop_run(loop *l, lenet5_error *error); /* on a thread of its own, */
void loop_join(loop *l);                              /* which ends after loop_stop */
void loop_end(loop *l);

/* One round, of at most so many milliseconds; false once it has stopped. */
bool loop_round(loop *l, int milliseconds);

/* From other threads: a client; a request that is answered; that something was published; the end, at the latest then.
 */
void loop_add(loop *l, const arrival *a);
void loop_give_back(loop *l, request *r);
void loop_tell(loop *l);
void loop_stop(loop *l, double until);

/* Ends a connection; where a status is given its client is told why, past MHD. */
void connection_cut(connection *c, unsigned status, const char *why);

/* ---- The other parts ------------------------------------------------------------------------------------------ */

/* Why has nothing in it that JSON would write otherwise. */
void say_aside(const server *s, int socket, unsigned status, const char *why);

lenet5_status start_thread(pthread_t *thread, bool *running, void *(*run)(void *context), void *context,
                           lenet5_error *error);

/*
 * This thread, and those that it starts from now on, give up what they do not need. The folders of the files, ended by
 * NULL, can still be read. Told is what is in force, for people; what the kernel does not have is not.
 */
void sandbox_enter(char *told, size_t size, const char *const *files);

lenet5_status door_open(door **opened, server *s, lenet5_error *error);
lenet5_status door_run(door *d, lenet5_error *error);
void door_close(door *d);
void door_free(door *d);
void door_leave(door *d, visitor *v);

/* Lets a client in, or turns it away, whose socket does not block. */
void door_take(door *d, arrival *a);

lenet5_status pool_start(pool **started, server *s, lenet5_error *error);
void pool_stop(pool *p);

/* Hands a request to the pool, which does r->work; refuses it where too many are waiting. */
void pool_add(pool *p, request *r, void (*work)(request *r, lenet5_reader *reader));

/*
 * What works in the pool for longer asks this between its steps: false once the request is refused, here because nobody
 * waits for the answer any more, or because its time is over.
 */
bool pool_goes_on(request *r);

/* Times the limit for a page: so long the pool may take for all pictures of a request. */
#define PICTURES_TIME 3.0

#define STREAM_PAUSE 15.0 /* seconds after which a stream shows that it is alive */

/* Keeps a request with a batch until the end of the round. batch_recognise does it at once, in the pool. */
void gather(request *r);
void gather_recognise(loop *l);
void batch_recognise(request *r, lenet5_reader *reader);
bool batch_room(request *r, size_t count);
void batch_free(batch *b);

channel *channel_new(void);
void channel_publish(channel *c, const char *event, const char *json);
void channel_free(channel *c);

bool assets_load(server *s);
void assets_free(server *s);

bool counters_new(counters *c);
void counters_free(counters *c);
void count_more(loop *l, counted which, uint64_t more);
void count_less(loop *l, counted which);
void count_request(request *r, double seconds);
void log_request(const request *r, double seconds);

void answer_asset(request *r);
void answer_classify(request *r);
void answer_read(request *r);
void answer_network(request *r);
void answer_training(request *r);
void answer_watch_page(request *r);
void answer_metrics(request *r);
void answer_v2(request *r);
void answer_v2_live(request *r);
void answer_v2_ready(request *r);
void answer_v2_model(request *r);
void answer_v2_model_ready(request *r);
void answer_v2_infer(request *r);

#endif
