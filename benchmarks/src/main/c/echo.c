/* Writes what it reads, at once. Static: it runs in an empty container. */
#include <unistd.h>

int main(void) {
    char bytes[4096];
    ssize_t count;
    while ((count = read(0, bytes, sizeof bytes)) > 0) {
        for (ssize_t written = 0; written < count;) {
            ssize_t more = write(1, bytes + written, (size_t)(count - written));
            if (more < 0) {
                return 1;
            }
            written += more;
        }
    }
    return count < 0;
}
