/* The HTTP client: what it decides before it calls anybody, and what it leaves
 * behind when nobody answers. */
#include "testing.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/http.c" /* the code under test, statics and all */

static void
certificates_by_their_hashed_names(void **state)
{
	static const struct {
		const char *name;
		bool want;
	} cases[] = {
		{ "", false }, /* an empty folder */
		{ "ca-bundle.crt", false },
		{ "a1b2c3d4.pem", false },
		{ "a1b2c3d4e.0", false },
		{ "A1B2C3D4.0", false },
		{ "a1b2c3d4.0", true },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char folder[] = "/tmp/admit-http.XXXXXX", path[64];
		FILE *f;

		assert_non_null(mkdtemp(folder));
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, cases[i].name);
		if (cases[i].name[0] != '\0') {
			f = fopen(path, "w");
			assert_non_null(f);
			(void)fclose(f);
		}
		assert_int_equal(is_hashed(folder), cases[i].want);
		if (cases[i].name[0] != '\0')
			(void)unlink(path);
		assert_int_equal(rmdir(folder), 0);
	}
	assert_false(is_hashed("/tmp/admit-http.not-there"));
}

/* What an answer's head says of calling again. */
static void
heads(void **state)
{
	static const struct {
		const char *line;
		int64_t retry_after_s;
		int should_retry;
	} cases[] = {
		{ "Retry-After: 7\r\n", 7, 0 },
		{ "retry-after: 99999999999\r\n", 3600, 0 },
		{ "Stripe-Should-Retry: true\r\n", -1, 1 },
		{ "stripe-should-retry: FALSE\r\n", -1, -1 },
		{ "Should-Retry: true\r\n", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct arena a = { 0 };
		struct transfer t = { .body = buf_new(&a, 10),
			.res = { .retry_after_s = -1, .date_s = -1 } };
		char line[64];
		size_t n = strlen(cases[i].line);

		memcpy(line, cases[i].line, n);
		assert_int_equal(on_header(line, 1, n, &t), n);
		assert_int_equal(t.res.retry_after_s, cases[i].retry_after_s);
		assert_int_equal(t.res.should_retry, cases[i].should_retry);
		arena_free(&a);
	}
}

/* What libcurl says of a certificate, on OpenSSL and on GnuTLS. */
static void
certificates(void **state)
{
	static const struct {
		const char *said;
		enum http_fault want;
	} cases[] = {
		{ "SSL certificate problem: certificate has expired",
		    HTTP_CERT_ENDED },
		{ "SSL: no alternative certificate subject name matches target "
		  "host name 'pay.example.com'",
		    HTTP_CERT_NAME },
		{ "SSL certificate problem: unable to get local issuer "
		  "certificate",
		    HTTP_CERT_SIGNER },
		{ "SSL certificate problem: self-signed certificate",
		    HTTP_CERT_SIGNER },
		{ "server certificate verification failed. CAfile: none CRLfile: "
		  "none, signer not found",
		    HTTP_CERT_SIGNER },
		{ "SSL: certificate subject name (a) does not match target host "
		  "name 'b'",
		    HTTP_CERT_NAME },
		{ "something new", HTTP_NO_TLS },
		{ NULL, HTTP_NO_TLS },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_int_equal(
		    fault_of(CURLE_PEER_FAILED_VERIFICATION, cases[i].said),
		    cases[i].want);
	assert_int_equal(fault_of(CURLE_OK, NULL), HTTP_UNKNOWN);
}

/* A port of this machine where nobody listens. */
static int
closed_port(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	(void)close(fd);
	return ntohs(addr.sin_port);
}

/* The sanitizers see whether anything of it is left. */
static void
nobody_answers(void **state)
{
	struct http *h = http_new();
	struct arena a = { 0 };
	struct http_response res;

	(void)state;
	assert_non_null(h);
	for (int i = 0; i < 3; i++) {
		const struct http_request req = { .method = "POST",
			.url = arena_printf(
			    &a, "http://127.0.0.1:%d/x", closed_port()),
			.headers = { "X-One: 1", "X-Two: 2" },
			.body = str_from("body"),
			.connect_ms = 1000,
			.total_ms = 1000 };

		assert_int_equal(http_send(h, &a, &req, &res), ERR_UNAVAILABLE);
		assert_false(res.broke);
		assert_int_equal(res.fault, HTTP_NO_SERVER);
		arena_reset(&a);
	}
	arena_free(&a);
	http_free(h);
}

/* Takes one connection, reads what comes, and hangs up without a word. */
static pid_t
hangs_up(int *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0), peer;
	char some[512];
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	assert_int_equal(listen(fd, 1), 0);
	*port = ntohs(addr.sin_port);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		peer = accept(fd, NULL, NULL);
		_exit(peer >= 0 && read(peer, some, sizeof(some)) > 0 ? 0 : 1);
	}
	(void)close(fd);
	return pid;
}

static void
connection_broke(void **state)
{
	struct arena a = { 0 };
	struct http_response res;
	struct http_request req = { .method = "POST",
		.body = str_from("body"),
		.connect_ms = 5000,
		.total_ms = 5000 };
	int port, status;
	/* Before there is anything that the child would have to free. */
	pid_t pid = hangs_up(&port);
	struct http *h = http_new();

	(void)state;
	assert_non_null(h);
	req.url = arena_printf(&a, "http://127.0.0.1:%d/x", port);
	assert_int_equal(http_send(h, &a, &req, &res), ERR_UNAVAILABLE);
	assert_true(res.broke);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	arena_free(&a);
	http_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_by_their_hashed_names),
		cmocka_unit_test(heads),
		cmocka_unit_test(certificates),
		cmocka_unit_test(nobody_answers),
		cmocka_unit_test(connection_broke),
	};

	log_init("test", LOG__COUNT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
