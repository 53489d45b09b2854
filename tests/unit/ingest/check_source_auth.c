/* Who may call a source, first calls, and replies. The signatures were made with other tools (openssl, Python's hmac
 * and cryptography). */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ingest/source.h"

#define NOW INT64_C(1780300800000) /* 2026-06-01T08:00:00Z */
#define AES "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define WECOM_SECRET "[{\"token\":\"tok\",\"encoding_aes_key\":\"" AES "\",\"receive_id\":\"wwcorp\"}]"
#define WECOM_CIPHER                                                                                                   \
	"4j/AuRx71kQlxVlzbpsMWHUnJIOKzkfkJRjQ4Eh7t9neAIVQksoSWPIkAefug530CQRmSFZGPchwJDR65iAB/"                        \
	"0yBrKldMz283pkRB6MnIrp3cK0vOy+czp38UWF52nSGPy+hx1ZsBynh7GAV6NMvctPrHe+lt9BwNFvbciFFrmN1cdXO4Ct01t3FCc3+"      \
	"bxOWgrsqM24IM8v8YfR604mx4r3EoH64uATNmTUc/znoesVHoTs0BLR6+9w8f+tfhSQueuLfUtbHH/"                               \
	"yzG1COhTnnbgnrNTEgGc9QZWkLs1+"                                                                                \
	"79WYmDz4kLZ0vBJAVTh0OiBpofIZhvIYFNlohgTlhB5zKBb9xaAmLhLUBQu86QZoUX2HXKJYC8c5KVvlEvmxW+UhX"
#define FEISHU_BODY                                                                                                    \
	"{\"encrypt\":\"QUJDREVGR0hJSktMTU5PULHDe9QtHQeZ9VSXWOBLRtBr78jL5nzzXWu+REXgH0Ylcx4YTUYdSe7FZT8DwFwS/"         \
	"wWGVCqTsCfT84StwWYV9UnRs4jjVJeiazG6VnB0velltq10Ca9Fk6Ud3dsSei/aTQYse6T1q28+rOHyDvEy/"                         \
	"uYbRJkiTEHWijIX96YOdRx9eGB8L95I80bab2keo+HClMFxlIyxLGfak+K8qfQOvIj/"                                          \
	"ENgmS2ZhkUDS2iTgWE1aARB8ybh43u7wgbqzeGq6PF+wz2Cu/jdHOpp1r/"                                                   \
	"7vUCDQPfK5uXk+1b2jEaxHUVKw9qO2GdFyVR+3rWS2w4H0eDXaByTnxELgz7mUrg4rUb9pDH37BADqjH4f3/raFNV9\"}"
#define FEISHU_CHALLENGE                                                                                               \
	"{\"encrypt\":\"QUJDREVGR0hJSktMTU5PUPnOONmnrb/ZO9GIMUKdVIlltnQHyIWtOaDHoEbCblENp1PS1nI4C399B/pn3zwECg3bI/"    \
	"xNSyZ8Tk3FaAqcU1c=\"}"
#define FEISHU_SIGNED "1b80a5af99a43a6b436d57acc22b8bb7c6fda4aac1d1c44b99239fd25667be4e"
#define FEISHU_SECRET "[{\"verification_token\":\"vt\",\"encrypt_key\":\"ek\"}]"
#define HUBSPOT                                                                                                        \
	"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"encoding\":\"base64\",\"signed\":\"{method}{url}{body}{timestamp}" \
	"\",\"timestamp\":{\"header\":\"x-time\",\"unit\":\"ms\"}"
#define STRIPE                                                                                                         \
	"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"field\":\"v1\",\"signed\":\"{timestamp}.{body}\",\"timestamp\":{"  \
	"\"field\":\"t\",\"unit\":\"s\"}"
#define STRIPE_SIGNED "d0104ec70646e4379a449960577f73b7dba70176d56f03937f05aec6ad8cc43e"

static json_t *parsed(const char *text)
{
	json_error_t why;
	json_t *v = json_loads(text, JSON_DECODE_ANY, &why);
	ck_assert_msg(v != NULL, "%s: %s", text, why.text);
	return v;
}

