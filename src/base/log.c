/* Structured log lines. */
#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/instant.h"
#include "base/text.h"

#define VALUE_MAX 1024 /* bytes of one string value; a line is for a person and a grep, not for payloads */

static _Atomic int threshold = LOG_INFO;
static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

bool log_parse_level(const char *s, enum log_level *ret)
{
	for (int i = LOG_DEBUG; s && i <= LOG_ERROR; i++)
		if (strcmp(s, level_names[i]) == 0) {
			*ret = (enum log_level)i;
			return true;
		}
	return false;
}

bool log_on(enum log_level level)
{
	return (int)level >= atomic_load_explicit(&threshold, memory_order_relaxed);
}

static void put_text(struct buf *b, const char *s)
{
	if (!s) {
		buf_json_str(b, NULL);
		return;
	}
	size_t n = strnlen(s, VALUE_MAX + 1);
	buf_json_strn(b, s, n > VALUE_MAX ? utf8_cut(s, VALUE_MAX, VALUE_MAX) : n);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
	if (!log_on(level))
		return;
	int saved_errno = errno;
	struct buf line = BUF_INIT;
	buf_puts(&line, "{\"at\":");
	buf_json_time(&line, clock_now(&clock_system));
	buf_puts(&line, ",\"level\":");
	buf_json_str(&line, level_names[level]);
	buf_puts(&line, ",\"event\":");
	put_text(&line, event);
	for (const struct log_field *f = fields; f && f->kind != LOG_END; f++) {
		buf_putc(&line, ',');
		put_text(&line, f->name ? f->name : "");
		buf_putc(&line, ':');
		switch (f->kind) {
		case LOG_STR:
			put_text(&line, f->s);
			break;
		case LOG_INT:
			buf_put_i64(&line, f->i);
			break;
		case LOG_BOOL:
			buf_puts(&line, f->i ? "true" : "false");
			break;
		case LOG_END:
			break;
		}
	}
	buf_puts(&line, "}\n");
	/* A line that cannot be written has nowhere to complain to. */
	if (buf_ok(&line))
		while (write(STDERR_FILENO, line.data, line.len) < 0 && errno == EINTR)
			continue;
	buf_free(&line);
	errno = saved_errno;
}
