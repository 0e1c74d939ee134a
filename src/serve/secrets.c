/*
 * What the server knows and others must not: the token, and the certificate and key of TLS. They change while it
 * serves, so who looks at them holds the lock, and a handshake takes copies of its own.
 */
#include "secrets.h"

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define KEY_ID_SIZE 32 /* SHA-256 */

struct secrets {
    char *token;
    gnutls_x509_crt_t *chain; /* (count) */
    unsigned count;
    gnutls_x509_privkey_t key;
};

/* ---- Reading -------------------------------------------------------------------------------------------------- */

void secrets_free(secrets *held)
{
    if (!held)
        return;
    for (unsigned i = 0; i < held->count; i++)
        gnutls_x509_crt_deinit(held->chain[i]);
    gnutls_free(held->chain);
    if (held->key)
        gnutls_x509_privkey_deinit(held->key);
    free(held->token);
    free(held);
}

static gnutls_datum_t datum_of(const char *text)
{
    return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text, .size = (unsigned)strlen(text)};
}

static bool go_together(const secrets *s)
{
    unsigned char of_cert[KEY_ID_SIZE], of_key[KEY_ID_SIZE];
    size_t cert_size = sizeof of_cert, key_size = sizeof of_key;
    return gnutls_x509_crt_get_key_id(s->chain[0], GNUTLS_KEYID_USE_SHA256, of_cert, &cert_size) == 0 &&
           gnutls_x509_privkey_get_key_id(s->key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) == 0 &&
           cert_size == key_size && memcmp(of_cert, of_key, cert_size) == 0;
}

static lenet5_status read_pair(secrets *s, const char *cert, const char *key, lenet5_error *error)
{
    const gnutls_datum_t cert_text = datum_of(cert), key_text = datum_of(key);
    int failure =
        gnutls_x509_crt_list_import2(&s->chain, &s->count, &cert_text, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);
    if (failure < 0 || s->count == 0)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "--cert has no certificate in PEM: %s",
                           gnutls_strerror(failure));
    failure = gnutls_x509_privkey_init(&s->key);
    if (failure == 0)
        failure = gnutls_x509_privkey_import2(s->key, &key_text, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (failure < 0)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "--key has no private key in PEM: %s",
                           gnutls_strerror(failure));
    if (!go_together(s))
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET,
                           "the key of --key is not that of the first certificate of --cert");
    return LENET5_OK;
}

lenet5_status secrets_load(server *s, const char *token, const char *cert, const char *key, lenet5_error *error)
{
    secrets *fresh = calloc(1, sizeof *fresh);
    if (fresh && token)
        fresh->token = strdup(token);
    if (!fresh || (token && !fresh->token)) {
        secrets_free(fresh);
        return lenet5_fail_memory(error);
    }
    const lenet5_status status = cert ? read_pair(fresh, cert, key, error) : LENET5_OK;
    if (status == LENET5_OK) {
        pthread_rwlock_wrlock(&s->secrets_lock);
        secrets *old = s->secrets;
        s->secrets = fresh;
        pthread_rwlock_unlock(&s->secrets_lock);
        fresh = old;
    }
    secrets_free(fresh);
    return status;
}

/* ---- Using ---------------------------------------------------------------------------------------------------- */

const char *secrets_hold_token(server *s)
{
    pthread_rwlock_rdlock(&s->secrets_lock);
    return s->secrets->token;
}

void secrets_release(server *s)
{
    pthread_rwlock_unlock(&s->secrets_lock);
}

/* GnuTLS says nothing of whose handshake it is; each thread has those of one server alone. */
static _Thread_local server *here;

void secrets_present_here(server *s)
{
    here = s;
}

static int copy_chain(gnutls_pcert_st **chain, unsigned *count, const secrets *s)
{
    gnutls_pcert_st *copy = gnutls_calloc(s->count, sizeof *copy);
    int failure = copy ? 0 : GNUTLS_E_MEMORY_ERROR;
    for (*count = 0; failure == 0 && *count < s->count; *count += failure == 0)
        failure = gnutls_pcert_import_x509(&copy[*count], s->chain[*count], 0);
    *chain = copy;
    return failure;
}

static int copy_key(gnutls_privkey_t *key, const secrets *s)
{
    const int failure = gnutls_privkey_init(key);
    return failure ? failure : gnutls_privkey_import_x509(*key, s->key, GNUTLS_PRIVKEY_IMPORT_COPY);
}

/* The copies are GnuTLS's, which frees them after the handshake. */
int secrets_present(gnutls_session_t session, const struct gnutls_cert_retr_st *asked, gnutls_pcert_st **chain,
                    unsigned *count, gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count, gnutls_privkey_t *key,
                    unsigned *flags)
{
    (void)session, (void)asked;
    *ocsp = NULL;
    *ocsp_count = 0;
    *key = NULL;
    pthread_rwlock_rdlock(&here->secrets_lock);
    int failure = copy_chain(chain, count, here->secrets);
    if (failure == 0)
        failure = copy_key(key, here->secrets);
    pthread_rwlock_unlock(&here->secrets_lock);
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
