#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the hosts that only the screens need, each given through `nscope dump`:

    tests/golden/hosts.py hostile | ./nscope dump --load - -o tests/golden/hostile.json
    tests/golden/hosts.py denied | ./nscope dump --load - -o tests/golden/denied.json
    tests/golden/hosts.py full | ./nscope dump --load - -o tests/golden/full.json

hostile: names that want to break a screen, in every place where a name is shown.
denied: what a user without any rights sees of a host that hides nothing but namespaces.
full: quotas of namespaces that are used up, in a sandbox inside a sandbox.
"""
import json
import sys

KINDS = ("mnt", "net", "pid", "user", "ipc", "uts", "cgroup", "time")
INIT = {kind: 4026531834 + i for i, kind in enumerate(KINDS)}
NAMES = [
    "plain",
    "esc\\x1b[31mred\\x1b]0;title\\x07",
    "wide\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57",
    "e\u0301 combining",
    "bidi\u202edrowssap",
    "zero\u200bwidth",
    "new\\x0aline\\x0dreturn\\x09tab",
    "bad\\xff\\xfe utf8\\xc3",
    "c1\\xc2\\x9b31m csi",
    "%s%n%1$s",
    "\U0001f600\U0001f600\U0001f600",
    "",
    "a name that is much longer than any column of this screen can ever hold in full",
]


def task(tid, comm, ppid=1, uid=0, links=True, **own):
    slots = dict(INIT, pid_for_children=INIT["pid"], time_for_children=INIT["time"])
    slots.update(own)
    row = {"tid": tid, "tgid": tid, "ppid": ppid, "start": tid * 10, "comm": comm, "uid": uid,
           "state": "S", "kthread": False, "pids": [tid], "cgroup": "/", "container": None,
           "cmdline": comm, "ns": slots if links else {}}
    if not links:
        row["missing"] = {"ns": "denied", "nsproxy": "denied"}
    return row


def namespace(kind, inum, holders=()):
    row = {"type": kind, "inum": inum, "id": None, "initial": inum == INIT[kind],
           "owner": None if inum == INIT["user"] else INIT["user"], "parent": None, "missing": {},
           "holders": list(holders)}
    if inum == INIT["user"]:
        row["missing"] = {"owner": "none", "parent": "none"}
    elif kind == "pid":
        row["missing"] = {"parent": "none"}
    return row


def host(name, tasks, namespaces, coverage, users, quotas=()):
    json.dump({"nscope": {"format": 1, "version": "0"},
               "meta": {"taken": "2026-01-01T00:00:00.000000000Z", "host": name, "kernel": "6.18",
                        "boot_id": "0"},
               "coverage": coverage, "tasks": tasks, "nsproxies": [], "namespaces": namespaces,
               "users": users, "quotas": list(quotas)}, sys.stdout)


def hostile():
    tasks = [task(1, "init", 0)]
    namespaces = [namespace(kind, INIT[kind]) for kind in KINDS]
    for i, name in enumerate(NAMES):
        row = task(10 + i, name, 1, 1000 + i, uts=4026540000 + i)
        row["cgroup"] = "/" + name
        row["container"] = {"runtime": name, "id": name, "name": name}
        tasks.append(row)
        namespaces.append(namespace("uts", 4026540000 + i))
        bind = {"kind": "bind", "path": "/run/" + name, "mnt_ns": INIT["mnt"]}
        namespaces.append(namespace("net", 4026550000 + i, [{"ref": "nsfs", "keepers": [bind]}]))
    host(NAMES[1], tasks, namespaces,
         [{"probe": NAMES[1], "state": "denied", "seen": 1, "missed": 2, "why": NAMES[6]}],
         [{"uid": 1000 + i, "name": name} for i, name in enumerate(NAMES)])


def denied():
    tasks = [task(1, "systemd", 0, links=False), task(2, "kthreadd", 0, links=False),
             task(31, "kworker/0:1H", 2, links=False), task(412, "sshd", links=False),
             task(900, "nginx", links=False), task(2310, "sshd", 412, links=False),
             task(2311, "bash", 2310, 1000), task(2400, "sleep", 2311, 1000, net=4026540001)]
    for row in tasks[1:3]:
        row["kthread"] = True
    host("web1", tasks, [namespace(kind, INIT[kind]) for kind in KINDS] +
         [namespace("net", 4026540001)],
         [{"probe": "nslinks", "state": "denied", "seen": 8, "missed": 6,
           "why": "ptrace access refused: run as root or with CAP_SYS_PTRACE"},
          {"probe": "fds", "state": "denied", "seen": 8, "missed": 6,
           "why": "ptrace access refused: run as root or with CAP_SYS_PTRACE"}],
         [{"uid": 0, "name": "root"}, {"uid": 1000, "name": "alice"}])


def full():
    box, deep = 4026540001, 4026540002
    tasks = [task(1, "systemd", 0), task(2, "kthreadd", 0), task(2311, "bash", 1, 1000),
             task(2400, "bwrap", 2311, 1000, user=box, net=4026540011),
             task(2401, "tests", 2400, 1000, user=deep, net=4026540012),
             task(2402, "tests", 2401, 1000, user=deep, net=4026540013)]
    tasks[1]["kthread"] = True
    namespaces = [namespace(kind, INIT[kind]) for kind in KINDS]
    for inum, parent in ((box, INIT["user"]), (deep, box)):
        row = namespace("user", inum)
        row.update(owner=parent, parent=parent, owner_uid=1000)
        namespaces.append(row)
    for i, owner in enumerate((box, deep, deep)):
        namespaces.append(dict(namespace("net", 4026540011 + i), owner=owner))
    host("web1", tasks, namespaces, [{"probe": "quota", "state": "ok", "seen": 3, "missed": 0,
                                      "why": None}],
         [{"uid": 0, "name": "root"}, {"uid": 1000, "name": "alice"}],
         [{"user": INIT["user"], "max": {kind: 15661 for kind in KINDS},
           "users": [{"uid": 0, "used": {"mnt": 4, "uts": 3}},
                     {"uid": 1000, "used": {"net": 3, "user": 2}}]},
          {"user": box, "max": {"user": 1, "net": 3, "time": 0},
           "users": [{"uid": 1000, "used": {"net": 3, "user": 1}}]},
          {"user": deep, "max": {}, "users": [{"uid": 1000, "used": {"net": 2}}]}])


{"hostile": hostile, "denied": denied, "full": full}[sys.argv[1]]()
