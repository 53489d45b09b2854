/* Identities: what names a lead. */
#include "ingest/command.h"

#include <string.h>

void identity_seal(struct identity *i)
{
	i->key = hash128(i->kind, strlen(i->kind), i->value, strlen(i->value));
}

bool identity_kind_strong(const char *kind)
{
	return strcmp(kind, "anonymous_id") != 0 && strcmp(kind, "device_id") != 0;
}

bool identity_strong(const struct identity *i)
{
	return identity_kind_strong(i->kind);
}

void command_release(struct command *c)
{
	json_decref(c->properties);
	json_decref(c->patch);
	json_decref(c->source);
	c->properties = c->patch = c->source = NULL;
}
