#include "stand.h"

#include <check.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"

struct stand stand_up(const struct http_config *c, unsigned workers)
{
	struct http_config config = c ? *c : (struct http_config){0};
	struct stand s = {.api = fake_api_new(workers)};
	struct err e = {0};
	log_set_level(LOG_ERROR);
	config.listen = "127.0.0.1:0";
	config.metrics_listen = "127.0.0.1:0";
	if (config.threads == 0)
		config.threads = 2;
	enum status st = http_server_start(&config, s.api, &s.server, &e);
	ck_assert_msg(st == ST_OK, "%s", e.detail);
	s.port = http_server_port(s.server);
	s.metrics_port = http_server_metrics_port(s.server);
	ck_assert_uint_ne(s.port, 0);
	ck_assert_uint_ne(s.metrics_port, 0);
	return s;
}

void stand_down(struct stand *s)
{
	http_server_stop(&s->server);
	ck_assert_ptr_null(s->server);
	struct fake_counts *n = fake_api_counts(s->api);
	ck_assert_uint_eq(atomic_load(&n->submitted), atomic_load(&n->done));
	ck_assert_uint_ge(atomic_load(&n->ended), atomic_load(&n->begun));
	fake_api_free(&s->api);
}

int stand_ask(uint16_t port, const char *raw)
{
	int fd = wire_connect(port);
	ck_assert_int_ge(fd, 0);
	ck_assert(wire_puts(fd, raw));
	return fd;
}

struct reply stand_once(uint16_t port, const char *raw)
{
	int fd = stand_ask(port, raw);
	struct reply r = wire_reply(fd, 5000, strncmp(raw, "HEAD", 4) == 0, NULL);
	close(fd);
	return r;
}

void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

int64_t wall_ms(void)
{
	return monotonic_us() / 1000;
}
