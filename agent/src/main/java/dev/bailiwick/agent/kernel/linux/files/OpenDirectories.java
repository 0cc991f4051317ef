package dev.bailiwick.agent.kernel.linux.files;

import dev.bailiwick.jail.JailId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The directories of running jails that stay open between two parts of a list. The kernel merges all entries of an overlay's directory whenever it is
 * opened and read, so a list in parts would cost the square of its length. There are few of them, and each only for a few seconds: they hold the
 * file system of the jail, also after its end.
 */
public final class OpenDirectories {

    private static final int MAX = 128;
    private static final int MAX_OF_JAIL = 4;

    private final Duration idle;
    private final Map<JailId, Deque<Kept>> ofJails = new HashMap<>();
    private int count;

    /** @param idle how long one stays open that nobody reads */
    public OpenDirectories(Duration idle) {
        this.idle = idle;
    }

    /** @param state of the directory, when it was opened */
    private record Kept(FileState state, Directory directory, long since) {

        boolean isThis(FileState other, long next) {
            return state.inode() == other.inode() && state.device() == other.device() && directory.next() == next;
        }
    }

    /** Those of one jail. */
    final class OfJail {

        private final JailId jail;

        private OfJail(JailId jail) {
            this.jail = jail;
        }

        /** Returns the directory with this state if the list of it has come to this place; the caller closes it, or keeps it again. */
        Optional<Directory> take(FileState state, long next) {
            synchronized (OpenDirectories.this) {
                Deque<Kept> kept = ofJails.getOrDefault(jail, new ArrayDeque<>());
                Optional<Kept> found =
                        kept.stream().filter(one -> one.isThis(state, next)).findFirst();
                found.ifPresent(one -> remove(kept, one));
                return found.map(Kept::directory);
            }
        }

        /** Keeps it in the place of the one that was kept first if there are too many of the jail, or closes it if there are of the host. */
        void keep(FileState state, Directory directory) {
            directory.beginsToWait();
            Optional<Kept> closed;
            synchronized (OpenDirectories.this) {
                Deque<Kept> kept = ofJails.computeIfAbsent(jail, _ -> new ArrayDeque<>());
                Kept one = new Kept(state, directory, System.nanoTime());
                kept.addLast(one);
                count++;
                closed = kept.size() > MAX_OF_JAIL || count > MAX ? Optional.of(kept.getFirst()) : Optional.empty();
                closed.ifPresent(first -> remove(kept, first));
            }
            closed.ifPresent(first -> first.directory().close());
        }

        private void remove(Deque<Kept> kept, Kept one) {
            kept.remove(one);
            count--;
            if (kept.isEmpty()) {
                ofJails.remove(jail);
            }
        }
    }

    OfJail of(JailId jail) {
        return new OfJail(jail);
    }

    /** Takes out those of a jail that nobody has read for a while; returns what closes them, or empty if there are none. */
    public Optional<Runnable> takeIdle(JailId jail) {
        return take(jail, idle);
    }

    /** Takes out those of a jail, so that its file system can end; returns what closes them, or empty if there are none. */
    public Optional<Runnable> takeAll(JailId jail) {
        return take(jail, Duration.ZERO);
    }

    private synchronized Optional<Runnable> take(JailId jail, Duration age) {
        Deque<Kept> kept = ofJails.getOrDefault(jail, new ArrayDeque<>());
        long now = System.nanoTime();
        List<Kept> taken =
                kept.stream().filter(one -> now - one.since() >= age.toNanos()).toList();
        taken.forEach(one -> of(jail).remove(kept, one));
        return taken.isEmpty()
                ? Optional.empty()
                : Optional.of(() -> taken.forEach(one -> one.directory().close()));
    }
}
