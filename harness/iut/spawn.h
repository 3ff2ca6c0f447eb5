// Starting a program from a launcher: its pipes, its place, its environment.
#ifndef SOCKSPEC_IUT_SPAWN_H
#define SOCKSPEC_IUT_SPAWN_H

#include "iut/protocol.h"

// The pipes of a program, in the order in which their ends travel to the harness.
enum program_pipe { PIPE_INPUT, PIPE_OUTPUT, PIPE_ERRORS, PIPE_EXITED, PIPE_COUNT };

struct program_pipes {
    int harness[PIPE_COUNT];
    int program[PIPE_COUNT]; // of PIPE_EXITED, the end that the launcher writes to
};

// Makes the pipes, close-on-exec. Returns 0 or a negative errno.
int pipes_open(struct program_pipes *pipes);
void pipes_close_harness(struct program_pipes *pipes);
void pipes_close_program(struct program_pipes *pipes);

// Starts what a REQUEST_START of `length` bytes asks for, in a session of its own, with signals as they are
// by default and no descriptor open but the three standard ones. Returns its PID or a negative errno.
pid_t program_spawn(const struct request *request, size_t length, const struct program_pipes *pipes);

#endif
