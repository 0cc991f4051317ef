package dev.bailiwick.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.EndEvidence;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.reconcile.plan.InitEnd;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What daemons of Debian 12 and programs of common languages write when they end, with all the lines around it. */
class LastWordsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                // Words of others on the way to a cause are in InitEndTest. A ~ is the end of a line.
                "(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80~no listening sockets available,"
                        + " shutting down~AH00015: Unable to open logs | PortTaken",
                "(13)Permission denied: AH00072: make_sock: could not bind to address [::]:80~no listening sockets available,"
                        + " shutting down~AH00015: Unable to open logs | PortForbidden",
                "(13)Permission denied: AH00091: apache2: could not open error log file /var/log/apache2/error.log.~"
                        + "AH00015: Unable to open logs | PermissionDenied",
                "(2)No such file or directory: AH00091: apache2: could not open error log file /var/log/apache2/error.log.~"
                        + "AH00015: Unable to open logs | DirectoryMissing",
                "(30)Read-only file system: AH00099: could not create /usr/x/apache2.pid.4kZ | ReadOnly",
                "(28)No space left on device: AH00023: Couldn't create the mpm-accept mutex~(28)No space left on device:"
                        + " could not create accept mutex~AH00015: Unable to open logs | DiskFull",
                "apache2: Syntax error on line 80 of /etc/apache2/apache2.conf: DefaultRuntimeDir must be a valid directory,"
                        + " absolute or relative to ServerRoot | DirectoryMissing",
                "AH00543: apache2: bad user name www-dataa | UserUnknown",
                "httpd (pid 12) already running | AlreadyRunning",
                "node:events:495~      throw er; // Unhandled 'error' event~      ^~Error: listen EACCES: permission denied 0.0.0.0:80~"
                        + "    at Server.setupListenHandle [as _listen2] (node:net:1800:21)~    at listenInCluster (node:net:1865:12)~"
                        + "    at Server.listen (node:net:1953:7)~    at Object.<anonymous> (/srv/x.js:1:30)~"
                        + "    at Module._compile (node:internal/modules/cjs/loader:1356:14)~    at node:internal/main/run_main_module:28:49~"
                        + "Emitted 'error' event on Server instance at:~    at emitErrorNT (node:net:1844:8)~"
                        + "    at process.processTicksAndRejections (node:internal/process/task_queues:82:21) {~  code: 'EACCES',~"
                        + "  errno: -13,~  syscall: 'listen',~  address: '0.0.0.0',~  port: 80~}~~Node.js v18.19.0 | PortForbidden",
                "node:internal/modules/cjs/loader:1137~  throw err;~  ^~Error: Cannot find module '/srv/none.js'~"
                        + "    at Module._resolveFilename (node:internal/modules/cjs/loader:1134:15) {~  code: 'MODULE_NOT_FOUND',~"
                        + "  requireStack: []~}~~Node.js v18.19.0 | FileMissing",
                "Error: EROFS: read-only file system, open '/usr/x'~    at Object.openSync (node:fs:603:3) {~  errno: -30,~"
                        + "  syscall: 'open',~  code: 'EROFS',~  path: '/usr/x'~}~~Node.js v18.19.0 | ReadOnly",
                "Traceback (most recent call last):~  File \"/usr/lib/python3.11/socketserver.py\", line 472, in server_bind~"
                        + "    self.socket.bind(self.server_address)~PermissionError: [Errno 13] Permission denied | PortForbidden",
                "Traceback (most recent call last):~  File \"/srv/x.py\", line 3, in <module>~    s.bind(('', 80))~    ^^^^^^^^^^^~"
                        + "PermissionError: [Errno 13] Permission denied | PortForbidden",
                "    s.bind('/run/x.sock')~PermissionError: [Errno 13] Permission denied | PermissionDenied",
                "    open('/root/x')~PermissionError: [Errno 13] Permission denied: '/root/x' | PermissionDenied",
                "    self.socket.bind(self.server_address)~OSError: [Errno 98] Address already in use | PortTaken",
                "ERROR:    [Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied | PortForbidden",
                "[2026-11-29 12:00:00 +0000] [1] [ERROR] Connection in use: ('0.0.0.0', 8000)~[2026-11-29 12:00:05 +0000] [1] [ERROR]"
                        + " Can't connect to ('0.0.0.0', 8000) | PortTaken",
                "Error: You don't have permission to access that port. | PortForbidden",
                "Error: That port is already in use. | PortTaken",
                "ModuleNotFoundError: No module named 'flask' | LibraryMissing",
                "Exception in thread \"main\" java.net.BindException: Permission denied~\tat java.base/sun.nio.ch.Net.bind0(Native Method)~"
                        + "\tat App.main(App.java:5) | PortForbidden",
                "Exception in thread \"main\" java.net.BindException: Address already in use~\tat java.base/sun.nio.ch.Net.bind0(Native"
                        + " Method) | PortTaken",
                "Exception in thread \"main\" java.io.FileNotFoundException: /root/x (Permission denied)~\tat"
                        + " java.base/java.io.FileInputStream.open0(Native Method) | PermissionDenied",
                "Exception in thread \"main\" java.nio.file.NoSuchFileException: /srv/x~\tat App.main(App.java:5) | FileMissing",
                "Exception in thread \"main\" java.nio.file.AccessDeniedException: /root/x | PermissionDenied",
                "Error: Unable to access jarfile /srv/app.jar | FileMissing",
                "Error: Could not find or load main class App~Caused by: java.lang.ClassNotFoundException: App | FileMissing",
                "Error occurred during initialization of VM~Could not reserve enough space for 2097152KB object heap | OutOfMemory",
                "2026/11/29 12:00:00 listen tcp :80: bind: permission denied | PortForbidden",
                "2026/11/29 12:00:00 listen tcp :8080: bind: address already in use~exit status 1 | PortTaken",
                "runtime: failed to create new OS thread (have 5 already; errno=11)~runtime: may need to increase max user processes"
                        + " (ulimit -u)~fatal error: newosproc | ProcessLimit",
                "panic: open /srv/x: no such file or directory~~goroutine 1 [running]:~main.main()~\t/srv/x.go:7 +0x65~exit status 2"
                        + " | FileMissing",
                "ERROR: unable to bind listening socket for address '0.0.0.0:80': Permission denied (13)~ERROR: FPM initialization failed"
                        + " | PortForbidden",
                "ERROR: [pool www] cannot get uid for user 'nosuch'~ERROR: FPM initialization failed | UserUnknown",
                "ERROR: An another FPM instance seems to already listen on /run/php/php8.2-fpm.sock~ERROR: FPM initialization failed"
                        + " | AlreadyRunning",
                "ERROR: failed to open error_log (/var/log/php8.2-fpm.log): Permission denied (13)~ERROR: failed to post process the"
                        + " configuration~ERROR: FPM initialization failed | PermissionDenied",
                "Warning: Could not create server TCP listening socket *:80: bind: Permission denied~Failed listening on port 80 (TCP),"
                        + " aborting. | PortForbidden",
                "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***~Reading the configuration file, at line 2~>>> 'dir /var/lib/none'~"
                        + "No such file or directory | FileMissing",
                "\"root\" execution of the PostgreSQL server is not permitted.~The server must be started under an unprivileged user ID to"
                        + " prevent~possible system security compromise.  See the documentation for~more information on how to properly start"
                        + " the server. | RootRefused",
                "FATAL:  data directory \"/srv/data\" has invalid permissions~DETAIL:  Permissions should be u=rwx (0700) or u=rwx,g=rx"
                        + " (0750). | PermissionDenied",
                "FATAL:  lock file \"postmaster.pid\" already exists~HINT:  Is another postmaster (PID 12) running in data directory"
                        + " \"/srv/data\"? | AlreadyRunning",
                "[ERROR] mariadbd: Please consult the Knowledge Base to find out how to run mysqld as root!~[ERROR] Aborting | RootRefused",
                "[ERROR] Can't start server: Bind on TCP/IP port. Got error: 13: Permission denied~[ERROR] Do you already have another"
                        + " server running on port: 80 ?~[ERROR] Aborting | PortForbidden",
                "[ERROR] InnoDB: The error means mariadbd does not have the access rights to the directory.~[ERROR] Aborting"
                        + " | PermissionDenied",
                "socket bind() to port 25 for address (any IPv6) failed: Permission denied: waiting 30s before trying again (9 more"
                        + " tries) | PortForbidden",
                "cron: can't open or create /var/run/crond.pid: Permission denied | PermissionDenied",
                "cron: can't lock /var/run/crond.pid, otherpid may be 123: Resource temporarily unavailable | AlreadyRunning",
                "Bind to port 22 on 0.0.0.0 failed: Permission denied.~Cannot bind any address. | PortForbidden",
                "sshd: no hostkeys available -- exiting. | FileMissing",
                "[ALERT]    (1) : Starting frontend web: cannot bind socket (Permission denied) [0.0.0.0:80]~[ALERT]    (1) :"
                        + " [haproxy.main()] Some protocols failed to start their listeners! Exiting. | PortForbidden",
                "can't find the user memcache to switch to | UserUnknown",
                "failed to listen on TCP port 80: Permission denied | PortForbidden",
                "[FATAL tini (7)] exec /srv/none failed: No such file or directory | CommandNotFound",
                "sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.~sudo: If sudo is running in a"
                        + " container, you may need to adjust the container configuration to disable the flag. | PrivilegeRefused",
                "ping: socktype: SOCK_RAW~ping: socket: Operation not permitted~ping: => missing cap_net_raw+p capability or setuid?"
                        + " | PrivilegeRefused",
                "unable to set CAP_SETFCAP effective capability: Operation not permitted | PrivilegeRefused",
                "mount: /srv: must be superuser to use mount.~       dmesg(1) may have more information after failed mount system call."
                        + " | PrivilegeRefused",
                "su: must be suid to work properly | PrivilegeRefused",
            })
    void nameTheCause(String words, String reason) {
        assertThat(reasonOf("starting\n" + words.replace('~', '\n'))).isEqualTo(reason);
    }

    /** The file has the output of real programs, each after a line with a name and the cause. */
    @Test
    void ofRealProgramsNameTheCause() throws IOException {
        String all;
        try (InputStream file = Objects.requireNonNull(LastWordsTest.class.getResourceAsStream("last-words.txt"))) {
            all = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, String> found = new LinkedHashMap<>();
        for (String one : all.split("(?m)^=== ", -1)) {
            if (!one.startsWith("#")) {
                String[] title = one.lines().findFirst().orElseThrow().split(" ", -1);
                expected.put(title[0], title[1]);
                found.put(title[0], reasonOf(one.substring(one.indexOf('\n'))));
            }
        }
        assertThat(found).hasSizeGreaterThan(40).isEqualTo(expected);
    }

    private static String reasonOf(String output) {
        InitEnd end = new InitEnd(Optional.of(new Ending.Exited(1)), Duration.ofMillis(9), 1);
        EndEvidence said = new EndEvidence(Optional.of(Profile.HOSTING), "/bin/sh", output, 0, 0);

        return end.explain(said, Instant.EPOCH).orElseThrow().reason();
    }
}
