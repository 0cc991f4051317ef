package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.OneHostTest;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Programs of this host in a jail that has no files besides the thin base. */
@NeedsRoot
class ThinBaseInJailTest extends OneHostTest {

    @Test
    void runsJavaFromItsSource() throws Exception {
        needs("/usr/bin/java");
        assertThat(outputOf("java", """
                cd /tmp && echo 'class Hello { public static void main(String[] a) throws Exception {
                    java.security.SecureRandom.getInstanceStrong();
                    System.out.println("hello " + javax.net.ssl.SSLContext.getDefault().getProtocol()); } }' > Hello.java &&
                java -XX:+UseSerialGC Hello.java""")).isEqualTo("hello Default\n");
    }

    @Test
    void changesPasswordsAndUsers() throws Exception {
        needs("/usr/sbin/chpasswd");
        assertThat(outputOf("passwords", """
                useradd -m joe && echo 'joe:Tr0ub4dor&3' | chpasswd && grep -c '^joe:.y' /etc/shadow
                su joe -c 'id -un'; su -s /bin/sh www-data -c 'id -un'
                passwd -l joe >/dev/null && passwd -S joe | cut -d' ' -f1-2""")).isEqualTo("1\njoe\nwww-data\njoe L\n");
    }

    @Test
    void knowsTheHostsCertificateAuthorities() throws Exception {
        needs("/usr/bin/openssl");
        assertThat(outputOf("authorities", """
                c=$(ls /etc/ssl/certs/*.0 | head -1)
                openssl verify -CApath /etc/ssl/certs "$c" | sed 's/.*: //'""")).isEqualTo("OK\n");
    }

    @Test
    void startsChromiumWithItsSettings() throws Exception {
        needs("/etc/chromium.d");
        assertThat(outputOf("browser", "chromium --version 2>&1"))
                .startsWith("Chromium ")
                .doesNotContain("No such file");
    }

    @Test
    void createsAPostgresCluster() throws Exception {
        needs("/usr/bin/pg_createcluster");
        needs("/etc/postgresql-common/createcluster.conf");
        assertThat(outputOf("cluster", """
                adduser --system --group --home /var/lib/postgresql --shell /bin/sh --quiet postgres 2>&1
                mkdir -p /var/run/postgresql /var/log/postgresql && chown postgres /var/run/postgresql /var/log/postgresql
                pg_createcluster $(ls /usr/lib/postgresql | tail -1) main >/tmp/out 2>&1 || cat /tmp/out
                pg_lsclusters -h | cut -d' ' -f2-3""")).contains("main");
    }

    /** Each of them is on this host, so the test would find it. */
    @Test
    void getsNothingThatBelongsToTheHostAlone() throws Exception {
        needs("/etc/shadow");
        assertThat(outputOf("secrets", """
                cat /etc/machine-id /etc/sudoers /etc/ssh/ssh_host_* /etc/fstab /etc/environment /etc/subuid 2>/dev/null
                ls /etc/ssl/private /etc/cron.daily 2>/dev/null; cut -d: -f2 /etc/shadow | sort -u""")).isEqualTo("*\n");
    }

    /** A jail that existed before the host's files were copied has its own changes. */
    @Test
    void keepsWhatAJailHasChanged() throws Exception {
        JailId id = host.newId();
        JailDefinition first = host.definition(
                "older", "/bin/sh", "-c", "echo mine > /etc/login.defs; rm -r /etc/security; mkdir /etc/new");
        host.start(id, first);
        host.awaitEnd();
        host.kernel.release(id);
        host.restartAgent();
        host.start(
                id,
                host.definition(
                        "older", "/bin/sh", "-c", "cat /etc/login.defs; ls -d /etc/security /etc/new /etc/pam.d"));
        host.awaitEnd();

        assertThat(host.logOf(id))
                .isEqualTo(
                        "mine\nls: cannot access '/etc/security': No such file or directory\n/etc/new\n/etc/pam.d\n");
    }

    private String outputOf(String name, String script) throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition(name, "/bin/sh", "-c", script));
        host.awaitEnd(Duration.ofSeconds(60));
        host.kernel.release(id);
        return host.logOf(id);
    }

    private static void needs(String file) {
        assumeThat(Files.exists(Path.of(file))).as("this host has " + file).isTrue();
    }
}
