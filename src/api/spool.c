#include "spool_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IN_MEMORY_MAX ((size_t)64 << 10)

static int open_file(void)
{
	const char *folder = getenv("TMPDIR");
	if (!folder || !*folder)
		folder = "/tmp";
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system knows files without a name. */
	char name[4096];
	if (strlen(folder) > sizeof name - 32)
		return -1;
	memcpy(name, folder, strlen(folder) + 1);
	strcat(name, "/leadscore-XXXXXX");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

static bool write_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t put = write(fd, s, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		s += put;
		n -= (size_t)put;
	}
	return true;
}

/* Moves what is in memory to the file. */
static bool spill(struct spool *s)
{
	if (!s->has_file && (s->fd = open_file()) < 0)
		return false;
	s->has_file = true;
	if (!write_all(s->fd, s->memory.data, s->memory.len))
		return false;
	s->in_file += s->memory.len;
	buf_clear(&s->memory);
	return true;
}

bool spool_last(struct spool *s, const char *p, size_t n)
{
	if (s->failed)
		return false;
	buf_put(&s->memory, p, n);
	s->failed = !buf_ok(&s->memory) || (s->memory.len > IN_MEMORY_MAX && !spill(s));
	return !s->failed;
}

bool spool_put(struct spool *s, const char *p, size_t n)
{
	return s->in_file + s->memory.len + n <= SPOOL_MAX && spool_last(s, p, n);
}

bool spool_reply(struct spool *s, struct api_call *c)
{
	if (s->failed || (s->has_file && !spill(s)))
		return false;
	buf_clear(&c->body_out);
	if (s->has_file) {
		c->has_file = true;
		c->file = s->fd;
		c->file_size = s->in_file;
		s->has_file = false;
	} else {
		buf_free(&c->body_out);
		c->body_out = s->memory;
		s->memory = (struct buf)BUF_INIT;
	}
	return true;
}

void spool_free(struct spool *s)
{
	if (s->has_file)
		close(s->fd);
	s->has_file = false;
	buf_free(&s->memory);
}
