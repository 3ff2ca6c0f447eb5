#include "base/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

atomic_bool interrupted; // lock-free, so a handler may set it

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = true;
}

void interrupt_catch(void)
{
    signal(SIGPIPE, SIG_IGN);
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
