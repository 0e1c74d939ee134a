/*
 * The parts of the server's transport that need no connection: addresses, request targets, parameters, forms,
 * budgets.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/transport/admission.h"
#include "serve/transport/counters.h"
#include "serve/transport/form.h"
#include "serve/transport/listener.h"
#include "serve/transport/memory.h"
#include "serve/transport/parameters.h"
#include "serve/transport/raw_response.h"
#include "serve/transport/request_head.h"
#include "serve/transport/route.h"
#include "serve/transport/trace.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Listener ---------------------------------------------------------------------------------------------------- */

static void addresses_to_listen_at(void **state)
{
    static const struct {
        const char *listen, *host, *port;
    } accepted[] = {{"127.0.0.1:8080", "127.0.0.1", "8080"},
                    {"[::1]:0", "::1", "0"},
                    {"localhost:65535", "localhost", "65535"},
                    {":8080", "", "8080"}};
    static const char *const refused[] = {"",      "8080",      "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                                          "::1:1", "[]:8080",   "a:-1",      "a:123456",   "a:80x",
                                          "[::1]", "[::1]8080", ":",         "a:+1"};
    char host[LISTENER_HOST_SIZE], port[LISTENER_PORT_SIZE], longest[LISTENER_HOST_SIZE + 8];
    (void)state;
    for (size_t i = 0; i < COUNT(accepted); i++) {
        assert_true(listener_parse(host, port, accepted[i].listen));
        assert_string_equal(host, accepted[i].host);
        assert_string_equal(port, accepted[i].port);
    }
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_false(listener_parse(host, port, refused[i]));
    memset(longest, 'a', LISTENER_HOST_SIZE);
    strcpy(longest + LISTENER_HOST_SIZE, ":1");
    assert_false(listener_parse(host, port, longest));
    assert_true(listener_parse(host, port, longest + 1));
}

/* ---- Admission --------------------------------------------------------------------------------------------------- */

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        memcpy(&address, &four, sizeof four);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
        memcpy(&address, &six, sizeof six);
    }
    return address;
}

static client_address *enter(admission *a, const char *from, admission_verdict expected)
{
    client_address *counted = NULL;
    const struct sockaddr_storage address = address_of(from);
    assert_int_equal(admission_enter(a, &counted, &address), expected);
    return counted;
}

static void clients_are_counted_by_address(void **state)
{
    (void)state;
    admission *a = admission_new(5, 2);
    assert_non_null(a);
    client_address *first = enter(a, "10.0.0.1", ADMITTED);
    client_address *second = enter(a, "::ffff:10.0.0.1", ADMITTED); /* the same client on an IPv6 socket */
    enter(a, "10.0.0.1", TOO_MANY_FROM_ADDRESS);
    client_address *six = enter(a, "2001:db8:1:2::1", ADMITTED);
    client_address *same_network = enter(a, "2001:db8:1:2:ffff::9", ADMITTED);
    enter(a, "2001:db8:1:2::3", TOO_MANY_FROM_ADDRESS);
    client_address *other_network = enter(a, "2001:db8:1:3::1", ADMITTED);
    enter(a, "10.0.0.2", TOO_MANY_CONNECTIONS);
    admission_leave(a, first);
    client_address *third = enter(a, "10.0.0.2", ADMITTED);
    client_address *all[] = {second, six, same_network, other_network, third};
    for (size_t i = 0; i < COUNT(all); i++)
        admission_leave(a, all[i]);
    admission_free(a);
}

/* ---- Memory budget ----------------------------------------------------------------------------------------------- */

static void large_pieces_count_against_the_budget(void **state)
{
    memory_budget b = {.limit = 300000};
    size_t first = 0, second = 0, small = 0;
    (void)state;
    assert_true(memory_reserve(&b, &first, 200000));
    assert_true(memory_reserve(&b, &first, 100000)); /* less than is reserved: nothing changes */
    assert_int_equal(first, 200000);
    assert_false(memory_reserve(&b, &second, 200000));
    assert_int_equal(second, 0);
    assert_true(memory_reserve(&b, &small, MEMORY_ALWAYS_GRANTED));
    assert_int_equal(b.reserved, 200000 + MEMORY_ALWAYS_GRANTED);
    memory_release(&b, &first);
    assert_true(memory_reserve(&b, &second, 200000));
    memory_release(&b, &second);
    memory_release(&b, &small);
    assert_int_equal(b.reserved, 0);
}

/* ---- Request heads ----------------------------------------------------------------------------------------------- */

