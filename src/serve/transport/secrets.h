/*
 * The token, and the certificate and key of TLS. They may change while the server runs; every function may be called
 * from any thread.
 */
#ifndef LENET5_SERVE_SECRETS_H
#define LENET5_SERVE_SECRETS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "lenet5/base.h"

/*
 * A GnuTLS priority string: TLS 1.3 and 1.2, authenticated ciphers alone, and no key exchange without forward secrecy.
 */
#define TLS_PRIORITIES \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-RSA"

typedef struct secrets secrets;

/* Holds nothing at first. NULL if memory is out. */
secrets *secrets_new(void);
void secrets_free(secrets *s);

/*
 * Replaces all of them, or, after an error, none. NULL: there is no token; no certificate and key. Copies what it is
 * given.
 */
lenet5_status secrets_replace(secrets *s, const char *token, const char *cert, const char *key, lenet5_error *error);

/* Returns the token, NULL if there is none, and keeps it from being replaced until secrets_release_token. */
const char *secrets_hold_token(secrets *s);
void secrets_release_token(secrets *s);

/* Chooses whose certificate the handshakes of this thread present. */
void secrets_use_on_this_thread(secrets *s);

/* Presents the certificate; GnuTLS calls it. */
int secrets_present(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **chain,
                    unsigned *count, gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count, gnutls_privkey_t *key,
                    unsigned *flags);

#endif
