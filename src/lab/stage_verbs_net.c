/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces of net namespaces; control groups. */
#include "stage_verbs.h"

#include <errno.h>
#include <string.h>

static const struct net_verb {
	const char *name;
	enum lab_kind kind;
	int other; /* the argument that is a test process; -1: none */
} verbs[] = {
	{"veth", LAB_VETH, 2},		{"move", LAB_LINK_MOVE, 1},   {"link_up", LAB_LINK_UP, -1},
	{"link_del", LAB_LINK_DEL, -1}, {"address", LAB_ADDRESS, -1}, {"ping", LAB_PING, -1},
	{"links", LAB_LINKS, -1},	{"cgroup", LAB_CGROUP, -1},
};

int stage_prepare_net(struct stage_run *r)
{
	const struct net_verb *v = verbs;
	struct actor *o;

	while (strcmp(v->name, r->act->verb))
		v++;
	r->c.kind = v->kind;
	r->c.name = stage_arg(r, 0);
	r->c.text = stage_arg(r, v->kind == LAB_PING ? 0 : 1);
	if (v->other < 0)
		return 0;
	o = stage_other(r, v->other);
	if (!o)
		return -EINVAL;
	r->c.other = o->id;
	return 0;
}
