package dev.bailiwick.agent.kernel.linux.root;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The users and groups of a jail with the thin base: those that its programs expect, and none of the host's. */
final class BaseUsers {

    private static final String PASSWD = """
            root:x:0:0:root:/root:/bin/sh
            daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            """;

    private static final String GROUP = """
            root:x:0:
            daemon:x:1:
            tty:x:5:
            www-data:x:33:
            nogroup:x:65534:
            """;

    /** No user has a password, as with {@code useradd}; a program that changes one needs the line. */
    private static final String SHADOW = """
            root:*:20000:0:99999:7:::
            daemon:*:20000:0:99999:7:::
            www-data:*:20000:0:99999:7:::
            nobody:*:20000:0:99999:7:::
            """;

    /** All that is written: another text is another base. */
    static final String TEXT = PASSWD + GROUP + SHADOW;

    private BaseUsers() {}

    /** Writes passwd(5), group(5) and shadow(5) to the directory. */
    static void writeTo(Path etc) throws IOException {
        Files.writeString(etc.resolve("passwd"), PASSWD);
        Files.writeString(etc.resolve("group"), GROUP);
        Path shadow = etc.resolve("shadow");
        Files.writeString(shadow, SHADOW);
        Files.setPosixFilePermissions(shadow, PosixFilePermissions.fromString("rw-------"));
    }
}
