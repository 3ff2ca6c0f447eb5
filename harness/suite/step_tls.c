// What steps say of TLS.
#include <string.h>

#include "suite/load.h"
#include "suite/step_values.h"

static bool read_version(struct reader *reader, const yaml_node_t *node, struct step_tls *tls)
{
    static const char *const versions[] = {"1.2", "1.3", NULL};
    size_t index;
    if (!node)
        return true;
    if (!read_word(reader, node, "a version of TLS", versions, &index))
        return false;
    tls->version = index ? TLS_VERSION_1_3 : TLS_VERSION_1_2;
    return true;
}

static bool read_size(struct reader *reader, const yaml_node_t *node, long long *size)
{
    return !node || read_integer(reader, node, 1, 16384, size);
}

static bool read_server_name(struct reader *reader, const yaml_node_t *node, const char **name)
{
    if (!node)
        return true;
    if (!read_string(reader, node, name))
        return false;
    if (strcmp(*name, "absent") == 0)
        *name = "";
    return true;
}

// `tls: {version, record, segment, server-name, refused}`.
static bool read_details(struct reader *reader, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"version", "record", "segment", "server-name", "refused", NULL};
    struct step_tls *tls = &step->tls;
    const yaml_node_t *refused;
    tls->use = TLS_ON;
    if (!map_check(reader, node, "tls", keys, NULL) || !read_version(reader, map_get(reader, node, "version"), tls) ||
        !read_size(reader, map_get(reader, node, "record"), &tls->record) ||
        !read_size(reader, map_get(reader, node, "segment"), &tls->segment) ||
        !read_server_name(reader, map_get(reader, node, "server-name"), &tls->server_name))
        return false;
    refused = map_get(reader, node, "refused");
    if (refused && !read_boolean(reader, refused, &tls->refused))
        return false;
    if (tls->refused && step->word != STEP_ACCEPT)
        reader_problem(reader, refused, "only `accept` can be `refused`: it is clients that verify certificates");
    return !tls->refused || step->word == STEP_ACCEPT;
}

bool step_read_tls(struct reader *reader, const yaml_node_t *map, struct step *step)
{
    static const char *const words[] = {"no", "yes", "1.2", "1.3", NULL};
    const yaml_node_t *node = map_get(reader, map, "tls");
    size_t index;
    if (!node)
        return true;
    step->tls.given = true;
    if (node_is_map(node))
        return read_details(reader, node, step);
    if (!read_word(reader, node, "a use of TLS", words, &index))
        return false;
    step->tls.use = index == 0 ? TLS_OFF : TLS_ON;
    step->tls.version = index == 2 ? TLS_VERSION_1_2 : index == 3 ? TLS_VERSION_1_3 : TLS_VERSION_ANY;
    return true;
}
