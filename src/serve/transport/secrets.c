#include "secrets.h"

#include <gnutls/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define KEY_ID_SIZE 32 /* bytes of SHA-256 */

typedef struct secret_set {
    char *token;
    gnutls_x509_crt_t *chain; /* (count) */
    unsigned count;
    gnutls_x509_privkey_t key;
} secret_set;

struct secrets {
    pthread_rwlock_t lock;
    secret_set set;
};

secrets *secrets_new(void)
{
    secrets *s = calloc(1, sizeof *s);
    if (s)
        pthread_rwlock_init(&s->lock, NULL);
    return s;
}

static void free_set(secret_set *set)
{
    for (unsigned i = 0; i < set->count; i++)
        gnutls_x509_crt_deinit(set->chain[i]);
    gnutls_free(set->chain);
    if (set->key)
        gnutls_x509_privkey_deinit(set->key);
    free(set->token);
}

void secrets_free(secrets *s)
{
    if (!s)
        return;
    free_set(&s->set);
    pthread_rwlock_destroy(&s->lock);
    free(s);
}

/* ---- Replacing --------------------------------------------------------------------------------------------------- */

static gnutls_datum_t datum_of(const char *text)
{
    return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text, .size = (unsigned)strlen(text)};
}

/* Whether the key is that of the first certificate. */
static bool is_pair(const secret_set *set)
{
    unsigned char of_cert[KEY_ID_SIZE], of_key[KEY_ID_SIZE];
    size_t cert_size = sizeof of_cert, key_size = sizeof of_key;
    return gnutls_x509_crt_get_key_id(set->chain[0], GNUTLS_KEYID_USE_SHA256, of_cert, &cert_size) == 0 &&
           gnutls_x509_privkey_get_key_id(set->key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) == 0 &&
           cert_size == key_size && memcmp(of_cert, of_key, cert_size) == 0;
}

static lenet5_status parse_pair(secret_set *set, const char *cert, const char *key, lenet5_error *error)
{
    const gnutls_datum_t cert_text = datum_of(cert), key_text = datum_of(key);
    int failure = gnutls_x509_crt_list_import2(&set->chain, &set->count, &cert_text, GNUTLS_X509_FMT_PEM,
                                               GNUTLS_X509_CRT_LIST_SORT);
    if (failure < 0 || set->count == 0)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "--cert has no certificate in PEM: %s",
                           gnutls_strerror(failure));
    failure = gnutls_x509_privkey_init(&set->key);
    if (failure == 0)
        failure = gnutls_x509_privkey_import2(set->key, &key_text, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (failure < 0)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "--key has no private key in PEM: %s",
                           gnutls_strerror(failure));
    if (!is_pair(set))
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET,
                           "the key of --key is not that of the first certificate of --cert");
    return LENET5_OK;
}

lenet5_status secrets_replace(secrets *s, const char *token, const char *cert, const char *key, lenet5_error *error)
{
    secret_set fresh = {.token = token ? strdup(token) : NULL};
    if (token && !fresh.token)
        return lenet5_fail_memory(error);
    const lenet5_status status = cert ? parse_pair(&fresh, cert, key, error) : LENET5_OK;
    if (status == LENET5_OK) {
        pthread_rwlock_wrlock(&s->lock);
        const secret_set old = s->set;
        s->set = fresh;
        pthread_rwlock_unlock(&s->lock);
        fresh = old;
    }
    free_set(&fresh);
    return status;
}

/* ---- Using ------------------------------------------------------------------------------------------------------- */

const char *secrets_hold_token(secrets *s)
{
    pthread_rwlock_rdlock(&s->lock);
    return s->set.token;
}

void secrets_release_token(secrets *s)
{
    pthread_rwlock_unlock(&s->lock);
}

/* GnuTLS does not pass on which server a handshake belongs to; a thread serves one server alone. */
static _Thread_local secrets *of_this_thread;

void secrets_use_on_this_thread(secrets *s)
{
    of_this_thread = s;
}

static int copy_chain(gnutls_pcert_st **chain, unsigned *count, const secret_set *set)
{
    gnutls_pcert_st *copy = gnutls_calloc(set->count, sizeof *copy);
    int failure = copy ? 0 : GNUTLS_E_MEMORY_ERROR;
    for (*count = 0; failure == 0 && *count < set->count; *count += failure == 0)
        failure = gnutls_pcert_import_x509(&copy[*count], set->chain[*count], 0);
    *chain = copy;
    return failure;
}

static int copy_key(gnutls_privkey_t *key, const secret_set *set)
{
    const int failure = gnutls_privkey_init(key);
    return failure ? failure : gnutls_privkey_import_x509(*key, set->key, GNUTLS_PRIVKEY_IMPORT_COPY);
}

/* A handshake has copies of its own, which GnuTLS frees: the originals may be replaced meanwhile. */
int secrets_present(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **chain,
                    unsigned *count, gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count, gnutls_privkey_t *key,
                    unsigned *flags)
{
    secrets *s = of_this_thread;
    (void)session, (void)info;
    *ocsp = NULL;
    *ocsp_count = 0;
    *key = NULL;
    pthread_rwlock_rdlock(&s->lock);
    int failure = copy_chain(chain, count, &s->set);
    if (failure == 0)
        failure = copy_key(key, &s->set);
    pthread_rwlock_unlock(&s->lock);
    if (failure == 0) {
        *flags |= GNUTLS_CERT_RETR_DEINIT_ALL;
        return 0;
    }
    for (unsigned i = 0; i < *count; i++)
        gnutls_pcert_deinit(&(*chain)[i]);
    gnutls_free(*chain);
    if (*key)
        gnutls_privkey_deinit(*key);
    return -1;
}
