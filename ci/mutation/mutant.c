/* Which mutant is tried (MUTANT in the environment), and which the program came by (a file of bytes, MUTANTS_REACHED). */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mutant.h"

enum { MOST = 1 << 16 };

static int tried;
static unsigned char *reached;

__attribute__((constructor(101))) static void begin(void)
{
    const char *number = getenv("MUTANT");
    const char *path = getenv("MUTANTS_REACHED");
    tried = number ? atoi(number) : 0;
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *memory = mmap(NULL, MOST, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED)
        reached = memory;
    close(fd);
}

_Bool mutant_is_tried(int number)
{
    return number == tried;
}

_Bool mutant_reached(int number)
{
    if (reached)
        reached[number] = 1;
    return number == tried;
}