static const struct {
	const char *auth, *secrets, *header, *value, *query, *body;
	const char *told; /* "ok", or the code */
} calls[] = {
    {"\"scheme\":\"none\"", "[]", NULL, NULL, NULL, "{}", "ok"},
    {"\"scheme\":\"basic\",\"username\":\"u\"", "[\"old\",\"p\"]", "authorization", "Basic dTpw", NULL, "{}", "ok"},
    {"\"scheme\":\"basic\",\"username\":\"u\"", "[\"p\"]", "authorization", "Basic dTpx", NULL, "{}", "token_invalid"},
    {"\"scheme\":\"basic\",\"username\":\"u\"", "[\"p\"]", NULL, NULL, NULL, "{}", "token_invalid"},
    {"\"scheme\":\"header\",\"header\":\"x-t\",\"prefix\":\"Bearer \"", "[\"s\"]", "x-t", "Bearer s", NULL, "{}", "ok"},
    {"\"scheme\":\"header\",\"header\":\"x-t\",\"prefix\":\"Bearer \"", "[\"s\"]", "x-t", "s", NULL, "{}",
	"token_invalid"},
    {"\"scheme\":\"header\",\"header\":\"x-t\"", "[\"s\"]", "x-t", "ss", NULL, "{}", "token_invalid"},
    {"\"scheme\":\"query\",\"parameter\":\"k\"", "[\"s\"]", NULL, NULL, "s", "{}", "ok"},
    {"\"scheme\":\"query\",\"parameter\":\"k\"", "[\"s\"]", NULL, NULL, NULL, "{}", "token_invalid"},
    {"\"scheme\":\"body\",\"pointer\":\"/t\"", "[\"a\",\"s\"]", NULL, NULL, NULL, "{\"t\":\"s\"}", "ok"},
    {"\"scheme\":\"body\",\"pointer\":\"/t\"", "[\"s\"]", NULL, NULL, NULL, "{\"t\":\"x\"}", "token_invalid"},
    {"\"scheme\":\"body\",\"pointer\":\"/t\"", "[\"s\"]", NULL, NULL, NULL, "{\"t\":", "token_invalid"},
    {"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"algorithm\":\"sha1\"", "[\"s1\"]", "x-sig",
	"1d68907115fa03090d1d2505a0059b7f5a354e8f", NULL, "{\"a\":1}", "ok"},
    {"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"algorithm\":\"sha1\"", "[\"s1\"]", "x-sig",
	"1D68907115FA03090D1D2505A0059B7F5A354E8F", NULL, "{\"a\":1}", "ok"},
    {"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"algorithm\":\"sha1\"", "[\"s1\"]", "x-sig",
	"1d68907115fa03090d1d2505a0059b7f5a354e8f", NULL, "{\"a\":2}", "signature_invalid"},
    {"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"algorithm\":\"sha1\"", "[\"s1\"]", NULL, NULL, NULL, "{\"a\":1}",
	"signature_required"},
    {"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"encoding\":\"base64\",\"prefix\":\"sha256=\"", "[\"s0\",\"s2\"]",
	"x-sig", "sha256=fj6tqv6ZRYAqdvusaw2XeJbwH1n1SkoNexlAOB2ADXU=", NULL, "{\"a\":1}", "ok"},
    {"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"encoding\":\"base64\",\"prefix\":\"sha256=\"", "[\"s2\"]", "x-sig",
	"fj6tqv6ZRYAqdvusaw2XeJbwH1n1SkoNexlAOB2ADXU=", NULL, "{\"a\":1}", "signature_required"},
    {"\"scheme\":\"hmac\",\"header\":\"x-sig\",\"encoding\":\"base64\",\"secret_encoding\":\"base64\"", "[\"czI=\"]",
	"x-sig", "fj6tqv6ZRYAqdvusaw2XeJbwH1n1SkoNexlAOB2ADXU=", NULL, "{\"a\":1}", "ok"},
    {STRIPE, "[\"s2\"]", "x-sig", "t=1780300800,v1=" STRIPE_SIGNED, NULL, "{\"a\":1}", "ok"},
    {STRIPE, "[\"s2\"]", "x-sig", "t=1780300801,v1=" STRIPE_SIGNED, NULL, "{\"a\":1}", "signature_invalid"},
    {STRIPE, "[\"s2\"]", "x-sig", "t=1780300499,v1=" STRIPE_SIGNED, NULL, "{\"a\":1}", "timestamp_invalid"},
    {STRIPE, "[\"s2\"]", "x-sig", "v1=" STRIPE_SIGNED, NULL, "{\"a\":1}", "timestamp_invalid"},
    {HUBSPOT, "[\"cs\"]", "x-sig", "20J4O535OJ7FwTO/Ehlj4Mtk+NbAQEBf+uZm1Sb8YXE=", NULL, "{\"a\":1}", "ok"},
    {HUBSPOT ",\"base_url\":\"https://other.example\"", "[\"cs\"]", "x-sig",
	"20J4O535OJ7FwTO/Ehlj4Mtk+NbAQEBf+uZm1Sb8YXE=", NULL, "{\"a\":1}", "ok"},
    {HUBSPOT, "[\"sc\"]", "x-sig", "20J4O535OJ7FwTO/Ehlj4Mtk+NbAQEBf+uZm1Sb8YXE=", NULL, "{\"a\":1}",
	"signature_invalid"},
    {"\"scheme\":\"wecom\"", WECOM_SECRET, "msg_signature", "8ca52331355064bfd106d11cd0d06c52226ef1ae", "wecom",
	"<xml><Encrypt>" WECOM_CIPHER "</Encrypt></xml>", "ok"},
    {"\"scheme\":\"wecom\"", WECOM_SECRET, "msg_signature", "8ca52331355064bfd106d11cd0d06c52226ef1af", "wecom",
	"<xml><Encrypt>" WECOM_CIPHER "</Encrypt></xml>", "signature_invalid"},
    {"\"scheme\":\"wecom\"", "[{\"token\":\"tok\",\"encoding_aes_key\":\"" AES "\",\"receive_id\":\"other\"}]",
	"msg_signature", "8ca52331355064bfd106d11cd0d06c52226ef1ae", "wecom",
	"<xml><Encrypt>" WECOM_CIPHER "</Encrypt></xml>", "signature_invalid"},
    {"\"scheme\":\"wecom\"", WECOM_SECRET, "msg_signature", "x", "wecom", "<xml/>", "signature_invalid"},
    {"\"scheme\":\"wecom\"", WECOM_SECRET, "msg_signature", "x", "wecom", "no xml", "signature_invalid"},
    {"\"scheme\":\"feishu\"", FEISHU_SECRET, "x-lark-signature", FEISHU_SIGNED, NULL, FEISHU_BODY, "ok"},
    {"\"scheme\":\"feishu\"", FEISHU_SECRET, "x-lark-signature", "00" FEISHU_SIGNED, NULL, FEISHU_BODY,
	"signature_invalid"},
    {"\"scheme\":\"feishu\"", FEISHU_SECRET, NULL, NULL, NULL, FEISHU_BODY, "signature_invalid"},
    {"\"scheme\":\"feishu\"", FEISHU_SECRET, NULL, NULL, NULL, FEISHU_CHALLENGE, "ok"},
    {"\"scheme\":\"feishu\"", "[{\"verification_token\":\"vt\",\"encrypt_key\":\"xx\"}]", NULL, NULL, NULL,
	FEISHU_CHALLENGE, "signature_invalid"},
    {"\"scheme\":\"feishu\"", "[{\"verification_token\":\"vt\"}]", NULL, NULL, NULL, "{\"token\":\"vt\"}", "ok"},
    {"\"scheme\":\"feishu\"", "[{\"verification_token\":\"vt\"}]", NULL, NULL, NULL, "{\"header\":{\"token\":\"no\"}}",
	"signature_invalid"},
};

