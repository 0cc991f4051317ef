package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSCONFIG_CMD_CREATE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSCONFIG_SET_FLAG;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSCONFIG_SET_STRING;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSMOUNT_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.FSOPEN_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_RDONLY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOUNT_ATTR_SIZE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOVE_MOUNT_F_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MOVE_MOUNT_T_EMPTY_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.MS_BIND;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.OPEN_TREE_CLONE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_BENEATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_NO_MAGICLINKS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.RESOLVE_NO_SYMLINKS;

import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.List;
import java.util.Map;

/** System calls for mounting, as a child makes them: by descriptor, below its current directory, and without following links. */
final class MountCalls {

    /** For openat2(2): stay below the directory and follow no link. */
    static final long BELOW = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

    private final SpawnProgram program;
    private final Operand emptyPath;
    private final Operand asDirectory;

    MountCalls(SpawnProgram program) {
        this.program = program;
        this.emptyPath = program.text("");
        this.asDirectory = how(O_PATH | O_DIRECTORY | O_CLOEXEC, 0, BELOW);
    }

    /** Opens a directory of the jail; creates it if it is missing, fails if it is a link. */
    Operand.Slot directoryIn(Operand root, String name) {
        program.runTolerating(Errno.EEXIST, name, SystemCall.MKDIRAT, root, program.text(name), Operand.of(0755));
        return program.keep(name, SystemCall.OPENAT2, root, program.text(name), asDirectory, Operand.of(24));
    }

    Operand.Slot newMount(String type, long attributes, Map<String, String> options) {
        return newFileSystem(type, attributes, options, List.of());
    }

    Operand.Slot newOverlay(Map<String, String> options, long attributes, List<String> flags) {
        return newFileSystem("overlay", attributes, options, flags);
    }

    private Operand.Slot newFileSystem(String type, long attributes, Map<String, String> options, List<String> flags) {
        Operand.Slot context = program.keep(type, SystemCall.FSOPEN, program.text(type), Operand.of(FSOPEN_CLOEXEC));
        options.forEach((key, value) -> program.run(
                type + " " + key + "=" + value,
                SystemCall.FSCONFIG,
                context,
                Operand.of(FSCONFIG_SET_STRING),
                program.text(key),
                program.text(value),
                Operand.ZERO));
        flags.forEach(flag -> program.run(
                type + " " + flag,
                SystemCall.FSCONFIG,
                context,
                Operand.of(FSCONFIG_SET_FLAG),
                program.text(flag),
                Operand.ZERO,
                Operand.ZERO));
        program.run(
                type,
                SystemCall.FSCONFIG,
                context,
                Operand.of(FSCONFIG_CMD_CREATE),
                Operand.ZERO,
                Operand.ZERO,
                Operand.ZERO);
        return program.keep(type, SystemCall.FSMOUNT, context, Operand.of(FSMOUNT_CLOEXEC), Operand.of(attributes));
    }

    Operand.Slot mountPoint(Operand root, String path) {
        program.runTolerating(Errno.EEXIST, path, SystemCall.MKDIRAT, root, program.text(path), Operand.of(0755));
        return program.keep(path, SystemCall.OPENAT2, root, program.text(path), asDirectory, Operand.of(24));
    }

    void attach(Operand mount, Operand mountPoint, String subject) {
        program.run(
                subject,
                SystemCall.MOVE_MOUNT,
                mount,
                emptyPath,
                mountPoint,
                emptyPath,
                Operand.of(MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
    }

    /** Returns a detached copy of the mount of a file. */
    Operand.Slot copyOf(Operand file, String subject) {
        return program.keep(
                subject,
                SystemCall.OPEN_TREE,
                file,
                emptyPath,
                Operand.of(OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH));
    }

    void stage(String name, Descriptor mount) {
        stage(name, Operand.of(mount.number()));
    }

    void stage(String name, Operand mount) {
        createDirectory(name);
        moveTo(name, mount);
    }

    void moveTo(String path, Operand mount) {
        program.run(
                path,
                SystemCall.MOVE_MOUNT,
                mount,
                emptyPath,
                Operand.CURRENT_DIRECTORY,
                program.text(path),
                Operand.of(MOVE_MOUNT_F_EMPTY_PATH));
    }

    void bind(String path, String over) {
        program.run(
                over,
                SystemCall.MOUNT,
                program.text(path),
                program.text(over),
                Operand.ZERO,
                Operand.of(MS_BIND),
                Operand.ZERO);
    }

    void makeReadOnly(String path) {
        program.run(
                path,
                SystemCall.MOUNT_SETATTR,
                Operand.CURRENT_DIRECTORY,
                program.text(path),
                Operand.ZERO,
                Operand.of(Linux.mountAttributes(program.memory(), MOUNT_ATTR_RDONLY, 0, 0)),
                Operand.of(MOUNT_ATTR_SIZE));
    }

    /** @param mounted the root of a mount of this child */
    void makeWritable(Operand mounted, String subject) {
        program.run(
                subject,
                SystemCall.MOUNT_SETATTR,
                mounted,
                emptyPath,
                Operand.of(AT_EMPTY_PATH),
                Operand.of(Linux.mountAttributes(program.memory(), 0, MOUNT_ATTR_RDONLY, 0)),
                Operand.of(MOUNT_ATTR_SIZE));
    }

    void createDirectory(String name) {
        program.run(name, SystemCall.MKDIRAT, Operand.CURRENT_DIRECTORY, program.text(name), Operand.of(0755));
    }

    Operand how(long flags, long mode, long resolve) {
        return Operand.of(Linux.how(program.memory(), flags, mode, resolve));
    }
}
