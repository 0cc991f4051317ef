package dev.bailiwick.agent.kernel.linux.escape;

import static dev.bailiwick.agent.kernel.linux.escape.Technique.technique;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** No technique reaches files of the host, or files that the jail must not change. */
@NeedsRoot
class FilesEscapesTest {

    static final EscapeList LIST = new EscapeList(
            "files",
            List.of(
                    technique(
                                    "file-handle",
                                    "open an inode of the host by its number (Shocker)",
                                    "filter, user namespace")
                            .of("B3"),
                    technique(
                                    "double-chroot",
                                    "chroot below an open directory and climb",
                                    "pivoted root; in `strict2002` the filter")
                            .of("B29"),
                    technique("proc-root", "another process's root by /proc/1/root", "pid namespace")
                            .notTriedOutside()
                            .of("B12"),
                    technique(
                                    "leaked-descriptor",
                                    "a descriptor of the agent that was left open (CVE-2024-21626)",
                                    "agent: close_range before exec")
                            .of("A2"),
                    technique("output-file", "the log file itself as standard output", "agent: the output is a pipe")
                            .of("A3"),
                    technique(
                                    "kernel-helpers",
                                    "core_pattern, modprobe, uevent_helper and others, which run as the host's root",
                                    "user namespace, read-only /proc/sys and /sys")
                            .of("B14", "B15", "B16"),
                    technique(
                                    "sysrq",
                                    "/proc/sysrq-trigger",
                                    "covered by /dev/null; where that can be taken off, the host's owner")
                            .mayBeAbsent()
                            .of("B13"),
                    technique(
                                    "kernel-memory",
                                    "/proc/kcore, /dev/mem, /dev/kmem, /dev/port",
                                    "/dev of its own, covered by /dev/null")
                            .mayBeAbsent()
                            .of("B17"),
                    technique("kernel-log-device", "/dev/kmsg and /proc/kmsg", "/dev of its own, user namespace")
                            .of("B18"),
                    technique("block-device", "make a block device", "filter, user namespace")
                            .of("B19"),
                    technique("memory-device", "make the device of the memory", "filter, user namespace")
                            .of("B19"),
                    technique("whiteout", "make a whiteout, the one device a user namespace may make", "filter")
                            .of("B19"),
                    technique("image-device", "open a device that lay in the jail's files", "nodev")
                            .of("B19"),
                    technique(
                                    "legacy-file-system",
                                    "configure a file system on a block device (CVE-2022-0185)",
                                    "filter, capabilities")
                            .of("B2"),
                    technique("writable-programs", "make /usr writable again", "filter, capabilities")
                            .of("B28"),
                    technique("program-file", "write to a program of the host", "read-only overlay")
                            .of("A1"),
                    technique("loosen-mount", "take nosuid, nodev and read-only off a mount", "filter, capabilities")
                            .of("B28"),
                    technique("move-root", "pivot to another root", "filter, capabilities")
                            .of("B28"),
                    technique(
                                    "release-agent",
                                    "mount a cgroup v1 hierarchy and name its release agent (CVE-2022-0492)",
                                    "filter, capabilities; in `system` cgroup and user namespace")
                            .mayBeAbsent()
                            .of("B1"),
                    technique(
                                    "cgroup-above",
                                    "mount cgroup v2 and climb above the jail's own group",
                                    "filter, cgroup namespace")
                            .of("B44"),
                    technique(
                                    "cgroup-limits",
                                    "change the limits of its own cgroup",
                                    "filter; in `system` the files' owner is the host's root")
                            .of("B44"),
                    technique(
                                    "shown-cgroup",
                                    "change limits, or name a release agent, in the cgroup that it sees",
                                    "filter, read-only mount; in `system` the files' owner is the host's root")
                            .of("B1", "B44"),
                    technique(
                                    "cgroup-parent",
                                    "move to the cgroup above its own",
                                    "filter; in `system` the cgroup namespace")
                            .of("B44"),
                    technique("hardware-clock", "/dev/rtc", "/dev of its own")
                            .mayBeAbsent()
                            .of("B38"),
                    technique(
                                    "shared-pages",
                                    "mincore: which pages of a shared program others have read",
                                    "filter; the program's owner is nobody in the jail")
                            .of("B51"),
                    technique(
                                    "cached-pages",
                                    "the same by cachestat",
                                    "filter; the program's owner is nobody in the jail")
                            .mayBeAbsent()
                            .of("B51"),
                    technique("file-capability", "give a file on the host's disk capabilities", "capabilities")
                            .of("G14"),
                    technique("file-capability-own", "the same in the form for user namespaces", "capabilities")
                            .of("G14"),
                    technique(
                                    "security-attribute",
                                    "a security attribute that no module of the kernel knows",
                                    "user namespace")
                            .of("G14"),
                    technique("signature", "security.ima: a file that the host takes for measured", "user namespace")
                            .of("G14"),
                    technique("smack-label", "security.SMACK64", "user namespace")
                            .mayBeAbsent()
                            .of("G14"),
                    technique(
                                    "whole-file-system-watch",
                                    "watch whole file systems with fanotify",
                                    "filter, capabilities")
                            .of("B42")));

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }
}