static json_t *mapping_of(const char *auth, const char *rest)
{
	char text[4096];
	snprintf(text, sizeof text, "{\"auth\":{%s},\"map\":{\"email\":\"/email\"}%s%s}", auth, *rest ? "," : "", rest);
	struct err e;
	json_t *m = parsed(text);
	ck_assert_msg(source_check(m, &e) == ST_OK, "%s: %s %s", text, e.pointer, e.detail);
	return m;
}

START_TEST(callers_are_known_by_their_secrets)
{
	struct arena *arena = arena_new(0);
	struct err e = {0};
	bool wecom = calls[_i].query && !strcmp(calls[_i].query, "wecom");
	json_t *m = mapping_of(calls[_i].auth, strstr(calls[_i].auth, "wecom") ? "\"format\":\"xml\"" : ""),
	       *secrets = parsed(calls[_i].secrets), *payload = NULL;
	ck_assert_int_eq(source_secrets_check(m, secrets, &e), ST_OK);
	struct source_pair headers[] = {{"x-time", "1780300800000"}, {"x-lark-request-timestamp", "1780300800"},
	    {"x-lark-request-nonce", "n1"},
	    {calls[_i].header ? calls[_i].header : "none", calls[_i].value ? calls[_i].value : ""}};
	struct source_pair query[] = {{wecom ? "timestamp" : "k", wecom ? "1780300800" : calls[_i].query},
	    {"nonce", "n1"}, {"msg_signature", calls[_i].value}};
	struct source_request r = {"POST", "/v1/in/lsi_x?a=b", "leads.example.com", NULL, headers, 4, query,
	    wecom             ? 3
	    : calls[_i].query ? 1
			      : 0,
	    calls[_i].body, strlen(calls[_i].body), NOW, false};
	enum status s = source_admit(m, secrets, &r, arena, &payload, &e);
	ck_assert_str_eq(s == ST_OK ? "ok" : e.code, calls[_i].told);
	ck_assert_int_eq(s, s == ST_OK ? ST_OK : ST_DENIED);
	ck_assert_int_eq(payload != NULL, s == ST_OK);
	if (s == ST_OK && wecom)
		ck_assert_ptr_nonnull(strstr(r.body, "<ExternalUserID>wmAbc</ExternalUserID>"));
	json_decref(payload);
	json_decref(secrets);
	json_decref(m);
	arena_free(&arena);
}
END_TEST

