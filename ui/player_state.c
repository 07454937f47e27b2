/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the lab at one moment, as rows that both worlds have: the test
 * processes as a tree, then the namespaces that came with them. What the last act
 * changed is found by comparing with the moment before.
 */
#include "player.h"

#include <string.h>

const struct snap *player_snap(const struct lesson *l, uint32_t at, enum player_world w)
{
	const struct lesson_moment *m = &l->moments.items[at];

	return w == WORLD_MODEL ? m->model_snap : m->kernel_snap;
}

int32_t player_task_row(const struct lesson *l, uint32_t at, enum player_world w, uint32_t actor)
{
	const struct lesson_moment *m = &l->moments.items[at];
	const struct snap *s = player_snap(l, at, w);
	const struct lesson_actor *a = actor < m->actors.n ? &m->actors.items[actor] : NULL;
	pid_t tid = !a ? 0 : w == WORLD_MODEL ? a->model_tid : a->kernel_tid;

	return s && tid && a->is_alive ? snap_find_task(s, tid) : IX_NONE;
}

/* ---- namespaces ---- */

static struct player_ns_id id_of(const struct ns *ns)
{
	return (struct player_ns_id){ns->inum, ns->id};
}

/* Inode numbers are used again; ids are not, where they are known. */
static bool is_id(const struct player_ns_id *a, const struct player_ns_id *b)
{
	return a->inum && a->inum == b->inum && (!a->id || !b->id || a->id == b->id);
}

int32_t player_ns_row(const struct player_state *s, uint32_t at, enum player_world w, uint32_t ns)
{
	const struct player_ns *pair = &s->nss.items[ns];
	const struct snap *snap = player_snap(s->l, at, w);
	int32_t row;
	struct player_ns_id id;

	if (!snap || !pair->in[w].inum)
		return IX_NONE;
	row = snap_find_ns(snap, pair->kind, pair->in[w].inum);
	if (row < 0)
		return IX_NONE;
	id = id_of(&snap->nss[row]);
	return is_id(&id, &pair->in[w]) ? row : IX_NONE;
}

/* What the same slot of the same test process holds in each world is the same namespace. */
static void add_pair(struct player_state *s, enum ns_kind kind,
		     const struct player_ns_id in[N_WORLDS], bool is_old)
{
	struct player_ns *p;

	for (uint32_t i = s->nss.n; i-- > 0;) {
		p = &s->nss.items[i];
		if (p->kind != kind)
			continue;
		for (int w = 0; w < N_WORLDS; w++) {
			if (!is_id(&p->in[w], &in[w]))
				continue;
			if (!p->in[!w].inum)
				p->in[!w] = in[!w];
			return;
		}
	}
	p = array_add(&s->nss);
	*p = (struct player_ns){.kind = kind, .is_old = is_old, .in = {in[0], in[1]}};
}

static void add_pairs_of(struct player_state *s, uint32_t at, uint32_t actor)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		struct player_ns_id in[N_WORLDS] = {0};

		for (int w = 0; w < N_WORLDS; w++) {
			const struct snap *snap = player_snap(s->l, at, w);
			int32_t task = player_task_row(s->l, at, w, actor);
			int32_t ns = task >= 0 ? snap->tasks[task].ns[slot] : IX_NONE;

			if (ns >= 0)
				in[w] = id_of(&snap->nss[ns]);
		}
		if (in[WORLD_MODEL].inum || in[WORLD_KERNEL].inum)
			add_pair(s, ns_slots[slot].kind, in, at == 0);
	}
}

int player_ns_actor(const struct lesson *l, enum player_world w, const struct ns *ns,
		    enum ns_slot *slot)
{
	const struct player_ns_id id = id_of(ns);

	for (uint32_t at = l->moments.n; at-- > 0;)
		for (uint32_t a = 0; a < l->moments.items[at].actors.n; a++) {
			const struct snap *s = player_snap(l, at, w);
			int32_t task = player_task_row(l, at, w, a);

			for (int i = 0; task >= 0 && i < NS_N_SLOTS; i++) {
				int32_t row = s->tasks[task].ns[i];
				struct player_ns_id it =
					row >= 0 ? id_of(&s->nss[row]) : (struct player_ns_id){0};

				if (ns_slots[i].kind != ns->kind || !is_id(&it, &id))
					continue;
				*slot = i;
				return a;
			}
		}
	return -1;
}

