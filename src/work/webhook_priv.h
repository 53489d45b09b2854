/* The kinds of webhooks, each a file webhook_NAME.c, and what they share. */
#ifndef WORK_WEBHOOK_PRIV_H
#define WORK_WEBHOOK_PRIV_H

#include "work/webhook.h"

/* webhook_standard.c */
enum status webhook_standard_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);

/* webhook_feishu.c */
enum status webhook_feishu_check(const json_t *settings, struct err *e);
enum status webhook_feishu_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);
enum webhook_verdict webhook_feishu_judge(const struct webhook_reply *r, char *why, size_t why_cap);

/* webhook_wecom.c */
enum status webhook_wecom_check(const json_t *settings, struct err *e);
enum status webhook_wecom_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);
enum webhook_verdict webhook_wecom_judge(const struct webhook_reply *r, char *why, size_t why_cap);

/* webhook_dingtalk.c */
enum status webhook_dingtalk_check(const json_t *settings, struct err *e);
enum status webhook_dingtalk_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);
enum webhook_verdict webhook_dingtalk_judge(const struct webhook_reply *r, char *why, size_t why_cap);

/* webhook_slack.c */
enum status webhook_slack_check(const json_t *settings, struct err *e);
enum status webhook_slack_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);
enum webhook_verdict webhook_slack_judge(const struct webhook_reply *r, char *why, size_t why_cap);

/* webhook_generic.c */
enum status webhook_generic_check(const json_t *settings, struct err *e);
enum status webhook_generic_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);

/* webhook_hubspot.c */
enum status webhook_hubspot_check(const json_t *settings, struct err *e);
enum status webhook_hubspot_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);
enum webhook_verdict webhook_hubspot_judge(const struct webhook_reply *r, char *why, size_t why_cap);

/* webhook_salesforce.c */
enum status webhook_salesforce_check(const json_t *settings, struct err *e);
enum status webhook_salesforce_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e);
enum webhook_verdict webhook_salesforce_judge(const struct webhook_reply *r, char *why, size_t why_cap);

/* The data of a message in at most `max` bytes of compact JSON: while it is too large the largest member that can be
 * missed goes, and "truncated": true says so. The same in every attempt. False: out of memory, or it is no object.
 * (webhook_cut.c) */
bool webhook_cut(const char *data, size_t max, struct buf *out);
/* base64 (RFC 4648, section 4). */
void webhook_base64(const void *p, size_t n, struct buf *out);

#endif
