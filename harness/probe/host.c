#include "probe/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define READY_MS 10000
#define STOP_MS 2000

static int start_instance(struct host *host, const struct launch *launch, char **message)
{
    struct endpoint endpoint = {.host = "127.0.0.1", .port = launch->port};
    if (!endpoint.port)
        endpoint.port = cell_free_port(host->cell, SOCK_STREAM);
    if (endpoint.port < 0) {
        *message = format_text("no free port: %s", strerror(-endpoint.port));
        return endpoint.port;
    }
    host->has_instance = true;
    int result = instance_start(&host->instance, host->cell, launch, &host->stand_in, &endpoint, message);
    if (result < 0)
        return result;
    int64_t patience = (int64_t)(READY_MS * host->settings->time_scale) * NANOSECONDS_PER_MS;
    result = instance_wait_ready(&host->instance, clock_now() + patience);
    if (result == 0)
        return 0;
    char *fate = instance_fate(&host->instance);
    *message = format_text("the program never listened: it %s", fate);
    free(fate);
    return result;
}

int host_start(struct host *host, char **message)
{
    const struct host_settings *settings = host->settings;
    const struct program *program = settings->program;
    if (host->has_instance)
        return 0;
    host->instance = (struct instance){0};
    host->stand_in = (struct test_case){.program = program, .role = program->role, .transport = program->transport};
    if (settings->target->running) {
        host->instance.program = program;
        host->instance.transport = program->transport;
        host->instance.running = settings->target->address;
        host->instance.path = settings->target->path;
        host->has_instance = true;
        return 0;
    }
    int result = host->cell ? 0 : cell_open(settings->sandbox, host->cpu, &host->cell);
    if (result < 0) {
        *message = format_text("cannot make a cell to run in: %s", strerror(-result));
        return result;
    }
    return start_instance(host, profile_launch(settings->target->profile, program), message);
}

char *host_stop(struct host *host)
{
    if (!host->has_instance)
        return NULL;
    instance_stop(&host->instance, (int64_t)(STOP_MS * host->settings->time_scale));
    char *report = instance_sanitizer_report(&host->instance);
    instance_free(&host->instance);
    host->has_instance = false;
    return report;
}

void host_close(struct host *host)
{
    free(host_stop(host));
    cell_close(host->cell);
    host->cell = NULL;
}

struct net_address host_address(struct host *host)
{
    return instance_address(&host->instance, AF_INET);
}

static int make_socket(void *context, int domain, int type)
{
    return cell_socket(context, domain, type);
}

struct socket_source host_sockets(const struct host *host)
{
    return host->settings->target->running ? (struct socket_source){0}
                                           : (struct socket_source){make_socket, host->cell};
}