/* ---- nsproxies ---- */

static uint16_t *proxy_cell(const struct player_state *s, uint32_t at, enum player_world w,
			    uint32_t actor)
{
	return &s->proxies[w][at * s->n_actors + actor];
}

unsigned player_proxy(const struct player_state *s, uint32_t at, enum player_world w,
		      uint32_t actor)
{
	return actor < s->n_actors ? *proxy_cell(s, at, w, actor) : 0;
}

/* An nsproxy is not changed while tasks use it: other links are another one. */
static bool has_same_links(const struct lesson *l, uint32_t at, enum player_world w, uint32_t actor)
{
	int32_t now = player_task_row(l, at, w, actor), was = player_task_row(l, at - 1, w, actor);
	const struct snap *s = player_snap(l, at, w), *before = player_snap(l, at - 1, w);

	if (now < 0 || was < 0)
		return false;
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		int32_t a = s->tasks[now].ns[slot], b = before->tasks[was].ns[slot];

		if (ns_slots[slot].home != HOME_NSPROXY || (a < 0 && b < 0))
			continue;
		if (a < 0 || b < 0 || s->nss[a].inum != before->nss[b].inum)
			return false;
	}
	return true;
}

struct numbering {
	const struct player_state *s;
	uint32_t at;
	enum player_world w;
	int32_t *rows; /* by actor: the snap's nsproxy */
	uint16_t last; /* the highest number so far */
};

static bool is_taken(const struct numbering *n, uint16_t number, uint32_t actor)
{
	for (uint32_t i = 0; i < n->s->n_actors; i++)
		if (*proxy_cell(n->s, n->at, n->w, i) == number && n->rows[i] != n->rows[actor])
			return true;
	return false;
}

/* Who shares one has its number; who keeps it keeps the number; else it is a new one. */
static void number_actor(struct numbering *n, uint32_t actor)
{
	uint16_t *cell = proxy_cell(n->s, n->at, n->w, actor), old;

	for (uint32_t i = 0; i < n->s->n_actors; i++)
		if (n->rows[i] == n->rows[actor] && *proxy_cell(n->s, n->at, n->w, i)) {
			*cell = *proxy_cell(n->s, n->at, n->w, i);
			return;
		}
	old = n->at ? *proxy_cell(n->s, n->at - 1, n->w, actor) : 0;
	if (old && !is_taken(n, old, actor) && has_same_links(n->s->l, n->at, n->w, actor))
		*cell = old;
	else
		*cell = ++n->last;
}

static bool is_caller(const struct lesson_moment *m, uint32_t actor)
{
	const char *name = m->actors.items[actor].name;
	size_t n = strlen(name);

	return !strncmp(m->act, name, n) && m->act[n] == ':';
}

static int pass_of(const struct numbering *n, const struct lesson_moment *m, uint32_t actor)
{
	if (!n->at || !*proxy_cell(n->s, n->at - 1, n->w, actor))
		return 2;
	return is_caller(m, actor);
}

static void number_proxies(struct player_state *s, enum player_world w)
{
	struct numbering n = {.s = s, .w = w};

	s->proxies[w] = xcalloc((s->at + 1u) * (s->n_actors + 1u), sizeof(uint16_t));
	n.rows = xcalloc(s->n_actors + 1u, sizeof(*n.rows));
	for (n.at = 0; n.at <= s->at; n.at++) {
		const struct lesson_moment *m = &s->l->moments.items[n.at];

		for (uint32_t i = 0; i < s->n_actors; i++) {
			int32_t task = player_task_row(s->l, n.at, w, i);

			n.rows[i] = task >= 0 ? player_snap(s->l, n.at, w)->tasks[task].nsproxy
					      : IX_NONE;
		}
		/* Of those who shared one it is the caller who got another; the new come last. */
		for (int pass = 0; pass < 3; pass++)
			for (uint32_t i = 0; i < s->n_actors && i < m->actors.n; i++)
				if (n.rows[i] >= 0 && pass_of(&n, m, i) == pass)
					number_actor(&n, i);
	}
	free(n.rows);
}

