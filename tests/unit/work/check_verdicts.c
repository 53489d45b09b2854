/* What each recorded reply of those whom webhooks go to means. JSON stands here with single quotes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/work/webhook_priv.h"

static char *quoted(const char *s)
{
	char *copy = strdup(s);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

struct answer {
	const char *kind;
	long status;
	const char *body;
	enum webhook_verdict verdict;
};
/* clang-format off */
static const struct answer answers[] = {
	{"feishu", 200, "{'StatusCode':0,'StatusMessage':'success','code':0,'data':{},'msg':'success'}", WEBHOOK_ARRIVED},
	{"feishu", 200, "{'StatusCode':0,'StatusMessage':'success'}", WEBHOOK_ARRIVED},
	{"feishu", 200, "{'code':19021,'data':{},'msg':'sign match fail or timestamp is not within one hour from current time'}", WEBHOOK_AGAIN},
	{"feishu", 200, "{'code':19024,'data':{},'msg':'Key Words Not Found'}", WEBHOOK_NEVER},
	{"feishu", 200, "{'code':11232,'data':{},'msg':'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]'}", WEBHOOK_BUSY},
	{"feishu", 400, "{'code':9499,'data':{},'msg':'Bad Request'}", WEBHOOK_NEVER},
	{"feishu", 200, "{'code':19001,'data':{},'msg':'param invalid: incoming webhook access token invalid'}", WEBHOOK_GONE},
	{"feishu", 200, "<html>", WEBHOOK_AGAIN},
	{"feishu", 200, "", WEBHOOK_AGAIN},
	{"feishu", 502, "{'code':0}", WEBHOOK_AGAIN},
	{"feishu", 429, "", WEBHOOK_BUSY},
	{"wecom", 200, "{'errcode':0,'errmsg':'ok'}", WEBHOOK_ARRIVED},
	{"wecom", 200, "{'errcode':45009,'errmsg':'api freq out of limit, hint: [1700000000]'}", WEBHOOK_BUSY},
	{"wecom", 200, "{'errcode':93000,'errmsg':'invalid webhook url, hint: [1700000000]'}", WEBHOOK_GONE},
	{"wecom", 200, "{'errcode':40058,'errmsg':'markdown.content exceed max length 4096.'}", WEBHOOK_NEVER},
	{"wecom", 200, "{'errcode':-1,'errmsg':'system busy'}", WEBHOOK_AGAIN},
	{"wecom", 200, "{'errcode':'0'}", WEBHOOK_AGAIN},
	{"dingtalk", 200, "{'errcode':0,'errmsg':'ok'}", WEBHOOK_ARRIVED},
	{"dingtalk", 200, "{'errcode':130101,'errmsg':'send too fast, exceed 20 times per minute'}", WEBHOOK_BUSY},
	{"dingtalk", 200, "{'errcode':310000,'errmsg':'sign not match, more: [https://ding-doc.dingtalk.com/doc]'}", WEBHOOK_AGAIN},
	{"dingtalk", 200, "{'errcode':310000,'errmsg':'keywords not in content, more: [https://ding-doc.dingtalk.com/doc]'}", WEBHOOK_NEVER},
	{"dingtalk", 200, "{'errcode':300001,'errmsg':'token is not exist'}", WEBHOOK_GONE},
	{"dingtalk", 200, "{'errcode':-1,'errmsg':'system busy'}", WEBHOOK_AGAIN},
	{"slack", 200, "ok", WEBHOOK_ARRIVED},
	{"slack", 200, "okay", WEBHOOK_AGAIN},
	{"slack", 200, "<html>sign in</html>", WEBHOOK_AGAIN},
	{"slack", 400, "invalid_payload", WEBHOOK_NEVER},
	{"slack", 403, "action_prohibited", WEBHOOK_AGAIN},
	{"slack", 404, "no_service", WEBHOOK_GONE},
	{"slack", 410, "channel_is_archived", WEBHOOK_GONE},
	{"slack", 429, "rate_limited", WEBHOOK_BUSY},
	{"slack", 500, "rollup_error", WEBHOOK_AGAIN},
	{"hubspot", 200, "{'id':'512','properties':{'lead_score':'104'}}", WEBHOOK_ARRIVED},
	{"hubspot", 404, "{'status':'error','message':'resource not found','correlationId':'x','category':'OBJECT_NOT_FOUND'}", WEBHOOK_NEVER},
	{"hubspot", 400, "{'status':'error','message':'Property values were not valid','category':'VALIDATION_ERROR'}", WEBHOOK_NEVER},
	{"hubspot", 401, "{'status':'error','message':'expired','category':'EXPIRED_AUTHENTICATION'}", WEBHOOK_AGAIN},
	{"hubspot", 429, "{'status':'error','message':'You have reached your ten_secondly_rolling limit.','errorType':'RATE_LIMIT','policyName':'TEN_SECONDLY_ROLLING'}", WEBHOOK_BUSY},
	{"hubspot", 502, "", WEBHOOK_AGAIN},
	{"salesforce", 204, "", WEBHOOK_ARRIVED},
	{"salesforce", 201, "{'id':'00Q','success':true,'errors':[],'created':true}", WEBHOOK_ARRIVED},
	{"salesforce", 401, "[{'message':'Session expired or invalid','errorCode':'INVALID_SESSION_ID'}]", WEBHOOK_AGAIN},
	{"salesforce", 403, "[{'message':'TotalRequests Limit exceeded.','errorCode':'REQUEST_LIMIT_EXCEEDED'}]", WEBHOOK_BUSY},
	{"salesforce", 400, "[{'message':'No such column','errorCode':'INVALID_FIELD'}]", WEBHOOK_NEVER},
	{"salesforce", 400, "[{'message':'unable to obtain exclusive access','errorCode':'UNABLE_TO_LOCK_ROW'}]", WEBHOOK_AGAIN},
	{"salesforce", 404, "[{'errorCode':'NOT_FOUND','message':'The requested resource does not exist'}]", WEBHOOK_NEVER},
	{"salesforce", 300, "['/services/data/v60.0/sobjects/Lead/1','/services/data/v60.0/sobjects/Lead/2']", WEBHOOK_NEVER},
};
/* clang-format on */

START_TEST(test_replies)
{
	const struct answer *a = &answers[_i];
	char *body = quoted(a->body), why[ERR_DETAIL_MAX] = "";
	struct webhook_reply r = {.status = a->status, .body = body, .body_n = strlen(body)};
	enum webhook_verdict v = webhook_kind_find(a->kind)->judge(&r, why, sizeof why);
	ck_assert_msg(v == a->verdict, "%s %ld %s: %d, %s", a->kind, a->status, a->body, (int)v, why);
	ck_assert_msg((v == WEBHOOK_ARRIVED) == !*why || v == WEBHOOK_ARRIVED, "%s", why);
	free(body);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("verdicts");
	TCase *c = tcase_create("pure");
	tcase_add_loop_test(c, test_replies, 0, (int)(sizeof answers / sizeof answers[0]));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
