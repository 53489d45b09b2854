#include "decode.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define LOOK_MAX ((size_t)64 << 20)
#define PIECE ((size_t)64 << 10)
#define CHARACTER_MAX 8 /* bytes that a character cut in two may leave over */

struct decode {
	int fd;
	bool seekable;
	uint64_t size;
	char encoding[32];
	iconv_t converter; /* (iconv_t)-1: the bytes are UTF-8 already */
	char in[PIECE];
	size_t in_n;
	bool ended;
};

static ssize_t read_fd(int fd, void *to, size_t n)
{
	ssize_t got;
	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* What a file has besides ASCII: characters that are whole in UTF-8, and bytes that belong to none. */
struct tally {
	size_t whole, stray;
};

/* Returns how many bytes were looked at; what is left may be the beginning of a character. */
static size_t tally_utf8(struct tally *t, const char *s, size_t n)
{
	size_t i = 0;
	while (i < n) {
		if (!((unsigned char)s[i] & 0x80)) {
			i++;
			continue;
		}
		if (n - i < 4 && !t->stray && !utf8_valid(s + i, n - i))
			return i;
		size_t k = 2;
		while (k <= 4 && i + k <= n && !utf8_valid(s + i, k))
			k++;
		bool whole = k <= 4 && i + k <= n;
		t->whole += whole;
		t->stray += !whole;
		i += whole ? k : 1;
	}
	return n;
}

/* A few strays do not make another encoding of it: those rows will be refused. */
static bool is_utf8(int fd)
{
	static char buf[PIECE];
	struct tally t = {0};
	size_t left = 0, seen = 0;
	ssize_t got = lseek(fd, 0, SEEK_SET) == 0 ? 1 : 0;
	while (got > 0 && seen < LOOK_MAX && (got = read_fd(fd, buf + left, sizeof buf - left)) > 0) {
		size_t n = left + (size_t)got, used = tally_utf8(&t, buf, n);
		seen += (size_t)got;
		left = n - used;
		memmove(buf, buf + used, left);
	}
	t.stray += left;
	return t.stray * 10 <= t.whole;
}

/* Whether all that is looked at is text in the encoding. */
static bool is_in(int fd, const char *encoding)
{
	static char buf[PIECE], out[4 * PIECE];
	size_t left = 0, seen = 0;
	iconv_t cd = iconv_open("UTF-8", encoding);
	bool good = cd != (iconv_t)-1 && lseek(fd, 0, SEEK_SET) == 0;
	while (good && seen < LOOK_MAX) {
		ssize_t got = read_fd(fd, buf + left, sizeof buf - left);
		if (got <= 0) {
			good = got == 0 && left == 0;
			break;
		}
		char *from = buf, *to = out;
		size_t n = left + (size_t)got, from_n = n, to_n = sizeof out;
		good = iconv(cd, &from, &from_n, &to, &to_n) != (size_t)-1 || errno == EINVAL;
		seen += (size_t)got;
		left = from_n;
		good = good && left < CHARACTER_MAX;
		memmove(buf, buf + n - left, good ? left : 0);
	}
	if (cd != (iconv_t)-1)
		iconv_close(cd);
	return good;
}

static const char *guess(int fd)
{
	unsigned char mark[3] = {0};
	ssize_t n = lseek(fd, 0, SEEK_SET) == 0 ? read_fd(fd, mark, sizeof mark) : 0;
	if (n >= 2 && ((mark[0] == 0xff && mark[1] == 0xfe) || (mark[0] == 0xfe && mark[1] == 0xff)))
		return "UTF-16";
	if (is_utf8(fd))
		return "UTF-8";
	return is_in(fd, "GB18030") ? "GB18030" : "UTF-8";
}

static enum status open_converter(struct decode *d, struct err *e)
{
	if (!strcasecmp(d->encoding, "utf-8") || !strcasecmp(d->encoding, "utf8")) {
		snprintf(d->encoding, sizeof d->encoding, "UTF-8");
		return ST_OK;
	}
	d->converter = iconv_open("UTF-8", d->encoding);
	return d->converter != (iconv_t)-1 ? ST_OK
					   : err_set(e, ST_INVALID, "encoding_unknown",
						 "there is no encoding %s; try GB18030 or UTF-16", d->encoding);
}

enum status decode_open(const char *path, const char *encoding, struct decode **ret, struct err *e)
{
	struct decode *d = calloc(1, sizeof *d);
	struct stat st;
	enum status s = ST_OK;
	bool input = !strcmp(path, "-");
	if (!d)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	d->converter = (iconv_t)-1;
	d->fd = input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) != 0)
		s = err_set(e, ST_UNAVAILABLE, NULL, "cannot read %s: %s", path, strerror(errno));
	else if (!input && !S_ISREG(st.st_mode))
		s = err_set(e, ST_UNAVAILABLE, NULL, "%s is not a file", path);
	if (s == ST_OK) {
		d->seekable = !input;
		d->size = input ? 0 : (uint64_t)st.st_size;
		snprintf(d->encoding, sizeof d->encoding, "%s", encoding ? encoding : input ? "UTF-8" : guess(d->fd));
		s = open_converter(d, e);
	}
	if (s == ST_OK && d->seekable)
		s = decode_seek(d, 0, e);
	if (s != ST_OK) {
		decode_close(&d);
		return s;
	}
	*ret = d;
	return ST_OK;
}