/* ---- marks ---- */

static bool is_other_ns(const struct snap *s, int32_t a, const struct snap *before, int32_t b)
{
	if (a < 0 || b < 0)
		return (a < 0) != (b < 0);
	return s->nss[a].inum != before->nss[b].inum;
}

static int32_t proxy_count(const struct snap *s, int32_t task)
{
	int32_t px = s->tasks[task].nsproxy;

	if (px < 0)
		return -1;
	return s->nsproxies[px].count >= 0 ? s->nsproxies[px].count
					   : (int32_t)s->nsproxies[px].n_tasks;
}

bool player_is_shared(const struct player_state *s, uint32_t at, enum player_world w,
		      uint32_t actor)
{
	const struct snap *snap = player_snap(s->l, at, w);
	int32_t task = player_task_row(s->l, at, w, actor);
	int32_t px = task >= 0 ? snap->tasks[task].nsproxy : IX_NONE;
	uint32_t n = 0;

	for (uint32_t i = 0; px >= 0 && i < s->n_actors; i++) {
		int32_t other = player_task_row(s->l, at, w, i);

		n += other >= 0 && snap->tasks[other].nsproxy == px;
	}
	return px >= 0 && snap->nsproxies[px].n_tasks > n;
}

static bool is_task_changed(const struct player_state *s, enum player_world w, uint32_t actor,
			    int32_t now, int32_t was)
{
	const struct snap *snap = player_snap(s->l, s->at, w),
			  *before = player_snap(s->l, s->at - 1, w);
	const struct task *a = &snap->tasks[now], *b = &before->tasks[was];

	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (is_other_ns(snap, a->ns[slot], before, b->ns[slot]))
			return true;
	return player_proxy(s, s->at, w, actor) != player_proxy(s, s->at - 1, w, actor) ||
	       (!player_is_shared(s, s->at, w, actor) &&
		proxy_count(snap, now) != proxy_count(before, was)) ||
	       (a->state == 'Z') != (b->state == 'Z') || a->ppid != b->ppid;
}

/* All the world counts on the initial ones. Where no count is known, who is in it tells. */
static bool is_ns_changed(const struct ns *now, const struct ns *was, enum player_world w)
{
	if (now->is_initial && w == WORLD_KERNEL)
		return false;
	if (now->refs >= 0 && was->refs >= 0)
		return now->refs != was->refs;
	return !now->is_initial && now->n_threads != was->n_threads;
}

enum player_mark player_row_mark(const struct player_state *s, enum player_world w,
				 const struct player_row *r)
{
	int32_t now, was;
	bool is_changed;

	if (!s->has_marks || !s->at || r->is_title || !player_snap(s->l, s->at, w) ||
	    !player_snap(s->l, s->at - 1, w))
		return MARK_SAME;
	now = r->is_ns ? player_ns_row(s, s->at, w, r->ix) : player_task_row(s->l, s->at, w, r->ix);
	was = r->is_ns ? player_ns_row(s, s->at - 1, w, r->ix)
		       : player_task_row(s->l, s->at - 1, w, r->ix);
	if (now < 0 || was < 0)
		return now >= 0 ? MARK_NEW : was >= 0 ? MARK_GONE : MARK_SAME;
	is_changed = r->is_ns ? is_ns_changed(&player_snap(s->l, s->at, w)->nss[now],
					      &player_snap(s->l, s->at - 1, w)->nss[was], w)
			      : is_task_changed(s, w, r->ix, now, was);
	return is_changed ? MARK_CHANGED : MARK_SAME;
}

/* ---- rows ---- */

static bool is_there(const struct player_state *s, uint32_t at, uint32_t actor)
{
	return player_task_row(s->l, at, WORLD_MODEL, actor) >= 0 ||
	       player_task_row(s->l, at, WORLD_KERNEL, actor) >= 0;
}

/* Shown when it is there, or was before the act. */
static bool is_shown(const struct player_state *s, uint32_t actor)
{
	return is_there(s, s->at, actor) ||
	       (s->has_marks && s->at && is_there(s, s->at - 1, actor));
}

