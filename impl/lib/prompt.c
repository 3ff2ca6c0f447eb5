#include "lib/prompt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "lib/lines.h"

struct input {
    char *line;
    size_t size;
};

/* Returns the length of the next line, 0 at the end, or a negative errno code. */
static ssize_t read_line(struct input *input)
{
    errno = 0;
    ssize_t length = getline(&input->line, &input->size, stdin);
    if (length < 0)
        return feof(stdin) ? 0 : -errno;
    if (input->line[length - 1] == '\n')
        return length;
    char *longer = realloc(input->line, (size_t)length + 2);
    if (!longer)
        return -ENOMEM;
    longer[length] = '\n';
    longer[length + 1] = '\0';
    *input = (struct input){.line = longer, .size = (size_t)length + 2};
    return length + 1;
}

int prompt_talk(prompt_exchange *exchange, void *context, const char *farewell, struct failure *failure)
{
    struct input input = {0};
    int result = 0;
    bool stopped = false;
    while (result == 0 && !stopped) {
        fputs(">> ", stdout);
        fflush(stdout);
        ssize_t length = read_line(&input);
        if (length < 0)
            result = failure_set(failure, (int)-length, "read standard input");
        if (length <= 0)
            break;
        result = exchange(context, input.line, (size_t)length, failure);
        stopped = text_is_stop(input.line, (size_t)length);
    }
    free(input.line);
    if (result == 0 && stopped)
        puts(farewell);
    return result;
}
