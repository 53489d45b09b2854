/* Every reason for which http itself turns a request away: its status, its stable code and a sentence. */
#ifndef HTTP_REFUSAL_PRIV_H
#define HTTP_REFUSAL_PRIV_H

enum refusal {
	REFUSE_NONE = 0,
	REFUSE_SYNTAX, /* the parser of libmicrohttpd said no */
	REFUSE_VERSION,
	REFUSE_TARGET,
	REFUSE_ESCAPE,
	REFUSE_UTF8,
	REFUSE_CONTROL,
	REFUSE_PATH,
	REFUSE_TARGET_LENGTH,
	REFUSE_QUERY_COUNT,
	REFUSE_QUERY_DUPLICATE,
	REFUSE_QUERY_NAME,
	REFUSE_HOST,
	REFUSE_HEADER,
	REFUSE_HEADER_DUPLICATE,
	REFUSE_HEADER_COUNT,
	REFUSE_LENGTH,
	REFUSE_LENGTH_AND_CODING,
	REFUSE_CODING,
	REFUSE_EXPECT,
	REFUSE_CONTENT_ENCODING,
	REFUSE_BODY_UNEXPECTED,
	REFUSE_BODY_SIZE,
	REFUSE_BODY_RATIO,
	REFUSE_CODED_BODY,
	REFUSE_BODY_TIME,
	REFUSE_BODY_MEMORY,
	REFUSE_HEAD_TIME,
	REFUSE_METHOD,
	REFUSE_METHOD_HERE,
	REFUSE_RATE,
	REFUSE_DRAINING,
	REFUSE_MEMORY,
	REFUSE_COUNT
};

struct refusal_words {
	int status;
	const char *code;
	const char *detail;
	int retry_after_s; /* 0: no Retry-After */
};

const struct refusal_words *refusal_words(enum refusal f);

#endif
