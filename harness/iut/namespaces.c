#include "iut/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int text_write(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return -errno;
    ssize_t written = write(file, text, strlen(text));
    int result = written < 0 ? -errno : 0;
    close(file);
    return result;
}

// The kernel lets a process without privileges map one user and one group, its own, and the group only after
// it gave up setgroups(2). `uid` and `gid` are those that it had before the namespace.
static int user_map(uid_t uid, gid_t gid)
{
    char line[64];
    snprintf(line, sizeof line, "%u %u 1\n", (unsigned)uid, (unsigned)uid);
    int result = text_write("/proc/self/uid_map", line);
    if (result < 0)
        return result;
    result = text_write("/proc/self/setgroups", "deny");
    if (result < 0 && result != -ENOENT)
        return result;
    snprintf(line, sizeof line, "%u %u 1\n", (unsigned)gid, (unsigned)gid);
    return text_write("/proc/self/gid_map", line);
}

static int loopback_up(void)
{
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0)
        return -errno;
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int result = ioctl(handle, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
    close(handle);
    return result;
}

// What reads /proc/<its PID> must find itself there: LeakSanitizer gives up otherwise. Mounts of the host
// still reach the cell, ours do not reach the host.
static int proc_mount(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return -errno;
    return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ? -errno : 0;
}

// Settings of the cell's network that make it quicker where they work, and that nothing depends on.
static void network_tune(void)
{
    // Ports below 1024 for everybody.
    text_write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    // A send buffer that grows to 256 KiB, not to 4 MiB: a program soon blocks that writes to a peer who never reads.
    text_write("/proc/sys/net/ipv4/tcp_wmem", "4096 16384 262144");
}

static void isolation_setup(unsigned isolation, uid_t uid, gid_t gid, struct reply *outcome)
{
    if (isolation & ISOLATE_USER) {
        outcome->step = SETUP_USER_MAP;
        outcome->result = user_map(uid, gid);
    }
    if (outcome->result == 0 && isolation & ISOLATE_NETWORK) {
        outcome->step = SETUP_LOOPBACK;
        outcome->result = loopback_up();
        network_tune();
    }
    if (outcome->result == 0 && isolation & ISOLATE_PROCESSES) {
        outcome->step = SETUP_PROC;
        outcome->result = proc_mount();
    }
}

pid_t isolation_fork(unsigned isolation, struct reply *outcome)
{
    unsigned long flags = SIGCHLD;
    if (isolation & ISOLATE_USER)
        flags |= CLONE_NEWUSER;
    if (isolation & ISOLATE_NETWORK)
        flags |= CLONE_NEWNET;
    if (isolation & ISOLATE_PROCESSES)
        flags |= CLONE_NEWPID | CLONE_NEWNS;
    uid_t uid = geteuid();
    gid_t gid = getegid();
    pid_t pid = isolation == ISOLATE_NOTHING ? fork() : (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
    if (pid < 0)
        return -errno;
    if (pid == 0)
        isolation_setup(isolation, uid, gid, outcome);
    return pid;
}

void die_with_parent(bool die)
{
    prctl(PR_SET_PDEATHSIG, die ? SIGKILL : 0);
}

void adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int cpu_bind(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu >= CPU_SETSIZE)
        return -EINVAL;
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) < 0 ? -errno : 0;
}