/* The nearest test process above it, at the time it was last there; -1: none. */
static int parent_of(const struct player_state *s, uint32_t actor)
{
	uint32_t at = is_there(s, s->at, actor) ? s->at : s->at - 1;
	enum player_world w =
		player_task_row(s->l, at, WORLD_KERNEL, actor) >= 0 ? WORLD_KERNEL : WORLD_MODEL;
	const struct snap *snap = player_snap(s->l, at, w);
	int32_t up = snap->tasks[player_task_row(s->l, at, w, actor)].parent;

	for (unsigned depth = 0; up >= 0 && depth < UINT16_MAX; depth++) {
		for (uint32_t i = 0; i < s->n_actors; i++)
			if (i != actor && is_shown(s, i) && player_task_row(s->l, at, w, i) == up)
				return i;
		up = snap->tasks[up].parent;
	}
	return -1;
}

static void add_below(struct player_state *s, const int *parents, int parent, unsigned depth)
{
	for (uint32_t i = 0; i < s->n_actors; i++) {
		struct player_row *r;

		if (parents[i] != parent || !is_shown(s, i))
			continue;
		r = array_add(&s->rows);
		*r = (struct player_row){.ix = i, .depth = depth};
		add_below(s, parents, i, depth + 1);
	}
}

static void add_actors(struct player_state *s)
{
	int *parents = xcalloc(s->n_actors + 1u, sizeof(*parents));

	for (uint32_t i = 0; i < s->n_actors; i++)
		parents[i] = is_shown(s, i) ? parent_of(s, i) : -1;
	add_below(s, parents, -1, 0);
	free(parents);
}

/* Those of before the lab are shown when the act changed their count. */
static void add_nss(struct player_state *s, bool is_old)
{
	for (uint32_t i = 0; i < s->nss.n; i++) {
		struct player_row r = {.is_ns = true, .ix = i};
		enum player_mark model = player_row_mark(s, WORLD_MODEL, &r);
		enum player_mark kernel = player_row_mark(s, WORLD_KERNEL, &r);
		bool is_now = player_ns_row(s, s->at, WORLD_MODEL, i) >= 0 ||
			      player_ns_row(s, s->at, WORLD_KERNEL, i) >= 0;
		bool is_marked = model != MARK_SAME || kernel != MARK_SAME;

		if (s->nss.items[i].is_old == is_old && (is_marked || (is_now && !is_old)))
			*array_add(&s->rows) = r;
	}
}

/* Where there is room for few. */
static void put_marked_first(struct player_state *s)
{
	uint32_t to = 0;

	while (to < s->rows.n && !s->rows.items[to].is_ns)
		to++;
	for (uint32_t i = to; i < s->rows.n; i++) {
		struct player_row r = s->rows.items[i];

		if (player_row_mark(s, WORLD_KERNEL, &r) == MARK_SAME &&
		    player_row_mark(s, WORLD_MODEL, &r) == MARK_SAME)
			continue;
		memmove(&s->rows.items[to + 1], &s->rows.items[to], (i - to) * sizeof(r));
		s->rows.items[to++] = r;
	}
}

void player_state_make(struct player_state *s, const struct lesson *l, uint32_t at, bool has_marks,
		       bool has_old)
{
	*s = (struct player_state){.l = l, .at = at, .has_marks = has_marks};
	s->n_actors = l->moments.items[at].actors.n;
	for (uint32_t m = 0; m <= at; m++)
		for (uint32_t i = 0; i < l->moments.items[m].actors.n; i++)
			add_pairs_of(s, m, i);
	number_proxies(s, WORLD_MODEL);
	number_proxies(s, WORLD_KERNEL);
	add_actors(s);
	*array_add(&s->rows) = (struct player_row){.is_title = true};
	add_nss(s, false);
	if (has_old)
		add_nss(s, true);
	else
		put_marked_first(s);
	if (s->rows.items[s->rows.n - 1].is_title)
		s->rows.n--;
}

void player_state_free(struct player_state *s)
{
	free(s->nss.items);
	free(s->rows.items);
	free(s->proxies[WORLD_MODEL]);
	free(s->proxies[WORLD_KERNEL]);
}
