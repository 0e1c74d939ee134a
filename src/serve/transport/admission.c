#include "admission.h"

#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define SLOTS 4096 /* of the hash table: as many as connections by default, so that a chain holds about one address */

/* An address and the number of its connections. An entry without connections is freed. */
struct client_address {
    client_address *next; /* in the slot's chain */
    struct in6_addr address;
    size_t count;
};

struct admission {
    size_t max_connections, max_per_address;
    pthread_mutex_t lock; /* of what follows */
    size_t count;
    client_address *slots[SLOTS];
};

admission *admission_new(size_t max_connections, size_t max_per_address)
{
    admission *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->max_connections = max_connections;
    a->max_per_address = max_per_address;
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

void admission_free(admission *a)
{
    if (!a)
        return;
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/*
 * Returns the key that a client is counted by: an IPv4 address in its IPv6 form (::ffff:a.b.c.d), whether it connects
 * to an IPv4 socket or to [::]; of an IPv6 address the network, 64 bits, because one client may own all of it.
 */
static struct in6_addr key_of(const struct sockaddr_storage *from)
{
    struct in6_addr key = {{{[10] = 0xff, [11] = 0xff}}};
    const struct in6_addr *six = &((const struct sockaddr_in6 *)from)->sin6_addr;
    if (from->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(six)) {
        memset(&key, 0, sizeof key);
        memcpy(&key, six, 8);
    } else if (from->ss_family == AF_INET6) {
        key = *six;
    } else if (from->ss_family == AF_INET) {
        memcpy(&key.s6_addr[12], &((const struct sockaddr_in *)from)->sin_addr, 4);
    }
    return key;
}

/* Returns where the pointer to an address's entry is, or where the chain ends with NULL. */
static client_address **find(admission *a, const struct in6_addr *address)
{
    client_address **at = &a->slots[lenet5_hash(address->s6_addr, sizeof *address) % SLOTS];
    while (*at && memcmp(&(*at)->address, address, sizeof *address) != 0)
        at = &(*at)->next;
    return at;
}

admission_verdict admission_enter(admission *a, client_address **client, const struct sockaddr_storage *from)
{
    const struct in6_addr key = key_of(from);
    admission_verdict verdict = ADMITTED;
    pthread_mutex_lock(&a->lock);
    client_address **at = find(a, &key);
    if (*at && (*at)->count >= a->max_per_address)
        verdict = TOO_MANY_FROM_ADDRESS;
    else if (a->count >= a->max_connections)
        verdict = TOO_MANY_CONNECTIONS;
    else if (!*at && (*at = calloc(1, sizeof **at)))
        (*at)->address = key;
    if (verdict == ADMITTED && !*at)
        verdict = TOO_MANY_CONNECTIONS; /* for the memory that is left */
    if (verdict == ADMITTED) {
        (*at)->count++;
        a->count++;
        *client = *at;
    }
    pthread_mutex_unlock(&a->lock);
    return verdict;
}

void admission_leave(admission *a, client_address *client)
{
    pthread_mutex_lock(&a->lock);
    assert(a->count > 0 && client->count > 0);
    a->count--;
    if (--client->count == 0) {
        *find(a, &client->address) = client->next;
        free(client);
    }
    pthread_mutex_unlock(&a->lock);
}
