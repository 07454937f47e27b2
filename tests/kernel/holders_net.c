/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds a network namespace: sockets, wherever they are, and files of /proc/net. */
#include "holders.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

void sockets(const char *kind)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int pair[2];

	enter(kind);
	MUST(socket(AF_INET, SOCK_DGRAM, 0));
	MUST(bind(MUST(socket(AF_INET, SOCK_STREAM, 0)), (void *)&in, sizeof(in)));
	MUST(socket(AF_INET6, SOCK_DGRAM, 0));
	MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	MUST(socket(AF_PACKET, SOCK_RAW, 0));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	MUST(dup(pair[0]));
}

static void lo_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));

	MUST(ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
}

void accept_queue(const char *kind)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0holders"};
	socklen_t len = sizeof(in);
	int fd;

	enter(kind);
	lo_up();
	fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
	MUST(bind(fd, (void *)&in, sizeof(in)));
	MUST(listen(fd, 8));
	MUST(getsockname(fd, (void *)&in, &len));
	for (int i = 0; i < 3; i++)
		MUST(connect(MUST(socket(AF_INET, SOCK_STREAM, 0)), (void *)&in, len));
	fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(bind(fd, (void *)&un, sizeof(un)));
	MUST(listen(fd, 8));
	for (int i = 0; i < 2; i++)
		MUST(connect(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&un, sizeof(un)));
}

/* A connection that both ends have closed; only its port is still remembered. */
void time_wait(const char *kind)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd, client, server;
	char c;

	enter(kind);
	lo_up();
	fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
	MUST(bind(fd, (void *)&in, sizeof(in)));
	MUST(listen(fd, 1));
	MUST(getsockname(fd, (void *)&in, &len));
	client = MUST(socket(AF_INET, SOCK_STREAM, 0));
	MUST(connect(client, (void *)&in, len));
	server = MUST(accept(fd, NULL, NULL));
	MUST(shutdown(client, SHUT_WR));
	MUST(read(server, &c, 1));
	close(server);
	MUST(read(client, &c, 1));
	close(client);
}

void tun(const char *kind)
{
	enter(kind);
	MUST(open("/dev/net/tun", O_RDWR));
}

void net_files(const char *kind)
{
	enter(kind);
	MUST(open("/proc/self/net/tcp", O_RDONLY));
	MUST(open("/proc/self/net/dev", O_RDONLY));
	MUST(open("/proc/self/net/sockstat", O_RDONLY));
	MUST(open("/proc/self/net", O_RDONLY | O_DIRECTORY));
}

static int flight[2];

static void send_socket(const char *kind)
{
	int fd;

	enter(kind);
	fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
	send_fd(flight[0], fd);
}

/* All that is left is in a message that nobody has received. */
uint32_t by_flight(const char *kind)
{
	uint32_t inum;
	pid_t pid;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, flight));
	pid = start(send_socket, kind);
	inum = inum_of(pid, kind);
	stop(pid);
	return inum;
}

/* A socket, of a namespace that we leave, which only a ring still has. */
static uint32_t register_socket(const char *kind, int *ring)
{
	static char params[120];
	int back = open_ns(getpid(), kind), files[3] = {-1, -1, -1};
	uint32_t inum;

	enter(kind);
	inum = inum_of(getpid(), kind);
	files[1] = MUST(socket(AF_INET, SOCK_DGRAM, 0));
	*ring = syscall(SYS_io_uring_setup, 4, params);
	MUST(setns(back, 0));
	close(back);
	if (*ring < 0) /* a host may forbid it */
		return inum;
	MUST(syscall(SYS_io_uring_register, *ring, 2 /* IORING_REGISTER_FILES */, files, 3));
	close(files[1]);
	return inum;
}

uint32_t by_ring_file(const char *kind)
{
	int ring;

	return register_socket(kind, &ring);
}

/* A ring that is mapped, and open no more: on no list that is read. */
uint32_t by_mapped_ring(const char *kind)
{
	uint32_t inum;
	int ring;

	inum = register_socket(kind, &ring);
	MUST(ring);
	if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, ring, 0) == MAP_FAILED)
		DIE("mmap of a ring");
	close(ring);
	return inum;
}
