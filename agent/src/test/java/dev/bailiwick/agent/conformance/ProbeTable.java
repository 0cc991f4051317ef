package dev.bailiwick.agent.conformance;

import dev.bailiwick.agent.conformance.Probe.Inside;
import dev.bailiwick.agent.conformance.Probe.Target;
import dev.bailiwick.agent.conformance.Probe.Way;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Csv;
import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SeedSyscall;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** All probes of one architecture: {@code probes.csv}, and the numbers that are no row's. */
final class ProbeTable {

    /** What x32 calls carry (asm/unistd.h). */
    private static final int X32 = 0x4000_0000;

    private static final int I386_GETPID = 20;

    private ProbeTable() {}

    static List<Probe> of(Architecture architecture) throws IOException {
        List<Probe> probes = new ArrayList<>(rows(architecture));
        probes.addAll(aboveTheTable(architecture));
        if (architecture == Architecture.X86_64) {
            probes.addAll(asX32());
            probes.addAll(asI386());
        }
        return probes;
    }

    /** In the order of the file; calls that this architecture does not have are left out. */
    private static List<Probe> rows(Architecture architecture) throws IOException {
        List<Probe> probes = new ArrayList<>();
        for (Map<String, String> row : Csv.rows(file())) {
            Syscall call = SyscallTable.linux().find(cell(row, "call")).orElseThrow(() -> unknown(row));
            OptionalInt number = call.number(architecture);
            if (number.isPresent()) {
                probes.add(probe(new Target.Row(call, number.getAsInt()), row));
            }
        }
        return probes;
    }

    private static Probe probe(Target target, Map<String, String> row) {
        String way = cell(row, "way");
        String layer = cell(row, "layer");
        return new Probe(
                target,
                cell(row, "case"),
                way.isEmpty() ? Way.CALL : Way.valueOf(way.toUpperCase(Locale.ROOT)),
                cell(row, "arguments"),
                answers(cell(row, "outside")),
                inside(cell(row, "inside")),
                layer.isEmpty() ? Optional.empty() : Optional.of(layer(layer)),
                cell(row, "why"));
    }

    /** {@code -} for a call that is not made; otherwise answers with bars between them. */
    private static List<Answer> answers(String cell) {
        return cell.equals("-")
                ? List.of()
                : Stream.of(cell.split("\\|", -1)).map(Answer::new).toList();
    }

    /** An answer, and after it {@code profile=answer} where a profile differs. */
    private static Inside inside(String cell) {
        Optional<Answer> always = Optional.empty();
        Map<Profile, Answer> byProfile = new EnumMap<>(Profile.class);
        for (String word : cell.isEmpty() ? List.<String>of() : List.of(cell.split(" ", -1))) {
            String[] sides = word.split("=", 2);
            if (sides.length == 2) {
                byProfile.put(Profile.parse(sides[0]), new Answer(sides[1]));
            } else {
                always = Optional.of(new Answer(word));
            }
        }
        return new Inside(always, byProfile);
    }

    private static Layer layer(String word) {
        return Arrays.stream(Layer.values())
                .filter(layer -> layer.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no layer is called " + word));
    }

    private static List<Probe> aboveTheTable(Architecture architecture) {
        int last = SyscallTable.linux().all().stream()
                .flatMapToInt(call -> call.number(architecture).stream())
                .max()
                .orElseThrow();
        return IntStream.of(last + 1, last + 2, 600, 1023, 9_999, 0xFFFF, 0x7FFF_FFFF, -1)
                .mapToObj(number -> unknown("number " + number, number, "", Way.CALL, List.of(Answer.ABSENT)))
                .toList();
    }

    /** Without x32 in the kernel they are absent outside too. */
    private static List<Probe> asX32() {
        return SyscallTable.linux().all().stream()
                .filter(call ->
                        List.of("getpid", "read", "ptrace", "mount", "setns").contains(call.name()))
                .map(call -> unknown(
                        "x32 " + call.name(),
                        X32 | call.number(Architecture.X86_64).orElseThrow(),
                        call.letter().letter(),
                        Way.CALL,
                        call.name().equals("getpid") ? List.of(Answer.OK, Answer.ABSENT) : List.of()))
                .toList();
    }

    /** Every row of the proposal by the number and the entry it had then. */
    private static List<Probe> asI386() {
        return SyscallTable.linux().seed().stream()
                .map(seed -> unknown(
                        i386Name(seed),
                        seed.i386Number(),
                        seed.letter(),
                        Way.I386,
                        seed.i386Number() == I386_GETPID ? List.of(Answer.OK) : List.of()))
                .toList();
    }

    static String i386Name(SeedSyscall seed) {
        return "i386 " + seed.name();
    }

    private static Probe unknown(String name, int number, String letter, Way way, List<Answer> outside) {
        return new Probe(
                new Target.Unknown(name, number, letter),
                "",
                way,
                "",
                outside,
                Inside.AS_OUTSIDE,
                Optional.empty(),
                outside.isEmpty() ? "Outside, the call would not have valid arguments" : "");
    }

    private static String file() throws IOException {
        try (InputStream stream = ProbeTable.class.getResourceAsStream("probes.csv")) {
            if (stream == null) {
                throw new IOException("probes.csv is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String cell(Map<String, String> row, String column) {
        return Optional.ofNullable(row.get(column))
                .orElseThrow(() -> new IllegalArgumentException("no column " + column));
    }

    private static IllegalArgumentException unknown(Map<String, String> row) {
        return new IllegalArgumentException("no call is named " + cell(row, "call"));
    }
}
