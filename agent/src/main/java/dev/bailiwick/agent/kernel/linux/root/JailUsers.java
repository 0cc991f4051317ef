package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.jail.process.CommandUser;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The users and groups in a jail's {@code /etc/passwd} and {@code /etc/group} (passwd(5), group(5)), which are read when somebody first
 * asks for one. The jail may have written anything into these files; so only a bounded part is read, and a line that is not as it should be
 * counts as absent. Nothing is kept of the lines that nobody asks for: a file can have half a million names, and the agent has little memory.
 * A start asks for up to 33 users, so a line that is not theirs costs little time.
 */
public final class JailUsers {

    private static final String USERS = "etc/passwd";
    private static final String GROUPS = "etc/group";

    /** Longer files are not read. */
    private static final int MAX_BYTES = 1 << 20;

    private static final byte[] NOTHING = {};
    private static final int MAX_HOME = 4_096;
    private static final int MAX_DIGITS = 5;

    private final Files files;
    private @Nullable String users;
    private @Nullable String groups;
    private final Map<CommandUser, JailUser> found = new HashMap<>();

    /** The files of a jail. */
    @FunctionalInterface
    interface Files {

        /** Returns the first bytes of a file; none if it is no regular file of the jail. */
        byte[] head(String path, int bytes);
    }

    /** The users of a jail that is being started. */
    public JailUsers(RootTrees trees) {
        this(trees::headOfLayers);
    }

    private JailUsers(Files files) {
        this.files = files;
    }

    /**
     * The users of a running jail.
     *
     * @param root its root directory, which must stay open
     */
    public static JailUsers in(Descriptor root) {
        return new JailUsers((path, bytes) -> TreeFile.head(root, path, bytes).orElse(NOTHING));
    }

    /** A line of /etc/passwd. */
    private record User(String name, int id, int group, String home) {}

    /** A line of /etc/group. */
    private record Group(String name, int id, String members) {

        boolean hasMember(String user) {
            return members.equals(user)
                    || members.startsWith(user + ",")
                    || members.endsWith("," + user)
                    || members.contains("," + user + ",");
        }
    }

    /**
     * Finds a user.
     *
     * @param subject the field that names the user, for the error message
     * @throws KernelRefusal if the files do not list the user or the group, or are longer than 1 MiB
     */
    public JailUser find(CommandUser wanted, String subject) {
        return found.computeIfAbsent(wanted, user -> lookUp(user, subject));
    }

    private JailUser lookUp(CommandUser wanted, String subject) {
        Optional<User> known = CommandUser.isId(wanted.user())
                ? usersWith(Integer.parseInt(wanted.user()), subject).findFirst()
                : users(subject, line -> line.startsWith(wanted.user() + ":")).findFirst();
        if (known.isEmpty() && !CommandUser.isId(wanted.user())) {
            throw refusal(subject, "the jail's /etc/passwd does not list a user " + wanted.user());
        }
        int group = wanted.group()
                .map(name -> groupId(name, subject))
                .or(() -> known.map(User::group))
                .orElseThrow(() -> refusal(
                        subject,
                        "the jail's /etc/passwd does not list the id " + wanted.user()
                                + ": name its group too, for example " + wanted.user() + ":" + wanted.user()));
        IntStream supplementary = known.stream()
                .flatMap(user ->
                        groups(subject, line -> line.contains(user.name)).filter(one -> one.hasMember(user.name)))
                .mapToInt(Group::id);
        return new JailUser(
                known.map(User::id).orElseGet(() -> Integer.parseInt(wanted.user())),
                IntStream.concat(IntStream.of(group), supplementary)
                        .distinct()
                        .boxed()
                        .toList(),
                known.map(User::name),
                known.map(User::home).filter(home -> home.startsWith("/") && home.length() <= MAX_HOME));
    }

    private int groupId(String name, String subject) {
        if (CommandUser.isId(name)) {
            return Integer.parseInt(name);
        }
        return groups(subject, line -> line.startsWith(name + ":"))
                .findFirst()
                .map(Group::id)
                .orElseThrow(() -> refusal(subject, "the jail's /etc/group does not list a group " + name));
    }

    private Stream<User> usersWith(int id, String subject) {
        return users(subject, line -> {
            int first = line.indexOf(':');
            int begin = line.indexOf(':', first + 1);
            int end = line.indexOf(':', begin + 1);
            return 0 <= first && first < begin && begin < end && number(line, begin + 1, end) == id;
        });
    }

    /** @param lines those to read */
    private Stream<User> users(String subject, Predicate<String> lines) {
        String read = users;
        if (read == null) {
            read = read(USERS, subject);
            users = read;
        }
        return read.lines().filter(lines).map(JailUsers::user).flatMap(Optional::stream);
    }

    /** @param lines those to read */
    private Stream<Group> groups(String subject, Predicate<String> lines) {
        String read = groups;
        if (read == null) {
            read = read(GROUPS, subject);
            groups = read;
        }
        return read.lines().filter(lines).map(JailUsers::group).flatMap(Optional::stream);
    }

    private String read(String file, String subject) {
        byte[] bytes = files.head(file, MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw refusal(subject, "the jail's /" + file + " is longer than 1 MiB");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static KernelRefusal refusal(String subject, String why) {
        return KernelRefusal.permanent("UserUnknown", subject + ": " + why);
    }

    private static Optional<User> user(String line) {
        String[] fields = line.split(":", 7);
        if (fields.length < 6) {
            return Optional.empty();
        }
        OptionalInt id = id(fields[2]);
        OptionalInt group = id(fields[3]);
        return id.isEmpty() || group.isEmpty()
                ? Optional.empty()
                : Optional.of(new User(fields[0], id.getAsInt(), group.getAsInt(), fields[5]));
    }

    private static Optional<Group> group(String line) {
        String[] fields = line.split(":", 5);
        if (fields.length < 4) {
            return Optional.empty();
        }
        OptionalInt id = id(fields[2]);
        return id.isEmpty() ? Optional.empty() : Optional.of(new Group(fields[0], id.getAsInt(), fields[3]));
    }

    /** Reads an id that a jail has; empty for any other text. */
    private static OptionalInt id(String text) {
        int number = number(text, 0, text.length());
        return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Returns the id between two places of a text; negative if there is something else. */
    private static int number(String text, int begin, int end) {
        if (begin == end || end - begin > MAX_DIGITS) {
            return -1;
        }
        int number = 0;
        for (int i = begin; i < end; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number > CommandUser.MAX_ID ? -1 : number;
    }
}
