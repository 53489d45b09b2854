/* A server over the fake api, started and stopped per test; stopping checks that every call was ended. */
#ifndef TEST_STAND_H
#define TEST_STAND_H

#include "fake_api.h"
#include "http/server.h"
#include "wire.h"

struct stand {
	struct api *api;
	struct http_server *server;
	uint16_t port, metrics_port;
};

/* `c` is completed with loopback addresses and any free ports; NULL: defaults. */
struct stand stand_up(const struct http_config *c, unsigned workers);
void stand_down(struct stand *s);
/* A new connection with `raw` sent on it. */
int stand_ask(uint16_t port, const char *raw);
/* The reply to one request on a connection of its own. */
struct reply stand_once(uint16_t port, const char *raw);
void sleep_ms(long ms);
int64_t wall_ms(void); /* monotonic */

#endif
