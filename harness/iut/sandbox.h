// Where implementations under test run.
//
// A *sandbox* is a small keeper process, forked from the harness before it has threads or much memory. On
// request it makes *cells*, one for each worker: a launcher process that is PID 1 of a PID namespace of its
// own, with the /proc that goes with it, and lives in a network namespace of its own with loopback up (all
// inside a user namespace when the harness is not root). Every program that a worker starts is a child of its
// cell's launcher, so no two workers share ports, nothing reaches the outside, and clearing a cell kills
// whatever a program left behind, daemons included.
//
// Without namespaces (not permitted, or `--sandbox none`) a cell is the same launcher without them: a session
// and process group for each program, orphans adopted and killed by their parentage, ports that the kernel
// picks. In between, where /proc cannot be mounted (containers that mask parts of it), a cell has a network
// of its own but shares PIDs. Everything below works in all; only cell_isolated() tells them apart.
//
// Threads: sandbox_open() before any thread is made; cell_open() and cell_close() from any thread; a cell is
// used by one thread at a time. When the harness dies, by whatever cause, the keeper, the cells and their
// programs die too.
//
// A call that asks the keeper or a launcher returns -EPIPE when that is gone and -ETIMEDOUT when it has not
// answered for 30 seconds; the cell is then good for nothing but cell_close().
#ifndef SOCKSPEC_IUT_SANDBOX_H
#define SOCKSPEC_IUT_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum sandbox_mode {
    SANDBOX_AUTO,       // namespaces where the kernel permits them, none otherwise
    SANDBOX_NAMESPACES, // namespaces, or fail
    SANDBOX_NONE,
};

struct sandbox;
struct cell;

// Forks the keeper. On success returns 0 and `*sandbox`; a negative errno otherwise (-EPERM and the like when
// SANDBOX_NAMESPACES is not permitted).
int sandbox_open(enum sandbox_mode mode, struct sandbox **sandbox);
void sandbox_close(struct sandbox *sandbox); // NULL is fine

// What was chosen, and why, in one line for people: "network and PID namespaces", "user and network
// namespaces, process groups", "none (user namespaces: Operation not permitted): ephemeral ports, process
// groups".
const char *sandbox_description(const struct sandbox *sandbox);

// True when each cell has a network of its own.
bool sandbox_isolated(const struct sandbox *sandbox);

// Makes a cell. Its launcher and all that it starts are bound to `cpu` (none when negative). Returns 0 or a
// negative errno.
int cell_open(struct sandbox *sandbox, int cpu, struct cell **cell);
void cell_close(struct cell *cell); // kills everything in it; NULL is fine

// True when the cell has a network of its own: fixed ports cannot collide.
bool cell_isolated(const struct cell *cell);

// A socket in the cell's network, close-on-exec. Returns the descriptor or a negative errno. A few of each
// kind are fetched ahead, so that most calls cost no message to the launcher.
int cell_socket(struct cell *cell, int domain, int type);

// A port that nothing uses now, for SOCK_STREAM or SOCK_DGRAM, on any local address, IPv4 or IPv6; outside
// the range from which the kernel serves clients. The harness is not given the same one again before some
// 12,000 others. Returns the port or a negative errno.
int cell_free_port(struct cell *cell, int type);

// "The harness's" is what it was at sandbox_open().
struct process_start {
    const char *const *argv;        // argv[0] is looked for on the harness's PATH when it has no slash, else from
                                    // `directory` when it is relative; NULL at the end
    const char *const *environment; // NAME=VALUE over the harness's own; NULL at the end; may be NULL
    const char *directory;          // working directory; NULL: the harness's
};

// A started program. The descriptors belong to the caller, who closes them with process_release().
struct process {
    pid_t pid;  // as the harness sees it (for /proc), not as the cell does
    int number; // the cell's own name for it, for cell_signal()
    int input;  // write end of its standard input
    int output; // read end of its standard output
    int errors; // read end of its standard error
    int exited; // becomes readable when the program itself has ended
    bool ended; // set by process_wait()
    int status; // wait status, valid once ended
};

// Starts a program in its own session. All descriptors of the harness stay closed in it; signals are reset;
// resource limits apply (core 0, descriptors 4096). Returns 0, or a negative errno: -ENOENT when there is no
// such program or directory, -EACCES when it is not executable, -ENOEXEC when it is no program, -E2BIG when
// arguments and environment exceed 192 KiB. The pipes block; who writes to `input` ignores SIGPIPE.
int cell_start(struct cell *cell, const struct process_start *start, struct process *process);

// Sends a signal to the program alone (not to its children). Returns 0, or -ESRCH when it has ended. Never
// hits another process that got its PID. After SIGSTOP all its threads stand still, or it has ended.
int cell_signal(struct cell *cell, struct process *process, int signal);

// Waits until the program has ended or `deadline` (clock_now) is past. Returns 0 with `status` set,
// -ETIMEDOUT, or another negative errno: -EPIPE when the launcher ended first.
int process_wait(struct process *process, int64_t deadline);

// Closes the descriptors. The process itself is ended by cell_clear().
void process_release(struct process *process);

// Kills every process in the cell but the launcher and waits until they are gone. Returns how many there were
// beside programs that had ended by themselves, or a negative errno: -ETIMEDOUT when one still lives after
// ten seconds. The number may be too low, but not 0, when a parent reaps its killed child before it dies
// itself.
int cell_clear(struct cell *cell);

// Descriptors, threads, zombies and resident memory of all programs in the cell together, with what they
// started. A zombie is one that its parent does not reap; it counts nowhere else.
struct cell_usage {
    long descriptors;
    long threads;
    long zombies;
    long memory_kib;
};

// Reads them from /proc. Returns 0, or -ENOTSUP where there is no /proc.
int cell_usage(struct cell *cell, struct cell_usage *usage);

enum endpoint_kind { ENDPOINT_TCP, ENDPOINT_UDP, ENDPOINT_UNIX };

// Tells whether a connection to TCP `port` on 127.0.0.1 or ::1 in the cell's network would find a listener,
// whether UDP `port` is bound there, or whether something listens on the Unix socket `path` (one bound by a
// relative name is known by its end); without touching it, so that a server which counts or limits its
// clients notices nothing. Returns LISTENING, LISTENING_ON_IPV6 where a TCP connection to 127.0.0.1 would find none (as far
// as the kernel tells the two apart), 0, or a negative errno (-ENOTSUP where the kernel's socket tables cannot be read:
// then connect instead). Cheap enough to poll: about 5 microseconds for TCP, 50 for UDP, 15 for Unix.
enum { LISTENING = 1, LISTENING_ON_IPV6 = 2 };

int cell_listening(struct cell *cell, enum endpoint_kind kind, uint16_t port, const char *path);

// Tells whether the kernel's keep-alive timer runs on the cell's end of a TCP connection, `local_port` being that
// end's and `remote_port` the other's. Returns 1, 0, -ENOENT when there is no such connection, or -ENOTSUP.
int cell_keepalive(struct cell *cell, uint16_t local_port, uint16_t remote_port);

#endif
