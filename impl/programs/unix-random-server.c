/* unix-random-server PATH [MIN MAX]: answers each line with a random number over a Unix socket (contract 23).
 */

#include "lib/arguments.h"
#include "lib/random_service.h"

int main(int argc, char **argv)
{
    struct server_options options = {.path = NULL};
    struct random_service service = RANDOM_SERVICE;
    const struct argument arguments[] = {
        {"PATH", ARGUMENT_TEXT, &options.path, "where to listen; a stale socket there is replaced"},
        RANDOM_SERVICE_ARGUMENTS(service),
        {0},
    };
    return random_service_main(&options, &service, argc, argv, arguments);
}
