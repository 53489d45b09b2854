#include "cloudevents_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api_priv.h"
#include "ingest/cloudevents.h"
#include "problem_priv.h"

/* The media type without its parameters; of them only charset means something here, and JSON is UTF-8 whatever it says. */
static bool media_type(const char *given, const char *type)
{
	size_t n = strlen(type);
	return given && !strncasecmp(given, type, n) && (!given[n] || strchr("; \t", given[n]));
}

enum cloudevent_kind cloudevent_kind(const struct api_call *c)
{
	if (media_type(c->content_type, "application/cloudevents+json"))
		return CLOUDEVENT_ONE;
	if (media_type(c->content_type, "application/cloudevents-batch+json"))
		return CLOUDEVENT_MANY;
	return c->cloudevent ? CLOUDEVENT_HEADERS : CLOUDEVENT_NONE;
}

static enum status header_fault(const char *name, const char *detail, struct err *e)
{
	char at[ERR_POINTER_MAX];
	snprintf(at, sizeof at, HEADER_POINTER "%s", name);
	return err_at(e, ST_INVALID, "field_invalid", at, "%s", detail);
}

static enum status take_headers(struct api_call *c, json_t *event, struct err *e)
{
	for (size_t i = 0; i < c->n_all_headers; i++) {
		const char *name = c->all_headers[i].name, *value;
		if (strncmp(name, "ce-", 3) != 0)
			continue;
		if (json_object_get(event, name + 3))
			return header_fault(name, "It is here twice.", e);
		if (!strcmp(name, "ce-data") || !strcmp(name, "ce-data_base64") || !strcmp(name, "ce-datacontenttype"))
			return header_fault(name, "The data is the body, its type the Content-Type.", e);
		enum status s = cloudevent_header(c->arena, name, c->all_headers[i].value, &value, e);
		if (s != ST_OK)
			return s;
		if (json_object_set_new_nocheck(event, name + 3, json_string(value)) != 0)
			return out_of_memory(e);
	}
	return ST_OK;
}

enum status cloudevent_of_headers(struct api_call *c, json_t **ret, struct err *e)
{
	json_t *event = json_object(), *data = NULL;
	enum status s = event ? take_headers(c, event, e) : out_of_memory(e);
	if (s == ST_OK && c->body_len) {
		if (c->body_len > BODY_MAX)
			s = err_set(e, ST_TOO_LARGE, "body_too_large", "One event may be 256 KiB large; more goes into a batch.");
		else
			s = cloudevent_data(c->body, c->body_len, c->content_type, BODY_MAX, &data, e);
		if (s == ST_INVALID && !strcmp(e->code, "data_unsupported"))
			s = err_set(e, s, "content_type_unsupported", "The data of an event is JSON or text in UTF-8.");
		if (s == ST_OK && json_object_set_new_nocheck(event, "data", data) != 0)
			s = out_of_memory(e);
	}
	if (s == ST_OK)
		*ret = event;
	else
		json_decref(event);
	return s;
}