static const struct {
	const char *auth, *secrets, *pointer, *code;
} bad_secrets[] = {
    {"\"scheme\":\"none\"", "[\"s\"]", "", "secrets_unused"},
    {"\"scheme\":\"query\",\"parameter\":\"k\"", "[]", "", "secrets_required"},
    {"\"scheme\":\"query\",\"parameter\":\"k\"", "[\"a\",\"b\",\"c\",\"d\"]", "", "secrets_too_many"},
    {"\"scheme\":\"query\",\"parameter\":\"k\"", "[\"a\",\"\"]", "/1", "secret_invalid"},
    {"\"scheme\":\"wecom\"", "[\"a\"]", "/0", "field_type"},
    {"\"scheme\":\"wecom\"", "[{\"token\":\"a\"}]", "/0/encoding_aes_key", "field_required"},
    {"\"scheme\":\"wecom\"", "[{\"token\":\"a\",\"encoding_aes_key\":\"b\",\"key\":\"c\"}]", "/0/key", "field_unknown"},
    {"\"scheme\":\"feishu\"", "[{}]", "/0", "secret_invalid"},
};

START_TEST(secrets_fit_their_scheme)
{
	struct err e = {0};
	json_t *m = mapping_of(bad_secrets[_i].auth, ""), *secrets = parsed(bad_secrets[_i].secrets);
	ck_assert_int_eq(source_secrets_check(m, secrets, &e), ST_INVALID);
	ck_assert_str_eq(e.code, bad_secrets[_i].code);
	ck_assert_str_eq(e.pointer, bad_secrets[_i].pointer);
	json_decref(secrets);
	json_decref(m);
}
END_TEST

