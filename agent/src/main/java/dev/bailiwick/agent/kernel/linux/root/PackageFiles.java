package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The files in {@code /etc} that programs below {@code /usr} came with. Debian's package manager records which these are, each with a
 * digest of what the package contains (deb-conffiles(5)). A file with that digest is the same as in the package that everybody can
 * download, so it contains no secret of this host. A file that somebody has changed is left out, and so is a file that no package has.
 *
 * <p>Some packages keep such files by ucf(1), which records digests too, but also for files with generated passwords. So these files
 * must also be readable for everybody. Links are taken over if they lead to such a file or below {@code /usr}: packages enable parts of
 * their configuration by links.
 */
final class PackageFiles {

    private static final String DPKG = "var/lib/dpkg/status";
    private static final String UCF = "var/lib/ucf/hashfile";
    private static final int MAX_LINKS_IN_A_ROW = 4;
    private static final int MAX_DEPTH = 8;

    /**
     * What no jail gets, whatever its digest: who may do what on this host, what identifies it, keys, and jobs that are meant for one
     * machine and would run in each jail.
     */
    private static final Pattern NEVER = Pattern.compile(
            "etc/(shadow|gshadow|passwd|group|subuid|subgid)-?|etc/(machine-id|hostname|hosts|resolv\\.conf|fstab|crypttab"
                    + "|environment|krb5\\.keytab|security/opasswd)"
                    + "|etc/(sudoers(\\.d)?|ssl/private|cron\\.[a-z]+|dbconfig-common|bailiwick|apt/auth\\.conf(\\.d)?)(/.*)?"
                    + "|etc/ssh/ssh_host_.*|.*\\.(key|jks|p12|pfx)");

    private static final Pattern SOUNDS_SECRET =
            Pattern.compile("private|secret|passw|credential|token|(^|[^a-z])key", Pattern.CASE_INSENSITIVE);

    private final Path root;
    /** The files, each with the digest of its content. */
    private final Map<String, String> files = new TreeMap<>();
    /** The links, each with its target. */
    private final Map<String, String> links = new TreeMap<>();

    private final Set<String> changed = new TreeSet<>();

    /** Finds the files of the host whose root this is. */
    PackageFiles(Path root) throws IOException {
        this.root = root;
        for (Map.Entry<String, String> recorded : ofDpkg().entrySet()) {
            add(recorded.getKey(), recorded.getValue());
        }
        for (Map.Entry<String, String> recorded : ofUcf().entrySet()) {
            if (!SOUNDS_SECRET.matcher(recorded.getKey()).find()
                    && PublicFiles.isForEverybody(root.resolve(recorded.getKey()))) {
                add(recorded.getKey(), recorded.getValue());
            }
        }
        addLinks();
    }

    /** Returns a text that changes when a package is installed, removed or configured. Cheap. */
    static String stamp(Path root) throws IOException {
        StringBuilder stamp = new StringBuilder();
        for (String record : List.of(DPKG, UCF)) {
            Path file = root.resolve(record);
            if (Files.exists(file)) {
                stamp.append(record)
                        .append(' ')
                        .append(Files.getLastModifiedTime(file).toMillis())
                        .append(' ')
                        .append(Files.size(file))
                        .append('\n');
            }
        }
        return stamp.toString();
    }

    /** Returns the digest of each file and the target of each link. */
    String contents() {
        return files + "\n" + links;
    }

    /** Returns the files that are left out because somebody has changed them. */
    Set<String> changed() {
        return changed;
    }

    /** Copies the files and links to a layer. What is there already stays. */
    void copyTo(Path layer) throws IOException {
        for (String name : files.keySet()) {
            Path to = layer.resolve(name);
            if (!Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(to.getParent());
                boolean executable =
                        Files.getPosixFilePermissions(root.resolve(name)).contains(PosixFilePermission.OWNER_EXECUTE);
                Files.copy(root.resolve(name), to, LinkOption.NOFOLLOW_LINKS);
                Files.setPosixFilePermissions(
                        to, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
        for (Map.Entry<String, String> link : links.entrySet()) {
            Path to = layer.resolve(link.getKey());
            if (!Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(to.getParent());
                Files.createSymbolicLink(to, Path.of(link.getValue()));
            }
        }
    }

    private void add(String name, String digest) throws IOException {
        Path file = root.resolve(name);
        if (NEVER.matcher(name).matches() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (digestOf(file).equals(digest)) {
            files.put(name, digest);
        } else {
            changed.add(name);
        }
    }

    /** Returns the recorded files of installed packages, by the path without its slash. */
    private Map<String, String> ofDpkg() throws IOException {
        Map<String, String> recorded = new TreeMap<>();
        boolean installed = false;
        boolean listing = false;
        for (String line : lines(DPKG)) {
            if (line.startsWith("Package:")) {
                installed = false;
            } else if (line.startsWith("Status:")) {
                installed = line.endsWith(" installed");
            }
            if (listing && line.startsWith(" ")) {
                String[] words = line.strip().split(" ", -1);
                if (installed && words.length == 2) {
                    record(words[0], words[1], recorded);
                }
            } else {
                listing = line.startsWith("Conffiles:");
            }
        }
        return recorded;
    }

    private Map<String, String> ofUcf() throws IOException {
        Map<String, String> recorded = new TreeMap<>();
        for (String line : lines(UCF)) {
            String[] words = line.strip().split(" +", -1);
            if (words.length == 2) {
                record(words[1], words[0], recorded);
            }
        }
        return recorded;
    }

    private static void record(String path, String digest, Map<String, String> recorded) {
        if (path.startsWith("/etc/") && Path.of(path).normalize().toString().equals(path)) {
            recorded.put(path.substring(1), digest);
        }
    }

    private List<String> lines(String record) throws IOException {
        Path file = root.resolve(record);
        return Files.exists(file) ? TextFile.lines(file) : List.of();
    }

    private void addLinks() throws IOException {
        Map<String, String> candidates = new TreeMap<>();
        Set<Path> tops = new TreeSet<>();
        files.keySet().stream()
                .map(Path::of)
                .filter(name -> name.getNameCount() > 2)
                .forEach(name -> tops.add(root.resolve(name.subpath(0, 2))));
        for (Path top : tops) {
            Files.walkFileTree(top, Set.of(), MAX_DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isSymbolicLink()) {
                        candidates.put(
                                root.relativize(file).toString(),
                                Files.readSymbolicLink(file).toString());
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        // A link may lead to another one.
        for (int round = 0; round < MAX_LINKS_IN_A_ROW; round++) {
            candidates.forEach((name, target) -> {
                if (!NEVER.matcher(name).matches() && isShared(name, target)) {
                    links.put(name, target);
                }
            });
        }
    }

    private boolean isShared(String name, String target) {
        Path to = Path.of("/" + name).resolveSibling(target).normalize();
        String known = to.toString().substring(1);
        return files.containsKey(known)
                || links.containsKey(known)
                || (to.startsWith("/usr") && Files.exists(root.resolve(known)));
    }

    private static String digestOf(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
