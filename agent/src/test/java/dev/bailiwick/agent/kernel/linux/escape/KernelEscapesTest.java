package dev.bailiwick.agent.kernel.linux.escape;

import static dev.bailiwick.agent.kernel.linux.escape.Technique.technique;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.jail.syscall.Architecture;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Kernel interfaces that were ways out of other jails are closed. */
@NeedsRoot
class KernelEscapesTest {

    static final EscapeList LIST = new EscapeList(
            "kernel",
            List.of(
                    technique("type-ahead", "TIOCSTI: type into the controlling terminal (CVE-2017-5226)", "filter")
                            .mayBeAbsent()
                            .of("B4"),
                    technique(
                                    "type-ahead-high-bits",
                                    "TIOCSTI with garbage in the upper half of the register (CVE-2019-10063)",
                                    "filter: 32-bit arguments are compared as such")
                            .mayBeAbsent()
                            .of("B4"),
                    technique("console-paste", "TIOCLINUX: paste into a virtual console (CVE-2023-28100)", "filter")
                            .of("B6"),
                    technique("add-key", "add_key: the kernel's keyrings", "filter")
                            .of("B7"),
                    technique(
                                    "session-keyring",
                                    "keyctl: the session keyring",
                                    "filter; the agent gives each jail a keyring of its own")
                            .of("B7"),
                    technique("listed-keys", "/proc/keys: a key of the host that all may see", "user namespace")
                            .mayBeAbsent()
                            .of("B7"),
                    technique("userfaultfd", "userfaultfd: stall the kernel's copies", "filter")
                            .mayBeAbsent()
                            .of("B8"),
                    technique("userfaultfd-user-mode", "userfaultfd for user mode", "filter")
                            .mayBeAbsent()
                            .of("B8"),
                    technique("io-uring", "io_uring: calls that pass no filter", "filter")
                            .mayBeAbsent()
                            .of("B9"),
                    technique("bpf", "bpf: a map in the kernel", "filter").of("B10"),
                    technique("perf-event", "perf_event_open", "filter")
                            .mayBeAbsent()
                            .of("B11"),
                    technique("kernel-log", "syslog: read the kernel's log", "filter")
                            .of("B18"),
                    technique(
                                    "user-namespace",
                                    "unshare a user namespace and regain every capability",
                                    "filter, max_user_namespaces 0")
                            .of("B25"),
                    technique("user-namespace-clone", "the same by clone", "filter, max_user_namespaces 0")
                            .of("B25"),
                    technique(
                                    "user-namespace-clone3",
                                    "the same by clone3, whose flags a filter cannot read",
                                    "filter: clone3 is refused whole")
                            .of("B25", "B26"),
                    technique("time-namespace", "unshare a time namespace", "filter")
                            .mayBeAbsent()
                            .of("B25"),
                    technique("join-namespace", "setns", "filter").of("B30"),
                    technique(
                                    "i386-entry",
                                    "int 0x80: the numbers of i386",
                                    "filter: every other architecture is refused")
                            .mayBeAbsent()
                            .of("B27")
                            .onlyOn(Architecture.X86_64),
                    technique("x32-entry", "the numbers of x32", "filter: every other architecture is refused")
                            .mayBeAbsent()
                            .of("B27")
                            .onlyOn(Architecture.X86_64),
                    technique("segment-descriptors", "modify_ldt", "filter")
                            .mayBeAbsent()
                            .of("B40")
                            .onlyOn(Architecture.X86_64),
                    technique("hardware-ports", "ioperm: the ports of the hardware", "filter")
                            .notTriedOutside()
                            .of("B40")
                            .onlyOn(Architecture.X86_64),
                    technique("every-port", "iopl: all ports of the hardware", "filter")
                            .mayBeAbsent()
                            .of("B40")
                            .onlyOn(Architecture.X86_64),
                    technique("load-module", "init_module", "filter, capabilities")
                            .mayBeAbsent()
                            .of("B32"),
                    technique("load-module-file", "finit_module", "filter, capabilities")
                            .mayBeAbsent()
                            .of("B32"),
                    technique("unload-module", "delete_module", "filter, capabilities")
                            .mayBeAbsent()
                            .of("B32"),
                    technique("other-kernel", "kexec_load", "filter, capabilities")
                            .notTriedOutside()
                            .of("B33"),
                    technique("swap-on", "swapon", "filter, capabilities").of("B34"),
                    technique("swap-off", "swapoff", "filter, capabilities").of("B34"),
                    technique("accounting", "acct", "filter, capabilities")
                            .mayBeAbsent()
                            .of("B36"),
                    technique(
                                    "machine-restart",
                                    "reboot: govern the machine's restart",
                                    "pid namespace; in `strict2002` the filter")
                            .notTriedOutside()
                            .of("B37"),
                    technique("machine-kexec", "reboot: into another kernel", "filter")
                            .notTriedOutside()
                            .of("B37"),
                    technique("machine-suspend", "reboot: put the machine to sleep", "filter")
                            .notTriedOutside()
                            .of("B37"),
                    technique("set-clock", "clock_settime", "filter, capabilities")
                            .notTriedOutside()
                            .of("B38"),
                    technique("turn-clock", "adjtimex", "filter, capabilities")
                            .notTriedOutside()
                            .of("B38"),
                    technique("host-name", "sethostname", "filter, capabilities")
                            .of("B39"),
                    technique("host-name-file", "/proc/sys/kernel/hostname", "user namespace, read-only /proc/sys")
                            .of("B39"),
                    technique("quota", "quotactl", "filter").mayBeAbsent().of("D4"),
                    technique("gift-pages", "vmsplice: the way of Dirty Pipe (CVE-2022-0847)", "filter")
                            .of("B23"),
                    technique("rare-sockets", "a socket of any family but UNIX, INET, INET6 and NETLINK", "filter")
                            .of("B22", "B32"),
                    technique("crypto-socket", "AF_ALG: write to shared pages (CVE-2026-31431)", "filter")
                            .mayBeAbsent()
                            .of("B21"),
                    technique("machine-socket", "AF_VSOCK: the hypervisor", "filter")
                            .mayBeAbsent()
                            .of("B20"),
                    technique("ipsec-socket", "NETLINK_XFRM (CVE-2026-43284)", "filter")
                            .mayBeAbsent()
                            .of("B22"),
                    technique("firewall-socket", "NETLINK_NETFILTER (CVE-2024-1086)", "filter")
                            .mayBeAbsent()
                            .of("B24")));

    @TestFactory
    Stream<DynamicNode> noneSucceeds() throws Exception {
        return LIST.tests();
    }
}
