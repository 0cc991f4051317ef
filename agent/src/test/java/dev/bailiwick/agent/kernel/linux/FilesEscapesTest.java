package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.Technique.technique;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** No way to files of the host, nor to what the jail may not change. */
@NeedsRoot
class FilesEscapesTest {

    static final EscapeList LIST = new EscapeList(
            "files",
            List.of(
                    technique(
                            "file-handle",
                            "open an inode of the host by its number (Shocker)",
                            "filter, user namespace"),
                    technique(
                            "double-chroot",
                            "chroot below an open directory and climb",
                            "pivoted root; in `strict2002` the filter"),
                    technique("proc-root", "another process's root by /proc/1/root", "pid namespace")
                            .notTriedOutside(),
                    technique(
                            "leaked-descriptor",
                            "a descriptor of the agent that was left open (CVE-2024-21626)",
                            "agent: close_range before exec"),
                    technique("output-file", "the log file itself as standard output", "agent: the output is a pipe"),
                    technique(
                            "kernel-helpers",
                            "core_pattern, modprobe, uevent_helper and others, which run as the host's root",
                            "user namespace, read-only /proc/sys and /sys"),
                    technique("sysrq", "/proc/sysrq-trigger", "covered by /dev/null")
                            .mayBeAbsent(),
                    technique(
                                    "kernel-memory",
                                    "/proc/kcore, /dev/mem, /dev/kmem, /dev/port",
                                    "/dev of its own, covered by /dev/null")
                            .mayBeAbsent(),
                    technique("kernel-log-device", "/dev/kmsg and /proc/kmsg", "/dev of its own, user namespace"),
                    technique("block-device", "make a block device", "filter, user namespace"),
                    technique("memory-device", "make the device of the memory", "filter, user namespace"),
                    technique("whiteout", "make a whiteout, the one device a user namespace may make", "filter"),
                    technique("image-device", "open a device that lay in the jail's files", "nodev"),
                    technique(
                            "legacy-file-system",
                            "configure a file system on a block device (CVE-2022-0185)",
                            "filter, capabilities"),
                    technique("writable-programs", "make /usr writable again", "filter, capabilities"),
                    technique("program-file", "write to a program of the host", "read-only overlay"),
                    technique("loosen-mount", "take nosuid, nodev and read-only off a mount", "filter, capabilities"),
                    technique("move-root", "pivot to another root", "filter, capabilities"),
                    technique(
                                    "release-agent",
                                    "mount a cgroup v1 hierarchy and name its release agent (CVE-2022-0492)",
                                    "filter, capabilities; in `system` cgroup and user namespace")
                            .mayBeAbsent(),
                    technique(
                            "cgroup-above",
                            "mount cgroup v2 and climb above the jail's own group",
                            "filter, cgroup namespace"),
                    technique(
                            "whole-file-system-watch",
                            "watch whole file systems with fanotify",
                            "filter, capabilities")));

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }
}