static void targets_are_paths_or_have_an_authority(void **state)
{
    static const struct {
        const char *target, *authority, *path;
    } targets[] = {{"/v1/read?n_best=2", "", "/v1/read"},
                   {"/", "", "/"},
                   {"http://h:80/v1?x=1", "h:80", "/v1"},
                   {"HTTPS://h", "h", ""},
                   {"http://h?x", "h", ""},
                   {"/%2e%2e/a", "", "/%2e%2e/a"},
                   {"http:/a", "", "http:/a"},
                   {"/abcdefghijklmnopqrstuvwxyz", "", "/abcdefghijklmn"}};
    char authority[16], path[16];
    (void)state;
    for (size_t i = 0; i < COUNT(targets); i++) {
        request_head_split(authority, sizeof authority, path, sizeof path, targets[i].target);
        assert_string_equal(authority, targets[i].authority);
        assert_string_equal(path, targets[i].path);
    }
}

static void tokens_are_compared_whole(void **state)
{
    static const uint8_t sent[] = "secrets";
    (void)state;
    assert_true(request_head_is_token("secret", sent, 6));
    assert_false(request_head_is_token("secret", sent, 7));
    assert_false(request_head_is_token("secret", sent, 5));
    assert_false(request_head_is_token("secret", NULL, 0));
    assert_false(request_head_is_token("Secret", sent, 6));
}

/* ---- Request ids and traces -------------------------------------------------------------------------------------- */

#define TRACE_ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT_ID "00f067aa0ba902b7"
#define ZEROS "00000000000000000000000000000000"

static void ids_are_the_clients_or_generated(void **state)
{
    char longest[MAX_REQUEST_ID + 2];
    const char *const taken[] = {"a", "!~", "\"\\", "3f2b7c1e-6f1d-4c3e-9a54-5d2f6b1f0c11", longest};
    static const char *const refused[] = {"", " a", "a b", "a ", "a\t", "a\n", "\x7f", "\xc3\xa4"};
    lenet5_random random;
    trace t, other;
    (void)state;
    lenet5_random_seed(&random, 1, 2);
    memset(longest, 'x', sizeof longest);
    longest[MAX_REQUEST_ID] = '\0';
    trace_begin(&other, &random);
    for (size_t i = 0; i < COUNT(taken); i++) {
        trace_begin(&t, &random);
        assert_string_not_equal(t.request_id, other.request_id);
        trace_take_id(&t, taken[i]);
        assert_string_equal(t.request_id, taken[i]);
    }
    strcpy(longest + MAX_REQUEST_ID, "x");
    trace_begin(&t, &random);
    trace_take_id(&t, longest);
    for (size_t i = 0; i < COUNT(refused); i++)
        trace_take_id(&t, refused[i]);
    assert_string_equal(t.request_id, t.generated_id);
    assert_int_equal(strspn(t.request_id, "0123456789abcdef"), REQUEST_ID_SIZE - 1);
    assert_int_equal(strlen(t.request_id), REQUEST_ID_SIZE - 1);
}

