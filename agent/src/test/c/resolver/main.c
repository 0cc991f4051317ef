/* What the C library makes of each of these files as its resolv.conf(5): a line of servers, a line of its search list. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy(const char *from)
{
	static char content[1 << 16];
	int in = open(from, O_RDONLY);
	int out = open("/etc/resolv.conf", O_WRONLY | O_TRUNC);
	ssize_t length = read(in, content, sizeof content);
	int failed = in < 0 || out < 0 || length < 0 || write(out, content, length) != length;
	close(in);
	close(out);
	return failed;
}

int main(int count, char **files)
{
	for (int i = 1; i < count; i++) {
		struct __res_state state;
		char text[INET6_ADDRSTRLEN];
		memset(&state, 0, sizeof state);
		if (copy(files[i]) || res_ninit(&state))
			return 1;
		printf("servers");
		for (int server = 0; server < state.nscount; server++) {
			struct sockaddr_in6 *v6 = state._u._ext.nsaddrs[server];
			if (state.nsaddr_list[server].sin_family == AF_INET)
				printf(" %s", inet_ntop(AF_INET, &state.nsaddr_list[server].sin_addr, text, sizeof text));
			else if (v6)
				printf(" %s", inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text));
		}
		printf("\nsearch");
		for (int domain = 0; domain < MAXDNSRCH && state.dnsrch[domain]; domain++)
			printf(" %s", state.dnsrch[domain]);
		printf("\n");
	}
	return 0;
}
