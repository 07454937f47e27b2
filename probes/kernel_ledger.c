/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger: what holds each namespace, counted by distinct objects, against the
 * kernel's own count. A reading is not atomic. So the counts are read before and
 * after; a row whose count has moved in between is not to be judged.
 */
#include "kernel_impl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
	enum ref_kind ref;
	bool is_keeper_only; /* all of these are one reference, counted elsewhere */
} refs[K_REF_N] = {
	[K_REF_FD] = {REF_NSFS, true},
	[K_REF_BIND] = {REF_NSFS, true},
	[K_REF_SOCKET] = {REF_SOCKET},
	[K_REF_NET_FILE] = {REF_NET_FILE},
	[K_REF_SHM] = {REF_SHM},
	[K_REF_SYSVIPC] = {REF_SYSVIPC},
	[K_REF_MOUNTS] = {REF_MOUNTS},
	[K_REF_CGROUP_FILE] = {REF_CGROUP_FILE},
	[K_REF_FSCONTEXT] = {REF_FSCONTEXT},
	[K_REF_CRED] = {REF_CRED},
	[K_REF_UCOUNTS] = {REF_UCOUNTS},
	[K_REF_MM] = {REF_MM},
	[K_REF_SUPER] = {REF_SUPER},
	[K_REF_PROC_SUPER] = {REF_PROC_SUPER},
	[K_REF_FUSE] = {REF_FUSE},
	[K_REF_BINFMT] = {REF_BINFMT},
	[K_REF_PID] = {REF_STRUCT_PID},
	[K_REF_PERF] = {REF_PERF},
	[K_REF_FANOTIFY] = {REF_FANOTIFY},
	[K_REF_MQ_NOTIFY] = {REF_MQ_NOTIFY},
	[K_REF_ANON_MNT] = {REF_DETACHED},
	[K_REF_TREE] = {REF_NSFS, true},
};

/* ---- counting ---- */

static void forget_reading(struct ledger *l)
{
	addr_map_free(&l->nss);
	addr_map_free(&l->nsproxies);
	l->tallies.n = l->proxies.n = l->holds.n = l->n_bad = 0;
}

void ledger_begin(struct ledger *l, const struct kernel_scan *scan)
{
	forget_reading(l);
	addr_map_free(&l->before);
	for (uint32_t i = 0; i < scan->n_nss; i++)
		addr_entry(&l->before, scan->nss[i].addr)->row = scan->nss[i].refs;
	for (uint32_t i = 0; i < scan->n_nsproxies; i++)
		addr_entry(&l->before, scan->nsproxies[i].addr)->row = scan->nsproxies[i].count;
}

static struct tally *find_tally(struct ledger *l, uint64_t addr)
{
	int32_t row = addr_find(&l->nss, addr);

	return row < 0 ? NULL : &l->tallies.items[row];
}

static void count_one(struct ledger *l, uint64_t addr, enum ref_kind ref)
{
	struct tally *t = find_tally(l, addr);

	if (t)
		t->counts[ref]++;
}

static void add_tallies(struct ledger *l)
{
	for (uint32_t i = 0; i < l->scan->n_nss; i++) {
		const struct k_ns *ns = &l->scan->nss[i];
		struct addr_row *entry = addr_entry(&l->nss, ns->addr);
		struct tally *t;

		if (entry->row != IX_OFF || ns->refs <= 0 || ns->kind >= NS_N_KINDS)
			continue;
		entry->row = l->tallies.n;
		t = array_add(&l->tallies);
		t->ns = ns;
		t->before = addr_find(&l->before, ns->addr);
		t->counts[REF_NSFS] = !!ns->stashed;
	}
}

static void count_kin(struct ledger *l)
{
	for (uint32_t i = 0; i < l->tallies.n; i++) {
		const struct k_ns *ns = l->tallies.items[i].ns;

		if (ns->kind != NS_USER)
			count_one(l, ns->owner, REF_OWNED);
		count_one(l, ns->parent, REF_CHILD);
	}
}