static void valid_traceparents_are_entered(void **state)
{
    static const char *const valid[] = {
        "00-" TRACE_ID "-" PARENT_ID "-01",      "00-" TRACE_ID "-" PARENT_ID "-ff",
        "00-" TRACE_ID "-" PARENT_ID "-00 \t",   "01-" TRACE_ID "-" PARENT_ID "-01",
        "cc-" TRACE_ID "-" PARENT_ID "-01-more", "fe-" TRACE_ID "-" PARENT_ID "-01-",
    };
    static const char *const invalid[] = {
        "",
        "00",
        "00-",
        "00-" TRACE_ID,
        "00-" TRACE_ID "-" PARENT_ID,
        "00-" TRACE_ID "-" PARENT_ID "-",
        "00-" TRACE_ID "-" PARENT_ID "-1",
        "00-" TRACE_ID "-" PARENT_ID "-011",
        "00-" TRACE_ID "-" PARENT_ID "-01-more",
        "cc-" TRACE_ID "-" PARENT_ID "-01.more",
        "00-" TRACE_ID "-" PARENT_ID "-0x",
        "00-" TRACE_ID "-" PARENT_ID "-0F",
        "ff-" TRACE_ID "-" PARENT_ID "-01",
        "0x-" TRACE_ID "-" PARENT_ID "-01",
        "0-" TRACE_ID "-" PARENT_ID "-01",
        "000-" TRACE_ID "-" PARENT_ID "-01",
        " 00-" TRACE_ID "-" PARENT_ID "-01",
        "00-" ZEROS "-" PARENT_ID "-01",
        "00-" TRACE_ID "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT_ID "-01",
        "00-" TRACE_ID "0-" PARENT_ID "-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-" PARENT_ID "-01",
        "00-" TRACE_ID "-" PARENT_ID "0-01",
        "00_" TRACE_ID "-" PARENT_ID "-01",
        "00-" TRACE_ID "_" PARENT_ID "-01",
        "00-" TRACE_ID "-" PARENT_ID "_01",
    };
    lenet5_random random;
    trace t, other;
    (void)state;
    lenet5_random_seed(&random, 1, 2);
    trace_begin(&other, &random);
    for (size_t i = 0; i < COUNT(valid); i++) {
        trace_begin(&t, &random);
        trace_enter(&t, valid[i], &random);
        assert_string_equal(t.trace_id, TRACE_ID);
        assert_string_equal(t.parent_id, PARENT_ID);
        assert_int_equal(strspn(t.span_id, "0123456789abcdef"), SPAN_ID_SIZE - 1);
        assert_string_not_equal(t.span_id, other.span_id);
        other = t;
    }
    for (size_t i = 0; i < COUNT(invalid); i++) {
        trace_begin(&t, &random);
        trace_enter(&t, invalid[i], &random);
        assert_string_equal(t.trace_id, "");
        assert_string_equal(t.span_id, "");
    }
}

/* ---- Routes ------------------------------------------------------------------------------------------------------ */

static const char *const names[] = {"n", "x", "flag", "share", "word", NULL};

static void answer(request *r)
{
    (void)r;
}

static bool begins_with_page(const char *path)
{
    return strncmp(path, "/page", 5) == 0;
}

static const route routes[] = {{"POST", "/a", names, answer, NULL},
                               {"GET", "/b", names, answer, NULL},
                               {"GET", "pages", names, answer, begins_with_page}};
static const route_table table = {routes, COUNT(routes)};

static void routes_are_found_by_path_and_method(void **state)
{
    const char *allow;
    (void)state;
    assert_ptr_equal(route_find(&allow, &table, "/a", "POST"), &routes[0]);
    assert_null(allow);
    assert_ptr_equal(route_find(&allow, &table, "/a", "GET"), &routes[0]);
    assert_string_equal(allow, "POST");
    assert_ptr_equal(route_find(&allow, &table, "/b", "HEAD"), &routes[1]);
    assert_null(allow);
    assert_ptr_equal(route_find(&allow, &table, "/page/1", "PUT"), &routes[2]);
    assert_string_equal(allow, "GET, HEAD");
    assert_ptr_equal(route_find(&allow, &table, "/A", "POST"), &route_unknown);
    assert_null(allow);
    for (size_t i = 0; i < route_count(&table); i++)
        assert_int_equal(route_index(&table, route_at(&table, i)), i);
}

/* ---- Parameters and forms ---------------------------------------------------------------------------------------- */

static void set(request *r, const char *name, const char *value)
{
    parameter *p = parameter_add(r, name);
    assert_non_null(p);
    p->value = value;
}

static void drop(request *r)
{
    text_free(&r->response);
    r->status = 0;
}

static void parameters_are_parsed_or_fail_the_request(void **state)
{
    static const char *const words[] = {"yes", "no", NULL};
    request r = {.route = &routes[0]};
    size_t whole, index;
    double real, share;
    bool flag;
    (void)state;
    set(&r, "n", "7");
    set(&r, "word", "no");
    assert_true(parameter_whole(&whole, &r, "n", 1, 1, 10) && whole == 7);
    assert_true(parameter_real(&real, &r, "x", 0.5, 0, 1) && real == 0.5);
    assert_true(parameter_flag(&flag, &r, "flag") && !flag);
    assert_true(parameter_share(&share, &r, "share") && share == 0);
    assert_true(parameter_name(&index, &r, "word", words) && index == 1);
    assert_int_equal(r.status, 0);

    assert_false(parameter_whole(&whole, &r, "n", 1, 1, 6));
    assert_int_equal(r.status, MHD_HTTP_BAD_REQUEST);
    assert_non_null(strstr(r.response.bytes, "n is a whole number from 1 to 6"));
    drop(&r);
    assert_null(parameter_add(&r, "n"));
    assert_non_null(strstr(r.response.bytes, "given twice"));
    drop(&r);
    assert_null(parameter_add(&r, "unknown"));
    drop(&r);
    set(&r, "share", "1");
    assert_false(parameter_share(&share, &r, "share"));
    assert_non_null(strstr(r.response.bytes, "1% or 0.01"));
    drop(&r);
    set(&r, "flag", "yes");
    assert_false(parameter_flag(&flag, &r, "flag"));
    drop(&r);
}

