package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An agent whose {@code /usr} is an overlay, as in a container, and is then replaced. It runs in its own mount namespace, and prints
 * which programs its jails have.
 */
final class ContainedAgent {

    private ContainedAgent() {}

    public static void main(String[] arguments) throws Exception {
        Path images = Path.of(arguments[0]);
        // Loads libraries from /usr now, because another /usr covers it later.
        new TestHost().close();
        cover("old", images);
        try (TestHost host = new TestHost()) {
            JailId first = host.newId();
            JailDefinition definition = host.definition("first", "/bin/sh", "-c", "sleep 600");
            int firstPid = start(host, first, definition);
            say("first has the " + image(firstPid));
            say("copies " + copies(host));

            cover("new", images);
            host.restartAgent();
            BlockingQueue<JailId> told = new LinkedBlockingQueue<>();
            host.kernel.onDamage(told::add);
            host.kernel.observe();
            JailId second = host.newId();
            JailDefinition secondDefinition = host.definition("second", "/bin/sh", "-c", "sleep 600");
            int secondPid = start(host, second, secondDefinition);
            say("second has the " + image(secondPid));
            host.kernel.denials();
            say("first has the " + image(firstPid));
            say("first lacks " + host.kernel.mend(first, definition));
            say("copies " + copies(host));

            host.kernel.release(first);
            host.kernel.denials();
            say("first is gone, copies " + copies(host));

            HostProgramsTest.delete(base(host), onlyCopy(host));
            host.kernel.denials();
            say(second.equals(told.poll(60, TimeUnit.SECONDS)) ? "told of second" : "not told of second");
            try {
                say("second lacks " + host.kernel.mend(second, secondDefinition));
            } catch (KernelRefusal e) {
                say("second " + e.reason());
            }
            int thirdPid = start(host, host.newId(), host.definition("third", "/bin/sh", "-c", "sleep 600"));
            say("third has the " + image(thirdPid));
        }
    }

    /** Mounts another /usr over the current one. */
    private static void cover(String image, Path images) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.MOUNT,
                    image,
                    NativeMemory.address(memory.text("overlay")),
                    NativeMemory.address(memory.text("/usr")),
                    NativeMemory.address(memory.text("overlay")),
                    0,
                    NativeMemory.address(
                            memory.text("lowerdir=" + images.resolve(image) + ":" + images.resolve("none"))));
        }
    }

    private static int start(TestHost host, JailId id, JailDefinition definition) {
        return host.start(id, definition).jail().initPid().orElseThrow();
    }

    private static String image(int pid) throws IOException {
        return Files.readString(Path.of("/proc", Integer.toString(pid), "root/usr/image"))
                .strip();
    }

    private static Path base(TestHost host) {
        return host.layout.stateDirectory().resolve("base");
    }

    private static String onlyCopy(TestHost host) throws IOException {
        try (var copies = Files.newDirectoryStream(base(host), "usr-*")) {
            return copies.iterator().next().getFileName().toString();
        }
    }

    private static int copies(TestHost host) throws IOException {
        int count = 0;
        try (var copies = Files.newDirectoryStream(base(host), "usr-*")) {
            for (Path _ : copies) {
                count++;
            }
        }
        return count;
    }

    private static void say(String what) {
        System.out.println("> " + what);
    }
}
