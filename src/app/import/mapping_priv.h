/* The mapping's tree, shared by its parser and its evaluation. */
#ifndef APP_IMPORT_MAPPING_PRIV_H
#define APP_IMPORT_MAPPING_PRIV_H

#include "base/arena.h"
#include "cell.h"
#include "mapping.h"

enum node_kind { NODE_CONSTANT, NODE_OBJECT, NODE_ARRAY, NODE_CELL, NODE_TEXT };

struct column {
	const char *name, *pointer; /* pointer: where the document first names it */
	size_t index;               /* in a row; set by binding */
};

/* A piece of {"$text": ...}: literal text, then a cell. */
struct piece {
	const char *literal;
	struct column *column; /* NULL: none */
};

struct node {
	enum node_kind kind;
	const char *pointer;    /* in the event, for faults of rows */
	json_t *constant;       /* borrowed from the document */
	const char **keys;      /* of an object's members */
	struct node **children; /* of an object or array */
	size_t n;
	struct piece *pieces; /* n of them */
	struct column *column;
	struct cell_form form;
	bool keep_space;
	const json_t *values, *otherwise, *fallback; /* borrowed; NULL: not given */
};

struct mapping {
	json_t *document;
	struct arena *arena;
	const char *name, *country, *time_zone;
	char delimiter;
	bool leads, stored; /* what a row is; neither: an event */
	json_t *columns; /* borrowed: the names, when the file has no header */
	struct column **used;
	size_t n_used, width; /* width: fields of a row */
	struct node *event;
};

#endif
