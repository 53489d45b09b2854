#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

#define ROW_MAX                                                                                                        \
	20000 /* of a row that is longer only the beginning is kept: enough to find it by, and three bytes may stand   \
		 for one */

struct report {
	FILE *file;
	bool json;
	struct buf line;
};

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && !strcmp(s + n - m, end);
}

enum status report_open(const char *path, uint64_t keep, struct report **ret, struct err *e)
{
	struct report *r = calloc(1, sizeof *r);
	if (!r)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	/* The rows are personal data. */
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, (off_t)keep) == 0 && lseek(fd, 0, SEEK_END) >= 0)
		r->file = fdopen(fd, "w");
	if (!r->file) {
		err_set(e, ST_UNAVAILABLE, NULL, "cannot write %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		free(r);
		return ST_UNAVAILABLE;
	}
	r->json = ends_in(path, ".ndjson") || ends_in(path, ".jsonl") || ends_in(path, ".json");
	if (!r->json && keep == 0)
		fputs("line,code,pointer,reason,row\r\n", r->file);
	*ret = r;
	return ST_OK;
}

void report_close(struct report **rp)
{
	if (!rp || !*rp)
		return;
	fclose((*rp)->file);
	buf_free(&(*rp)->line);
	free(*rp);
	*rp = NULL;
}

static void put_csv(struct buf *b, const char *s, size_t n)
{
	buf_puts(b, ",\"");
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			buf_putc(b, '"');
		buf_putc(b, s[i]);
	}
	buf_putc(b, '"');
}

/* Bytes that are not UTF-8 become U+FFFD, so that the report itself can be read. */
static void put_valid(struct buf *b, const char *s, size_t n)
{
	while (n) {
		size_t good = 0;
		while (good < n) {
			size_t k = 1;
			while (k <= 4 && good + k <= n && !utf8_valid(s + good, k))
				k++;
			if (k > 4 || good + k > n)
				break;
			good += k;
		}
		buf_put(b, s, good);
		s += good;
		n -= good;
		if (n) {
			buf_puts(b, "\xef\xbf\xbd");
			s++;
			n--;
		}
	}
}

void report_refused(struct report *r, uint64_t line, const struct err *why, const char *raw, size_t raw_n)
{
	struct buf *b = &r->line, text = BUF_INIT;
	const char *code = *why->code ? why->code : status_name(why->status);
	put_valid(&text, raw, raw_n > ROW_MAX ? ROW_MAX : raw_n);
	const char *row = text.len ? text.data : "";
	buf_clear(b);
	if (r->json) {
		buf_printf(b, "{\"line\":%llu,\"code\":", (unsigned long long)line);
		buf_json_str(b, code);
		buf_puts(b, ",\"pointer\":");
		buf_json_str(b, why->pointer);
		buf_puts(b, ",\"reason\":");
		buf_json_str(b, why->detail);
		buf_puts(b, ",\"row\":");
		buf_json_strn(b, row, text.len);
		buf_puts(b, "}\n");
	} else {
		buf_printf(b, "%llu", (unsigned long long)line);
		put_csv(b, code, strlen(code));
		put_csv(b, why->pointer, strlen(why->pointer));
		put_csv(b, why->detail, strlen(why->detail));
		put_csv(b, row, text.len);
		buf_puts(b, "\r\n");
	}
	if (buf_ok(b))
		fwrite(b->data, 1, b->len, r->file);
	buf_free(&text);
}

enum status report_flush(struct report *r, uint64_t *ret_bytes, struct err *e)
{
	if (fflush(r->file) != 0 || ferror(r->file))
		return err_set(e, ST_UNAVAILABLE, NULL, "cannot write the report: %s", strerror(errno));
	long at = ftell(r->file);
	*ret_bytes = at > 0 ? (uint64_t)at : 0;
	return ST_OK;
}
