package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageFilesTest {

    private static final String ORIGINAL = "as in the package\n";
    private static final String SECRET = "password = 4711\n";

    @TempDir
    private Path directory;

    private Path host;
    private Path layer;
    private final StringBuilder conffiles = new StringBuilder();
    private final StringBuilder ucf = new StringBuilder();

    @BeforeEach
    void host() throws IOException {
        host = Files.createDirectory(directory.resolve("host"));
        layer = Files.createDirectory(directory.resolve("layer"));
    }

    @Test
    void takesWhatIsAsItCameInThePackage() throws Exception {
        conffile("etc/nginx/nginx.conf", ORIGINAL, "rw-r--r--");
        conffile("etc/redis/redis.conf", ORIGINAL, "rw-r-----");
        conffile("etc/init.d/nginx", ORIGINAL, "rwxr-xr-x");
        byUcf("etc/php/8.2/fpm/php.ini", ORIGINAL, "rw-r--r--");

        assertThat(copied())
                .containsExactly(
                        "etc/init.d/nginx", "etc/nginx/nginx.conf", "etc/php/8.2/fpm/php.ini", "etc/redis/redis.conf");
        assertThat(layer.resolve("etc/nginx/nginx.conf")).hasContent(ORIGINAL);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(layer.resolve("etc/redis/redis.conf"))))
                .isEqualTo("rw-r--r--");
        assertThat(Files.isExecutable(layer.resolve("etc/init.d/nginx"))).isTrue();
    }

    @Test
    void leavesOutWhatSomebodyHasChangedAndNamesIt() throws Exception {
        conffile("etc/wgetrc", ORIGINAL, "rw-r--r--");
        Files.writeString(host.resolve("etc/wgetrc"), ORIGINAL + SECRET);
        byUcf("etc/ssh/sshd_config", ORIGINAL, "rw-r--r--");
        Files.writeString(host.resolve("etc/ssh/sshd_config"), SECRET);
        write("etc/nobodys.conf", SECRET, "rw-r--r--");

        assertThat(copied()).isEmpty();
        assertThat(found().changed()).containsExactly("etc/ssh/sshd_config", "etc/wgetrc");
    }

    /** They would be public if they were as in the package, but a package may also have generated them. */
    @Test
    void leavesOutWhatUcfKeepsAndNotEverybodyMayRead() throws Exception {
        byUcf("etc/app/config-db.php", SECRET, "rw-r-----");
        byUcf("etc/app/api-token.conf", SECRET, "rw-r--r--");
        byUcf("etc/dbconfig-common/app.conf", SECRET, "rw-r--r--");

        assertThat(copied()).isEmpty();
    }

    @Test
    void neverTakesWhatIdentifiesOrGovernsTheHost() throws Exception {
        for (String name : List.of(
                "etc/sudoers",
                "etc/sudoers.d/README",
                "etc/shadow",
                "etc/machine-id",
                "etc/hostname",
                "etc/ssl/private/host.pem",
                "etc/app/server.key",
                "etc/ssh/ssh_host_rsa_key",
                "etc/cron.daily/report",
                "etc/environment")) {
            conffile(name, ORIGINAL, "rw-r--r--");
        }

        assertThat(copied()).isEmpty();
    }

    @Test
    void takesLinksByWhichPackagesEnableTheirFiles() throws Exception {
        conffile("etc/nginx/sites-available/default", ORIGINAL, "rw-r--r--");
        link("etc/nginx/sites-enabled/default", "../sites-available/default");
        link("etc/nginx/sites-enabled/again", "default");
        link("etc/nginx/modules-enabled/geo.conf", "/usr/share/nginx/geo.conf");
        write("usr/share/nginx/geo.conf", ORIGINAL, "rw-r--r--");
        write("etc/nginx/sites-available/customer", SECRET, "rw-r--r--");
        link("etc/nginx/sites-enabled/customer", "../sites-available/customer");
        link("etc/nginx/sites-enabled/out", "/root/.ssh/id_rsa");

        assertThat(copied())
                .containsExactly(
                        "etc/nginx/modules-enabled/geo.conf",
                        "etc/nginx/sites-available/default",
                        "etc/nginx/sites-enabled/again",
                        "etc/nginx/sites-enabled/default");
    }

    @Test
    void ignoresRecordsThatLeaveEtcAndPackagesThatAreGone() throws Exception {
        write("etc/gone.conf", ORIGINAL, "rw-r--r--");
        write("root/note", ORIGINAL, "rw-r--r--");
        conffiles.append(" /etc/../root/note ").append(md5(ORIGINAL)).append('\n');
        conffiles.append(" /root/note ").append(md5(ORIGINAL)).append('\n');
        record("deinstall ok config-files", " /etc/gone.conf " + md5(ORIGINAL) + "\n");

        assertThat(copied()).isEmpty();
    }

    @Test
    void isStampedWithTheStateOfTheRecords() throws Exception {
        conffile("etc/app.conf", ORIGINAL, "rw-r--r--");
        record("install ok installed", conffiles.toString());
        String before = PackageFiles.stamp(host);
        assertThat(PackageFiles.stamp(host)).isEqualTo(before);

        Files.setLastModifiedTime(host.resolve("var/lib/dpkg/status"), FileTime.fromMillis(4_711_000));

        assertThat(PackageFiles.stamp(host)).isNotEqualTo(before);
    }

    private PackageFiles found() throws IOException {
        if (!Files.exists(host.resolve("var/lib/dpkg/status"))) {
            record("install ok installed", conffiles.toString());
        }
        Files.createDirectories(host.resolve("var/lib/ucf"));
        Files.writeString(host.resolve("var/lib/ucf/hashfile"), ucf);
        return new PackageFiles(host);
    }

    private List<String> copied() throws IOException {
        found().copyTo(layer);
        try (Stream<Path> all = Files.walk(layer)) {
            return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> layer.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    private void record(String state, String listed) throws IOException {
        write(
                "var/lib/dpkg/status",
                "Package: app\nStatus: " + state + "\nPriority: optional\nConffiles:\n" + listed
                        + "Description: an app\n that says /etc/no 0\n\n",
                "rw-r--r--");
    }

    private void conffile(String name, String content, String mode) throws Exception {
        write(name, content, mode);
        conffiles.append(" /").append(name).append(' ').append(md5(content)).append('\n');
    }

    private void byUcf(String name, String content, String mode) throws Exception {
        write(name, content, mode);
        ucf.append(md5(content)).append("  /").append(name).append('\n');
    }

    private void write(String name, String content, String mode) throws IOException {
        Path file = host.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private void link(String name, String target) throws IOException {
        Files.createDirectories(host.resolve(name).getParent());
        Files.createSymbolicLink(host.resolve(name), Path.of(target));
    }

    private static String md5(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
