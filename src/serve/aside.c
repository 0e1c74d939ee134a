/* What is said to a client past MHD, which is not writing to it then: to those who are let go before they have asked.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "server.h"

void say_aside(const server *s, int socket, unsigned status, const char *why)
{
    char said[512];
    const bool again = status == MHD_HTTP_TOO_MANY_REQUESTS || status == MHD_HTTP_SERVICE_UNAVAILABLE;
    if (s->options.cert)
        return; /* it would not be understood */
    const int size = snprintf(said, sizeof said,
                              "HTTP/1.1 %u %s\r\nConnection: close\r\n%sContent-Type: " JSON_TYPE
                              "\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %zu\r\n\r\n{\"error\":\"%s\"}\n",
                              status, MHD_get_reason_phrase_for(status), again ? "Retry-After: 2\r\n" : "",
                              strlen(why) + sizeof "{\"error\":\"\"}\n" - 1, why);
    assert(size > 0 && (size_t)size < sizeof said); /* why is one of ours */
    (void)!send(socket, said, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT);
}
