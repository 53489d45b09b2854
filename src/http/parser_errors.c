/* The errors that libmicrohttpd's parser answers itself: made problem+json too.
 *
 * The library offers no hook for them: it makes an HTML page and queues it with MHD_queue_response. But it calls its
 * own exported functions through the dynamic symbol table, where the program's definition comes first (checked for the
 * packages of Debian 12 and 13). So the function below stands in for the calls made *inside* the library, which are
 * those for parser errors; our own replies use the real one, found with dlsym(RTLD_NEXT). It writes the problem to the
 * socket itself, closes the sending side, and then lets the library queue its page, which can no longer leave: the
 * library fails to send it and closes. Neither of the simpler ways will do. Replacing the page lets 0.9.75 send two
 * heads when Content-Length is malformed (it builds the reply twice); and failing makes it close at once, and then go
 * on parsing in the memory it has freed.
 *
 * What stays: a request line without any space is closed without a word; and where the library was built with
 * -Bsymbolic, the HTML page is sent after all (a test tells). Linking libmicrohttpd statically fails at link time, with
 * a duplicate symbol. */
#include "parser_errors_priv.h"

#include <dlfcn.h>
#include <sys/socket.h>

#include "conn_priv.h"
#include "raw_priv.h"
#include "request_priv.h"

static queue_response_fn *real;

bool parser_errors_init(void)
{
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "MHD_queue_response");
	return real != NULL;
}

enum MHD_Result queue_response(struct MHD_Connection *mhd, unsigned status, struct MHD_Response *response)
{
	return real(mhd, status, response);
}

static enum refusal refusal_of(unsigned status)
{
	switch (status) {
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return REFUSE_BODY_SIZE;
	case MHD_HTTP_URI_TOO_LONG:
		return REFUSE_TARGET_LENGTH;
	case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE:
		return REFUSE_HEADER_COUNT;
	case MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED:
		return REFUSE_VERSION;
	case MHD_HTTP_INTERNAL_SERVER_ERROR:
		return REFUSE_MEMORY;
	default:
		return REFUSE_SYNTAX;
	}
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *mhd, unsigned status, struct MHD_Response *response)
{
	struct conn *c = conn_of(mhd);
	if (c && !c->parser_spoke && conn_enter(c, PHASE_SEND)) {
		c->parser_spoke = true;
		c->linger = true;
		enum refusal f = refusal_of(status);
		if (c->request)
			request_refused_raw(c->request, f);
		else
			raw_refuse(c->listener->server, c->fd, f);
		shutdown(c->fd, SHUT_WR);
	}
	return real(mhd, status, response);
}
