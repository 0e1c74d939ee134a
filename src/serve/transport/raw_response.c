#include "raw_response.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "trace.h"

void raw_response_send(int socket, unsigned status, const char *request_id, const char *message)
{
    char response[640];
    const bool retry = status == MHD_HTTP_TOO_MANY_REQUESTS || status == MHD_HTTP_SERVICE_UNAVAILABLE;
    const int size = snprintf(response, sizeof response,
                              "HTTP/1.1 %u %s\r\nConnection: close\r\n" REQUEST_ID
                              ": %s\r\n%sContent-Type: application/json\r\nX-Content-Type-Options: nosniff"
                              "\r\nContent-Length: %zu\r\n\r\n{\"error\":\"%s\"}\n",
                              status, MHD_get_reason_phrase_for(status), request_id, retry ? "Retry-After: 2\r\n" : "",
                              strlen(message) + sizeof "{\"error\":\"\"}\n" - 1, message);
    assert(size > 0 && (size_t)size < sizeof response); /* the messages are constants of this program */
    (void)!send(socket, response, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT);
}