static void count_proxies(struct ledger *l)
{
	for (uint32_t i = 0; i < l->scan->n_nsproxies; i++) {
		const struct k_nsproxy *p = &l->scan->nsproxies[i];
		struct addr_row *entry = addr_entry(&l->nsproxies, p->addr);

		if (entry->row != IX_OFF)
			continue;
		entry->row = l->proxies.n;
		*array_add(&l->proxies) =
			(struct tally_proxy){.proxy = p, .before = addr_find(&l->before, p->addr)};
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			count_one(l, p->ns[slot], REF_NSPROXY);
	}
	for (uint32_t i = 0; i < l->scan->n_tasks; i++) {
		int32_t row = addr_find(&l->nsproxies, l->scan->tasks[i].nsproxy);

		if (row >= 0)
			l->proxies.items[row].tasks++;
	}
}

static int hold_order(const void *a, const void *b)
{
	const struct k_hold *x = *(const struct k_hold *const *)a,
			    *y = *(const struct k_hold *const *)b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	if (refs[x->ref].ref != refs[y->ref].ref)
		return refs[x->ref].ref < refs[y->ref].ref ? -1 : 1;
	if (x->obj != y->obj)
		return x->obj < y->obj ? -1 : 1;
	return x->by - y->by;
}

static void count_pins(struct ledger *l)
{
	const struct k_hold *last = NULL;

	for (uint32_t i = 0; i < l->pins->n_holds; i++)
		if (l->pins->holds[i].ref < K_REF_N && find_tally(l, l->pins->holds[i].ns))
			*array_add(&l->holds) = &l->pins->holds[i];
	qsort(l->holds.items, l->holds.n, sizeof(*l->holds.items), hold_order);
	for (uint32_t i = 0; i < l->holds.n; i++) {
		const struct k_hold *h = l->holds.items[i];

		if (!refs[h->ref].is_keeper_only &&
		    (!last || last->ns != h->ns || last->obj != h->obj || last->ref != h->ref))
			count_one(l, h->ns, refs[h->ref].ref);
		last = h;
	}
}

/* What a namespace is charged to pins the user namespace of its own; credentials may share it. */
static void count_ucounts(struct ledger *l)
{
	struct addr_map seen = {0};

	for (uint32_t i = 0; i < l->pins->n_holds; i++)
		if (l->pins->holds[i].ref == K_REF_UCOUNTS)
			addr_entry(&seen, l->pins->holds[i].obj)->row = 0;
	for (uint32_t i = 0; i < l->tallies.n; i++) {
		const struct k_ns *ns = l->tallies.items[i].ns;

		if (!ns->ucounts || addr_entry(&seen, ns->ucounts)->row == 0)
			continue;
		addr_entry(&seen, ns->ucounts)->row = 0;
		count_one(l, ns->ucounts_ns, REF_UCOUNTS);
	}
	addr_map_free(&seen);
}

static int64_t explained(const struct tally *t)
{
	int64_t sum = 0;

	for (int ref = 0; ref < REF_N_KINDS; ref++)
		sum += t->counts[ref];
	return sum;
}

/*
 * The kernel's own number of sockets in a network namespace (sockstat): there are
 * sockets that no file leads to. It needs a task in there to read the file of.
 */
static void count_sockets(int proc, struct tally *t, int32_t tid)
{
	char path[40], text[256];
	const char *line;
	unsigned n;

	snprintf(path, sizeof(path), "%d/net/sockstat", tid);
	if (probe_read_file(proc, path, text, sizeof(text)) <= 0)
		return;
	line = strstr(text, "sockets: used ");
	if (line && sscanf(line, "sockets: used %u", &n) == 1 && (int)n > t->counts[REF_SOCKET])
		t->counts[REF_SOCKET] = n;
}

static bool is_initial(const struct tally *t)
{
	return t->ns->inum == ns_kinds[t->ns->kind].init_inum;
}

/*
 * On 6.1 the kernel was seen to count one reference more on some user and pid namespaces
 * than there are holders that we know: no rest of theirs is a finding there. Nor is it
 * where FUSE or overlayfs is a module, whose structs we do not know.
 */
static bool is_explored(const struct ledger *l, enum ns_kind kind)
{
	return (l->scan->is_explored && !l->pins->n_opaque) || (kind != NS_USER && kind != NS_PID);
}

static bool lacks_sockets(const struct tally *t)
{
	return t->ns->kind == NS_NET && explained(t) < t->ns->refs;
}

