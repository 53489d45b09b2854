/* http over the fake api, for a person with curl or wrk: fake_server ADDRESS [METRICS_ADDRESS] [THREADS] [WORKERS].
 * Stops at end of input, or when killed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "fake_api.h"
#include "http/server.h"

int main(int argc, char **argv)
{
	struct http_config c = {.listen = argc > 1 ? argv[1] : "127.0.0.1:0",
	    .metrics_listen = argc > 2 ? argv[2] : "",
	    .threads = argc > 3 ? (unsigned)atoi(argv[3]) : 0,
	    .log_requests = getenv("LOG") != NULL};
	if (getenv("DEBUG"))
		log_set_level(LOG_DEBUG);
	struct api *api = fake_api_new(argc > 4 ? (unsigned)atoi(argv[4]) : 1);
	struct http_server *s = NULL;
	struct err e;
	if (http_server_start(&c, api, &s, &e) != ST_OK) {
		fprintf(stderr, "%s\n", e.detail);
		return 1;
	}
	printf("%u\n", http_server_port(s));
	fflush(stdout);
	while (getchar() != EOF)
		continue;
	unsigned left = http_server_drain(s, 5000);
	fprintf(stderr, "left under way: %u\n", left);
	http_server_stop(&s);
	fake_api_free(&api);
	return 0;
}
