#include "reply_priv.h"

#include <stdlib.h>
#include <string.h>

void reply_header(struct api_call *c, const char *name, const char *value)
{
	if (value && c->n_headers < API_HEADERS_MAX)
		c->headers[c->n_headers++] = (struct api_pair){name, value};
}

struct buf *reply_json(struct api_call *c, int status)
{
	buf_clear(&c->body_out);
	c->status = status;
	c->response_type = "application/json";
	return &c->body_out;
}

void reply_etag(struct api_call *c, int64_t version)
{
	reply_header(c, "ETag", arena_printf(c->arena, "\"v%lld\"", (long long)version));
}

void reply_lead(struct api_call *c, const struct uuid *id)
{
	static const char leads[] = "/v1/leads/";
	struct uuid named;
	char text[UUID_TEXT_MAX];
	const char *at = strncmp(c->path, leads, sizeof leads - 1) ? NULL : c->path + sizeof leads - 1;
	size_t n = at ? strcspn(at, "/") : 0;
	if (!n || !uuid_parse(at, n, &named) || !uuid_cmp(&named, id))
		return;
	uuid_format(id, text);
	/* A tag is not escaped here; what is told is the lead then. */
	reply_header(
	    c, "Content-Location", arena_printf(c->arena, "%s%s%s", leads, text, strncmp(at + n, "/tags/", 6) ? at + n : ""));
}

/* RFC 3986 unreserved characters stay as they are. */
static void put_escaped(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c)) {
			buf_putc(b, (char)c);
		} else {
			buf_putc(b, '%');
			buf_putc(b, hex[c >> 4]);
			buf_putc(b, hex[c & 15]);
		}
	}
}

/* The request's own target with another cursor. */
static void link_next(struct api_call *c, const char *parameter, const char *cursor)
{
	struct buf b = BUF_INIT;
	buf_putc(&b, '<');
	for (const char *at = c->path; *at;) {
		size_t n = strcspn(at, "/");
		char *piece = arena_strndup(c->arena, at, n);
		put_escaped(&b, piece ? piece : "");
		at += n;
		if (*at)
			buf_putc(&b, *at++);
	}
	char sign = '?';
	for (size_t i = 0; i < c->n_query; i++) {
		if (!strcmp(c->query[i].name, parameter))
			continue;
		buf_putc(&b, sign);
		put_escaped(&b, c->query[i].name);
		buf_putc(&b, '=');
		put_escaped(&b, c->query[i].value);
		sign = '&';
	}
	buf_printf(&b, "%c%s=%s>; rel=\"next\"", sign, parameter, cursor); /* base64url needs no escaping */
	if (buf_ok(&b))
		reply_header(c, "Link", arena_strndup(c->arena, b.data, b.len));
	buf_free(&b);
}

struct buf *reply_list(struct api_call *c)
{
	struct buf *b = reply_json(c, 200);
	buf_puts(b, "{\"data\":[");
	return b;
}

struct buf *reply_item(struct buf *b)
{
	if (b->len && b->data[b->len - 1] != '[')
		buf_putc(b, ',');
	return b;
}

void reply_list_end(struct api_call *c, const char *parameter, const char *cursor)
{
	struct buf *b = &c->body_out;
	buf_puts(b, "],\"next_cursor\":");
	buf_json_str(b, cursor);
	buf_putc(b, '}');
	if (cursor)
		link_next(c, parameter, cursor);
}

/* Reads one entity tag at *at; ret_version is -2 when it is none of ours. */
static bool take_tag(const char **at, bool *ret_weak, int64_t *ret_version)
{
	const char *s = *at + strspn(*at, " \t");
	*ret_weak = !strncmp(s, "W/", 2);
	if (*ret_weak)
		s += 2;
	if (*s != '"')
		return false;
	const char *end = strchr(++s, '"');
	if (!end)
		return false;
	*ret_version = -2;
	if (*s == 'v' && end - s >= 2 && end - s <= 19 && strspn(s + 1, "0123456789") == (size_t)(end - s - 1))
		*ret_version = strtoll(s + 1, NULL, 10);
	*at = end + 1 + strspn(end + 1, " \t");
	return true;
}

bool etag_matches(const char *header, int64_t version)
{
	if (!header)
		return false;
	const char *at = header + strspn(header, " \t");
	if (!strcmp(at, "*"))
		return true;
	bool weak;
	int64_t named;
	while (take_tag(&at, &weak, &named)) {
		if (named == version)
			return true;
		if (*at != ',')
			return false;
		at++;
	}
	return false;
}

enum status etag_required(const struct api_call *c, int64_t *ret_version, struct err *e)
{
	int64_t version = -1;
	bool weak = false;
	if (c->if_match) {
		const char *at = c->if_match + strspn(c->if_match, " \t");
		if (strcmp(at, "*") != 0 && (!take_tag(&at, &weak, &version) || *at))
			return err_set(
			    e, ST_INVALID, "header_invalid", "If-Match takes one entity tag such as \"v3\", or *.");
		if (weak)
			version = -2; /* strong comparison: a weak tag matches nothing */
	}
	/* -1 asks nothing; a version that no row can have asks the impossible. */
	*ret_version = version == -2 ? INT64_MAX : version;
	return ST_OK;
}