/* Parses a form, whose copy the request keeps; returns the number of files. */
static size_t parse(request *r, form_file files[MAX_FILES], char *body)
{
    *r = (request){.route = &routes[0],
                   .content_type = "multipart/form-data; boundary=\"b\"",
                   .body = (uint8_t *)body,
                   .size = strlen(body)};
    return form_parse(files, r);
}

static void forms_have_files_and_parameters(void **state)
{
    char whole[] = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n12\r\n--b\r\n"
                   "content-disposition: form-data; name=\"f\"; filename=\"a \\\"q\\\".png\"\r\n\r\n\r\n1\r\n--b\r\n"
                   "Content-Type: image/png\r\nContent-Disposition: form-data; name=e\r\n\r\n--b--";
    static const char *const broken[] = {
        "",
        "--c\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1",
        "--b\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"n\r\n\r\n1\r\n--b--",
        "--b--",
        "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--b--",
    };
    form_file files[MAX_FILES];
    request r;
    (void)state;
    assert_int_equal(parse(&r, files, whole), 2);
    assert_int_equal(r.status, 0);
    assert_string_equal(parameter_get(&r, "n"), "12");
    assert_string_equal(files[0].name, "a \"q\".png");
    assert_int_equal(files[0].size, 3);
    assert_memory_equal(files[0].bytes, "\r\n1", 3);
    assert_int_equal(files[1].size, 0);
    for (size_t i = 0; i < COUNT(broken); i++) {
        char copy[256];
        strcpy(copy, broken[i]);
        assert_int_equal(parse(&r, files, copy), 0);
        assert_int_equal(r.status, MHD_HTTP_BAD_REQUEST);
        text_free(&r.response);
    }
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static void raw_responses_are_http(void **state)
{
    char text[512];
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    raw_response_send(ends[0], MHD_HTTP_SERVICE_UNAVAILABLE, "an-id", "busy");
    const ssize_t size = recv(ends[1], text, sizeof text - 1, 0);
    assert_true(size > 0);
    text[size] = '\0';
    assert_ptr_equal(strstr(text, "HTTP/1.1 503 Service Unavailable\r\n"), text);
    assert_non_null(strstr(text, "\r\nContent-Length: 17\r\n\r\n{\"error\":\"busy\"}\n"));
    assert_non_null(strstr(text, "\r\nRetry-After: "));
    assert_non_null(strstr(text, "\r\nX-Request-Id: an-id\r\n"));
    close(ends[0]);
    close(ends[1]);
}

static void statuses_and_latencies_are_counted(void **state)
{
    counters c = {0};
    (void)state;
    assert_true(counters_new(&c, 2));
    counters_add_request(&c, 1, 404, 0.0003, false);
    counters_add_request(&c, 1, 599, 1e9, false);
    counters_add_request(&c, 0, 200, 1, true);
    size_t other = 0;
    while (counters_statuses[other])
        other++;
    assert_int_equal(c.requests[COUNTERS_STATUSES + other], 1); /* 599 is no status of ours */
    assert_int_equal(c.latencies[COUNTERS_LATENCIES + 1 + 2], 1);
    assert_int_equal(c.latencies[COUNTERS_LATENCIES + 1 + COUNTERS_LATENCIES], 1);
    for (size_t i = 0; i <= COUNTERS_LATENCIES; i++)
        assert_int_equal(c.latencies[i], 0);
    counters_free(&c);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_to_listen_at),
        cmocka_unit_test(clients_are_counted_by_address),
        cmocka_unit_test(large_pieces_count_against_the_budget),
        cmocka_unit_test(targets_are_paths_or_have_an_authority),
        cmocka_unit_test(tokens_are_compared_whole),
        cmocka_unit_test(ids_are_the_clients_or_generated),
        cmocka_unit_test(valid_traceparents_are_entered),
        cmocka_unit_test(routes_are_found_by_path_and_method),
        cmocka_unit_test(parameters_are_parsed_or_fail_the_request),
        cmocka_unit_test(forms_have_files_and_parameters),
        cmocka_unit_test(raw_responses_are_http),
        cmocka_unit_test(statuses_and_latencies_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
