/* A reply that is written before it can be sent: in memory while it is small, then in a file without a name. One
 * thread. */
#ifndef API_SPOOL_PRIV_H
#define API_SPOOL_PRIV_H

#include "api/call.h"

#define SPOOL_MAX ((size_t)256 << 20)

struct spool {
	struct buf memory;
	size_t in_file;
	int fd;
	bool has_file;
	bool failed; /* no disk, no memory: nothing more is taken */
};

#define SPOOL_INIT                                                                                                     \
	{                                                                                                              \
		0                                                                                                      \
	}

/* All of the bytes or none; false: it is full, or has failed. */
bool spool_put(struct spool *s, const char *p, size_t n);
/* The same beyond the limit: the line that says how it ended. */
bool spool_last(struct spool *s, const char *p, size_t n);
/* Makes what was put the call's reply. False: it has failed, the call's response is as it was. */
bool spool_reply(struct spool *s, struct api_call *c);
void spool_free(struct spool *s);

#endif
