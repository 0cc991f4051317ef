package dev.bailiwick.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PathIndexTest {

    private final PathIndex index = new PathIndex();
    private final Map<ManagedJail, RootPath> all = new HashMap<>();

    @Test
    void findsWhatIsAtAboveAndBelow() {
        ManagedJail same = add("/jails/web");
        ManagedJail twin = add("/jails/web");
        ManagedJail above = add("/jails");
        ManagedJail below = add("/jails/web/data/more");
        add("/jails/web2");
        add("/jails/web-old");
        add("/jails/web.d/x");
        add("/jails/we");
        add("/srv");

        assertThat(index.overlapping(new RootPath("/jails/web"))).containsExactlyInAnyOrder(same, twin, above, below);
    }

    @Test
    void forgetsWhoIsRemovedAndNobodyElse() {
        ManagedJail gone = add("/jails/web");
        ManagedJail stays = add("/jails/web");

        index.remove(new RootPath("/jails/web"), gone);
        index.remove(new RootPath("/jails/web"), gone);
        index.remove(new RootPath("/never"), gone);

        assertThat(index.overlapping(new RootPath("/jails/web/x"))).containsExactly(stays);
    }

    @Test
    void agreesWithLookingAtEveryPath() {
        Random random = new Random(11);
        for (int i = 0; i < 400; i++) {
            add(path(random));
        }
        for (int i = 0; i < 400; i++) {
            RootPath asked = new RootPath(path(random));
            List<ManagedJail> expected = all.entrySet().stream()
                    .filter(one -> within(one.getValue(), asked) || within(asked, one.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(index.overlapping(asked)).as(asked.value()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private ManagedJail add(String path) {
        ManagedJail managed = new ManagedJail(new JailId(UUID.randomUUID()));
        all.put(managed, new RootPath(path));
        index.add(new RootPath(path), managed);
        return managed;
    }

    private static boolean within(RootPath inner, RootPath outer) {
        return (inner.value() + "/").startsWith(outer.value() + "/");
    }

    /** Returns a path of few names; some are prefixes of others, and some contain characters that sort next to a slash. */
    private static String path(Random random) {
        String[] names = {"a", "ab", "a.", "a0", "a-", "b"};
        return IntStream.rangeClosed(0, random.nextInt(4))
                .mapToObj(_ -> "/" + names[random.nextInt(names.length)])
                .reduce("", String::concat);
    }
}
