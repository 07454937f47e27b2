/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the kernel probe share: rows by the address of their object,
 * and one reading on its way into the builder.
 */
#ifndef NSCOPE_KERNEL_IMPL_H
#define NSCOPE_KERNEL_IMPL_H

#include "hash.h"
#include "kernel_reader.h"
#include "probe.h"

struct addr_row {
	uint64_t addr;
	int32_t row;
};

struct addr_map {
	struct hash table;
	ARRAY(struct addr_row) items;
	uint32_t last; /* entry of the call before */
};

/* The entry of an address; a new one has row IX_OFF. Good until the next call. */
struct addr_row *addr_entry(struct addr_map *map, uint64_t addr);
/* The row of an address, IX_OFF when it is not there. */
int32_t addr_find(struct addr_map *map, uint64_t addr);
void addr_map_free(struct addr_map *map);

/* One namespace in the ledger. */
struct tally {
	const struct k_ns *ns;
	int32_t before; /* its count in the reading before */
	int32_t counts[REF_N_KINDS];
	bool has_row;
	int32_t row; /* in the builder */
};

struct tally_proxy {
	const struct k_nsproxy *proxy;
	int32_t before;
	int32_t tasks;
};

#define LEDGER_TRIES	5
#define LEDGER_SURE	3
#define LEDGER_GAP_NSEC 40000000L

/* What a count had over what was found, and how often running while nobody there ran. */
struct rest {
	uint64_t stir;
	int32_t refs;
	int32_t n;
	uint32_t times;
};

/* What holds each namespace, by one reading and what pins was read just before it. */
struct ledger {
	const struct kernel_scan *scan;
	const struct kernel_pins *pins;
	struct addr_map nss;	   /* -> tallies */
	struct addr_map nsproxies; /* -> proxies */
	ARRAY(struct tally) tallies;
	ARRAY(struct tally_proxy) proxies;
	ARRAY(const struct k_hold *) holds; /* of known namespaces, by ns, ref, obj */
	struct addr_map before;		    /* counts of the reading before */
	struct addr_map rest_rows;	    /* -> rests, of all readings so far */
	ARRAY(struct rest) rests;
	uint32_t n_bad; /* rows that do not add up, or moved */
};

/* Remember the counts of a reading, to be compared with those of the next. */
void ledger_begin(struct ledger *l, const struct kernel_scan *scan);
/*
 * A number that stays the same between two readings only when the same tasks use the
 * namespace, the same objects hold it and none of their tasks has run. Some may be running
 * right now: then no number tells.
 */
uint64_t ledger_stir(struct ledger *l, int proc, uint64_t ns, bool *is_running);
/* Add up. */
void ledger_count(struct ledger *l, int proc, const struct kernel_scan *scan,
		  const struct kernel_pins *pins);
/* Put counts, keepers and audits into the builder; `rows` has its rows of namespaces. */
void ledger_merge(struct ledger *l, struct probe_env *env, struct addr_map *nss,
		  struct addr_map *nsproxies);
/* Only who has the namespaces and sockets open, without any count. */
void ledger_merge_files(struct probe_env *env, const struct kernel_pins *pins,
			struct addr_map *nss);
void ledger_free(struct ledger *l);

struct kernel_quotas;

/*
 * Put the quotas of the user namespaces of a reading into the builder; `nss` has its
 * rows. Loads what it needs into *q, which is the caller's; `types` is as that of a reader.
 * 0, or -errno with e set.
 */
int kernel_quotas_merge(struct kernel_quotas **q, struct btf_view *types, struct probe_env *env,
			const struct kernel_scan *scan, struct addr_map *nss, struct err *e);
/* Tell that so many lists were not walked to their end. */
void kernel_tell_cut(struct probe_env *env, uint32_t n);
void kernel_quotas_close(struct kernel_quotas *q);

#endif
