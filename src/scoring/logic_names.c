/* The names a rule may use where it stands, and dotted paths. */
#include "logic_priv.h"

#include <string.h>

static const struct {
	const char *text;
	enum logic_name name;
	bool in_event, in_standing;
} names[] = {
    {"type", NAME_TYPE, true, false},
    {"occurred_at", NAME_OCCURRED_AT, true, false},
    {"properties", NAME_PROPERTIES, true, false},
    {"event_source", NAME_EVENT_SOURCE, true, false},
    {"score", NAME_SCORE, false, true},
    {"fit", NAME_FIT, false, true},
    {"engagement", NAME_ENGAGEMENT, false, true},
    {"tier", NAME_TIER, false, true},
    {"grade", NAME_GRADE, false, true},
    {"stage", NAME_STAGE, false, true},
    {"tags", NAME_TAGS, false, true},
};

bool logic_name_parse(enum logic_context context, const char *s, size_t n, enum logic_name *ret)
{
	*ret = NAME_FIELD;
	if (context == LOGIC_DOCUMENT)
		return true;
	if (context == LOGIC_LOOK) {
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (names[i].in_event && strlen(names[i].text) == n && memcmp(names[i].text, s, n) == 0) {
				*ret = names[i].name;
				return true;
			}
		return false;
	}
	if (n == 11 && memcmp(s, "title_level", 11) == 0) {
		*ret = NAME_TITLE_LEVEL;
		return true;
	}
	if (n == 10 && memcmp(s, "email_kind", 10) == 0) {
		*ret = NAME_EMAIL_KIND;
		return true;
	}
	if (n == 13 && memcmp(s, "phone_country", 13) == 0) {
		*ret = NAME_PHONE_COUNTRY;
		return true;
	}
	if (n == 8 && memcmp(s, "taxonomy", 8) == 0) {
		*ret = NAME_TAXONOMY;
		return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strlen(names[i].text) != n || memcmp(names[i].text, s, n) != 0)
			continue;
		*ret = names[i].name;
		if (context == LOGIC_TAGS && names[i].name == NAME_STAGE)
			return false;
		return context == LOGIC_EVENT     ? names[i].in_event
		       : context == LOGIC_PROFILE ? false
						  : names[i].in_standing;
	}
	return true;
}

/* A decimal index without leading zeros. */
static int64_t parse_index(const char *s, size_t n)
{
	if (n == 0 || n > 9 || (n > 1 && s[0] == '0'))
		return -1;
	int64_t v = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

bool logic_path_split(struct arena *memory, enum logic_context context, const char *text, size_t n, struct path *ret)
{
	size_t count = n ? 1 : 0;
	for (size_t i = 0; i < n; i++)
		count += text[i] == '.';
	if (count > UINT16_MAX)
		count = UINT16_MAX;
	char *copy = arena_strndup(memory, text, n);
	struct step *steps = arena_array(memory, count ? count : 1, sizeof(*steps));
	if (!copy || !steps)
		return false;
	char *at = copy, *end = copy + n;
	for (size_t i = 0; i < count; i++) {
		char *dot = i + 1 < count ? memchr(at, '.', (size_t)(end - at)) : end;
		size_t len = (size_t)(dot - at);
		*dot = '\0';
		steps[i] = (struct step){at, (uint32_t)len, parse_index(at, len)};
		at = dot + 1;
	}
	enum logic_name name = NAME_FIELD;
	if (count == 0 || !logic_name_parse(context, steps[0].key, steps[0].len, &name))
		name = NAME_FIELD; /* a name that is not available is a field of the profile */
	size_t skip = name == NAME_FIELD ? 0 : 1;
	bool of_company =
	    context != LOGIC_DOCUMENT && count > 1 && steps[0].len == 7 && memcmp(steps[0].key, "company", 7) == 0;
	*ret = (struct path){steps + skip, (uint16_t)(count - skip), (uint8_t)name, of_company};
	return true;
}
