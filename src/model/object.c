/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of living objects, whose ids are used again, and notes of what changed in them. */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

void link_init(struct link *head)
{
	head->prev = head->next = head;
}

void link_add(struct link *head, struct link *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

void link_del(struct link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	link_init(l);
}

bool alloc_fails(struct model *m)
{
	m->n_allocs++;
	if (m->n_allocs != m->fail_at)
		return false;
	m->was_injected = true;
	return true;
}

void *obj_alloc(struct model *m, enum obj_kind kind, size_t size)
{
	struct obj_table *t = &m->tables[kind];
	struct obj *o;

	if (alloc_fails(m))
		return NULL;
	o = xcalloc(1, size);
	o->kind = kind;
	if (t->n_free) {
		o->id = t->free_ids[--t->n_free];
		t->items[o->id] = o;
	} else {
		o->id = t->n;
		t->items = array_grow(t->items, &t->n, &t->room, sizeof(struct obj *));
		t->items[o->id] = o;
	}
	t->n_live++;
	return o;
}

void obj_free(struct model *m, void *object)
{
	struct obj *o = object;
	struct obj_table *t = &m->tables[o->kind];

	t->items[o->id] = NULL;
	t->free_ids = array_grow(t->free_ids, &t->n_free, &t->free_room, sizeof(uint32_t));
	t->free_ids[t->n_free - 1] = o->id;
	t->n_live--;
	free(o);
}

void *obj_get(const struct model *m, enum obj_kind kind, uint32_t id)
{
	return id < m->tables[kind].n ? m->tables[kind].items[id] : NULL;
}

uint32_t model_n_objects(const struct model *m, enum obj_kind kind)
{
	return m->tables[kind].n_live;
}

static void ns_label(const struct model *m, const struct k_ns *ns, char *buf, size_t size)
{
	const char *name = ns_kinds[ns->kind].name;

	if (ns->is_unknown)
		snprintf(buf, size, "%s:[?]", name);
	else if (ns->born && ns->born == m->n_calls)
		snprintf(buf, size, "%s:[new]", name);
	else
		snprintf(buf, size, "%s:[%u]", name, ns->inum);
}

static void task_label(const struct model *m, const struct k_task *p, char *buf, size_t size)
{
	if (p == m->init_task)
		snprintf(buf, size, "init_task (swapper)");
	else if (!p->thread_pid)
		snprintf(buf, size, "the child");
	else
		snprintf(buf, size, "task %d (%s)", task_pid_nr(p), p->comm);
}

const char *obj_label(const struct model *m, const void *object, char *buf, size_t size)
{
	const struct obj *o = object;

	if (!o)
		snprintf(buf, size, "NULL");
	else if (o->kind == OBJ_NS)
		ns_label(m, object, buf, size);
	else if (o->kind == OBJ_TASK)
		task_label(m, object, buf, size);
	else if (o->kind == OBJ_NSPROXY)
		snprintf(buf, size, "nsproxy #%u", o->id + 1);
	else
		snprintf(buf, size, "%s %u", obj_kind_names[o->kind], o->id);
	return buf;
}

static struct change *note(struct model *m, const void *object, const char *field)
{
	const struct obj *o = object;
	struct change *c = trace_change(m->trace);
	char buf[64];

	c->kind = o->kind;
	c->id = o->id;
	c->label = trace_strdup(m->trace, obj_label(m, object, buf, sizeof(buf)));
	c->field = field;
	return c;
}

static bool is_relative(const void *object)
{
	const struct obj *o = object;

	if (o->kind == OBJ_NS)
		return !((const struct k_ns *)object)->is_count_known;
	if (o->kind == OBJ_NSPROXY)
		return ((const struct k_nsproxy *)object)->is_inferred;
	return false;
}

void note_count(struct model *m, const void *object, const char *field, int64_t was, int64_t now)
{
	struct change *c;

	if (!m->trace)
		return;
	c = note(m, object, field);
	c->was = was;
	c->now = now;
	c->is_relative = is_relative(object);
}

void note_text(struct model *m, const void *object, const char *field, const char *was,
	       const char *now)
{
	struct change *c;

	if (!m->trace)
		return;
	c = note(m, object, field);
	c->is_link = true;
	c->was_text = trace_strdup(m->trace, was);
	c->now_text = trace_strdup(m->trace, now);
}

void note_link(struct model *m, const void *object, const char *field, const void *was,
	       const void *now)
{
	char from[64], to[64];

	if (!m->trace)
		return;
	note_text(m, object, field, obj_label(m, was, from, sizeof(from)),
		  obj_label(m, now, to, sizeof(to)));
}