static void ask_sockstat(struct ledger *l, int proc)
{
	for (uint32_t i = 0; i < l->scan->n_tasks; i++) {
		int32_t row = addr_find(&l->nsproxies, l->scan->tasks[i].nsproxy);
		struct tally *t = NULL;

		if (row >= 0)
			t = find_tally(l, l->proxies.items[row].proxy->ns[NS_NET]);
		if (t && lacks_sockets(t) && !t->has_row) {
			t->has_row = true;
			count_sockets(proc, t, l->scan->tasks[i].tid);
		}
	}
	for (uint32_t i = 0; i < l->tallies.n; i++)
		l->tallies.items[i].has_row = false;
}

/*
 * A rest is believed when some readings in a row had the same one, and nobody who could
 * have done it ran in between: a namespace at work may let go of one thing and take
 * another while it is read, and be found in the same middle of it again and again.
 */
static void note_rest(struct ledger *l, int proc, const struct tally *t)
{
	struct addr_row *entry = addr_entry(&l->rest_rows, t->ns->addr);
	int32_t n = t->ns->refs - explained(t);
	bool is_running = false;
	struct rest *rest;
	uint64_t stir;

	if (entry->row == IX_OFF) {
		entry->row = l->rests.n;
		array_add(&l->rests);
	}
	rest = &l->rests.items[entry->row];
	stir = n ? ledger_stir(l, proc, t->ns->addr, &is_running) : 0;
	if (is_running || rest->refs != t->ns->refs || rest->n != n || rest->stir != stir)
		rest->times = 0;
	rest->times++;
	rest->stir = stir;
	rest->refs = t->ns->refs;
	rest->n = n;
}

static bool is_sure(struct ledger *l, const struct tally *t)
{
	int32_t row = addr_find(&l->rest_rows, t->ns->addr);

	/* More holders than references: what was seen was not all there at one time. */
	if (t->before != t->ns->refs || explained(t) > t->ns->refs)
		return false;
	return explained(t) == t->ns->refs ||
	       (row >= 0 && l->rests.items[row].times >= LEDGER_SURE);
}

static void count_bad(struct ledger *l, int proc)
{
	for (uint32_t i = 0; i < l->tallies.n; i++) {
		const struct tally *t = &l->tallies.items[i];

		if (is_initial(t) || !is_explored(l, t->ns->kind))
			continue;
		note_rest(l, proc, t);
		l->n_bad += t->before != t->ns->refs || explained(t) != t->ns->refs;
	}
	for (uint32_t i = 0; i < l->proxies.n; i++) {
		const struct tally_proxy *p = &l->proxies.items[i];

		if (p->proxy->addr != l->scan->idle_nsproxy)
			l->n_bad += p->before != p->proxy->count || p->tasks != p->proxy->count;
	}
}

void ledger_count(struct ledger *l, int proc, const struct kernel_scan *scan,
		  const struct kernel_pins *pins)
{
	l->scan = scan;
	l->pins = pins;
	add_tallies(l);
	count_kin(l);
	count_proxies(l);
	count_pins(l);
	count_ucounts(l);
	ask_sockstat(l, proc);
	count_bad(l, proc);
}

void ledger_free(struct ledger *l)
{
	forget_reading(l);
	addr_map_free(&l->before);
	addr_map_free(&l->rest_rows);
	free(l->tallies.items);
	free(l->proxies.items);
	free(l->holds.items);
	free(l->rests.items);
}

/* ---- into the builder ---- */

/* References of the initial namespaces that no list of holders has; -1: the kernel counts others.
 */
static const int8_t static_refs[NS_N_KINDS] = {
	[NS_MNT] = 1, [NS_NET] = 0,    [NS_PID] = -1, [NS_USER] = -1,
	[NS_IPC] = 0, [NS_CGROUP] = 1, [NS_UTS] = 1,  [NS_TIME] = 1,
};

static int count_cpus(void)
{
	return sysconf(_SC_NPROCESSORS_CONF);
}

static enum audit audit_of(const struct ledger *l, bool sure)
{
	if (l->scan->n_outside || l->pins->n_cut || !l->pins->has_maps)
		return AUDIT_PARTIAL;
	return sure ? AUDIT_FULL : AUDIT_UNSTABLE;
}

