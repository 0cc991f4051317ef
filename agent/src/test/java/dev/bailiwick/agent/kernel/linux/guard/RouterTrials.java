package dev.bailiwick.agent.kernel.linux.guard;

import java.util.List;
import java.util.Map;

/** Prints what the host knows of routes and neighbours, before and after a jail, and a machine beyond, claim to be its router or a neighbour. */
final class RouterTrials extends GuardedNetwork {

    private static final String TARGET = "203.0.113.9";
    private static final String TARGET_V6 = "2001:db8:99::9";
    private static final String OTHER_ROUTER = "192.0.2.77";

    private RouterTrials() throws Exception {}

    /** A host that believes everything: even one that forwards packets accepts routers and redirects. */
    private static void believe() throws Exception {
        for (String of : List.of("all", "default", "up0")) {
            shell("sysctl -q -w net.ipv4.conf." + of + ".accept_redirects=1 net.ipv4.conf." + of + ".secure_redirects=0"
                    + " net.ipv6.conf." + of + ".accept_redirects=1 net.ipv6.conf." + of + ".accept_ra=2");
        }
    }

    private void run() throws Exception {
        believe();
        start("a1", "a");
        start("b1", "b");
        String link = linkOf("a1");
        shell("ip neigh replace " + OTHER_ROUTER + " lladdr 02:00:00:00:00:77 dev up0 nud permanent");
        say("before", link);
        claim(
                jail("a1").pid(),
                "169.254.1.1",
                jail("b1").v4(),
                jail("a1").v4(),
                "fe80::1",
                jail("b1").v6());
        claim(jail("a1").pid(), "192.0.2.2", TARGET, OTHER_ROUTER, "2001:db8::2", TARGET_V6);
        say("after", link);
        say(
                "neighbour",
                attempt(
                        beyond,
                        tries(Map.of("b1", List.of(jail("b1").v4(), jail("b1").v6())))));
        claim(beyond, "192.0.2.2", TARGET, OTHER_ROUTER, "2001:db8::2", TARGET_V6);
        await("the host believes a machine beyond", () -> {
            boolean believes = shell("ip -6 route show default").contains("proto ra");
            if (!believes) {
                // The host reads advertisements only once its own address has been checked for duplicates.
                send(beyond, "192.0.2.2", TARGET, OTHER_ROUTER, "2001:db8::2", TARGET_V6);
            }
            return believes;
        });
        say("beyond", link);
    }

    private void claim(long pid, String to, String target, String gateway, String toV6, String targetV6)
            throws Exception {
        System.out.println("> claimed " + send(pid, to, target, gateway, toV6, targetV6));
    }

    private String send(long pid, String to, String target, String gateway, String toV6, String targetV6)
            throws Exception {
        return run(List.of(
                        "nsenter",
                        "-t",
                        Long.toString(pid),
                        "-n",
                        probe.toString(),
                        "claim",
                        "eth0",
                        to,
                        target,
                        gateway,
                        toV6,
                        targetV6,
                        "fe80::77"))
                .replace('\n', ' ');
    }

    private void say(String when, String link) throws Exception {
        System.out.println("> " + when + " route " + line("ip route get " + TARGET));
        System.out.println(
                "> " + when + " to-b1 " + line("ip route get " + jail("b1").v4()));
        System.out.println("> " + when + " to-b1-v6 "
                + line("ip -6 route get " + jail("b1").v6()));
        System.out.println("> " + when + " routers " + line("ip -6 route show default"));
        System.out.println("> " + when + " addresses " + line("ip -6 -o addr show dev " + link));
        System.out.println("> " + when + " neighbours "
                + line("ip -6 neigh show dev " + link + " nud permanent; ip neigh show dev " + link
                        + "; ip -6 neigh show to " + jail("b1").v6()));
    }

    private static String line(String script) throws Exception {
        return shell(script).replaceAll("expires \\S+|\\s+|cache|uid 0", " ").strip();
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (RouterTrials network = new RouterTrials()) {
            network.run();
        }
        System.out.println("> end");
    }
}
