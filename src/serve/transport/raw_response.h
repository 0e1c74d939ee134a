/* Responses written to a socket directly, past MHD, to clients whose connection is closed at once. */
#ifndef LENET5_SERVE_RAW_RESPONSE_H
#define LENET5_SERVE_RAW_RESPONSE_H

/*
 * Writes an error response as far as the socket accepts it without blocking. MHD must not be writing to that socket,
 * and the connection must not use TLS. The request id has at most MAX_REQUEST_ID characters. The message is put into
 * JSON as it is: no quotes, backslashes or control characters.
 */
void raw_response_send(int socket, unsigned status, const char *request_id, const char *message);

#endif
