package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.Sysctls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a jail finds in its own /proc/sys, and what programs can do by it. */
@NeedsRoot
class KernelSettingsTest {

    /** Another value than the default, of each setting that a definition can have. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("net.core.somaxconn", "1000"),
            Map.entry("net.ipv4.ip_unprivileged_port_start", "80"),
            Map.entry("net.ipv4.ip_local_port_range", "2000 60000"),
            Map.entry("net.ipv4.tcp_keepalive_time", "60"),
            Map.entry("net.ipv4.tcp_keepalive_intvl", "10"),
            Map.entry("net.ipv4.tcp_keepalive_probes", "3"),
            Map.entry("net.ipv4.tcp_fin_timeout", "10"),
            Map.entry("net.ipv4.tcp_tw_reuse", "1"),
            Map.entry("net.ipv4.tcp_slow_start_after_idle", "0"),
            Map.entry("net.unix.max_dgram_qlen", "512"),
            Map.entry("kernel.shmmax", "1073741824"),
            Map.entry("kernel.shmall", "262144"),
            Map.entry("kernel.shmmni", "128"),
            Map.entry("kernel.sem", "250 32000 32 128"),
            Map.entry("kernel.msgmax", "65536"),
            Map.entry("kernel.msgmnb", "65536"));

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void eachSettingIsTheJailsAndNotItsHosts() throws Exception {
        assertThat(OTHERS.keySet()).isEqualTo(Sysctls.known().keySet());
        StringBuilder script = new StringBuilder();
        Map<String, String> here = new HashMap<>();
        for (String name : OTHERS.keySet()) {
            String file = name.replace('.', '/');
            here.put(name, Sysctl.read(file));
            script.append("echo ")
                    .append(name)
                    .append(" $(cat /proc/sys/")
                    .append(file)
                    .append("); ");
        }
        JailDefinition definition = host.definition("usual", "/bin/sh", "-c", script.toString());
        String usual = host.outputOf(definition);
        String set = host.outputOf(with(host.definition("set", "/bin/sh", "-c", script.toString()), OTHERS));

        OTHERS.forEach((name, value) -> {
            assertThat(usual.lines()).doesNotContain(name + " " + value);
            assertThat(set.lines()).contains(name + " " + value);
        });
        here.forEach((name, before) ->
                assertThat(Sysctl.read(name.replace('.', '/'))).as(name).isEqualTo(before));
    }

    /** The kernel refuses a value that contradicts one which is not written yet. */
    @Test
    void portsAreWrittenInTheOrderThatTheKernelAccepts() throws Exception {
        List<Map<String, String>> all = List.of(
                ports("80", "80 60000"),
                ports("40000", "40000 60000"),
                ports("0", "1 65535"),
                ports("1024", "1024 1024"));
        for (int i = 0; i < all.size(); i++) {
            JailDefinition definition = host.definition(
                    "ports" + i, "/bin/sh", "-c", "exec cat /proc/sys/net/ipv4/ip_unprivileged_port_start");
            assertThat(host.outputOf(with(definition, all.get(i))).strip())
                    .isEqualTo(all.get(i).get("net.ipv4.ip_unprivileged_port_start"));
        }
    }

    private static Map<String, String> ports(String unprivileged, String outgoing) {
        return Map.of("net.ipv4.ip_unprivileged_port_start", unprivileged, "net.ipv4.ip_local_port_range", outgoing);
    }

    @Test
    void aJailCannotChangeThem() throws Exception {
        String script = "echo 5 >/proc/sys/net/core/somaxconn; cat /proc/sys/net/core/somaxconn";
        JailDefinition definition = with(host.definition("fixed", "/bin/sh", "-c", script), OTHERS);

        assertThat(host.outputOf(definition)).contains("Read-only file system").endsWith("1000\n");
    }

    @Test
    void aUserBindsToAPortThatTheJailPermits() throws Exception {
        String bind = "perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0); "
                + "print bind(S, sockaddr_in(80, INADDR_ANY)) ? q(bound) : $!'";
        JailDefinition usual = host.definition("usual", "/bin/sh", "-c", bind);
        JailDefinition set = host.definition("set", "/bin/sh", "-c", bind);

        assertThat(host.outputOf(usual.with(asUser()))).isEqualTo("Permission denied");
        assertThat(host.outputOf(with(set.with(asUser()), OTHERS))).isEqualTo("bound");
    }

    @Test
    void everyUserCanSendEchoRequests() throws Exception {
        String ping = "perl -MSocket -e 'print socket(S, PF_INET, SOCK_DGRAM, 1) ? q(a socket) : $!'";

        assertThat(outputOutside(ping)).isEqualTo("Permission denied");
        assertThat(host.outputOf("root", ping)).isEqualTo("a socket");
        assertThat(host.outputOf(host.definition("user", "/bin/sh", "-c", ping).with(asUser())))
                .isEqualTo("a socket");
    }

    /** A new network namespace of another user permits it to nobody. */
    private static String outputOutside(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("unshare", "-Urn", "sh", "-c", script)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** Debian's ping has a capability that no jail has; the kernel would refuse to execute it if the root let programs have any. */
    @Test
    void aProgramWithAFileCapabilityIsExecutedWithoutIt() throws Exception {
        JailDefinition definition = host.definition("capable", "/bin/sh", "-c", "/true && echo executed");
        Path program = Files.createTempFile("bailiwick-true-", "");
        Files.copy(Path.of("/usr/bin/true"), program, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        TestHost.withProgram(definition, program, "true");
        Files.delete(program);
        Path inRoot = Path.of(definition.path().value(), "root/true");
        assertThat(new ProcessBuilder("chmod", "755", inRoot.toString()).start().waitFor())
                .isZero();
        assertThat(new ProcessBuilder("setcap", "cap_net_raw=ep", inRoot.toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(host.outputOf(definition)).isEqualTo("executed\n");
    }

    private static Execution asUser() {
        return Execution.PLAIN.with(CommandUser.parse("1000:1000"));
    }

    private static JailDefinition with(JailDefinition definition, Map<String, String> sysctls) {
        Execution execution = definition.execution().with(new Sysctls(new TreeMap<>(sysctls)));
        return DefinitionVariant.of(definition).execution(execution).definition();
    }
}