static enum audit audit_of_ns(struct ledger *l, const struct tally *t)
{
	if (is_initial(t))
		return AUDIT_INITIAL;
	return is_explored(l, t->ns->kind) ? audit_of(l, is_sure(l, t)) : AUDIT_PARTIAL;
}

static void merge_ns(struct ledger *l, struct probe_env *env, struct tally *t, int32_t row)
{
	struct ns *ns = builder_ns_row(env->b, row);

	t->has_row = true;
	t->row = row;
	ns->audit = audit_of_ns(l, t);
	for (int ref = 0; ref < REF_N_KINDS; ref++)
		if (t->counts[ref] && ref != REF_NSPROXY && ref != REF_CHILD && ref != REF_OWNED)
			builder_add_count(env->b, row, ref, t->counts[ref]);
	if (is_initial(t) && l->scan->has_static && static_refs[t->ns->kind] > 0)
		builder_add_count(env->b, row, REF_STATIC, static_refs[t->ns->kind]);
}

static const enum keeper_kind keeper_by[] = {
	[K_BY_TASK] = KEEPER_TASK,     [K_BY_CPU] = KEEPER_CPU,	    [K_BY_FILE] = KEEPER_FILE,
	[K_BY_FLIGHT] = KEEPER_FLIGHT, [K_BY_QUEUE] = KEEPER_QUEUE, [K_BY_SUPER] = KEEPER_SUPER,
	[K_BY_IPC] = KEEPER_IPC,       [K_BY_RING] = KEEPER_RING,
};

static enum keeper_kind kind_of(const struct k_hold *h)
{
	if (h->by == K_BY_FILE && h->ref == K_REF_FD)
		return KEEPER_FD;
	if (h->by == K_BY_FILE && h->ref == K_REF_SOCKET)
		return KEEPER_SOCKET;
	return h->ref == K_REF_BIND ? KEEPER_BIND : keeper_by[h->by];
}

/* "tcp 0.0.0.0:80 listening" */
static struct raw name_socket(struct probe_env *env, const struct k_hold *h)
{
	static const char *const families[] = {
		[AF_UNIX] = "unix",	  [AF_INET] = "inet",	  [AF_INET6] = "inet6",
		[AF_NETLINK] = "netlink", [AF_PACKET] = "packet", [AF_VSOCK] = "vsock",
	};
	static const char *const types[] = {
		[SOCK_STREAM] = "tcp", [SOCK_DGRAM] = "udp", [SOCK_RAW] = "raw"};
	enum { TCP_LISTEN = 10 };
	bool is_inet = h->family == AF_INET || h->family == AF_INET6;
	const char *name = h->family < ARRAY_SIZE(families) ? families[h->family] : NULL;
	const char *state = h->state == TCP_LISTEN && h->type == SOCK_STREAM ? " listening" : "";
	char addr[INET6_ADDRSTRLEN] = "", text[96], family[16];

	if (is_inet && h->type < ARRAY_SIZE(types) && types[h->type])
		name = types[h->type];
	if (!name) {
		snprintf(family, sizeof(family), "family %u", h->family);
		name = family;
	}
	if (is_inet)
		inet_ntop(h->family, h->addr, addr, sizeof(addr));
	if (is_inet)
		snprintf(text, sizeof(text), h->family == AF_INET6 ? "%s [%s]:%u%s" : "%s %s:%u%s",
			 name, addr, h->port, state);
	else
		snprintf(text, sizeof(text), "%s%s", name, state);
	return snap_strz(env->b, text);
}

/* Of a mount in a tree that is mounted nowhere: who has the tree, in place of where it is. */
static bool merge_tree(struct probe_env *env, const struct kernel_pins *pins,
		       const struct k_hold *bind, int32_t ns)
{
	bool is_any = false;

	for (uint32_t i = 0; bind->where && i < pins->n_holds; i++) {
		const struct k_hold *h = &pins->holds[i];

		if ((h->ref != K_REF_ANON_MNT && h->ref != K_REF_TREE) || h->obj != bind->where)
			continue;
		builder_add_keeper(env->b, &(struct keeper){
						   .ns = ns,
						   .ref = REF_NSFS,
						   .kind = h->by == K_BY_FLIGHT ? KEEPER_FLIGHT
										: KEEPER_TREE,
						   .pid = h->by == K_BY_TASK ? h->pid : h->tid,
						   .fd = h->fd,
						   .where_ns = IX_NONE,
					   });
		is_any = true;
	}
	return is_any;
}