void decode_close(struct decode **dp)
{
	if (!dp || !*dp)
		return;
	if ((*dp)->fd >= 0)
		close((*dp)->fd);
	if ((*dp)->converter != (iconv_t)-1)
		iconv_close((*dp)->converter);
	free(*dp);
	*dp = NULL;
}

const char *decode_encoding(const struct decode *d)
{
	return d->encoding;
}

bool decode_seekable(const struct decode *d)
{
	return d->seekable;
}

uint64_t decode_size(const struct decode *d)
{
	return d->size;
}

/* A character that is none, or that ends nowhere: one byte of it becomes U+FFFD. */
static void replace(struct decode *d, char **to, size_t *to_n)
{
	memcpy(*to, "\xef\xbf\xbd", 3);
	*to += 3;
	*to_n -= 3;
	memmove(d->in, d->in + 1, --d->in_n);
}

ssize_t decode_read(void *ctx, void *to, size_t n)
{
	struct decode *d = ctx;
	if (d->converter == (iconv_t)-1)
		return read_fd(d->fd, to, n);
	char *at = to;
	size_t room = n;
	while (room == n) {
		if (!d->ended && d->in_n < CHARACTER_MAX) {
			ssize_t got = read_fd(d->fd, d->in + d->in_n, sizeof d->in - d->in_n);
			if (got < 0)
				return -1;
			d->ended = got == 0;
			d->in_n += (size_t)got;
		}
		if (!d->in_n)
			return 0;
		char *from = d->in;
		size_t from_n = d->in_n;
		size_t rc = iconv(d->converter, &from, &from_n, &at, &room);
		int why = errno;
		memmove(d->in, from, from_n);
		d->in_n = from_n;
		bool cut = rc == (size_t)-1 && why == EINVAL;
		if (rc == (size_t)-1 && (why == EILSEQ || (cut && d->ended))) {
			if (room < 3)
				break;
			replace(d, &at, &room);
		} else if (cut && from_n >= CHARACTER_MAX) {
			return -1;
		} else if (rc == (size_t)-1 && why == E2BIG) {
			break;
		}
	}
	return (ssize_t)(n - room);
}

enum status decode_seek(struct decode *d, uint64_t offset, struct err *e)
{
	static char waste[PIECE];
	bool plain = d->converter == (iconv_t)-1;
	if (lseek(d->fd, plain ? (off_t)offset : 0, SEEK_SET) < 0)
		return err_set(e, ST_UNAVAILABLE, NULL, "cannot go to a place in the file: %s", strerror(errno));
	d->in_n = 0;
	d->ended = false;
	if (plain)
		return ST_OK;
	iconv(d->converter, NULL, NULL, NULL, NULL);
	while (offset) {
		ssize_t got = decode_read(d, waste, offset < sizeof waste ? (size_t)offset : sizeof waste);
		if (got <= 0)
			return err_set(e, ST_UNAVAILABLE, NULL, "the file ends before the place");
		offset -= (uint64_t)got;
	}
	return ST_OK;
}