START_TEST(first_calls_are_answered)
{
	struct arena *arena = arena_new(0);
	struct err e = {0};
	bool is;
	struct source_reply reply;
	json_t *m = mapping_of("\"scheme\":\"wecom\"", ""), *secrets = parsed(WECOM_SECRET), *payload = NULL;
	struct source_pair query[] = {{"msg_signature", "75b23ade057769049759cf396a2fb7292aaf38d6"},
	    {"timestamp", "1780300800"}, {"nonce", "n1"},
	    {"echostr", "4j/AuRx71kQlxVlzbpsMWIAsEa1jYPM2JCZY3B2toDC52rD7v4esfMbQsLztO1nvbJMxEMhLoX4CM9Kdn+QYvA=="}};
	struct source_request r = {
	    .method = "GET", .target = "/", .query = query, .n_query = 4, .body = "", .received_at = NOW};
	ck_assert_int_eq(source_admit(m, secrets, &r, arena, &payload, &e), ST_OK);
	ck_assert_int_eq(source_handshake(m, secrets, &r, payload, arena, &is, &reply, &e), ST_OK);
	ck_assert(is);
	ck_assert_str_eq(reply.body, "hello-123");
	query[3].value = "4j/A";
	ck_assert_int_eq(source_handshake(m, secrets, &r, payload, arena, &is, &reply, &e), ST_DENIED);
	json_decref(secrets);
	json_decref(m);

	m = mapping_of("\"scheme\":\"none\"",
	    "\"handshake\":{\"when\":{\"at\":\"/challenge\",\"when\":{\"/"
	    "type\":\"url_verification\"}},\"reply\":{\"body\":\"{\\\"challenge\\\":\\\"{/challenge}\\\"}\"}}");
	payload = parsed("{\"type\":\"url_verification\",\"challenge\":\"a\\\"b\"}");
	r.method = "POST";
	ck_assert_int_eq(source_handshake(m, NULL, &r, payload, arena, &is, &reply, &e), ST_OK);
	ck_assert(is);
	ck_assert_str_eq(reply.body, "{\"challenge\":\"a\\\"b\"}");
	ck_assert_int_eq(reply.status, 200);
	json_object_set_new(payload, "type", json_string("event"));
	ck_assert_int_eq(source_handshake(m, NULL, &r, payload, arena, &is, &reply, &e), ST_OK);
	ck_assert(!is);
	r.method = "GET";
	ck_assert_int_eq(source_handshake(m, NULL, &r, payload, arena, &is, &reply, &e), ST_NOT_FOUND);
	json_decref(payload);
	json_decref(m);
	arena_free(&arena);
}
END_TEST

static const struct {
	const char *reply, *told;
} replies[] = {
    {"", "200 application/json {\"accepted\":true}"},
    {"\"reply\":{\"status\":202}", "202 application/json {\"accepted\":true}"},
    {"\"reply\":{\"content_type\":\"text/plain\"}", "200 text/plain "},
    {"\"reply\":{\"body\":\"{\\\"n\\\":{count},\\\"id\\\":\\\"{/id}\\\"}\"}",
	"200 application/json {\"n\":3,\"id\":\"a\\\"<&\"}"},
    {"\"reply\":{\"content_type\":\"text/xml\",\"body\":\"<a i='{/id}'>{no}</a>\"}",
	"200 text/xml <a i='a&quot;&lt;&amp;'>{no}</a>"},
};

START_TEST(replies_are_filled)
{
	struct arena *arena = arena_new(0);
	struct err e = {0};
	struct source_reply reply;
	char text[300];
	json_t *m = mapping_of("\"scheme\":\"none\"", replies[_i].reply), *payload = parsed("{\"id\":\"a\\\"<&\"}");
	struct source_request r = {.method = "POST", .target = "/", .body = "", .received_at = NOW};
	ck_assert_int_eq(source_answer(m, &r, payload, 3, arena, &reply, &e), ST_OK);
	snprintf(text, sizeof text, "%d %s %s", reply.status, reply.content_type, reply.body);
	ck_assert_str_eq(text, replies[_i].told);
	json_decref(payload);
	json_decref(m);
	arena_free(&arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("source_auth");
	TCase *t = tcase_create("source_auth");
	tcase_add_loop_test(t, callers_are_known_by_their_secrets, 0, sizeof calls / sizeof calls[0]);
	tcase_add_loop_test(t, secrets_fit_their_scheme, 0, sizeof bad_secrets / sizeof bad_secrets[0]);
	tcase_add_test(t, first_calls_are_answered);
	tcase_add_loop_test(t, replies_are_filled, 0, sizeof replies / sizeof replies[0]);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
