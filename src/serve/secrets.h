/* The token, and the certificate and key of TLS, which may change while the server runs. */
#ifndef LENET5_SERVE_SECRETS_H
#define LENET5_SERVE_SECRETS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "server.h"

/* TLS, as gnutls_priority_init has it: keys that are forgotten, and ciphers that authenticate; TLS 1.2 without CBC. */
#define TLS_PRIORITIES \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-RSA"

/* Takes them in place of those that were, all or, after an error, none. NULL: there is none, of its kind. */
lenet5_status secrets_load(server *s, const char *token, const char *cert, const char *key, lenet5_error *error);
void secrets_free(secrets *held);

/* The token, NULL if there is none; it stays until secrets_release. */
const char *secrets_hold_token(server *s);
void secrets_release(server *s);

/* Says whose certificate the handshakes of this thread show; secrets_present, which GnuTLS calls, shows it. */
void secrets_present_here(server *s);
int secrets_present(gnutls_session_t session, const struct gnutls_cert_retr_st *asked, gnutls_pcert_st **chain,
                    unsigned *count, gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count, gnutls_privkey_t *key,
                    unsigned *flags);

#endif
