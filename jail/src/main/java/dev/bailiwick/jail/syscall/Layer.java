package dev.bailiwick.jail.syscall;

/** A part of the kernel that keeps the effects of calls inside a jail: the filter, or a layer below it. */
public enum Layer {
    SECCOMP("seccomp", "the filter"),
    USER_NAMESPACE("userns-caps", "the jail's own user namespace: its capabilities mean nothing to the host"),
    PID_NAMESPACE("pidns", "the jail's own process ids: processes outside do not exist for it"),
    MOUNT_NAMESPACE("mntns", "the jail's own mounts: nothing lies above its root"),
    NETWORK_NAMESPACE("netns", "the jail's own network: it has its addresses and no others"),
    UTS_NAMESPACE("utsns", "the jail's own host name"),
    IPC_NAMESPACE("ipcns", "the jail's own IPC objects"),
    CGROUP("cgroup", "the jail's cgroup, which limits what the jail uses"),
    RESOURCE_LIMIT("rlimit", "resource limits, whose hard values a process can only lower");

    private final String word;
    private final String meaning;

    Layer(String word, String meaning) {
        this.word = word;
        this.meaning = meaning;
    }

    /** Returns the word in the table. */
    public String word() {
        return word;
    }

    /** Returns a description for operators. */
    public String meaning() {
        return meaning;
    }

    static Layer ofWord(String word) {
        for (Layer layer : values()) {
            if (layer.word.equals(word)) {
                return layer;
            }
        }
        throw new MalformedTable("names the unknown layer '" + word + "'");
    }
}