/* Where a file system is mounted, or in which IPC namespace an object is: its row, or IX_NONE. */
static int32_t where_of(struct probe_env *env, const struct k_hold *h, struct addr_map *nss)
{
	enum ns_kind kind = h->by == K_BY_IPC ? NS_IPC : NS_MNT;
	int32_t row = h->where && (h->by == K_BY_IPC || h->by == K_BY_SUPER)
			      ? addr_find(nss, h->where)
			      : IX_NONE;

	return row >= 0 && builder_ns_row(env->b, row)->kind == kind ? row : IX_NONE;
}

static void merge_keeper(struct probe_env *env, const struct kernel_pins *pins,
			 const struct k_hold *h, int32_t ns, struct addr_map *nss)
{
	struct keeper k = {
		.ns = ns,
		.ref = refs[h->ref].ref,
		.kind = kind_of(h),
		/* A table of descriptors that its leader does not share is the thread's own. */
		.pid = h->by == K_BY_TASK ? h->pid : h->tid,
		.tid = h->by == K_BY_TASK ? h->tid : 0,
		.fd = h->fd,
		.ino = h->ref == K_REF_SOCKET ? h->ino : 0,
		.where_ns = where_of(env, h, nss),
	};

	/* Mounts that are somewhere are listed with their paths by another probe. */
	if (h->ref == K_REF_BIND && h->where && addr_find(nss, h->where) >= 0)
		return;
	if (h->ref == K_REF_BIND && merge_tree(env, pins, h, ns))
		return;
	/* Of the initial ones the number is enough. */
	if (builder_ns_row(env->b, ns)->is_initial && k.ref != REF_NSFS && k.ref != REF_SOCKET)
		return;
	if (h->by == K_BY_FILE && h->ref == K_REF_FD && h->pid == env->self)
		return;
	k.path = h->ref == K_REF_SOCKET
			 ? name_socket(env, h)
			 : snap_str(env->b, h->name, strnlen(h->name, sizeof(h->name)));
	builder_add_keeper(env->b, &k);
}

void ledger_merge_files(struct probe_env *env, const struct kernel_pins *pins, struct addr_map *nss)
{
	for (uint32_t i = 0; i < pins->n_holds; i++) {
		const struct k_hold *h = &pins->holds[i];
		int32_t row = addr_find(nss, h->ns);

		if (row >= 0 && (h->ref == K_REF_FD || h->ref == K_REF_SOCKET))
			merge_keeper(env, pins, h, row, nss);
	}
}

void ledger_merge(struct ledger *l, struct probe_env *env, struct addr_map *nss,
		  struct addr_map *nsproxies)
{
	for (uint32_t i = 0; i < l->tallies.n; i++) {
		int32_t row = addr_find(nss, l->tallies.items[i].ns->addr);

		if (row >= 0)
			merge_ns(l, env, &l->tallies.items[i], row);
	}
	for (uint32_t i = 0; i < l->holds.n; i++) {
		const struct k_hold *h = l->holds.items[i];
		const struct tally *t = find_tally(l, h->ns);

		/* A descriptor whose namespace had no file any more when the counts were read. */
		if (t->has_row && t->counts[refs[h->ref].ref])
			merge_keeper(env, l->pins, h, t->row, nss);
	}
	for (uint32_t i = 0; i < l->proxies.n; i++) {
		const struct tally_proxy *t = &l->proxies.items[i];
		int32_t row = addr_find(nsproxies, t->proxy->addr);
		struct nsproxy *p;

		if (row < 0)
			continue;
		p = builder_nsproxy_row(env->b, row);
		p->audit = audit_of(l, t->before == t->proxy->count);
		if (t->proxy->addr == l->scan->idle_nsproxy)
			p->n_idle = count_cpus();
		else if (t->tasks != t->proxy->count)
			p->audit = AUDIT_UNSTABLE;
	}
}
