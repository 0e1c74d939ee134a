/* Routes: a method and a path, the parameters they take, and the function that answers. */
#ifndef LENET5_SERVE_ROUTE_H
#define LENET5_SERVE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

struct request;

typedef struct route {
    const char *method;                /* GET includes HEAD */
    const char *path;                  /* with matches: its name in the metrics */
    const char *const *parameters;     /* the names it takes, ended by NULL */
    void (*answer)(struct request *r); /* answers a request that is complete, or defers it, or adds it to the pool */
    bool (*matches)(const char *path); /* for a route of many paths; NULL: path is the only one */
} route;

typedef struct route_table {
    const route *routes; /* (count); the first that matches a path wins */
    size_t count;
} route_table;

/* The route of requests whose path is in no table. */
extern const route route_unknown;

/*
 * Finds the route of a path; route_unknown if there is none. *allow is NULL, or, if the path does not take the method,
 * the methods that it takes.
 */
const route *route_find(const char **allow, const route_table *table, const char *path, const char *method);

/* Routes by number, for the metrics: those of the table, and behind them route_unknown. */
size_t route_count(const route_table *table);
size_t route_index(const route_table *table, const route *r);
const route *route_at(const route_table *table, size_t index);

#endif
