/* Requests whose body is taken while it arrives (api/upload.h), over libmicrohttpd.
 *
 * libmicrohttpd hands the body over in pieces. While the taker is behind, the connection is suspended, under the
 * upload's lock; the taker resumes it. A piece that comes while it is suspended (the library goes on with what it has
 * read already) is left where it is, and offered again after that. Such a body has no limit and no deadline as a whole;
 * it must come at a least rate instead, while we are not the ones who are slow: the reaper looks.
 *
 * When it is over the call is submitted like any other that api thinks about. When the taker has had enough before
 * that, it is submitted then, and what is answered goes out raw: 0.9.75 takes no reply while a body arrives. */
#ifndef HTTP_UPLOAD_PRIV_H
#define HTTP_UPLOAD_PRIV_H

#include "request_priv.h"

/* HTTP thread. The head is there and names a route that takes its body so. False: the response is filled instead. */
bool upload_begin(struct request *r);
/* HTTP thread. A piece of the body, or the end of it (*n 0). */
enum MHD_Result upload_go_on(struct request *r, const char *data, size_t *n);
/* HTTP thread. The request is over. */
void upload_close(struct request *r);

#endif
